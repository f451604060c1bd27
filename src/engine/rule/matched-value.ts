/** What an expression saw (lower-cased) turned back into what the event holds, for people to read. */

import type { Event } from '../event/event.js';
import { type FieldReader, isPseudoField } from './event-field.js';
import type { TracedMatch } from './expression/expression.js';
import type { Matched } from './rule.js';

/** Evidence is kept in memory and stored with each threat: of a longer value only the surroundings of the match are kept. */
const VALUE_LENGTH_MAX = 4096;
const CONTEXT_LENGTH = 1024;

/**
 * @param readerOf  reader by lower-cased name
 * @returns in the order of evaluation, each place once; `action` and `eventid` only where nothing else decided
 */
export function matchedValues(
  traced: readonly TracedMatch[],
  event: Event,
  readerOf: (name: string) => FieldReader,
): readonly Matched[] {
  const matched: Matched[] = [];
  const seen = new Set<string>();
  const telling = traced.filter(({ field }) => field !== 'action' && field !== 'eventid');
  for (const { field, start, end } of telling.length > 0 ? telling : traced) {
    const key = `${field}\0${start}\0${end}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const reader = readerOf(field);
    const text = shownText(reader.read(event));
    if (text === undefined) continue;
    const name = isPseudoField(field) ? field : reader.spellingIn(event);
    matched.push(excerpt(name, text, originalOffset(text, start), originalOffset(text, end)));
  }
  return matched;
}

function shownText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** `İ` (U+0130) is the one character whose lower case has another length (2 units for 1); all other offsets are the same on both sides. */
function originalOffset(text: string, lowerOffset: number | undefined): number | undefined {
  if (lowerOffset === undefined || !text.includes('İ')) return lowerOffset;
  let lower = 0;
  let original = 0;
  while (original < text.length && lower < lowerOffset) {
    lower += text[original] === 'İ' ? 2 : 1;
    original++;
  }
  return original;
}

/** Of a long value the surroundings of the match. Offsets are those in the value as it is. */
export function excerpt(field: string, text: string, start: number | undefined, end: number | undefined): Matched {
  const hasPlace = start !== undefined && end !== undefined && start <= end && end <= text.length;
  if (text.length <= VALUE_LENGTH_MAX) return hasPlace ? { field, value: text, start, end } : { field, value: text };
  if (!hasPlace) return { field, value: `${text.slice(0, VALUE_LENGTH_MAX)}…` };
  const from = Math.max(0, start - CONTEXT_LENGTH);
  const to = Math.min(text.length, from + VALUE_LENGTH_MAX);
  const before = from > 0 ? '…' : '';
  const shift = from - before.length;
  return {
    field,
    value: before + text.slice(from, to) + (to < text.length ? '…' : ''),
    start: start - shift,
    end: Math.min(end, to) - shift,
  };
}
