/** Finds comparisons of a condition that no event can satisfy because of how its texts are written, and texts that are hardly meant so. */

import { BOOLEAN_FIELDS, FIELD_NAMES, NUMBER_FIELDS } from '../../event/field-names.js';
import { toInteger } from '../../event/event.js';
import { closestWord, didYouMean } from '../closest-word.js';
import { ALL_ATTRIBUTES, asksForCapital, type Comparison, type Outline } from '../expression/index.js';

export interface TextFault {
  readonly code: 'RULE_TEXT_CASE' | 'RULE_TEXT_TYPE' | 'RULE_TEXT_ESCAPE' | 'RULE_ATTRIBUTE_UNKNOWN';
  readonly message: string;
  readonly hint: string | undefined;
  /** In the condition. */
  readonly at: number;
}

/** What is quoted of a text. */
const EXCERPT_LENGTH = 60;

/**
 * @param condition  as written
 * @param fields     names that it may read; others are variables of its loops
 */
export function checkTexts(condition: string, outline: Outline, fields: readonly string[]): readonly TextFault[] {
  const comparisons = outline.comparisons.filter(({ field }) => fields.includes(field));
  return [
    ...comparisons.flatMap((comparison) => typeFault(comparison) ?? caseFault(condition, comparison) ?? []),
    ...outline.texts.flatMap(({ text, at }) => escapeFault(condition, text, at) ?? []),
    ...outline.attributes.flatMap(({ name, field, at }) => attributeFault(name, field, at) ?? []),
  ];
}

function typeFault({ field, isPart, how, text, at }: Comparison): TextFault | undefined {
  if (isPart) return undefined;
  const isTruth = BOOLEAN_FIELDS.has(field);
  if (!isTruth && !NUMBER_FIELDS.has(field) && field !== 'eventid') return undefined;
  const kind = isTruth ? 'true or false' : 'a number';
  if (how !== 'equals') {
    return {
      code: 'RULE_TEXT_TYPE',
      message: `"${field}" is ${kind}, and ${how === 'matches' ? 'a pattern matches texts' : 'only a text holds another'}.`,
      hint: isTruth ? `Write ${field} or not ${field}.` : 'Compare it with ==, in or <.',
      at,
    };
  }
  // What is no number stays a text: Windows writes "-" for a port that it does not know.
  const isValue = isTruth ? /^(?:true|false)$/i.test(text) : toInteger(text) !== undefined;
  if (!isValue) return undefined;
  return {
    code: 'RULE_TEXT_TYPE',
    message: `"${field}" is ${kind}, which never equals a text.`,
    hint: `Write ${text.trim().toLowerCase()} without quotes.`,
    at,
  };
}

function caseFault(condition: string, { field, how, text, at }: Comparison): TextFault | undefined {
  const lower = text.toLowerCase();
  // A text that is not the one that was meant has to be put right first.
  if (text === lower || doubtfulControl(condition, text) !== undefined) return undefined;
  if (how === 'matches') {
    if (!asksForCapital(text)) return undefined;
    return {
      code: 'RULE_TEXT_CASE',
      message: `The pattern asks for a capital letter, and "${field}" reaches rules in lower case.`,
      hint: 'Write its letters in lower case.',
      at,
    };
  }
  return {
    code: 'RULE_TEXT_CASE',
    message: `"${excerpt(text)}" is never found: "${field}" reaches rules in lower case.`,
    hint: `Write "${excerpt(lower)}".`,
    at,
  };
}

/** Control characters that an escape gives, with the letter of the escape. */
const CONTROL_LETTERS: ReadonlyMap<string, string> = new Map([
  ['\x07', 'a'],
  ['\b', 'b'],
  ['\v', 'v'],
  ['\f', 'f'],
  ['\t', 't'],
  ['\n', 'n'],
  ['\r', 'r'],
]);
/** These have their uses; with a letter right behind they are a folder that begins with `t`, `n` or `r`. The others nobody means. */
const USEFUL_CONTROLS: ReadonlySet<string> = new Set('\t\n\r');

function escapeFault(condition: string, text: string, at: number): TextFault | undefined {
  const found = doubtfulControl(condition, text);
  if (found === undefined) return undefined;
  const letter = CONTROL_LETTERS.get(found)!;
  return {
    code: 'RULE_TEXT_ESCAPE',
    message: `"\\${letter}" stands for a control character in this text.`,
    hint: `A backslash is written twice: "\\\\${letter}".`,
    at,
  };
}

/** One that an escape has put there: who types a tab means it. */
function doubtfulControl(condition: string, text: string): string | undefined {
  for (const [index, unit] of text.split('').entries()) {
    if (!CONTROL_LETTERS.has(unit) || condition.includes(unit)) continue;
    if (!USEFUL_CONTROLS.has(unit) || /^[a-z]$/i.test(text[index + 1] ?? '')) return unit;
  }
  return undefined;
}

/** Fields that are lists or maps in some records, whose members have names of their own. */
const NESTED: ReadonlySet<string> = new Set(['data', 'userdata']);
const TEXT_FIELDS: ReadonlySet<string> = new Set(
  FIELD_NAMES.map((name) => name.toLowerCase()).filter((name) => !NESTED.has(name)),
);

function attributeFault(name: string, field: string | undefined, at: number): TextFault | undefined {
  if (ALL_ATTRIBUTES.has(name)) return undefined;
  const isOfText = field !== undefined && TEXT_FIELDS.has(field);
  if (!isOfText && closestWord(name, ALL_ATTRIBUTES) === undefined) return undefined;
  return {
    code: 'RULE_ATTRIBUTE_UNKNOWN',
    message: `No value has the attribute "${name}".`,
    hint: didYouMean(name, ALL_ATTRIBUTES),
    at,
  };
}

function excerpt(text: string): string {
  return text.length > EXCERPT_LENGTH ? `${text.slice(0, EXCERPT_LENGTH)}…` : text;
}
