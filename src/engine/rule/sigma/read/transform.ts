/** What modifiers make of one text: other patterns, or several. */

import { MANY, type TextPattern } from '../text-pattern.js';
import type { SigmaCode } from '../sigma-codes.js';
import { base64, base64Offsets, utf16, utf8 } from './encoding.js';
import { excerpt } from './faults.js';
import { FORMS_OF_VALUE_MAX, UNITS_OF_VALUE_MAX } from './form-budget.js';
import type { Transform } from './modifier-chain.js';
import { type Draft, type DraftPart, isPattern, isPlaceholder, joined, parseText, plainText } from './text.js';

/** Lists of values for placeholders, by name. */
export type Placeholders = ReadonlyMap<string, readonly string[]>;

export interface ValueFault {
  readonly code: SigmaCode;
  readonly message: string;
  readonly hint: string | undefined;
}

/** The dashes that Windows programs take for the start of an option: hyphen, slash, en dash, em dash, horizontal bar. */
const DASHES = ['-', '/', '\u2013', '\u2014', '\u2015'] as const;
/** A dash that begins an option: nothing of a word before it, and a word after it. */
const OPTION_DASH = /(?<![\p{L}\p{N}_])[-/\u2013\u2014\u2015](?=[\p{L}\p{N}_])/gu;

/** Bytes have been made of the text; they are units 0–255 of its literals. */
interface Form {
  readonly draft: Draft;
  readonly isBytes: boolean;
}

/** @returns every pattern that the value stands for: any of them fulfils it */
export function transformText(
  text: string,
  transforms: readonly Transform[],
  placeholders: Placeholders,
): readonly TextPattern[] | ValueFault {
  let forms: readonly Form[] = [{ draft: parseText(text, transforms.includes('expand')), isBytes: false }];
  for (const transform of transforms) {
    const next: Form[] = [];
    let units = 0;
    for (const form of forms) {
      const made = applyTransform(form, transform, placeholders);
      if ('code' in made) return made;
      units += made.reduce((sum, { draft }) => sum + unitsOf(draft), 0);
      if (next.length + made.length > FORMS_OF_VALUE_MAX || units > UNITS_OF_VALUE_MAX) return tooMany(text);
      next.push(...made);
    }
    forms = next;
  }
  return forms.map(({ draft }) => draft).filter(isPattern);
}

function applyTransform(form: Form, transform: Transform, placeholders: Placeholders): readonly Form[] | ValueFault {
  const { draft, isBytes } = form;
  const as = (parts: readonly DraftPart[], bytes = isBytes): readonly Form[] => [
    { draft: joined(parts), isBytes: bytes },
  ];
  switch (transform) {
    case 'contains':
      return as([MANY, ...draft, MANY]);
    case 'startswith':
      return as([...draft, MANY]);
    case 'endswith':
      return as([MANY, ...draft]);
    case 'windash':
      return withDashes(form);
    case 'expand':
      return expand(form, placeholders);
    case 'utf16le':
    case 'wide':
      return as(
        eachLiteral(draft, (text) => utf16(text, 'little')),
        true,
      );
    case 'utf16be':
      return as(
        eachLiteral(draft, (text) => utf16(text, 'big')),
        true,
      );
    case 'utf16':
      return as(['\xff\xfe', ...eachLiteral(draft, (text) => utf16(text, 'little'))], true);
    case 'base64':
    case 'base64offset':
      return encode(form, transform);
  }
}

function eachLiteral(draft: Draft, change: (text: string) => string): readonly DraftPart[] {
  return draft.map((part) => (typeof part === 'string' ? change(part) : part));
}

function encode({ draft, isBytes }: Form, transform: 'base64' | 'base64offset'): readonly Form[] | ValueFault {
  const text = plainText(draft);
  if (text === undefined) {
    return {
      code: 'SIGMA_WILDCARD_ENCODED',
      message: `A wildcard or placeholder cannot be encoded by "${transform}".`,
      hint: `Put "${transform}" before "contains" and after "expand"; write \\* for an asterisk.`,
    };
  }
  const bytes = isBytes ? text : utf8(text);
  const encoded = transform === 'base64' ? [base64(bytes)] : base64Offsets(bytes);
  if (encoded.includes('')) {
    return {
      code: 'SIGMA_WILDCARD_ENCODED',
      message: `"${excerpt(text)}" is too short for "${transform}": nothing of it stays recognisable.`,
      hint: 'Take a longer text.',
    };
  }
  return encoded.map((code) => ({ draft: [code], isBytes: false }));
}

function withDashes({ draft, isBytes }: Form): readonly Form[] | ValueFault {
  let forms: readonly Draft[] = [[]];
  for (const part of draft) {
    const pieces: readonly Draft[] = typeof part === 'string' ? dashPieces(part) : [[part]];
    for (const choices of pieces) {
      if (isTooMuch(forms.length * choices.length, unitsOf(draft)))
        return tooMany(draft.filter((each) => typeof each === 'string').join('*'));
      forms = forms.flatMap((form) => choices.map((choice): Draft => [...form, choice]));
    }
  }
  return forms.map((parts) => ({ draft: joined(parts), isBytes }));
}

/** The text cut at its dashes; each piece with what may stand in its place. */
function dashPieces(text: string): readonly (readonly string[])[] {
  const pieces: (readonly string[])[] = [];
  let end = 0;
  for (const match of text.matchAll(OPTION_DASH)) {
    pieces.push([text.slice(end, match.index)], [match[0], ...DASHES.filter((dash) => dash !== match[0])]);
    end = match.index + 1;
  }
  pieces.push([text.slice(end)]);
  return pieces;
}

function expand({ draft, isBytes }: Form, placeholders: Placeholders): readonly Form[] | ValueFault {
  let forms: readonly Draft[] = [[]];
  for (const part of draft) {
    const choices: readonly Draft[] = isPlaceholder(part)
      ? (placeholders.get(part.placeholder) ?? []).map((value) => parseText(value))
      : [[part]];
    if (choices.length === 0) {
      const name = isPlaceholder(part) ? part.placeholder : '';
      return {
        code: 'SIGMA_PLACEHOLDER_UNKNOWN',
        message: `The placeholder %${excerpt(name)}% has no list of values.`,
        hint: `Give the rules a list "${excerpt(name)}", or take the rule out.`,
      };
    }
    if (isTooMuch(forms.length * choices.length, unitsOf(forms[0] ?? []) + longest(choices)))
      return tooMany(draft.filter((each) => typeof each === 'string').join('%'));
    forms = forms.flatMap((form) => choices.map((choice): Draft => [...form, ...choice]));
  }
  return forms.map((parts) => ({ draft: joined(parts), isBytes }));
}

/** Asked before the forms are made. */
function isTooMuch(forms: number, unitsOfEach: number): boolean {
  return forms > FORMS_OF_VALUE_MAX || forms * unitsOfEach > UNITS_OF_VALUE_MAX;
}

/** Wildcards count as one. */
export function unitsOf(draft: Draft): number {
  return draft.reduce<number>((sum, part) => sum + (typeof part === 'string' ? part.length : 1), 0);
}

function longest(drafts: readonly Draft[]): number {
  return drafts.reduce((most, draft) => Math.max(most, unitsOf(draft)), 0);
}

function tooMany(text: string): ValueFault {
  return {
    code: 'SIGMA_VALUE_EXPANDS',
    message: `"${excerpt(text)}" stands for more than ${FORMS_OF_VALUE_MAX} forms, or for too long ones.`,
    hint: 'Split it into several shorter values.',
  };
}
