/**
 * Which characters a piece of a pattern stands for under `(?i)`. Python lowers each character of the text and looks it up in a set that was
 * completed when the pattern was compiled; here both steps are taken at compile time, and what is left is a plain set.
 */

import { CharSet } from './char-set.js';
import type { CaseRules } from './unicode.js';
import { unicodeCase } from './unicode.js';

const LAST_BASIC = 0xffff;

export function charactersLike(code: number, rules: CaseRules | undefined): CharSet {
  if (rules === undefined || !rules.isCased(code)) return CharSet.ofCodes([code]);
  const lower = rules.lower(code);
  return preimage(CharSet.ofCodes([lower, ...rules.siblings(lower)]), rules);
}

export type ClassItem =
  | { readonly kind: 'range'; readonly low: number; readonly high: number; readonly literal: boolean }
  | { readonly kind: 'category'; readonly set: CharSet };

/** A class `[…]` with all its items, not yet negated classes included. */
export function charactersOfClass(
  items: readonly ClassItem[],
  negated: boolean,
  rules: CaseRules | undefined,
): CharSet {
  const ranges: (readonly [number, number])[] = [];
  let cased = false;
  for (const item of items) {
    if (item.kind === 'category') ranges.push(...item.set.ranges());
    else if (rules === undefined) ranges.push([item.low, item.high]);
    else if (addFolded(item, rules, ranges)) cased = true;
  }
  const set = CharSet.ofRanges(ranges);
  const sought = negated ? set.complement() : set;
  return rules !== undefined && cased ? preimage(sought, rules) : sought;
}

/** Adds the lower-case form of an item; returns whether any of it has a case. */
function addFolded(
  item: ClassItem & { readonly kind: 'range' },
  rules: CaseRules,
  ranges: (readonly [number, number])[],
): boolean {
  const { low, high } = item;
  let cased = false;
  const lowers: number[] = [];
  for (const [upper, lower] of rules.pairs) {
    if (upper < low || upper > high) continue;
    cased = true;
    if (lower <= LAST_BASIC) lowers.push(lower);
  }
  // Beyond the basic plane Python keeps an item as written: a single character is not even lowered, which makes it unfindable if it is
  // a capital; a range is also tried with the upper case of the text's character.
  if (high > LAST_BASIC) {
    if (item.literal) {
      ranges.push([low, high]);
      return true;
    }
    cased = true;
    for (const [upper, lower] of unicodeCase().pairs) if (upper >= low && upper <= high) ranges.push([lower, lower]);
  }
  const fixed = unchanged(low, high, rules);
  ranges.push(...fixed, ...lowers.map((code) => [code, code] as const));
  for (const code of lowers) for (const sibling of rules.siblings(code)) ranges.push([sibling, sibling]);
  for (const [first, last] of fixed) {
    for (let code = first; code <= Math.min(last, LAST_BASIC); code++) {
      if (!cased && rules.isCased(code)) cased = true;
      for (const sibling of rules.siblings(code)) ranges.push([sibling, sibling]);
    }
  }
  return cased;
}

/** The parts of a range whose characters are their own lower case. Capitals beyond the basic plane stay: they are kept as written. */
function unchanged(low: number, high: number, rules: CaseRules): (readonly [number, number])[] {
  const ranges: (readonly [number, number])[] = [];
  let next = low;
  for (const upper of [...rules.pairs.keys()].sort((left, right) => left - right)) {
    if (upper < next || upper > high || upper > LAST_BASIC) continue;
    if (upper > next) ranges.push([next, upper - 1]);
    next = upper + 1;
  }
  if (next <= high) ranges.push([next, high]);
  return ranges;
}

/** All characters whose lower case is in the set. */
function preimage(set: CharSet, rules: CaseRules): CharSet {
  const uppers = [...rules.pairs.keys()];
  const capitals = CharSet.ofCodes(uppers);
  const kept = set.ranges().flatMap(([low, high]) => without(low, high, capitals));
  const added = uppers.filter((upper) => set.has(rules.lower(upper))).map((upper) => [upper, upper] as const);
  return CharSet.ofRanges([...kept, ...added]);
}

function without(low: number, high: number, removed: CharSet): (readonly [number, number])[] {
  const parts: (readonly [number, number])[] = [];
  let next = low;
  removed.forEachRange((first, last) => {
    if (last < next || first > high) return;
    if (first > next) parts.push([next, first - 1]);
    next = last + 1;
  });
  if (next <= high) parts.push([next, high]);
  return parts;
}
