/**
 * What an event must fulfil for a part of a rule to be true. Sound, not complete: whoever relies on it only leaves out events that the rule
 * would leave out as well. The texts are lower-cased, and so are the event's when they are compared with them.
 */

import type { Requirement } from './expression.js';
import { better } from './pattern/literals.js';
import type { Pattern } from './pattern/pattern.js';
import { isText, type Text } from './text.js';
import type { Value } from './value.js';
import { isArray, isNumber } from './value.js';
import { isValueMap, isValueSet } from './collection.js';

const NONE: readonly Requirement[] = [];
/** More texts for one field would cost the index more than they spare. */
const MAX_TEXTS = 64;
/** Lower-cased, it depends on its neighbours: a piece of a text could be lowered differently from the whole. */
const CAPITAL_SIGMA = '\u03a3';

/** `field == constant` */
export function requireEqual(field: string, value: Value): readonly Requirement[] {
  const text = comparable(value);
  return text === undefined ? NONE : [{ field, kind: 'equals', texts: [text] }];
}

/** `field in constant` */
export function requireMember(field: string, value: Value): readonly Requirement[] {
  const members = isArray(value)
    ? value
    : isValueSet(value)
      ? value.members
      : isValueMap(value)
        ? value.keys
        : undefined;
  if (members === undefined || members.length > MAX_TEXTS) return NONE;
  const texts: string[] = [];
  for (const member of members) {
    const text = comparable(member);
    // 0 and 1 also equal false and true in a container, and those are neither texts nor numbers.
    if (text === undefined || ((text === '0' || text === '1') && isNumber(member))) return NONE;
    texts.push(text);
  }
  return [{ field, kind: 'equals', texts: unique(texts) }];
}

/** `constant in field`; of a field that is a list or map a requirement says nothing. */
export function requireHeld(field: string, value: Value): readonly Requirement[] {
  return isText(value) ? requirePart(field, 'contains', value) : NONE;
}

/** A text, or a safe whole number in decimal; undefined for what the index cannot look for. */
function comparable(value: Value): string | undefined {
  if (typeof value === 'string') return value.toLowerCase();
  if (!isNumber(value)) return undefined;
  const whole = typeof value === 'number' ? value : value.whole;
  return Number.isNaN(whole) ? undefined : String(whole);
}

/** `field[:4] == "text"`: a slice that equals a text was cut from a text. `part` says where. */
export function requirePart(field: string, part: 'prefix' | 'suffix' | 'contains', text: Text): readonly Requirement[] {
  if (typeof text !== 'string' || text === '' || text.includes(CAPITAL_SIGMA)) return NONE;
  return [{ field, kind: part, texts: [text.toLowerCase()] }];
}

/** `field =~ pattern` and `field =~~ pattern` */
export function requireMatch(field: string, pattern: Pattern, search: boolean): readonly Requirement[] {
  const { exact, prefix, suffix, inner } = pattern.literals(spellLower);
  const fromStart = !search || pattern.isAnchoredAtStart;
  const atEnd = pattern.anchorAtEnd;
  if (exact !== undefined && fromStart && atEnd !== undefined)
    return [{ field, kind: 'equals', texts: ending(exact, atEnd) }];
  const requirements: Requirement[] = [];
  if (prefix !== undefined && fromStart) requirements.push({ field, kind: 'prefix', texts: unique(prefix) });
  if (suffix !== undefined && atEnd !== undefined)
    requirements.push({ field, kind: 'suffix', texts: ending(suffix, atEnd) });
  if (inner !== undefined && !requirements.some(({ texts }) => sameTexts(texts, inner))) {
    requirements.push({ field, kind: 'contains', texts: unique(inner) });
  }
  return requirements;
}

function spellLower(code: number): string | undefined {
  const character = String.fromCodePoint(code);
  return character === CAPITAL_SIGMA ? undefined : character.toLowerCase();
}

/** `$` also matches before a final line feed. */
function ending(texts: readonly string[], anchor: 'end' | 'text-end'): readonly string[] {
  return unique(anchor === 'end' ? texts.flatMap((text) => [text, `${text}\n`]) : texts);
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

function sameTexts(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((text) => right.includes(text));
}

/** Of `or`: what all sides require of the same field, as one list of texts. */
export function requireAny(sides: readonly (readonly Requirement[])[]): readonly Requirement[] {
  const [first = NONE, ...others] = sides;
  const fields = unique(first.map(({ field }) => field));
  return fields.flatMap((field) => {
    let merged = bestOf(first, field);
    for (const side of others) {
      const next = bestOf(side, field);
      merged = merged === undefined || next === undefined ? undefined : merge(merged, next);
    }
    return merged === undefined ? [] : [merged];
  });
}

/** The most telling requirement of a field: a whole text before a part of one, long parts before short ones. */
function bestOf(requirements: readonly Requirement[], field: string): Requirement | undefined {
  let best: Requirement | undefined;
  for (const requirement of requirements) {
    if (requirement.field !== field) continue;
    if (best === undefined || (best.kind !== 'equals' && isBetter(requirement, best))) best = requirement;
  }
  return best;
}

function isBetter(candidate: Requirement, best: Requirement): boolean {
  return candidate.kind === 'equals' || better(best.texts, candidate.texts) === candidate.texts;
}

/** Requirements of two kinds can only be joined as "contains". A number contains nothing, so it cannot be joined with a part of a text. */
function merge(left: Requirement, right: Requirement): Requirement | undefined {
  const texts = unique([...left.texts, ...right.texts]);
  if (texts.length > MAX_TEXTS) return undefined;
  if (left.kind === right.kind) return { field: left.field, kind: left.kind, texts };
  if (
    [left, right].some(
      ({ kind, texts: own }) => kind === 'equals' && own.some((text) => text === '' || /^-?\d+$/.test(text)),
    )
  ) {
    return undefined;
  }
  return { field: left.field, kind: 'contains', texts };
}
