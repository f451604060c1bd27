/** Long lists of beginnings or endings, told apart by one unit before any is compared. */

import type { TextTest } from './text-test.js';

/** Below this a plain loop is as fast. */
const LIST_MIN = 6;

/** @param edge  the side of a text at which each of `parts` may stand */
export function edgeTest(parts: readonly string[], edge: 'start' | 'end'): TextTest {
  const stands = (text: string, part: string): boolean =>
    edge === 'start' ? text.startsWith(part) : text.endsWith(part);
  if (parts.length < LIST_MIN) return (text) => parts.some((part) => stands(text, part));
  const shortest = Math.min(...parts.map(({ length }) => length));
  if (shortest === 0) return () => true;
  const unitOf = (text: string, place: number): number =>
    text.charCodeAt(edge === 'start' ? place : text.length - 1 - place);
  const place = tellingPlace(parts, shortest, unitOf);
  const byUnit = new Map<number, string[]>();
  for (const part of parts) {
    const unit = unitOf(part, place);
    const others = byUnit.get(unit);
    if (others === undefined) byUnit.set(unit, [part]);
    else others.push(part);
  }
  return (text) => {
    if (text.length < shortest) return false;
    const alike = byUnit.get(unitOf(text, place));
    return alike !== undefined && alike.some((part) => stands(text, part));
  };
}

/** Counted from the edge: where the parts differ most. `.exe` is the end of all of them. */
function tellingPlace(
  parts: readonly string[],
  shortest: number,
  unitOf: (text: string, place: number) => number,
): number {
  let best = 0;
  let most = 0;
  for (let place = 0; place < shortest; place++) {
    const { size } = new Set(parts.map((part) => unitOf(part, place)));
    if (size > most) {
      best = place;
      most = size;
    }
  }
  return best;
}
