/** Whether a text fits a pattern with wildcards, in the plainest way that is not exponential. */

import { foldText } from '../value/fold-text.js';
import { MANY, ONE, type TextPattern } from '../text-pattern.js';

export interface Place {
  readonly start: number;
  readonly end: number;
}

/** @returns where the pattern without its outer `*` stands in the text; `undefined` where the text does not fit */
export function matchText(pattern: TextPattern, isCased: boolean, text: string): Place | undefined {
  const fold = isCased ? (value: string): string => value : foldText;
  const value = fold(text);
  const parts = pattern.map((part) => (typeof part === 'string' ? fold(part) : part));
  const [first, second, third] = parts;
  if (parts.length === 0) return value === '' ? { start: 0, end: 0 } : undefined;
  if (parts.length === 1 && typeof first === 'string')
    return value === first ? { start: 0, end: value.length } : undefined;
  if (parts.length === 2 && typeof first === 'string' && second === MANY) {
    return value.startsWith(first) ? { start: 0, end: first.length } : undefined;
  }
  if (parts.length === 2 && first === MANY && typeof second === 'string') {
    return value.endsWith(second) ? { start: value.length - second.length, end: value.length } : undefined;
  }
  if (parts.length === 3 && first === MANY && typeof second === 'string' && third === MANY) {
    const start = value.indexOf(second);
    return start < 0 ? undefined : { start, end: start + second.length };
  }
  return fits(unitsOf(parts), value) ? { start: 0, end: value.length } : undefined;
}

type Unit = string | typeof MANY | typeof ONE;

function unitsOf(parts: TextPattern): readonly Unit[] {
  return parts.flatMap<Unit>((part) => (typeof part === 'string' ? [...part] : [part]));
}

/** For each place of the text, which places of the pattern can have been reached: pattern × text steps, whatever they hold. */
function fits(pattern: readonly Unit[], text: string): boolean {
  let reached = skipMany(pattern, new Set([0]));
  for (const character of text) {
    const next = new Set<number>();
    for (const place of reached) {
      const unit = pattern[place];
      if (unit === MANY) next.add(place);
      else if (unit === ONE || unit === character) next.add(place + 1);
    }
    reached = skipMany(pattern, next);
  }
  return reached.has(pattern.length);
}

/** `*` may stand for nothing. */
function skipMany(pattern: readonly Unit[], reached: Set<number>): Set<number> {
  for (const place of reached) if (pattern[place] === MANY) reached.add(place + 1);
  return reached;
}
