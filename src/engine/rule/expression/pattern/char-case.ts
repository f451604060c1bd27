/**
 * Which characters a piece of a pattern stands for under `(?i)`. Python lowers each character of the text and looks it up in a set that was
 * completed when the pattern was compiled; here both steps are taken at compile time, and what is left is a plain set.
 */

import { CharSet } from './char-set.js';
import type { CaseRules } from './unicode.js';
import { unicodeCase } from './unicode.js';

const LAST_BASIC = 0xffff;
const BASIC = CharSet.ofSorted([0, LAST_BASIC]);

export function charactersLike(code: number, rules: CaseRules | undefined): CharSet {
  if (rules === undefined || !rules.cased.has(code)) return CharSet.ofCodes([code]);
  const lower = rules.lower(code);
  const alike = [lower, ...(rules.siblings.get(lower) ?? [])];
  return CharSet.ofCodes([...alike, ...alike.flatMap((one) => rules.capitalsOf(one))]);
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
  const ranges: Range[] = [];
  const written: Range[] = [];
  /** Written as a range that leads beyond the basic plane. */
  const beyond: Range[] = [];
  let cased = false;
  for (const item of items) {
    if (item.kind === 'category') ranges.push(...item.set.ranges());
    else if (rules === undefined) ranges.push([item.low, item.high]);
    else {
      // Beyond the basic plane Python keeps an item as written: a single character is not even lowered, which makes it unfindable if it is
      // a capital; a range is also tried with the upper case of the text's character.
      const isBeyond = item.high > LAST_BASIC;
      cased ||= isBeyond;
      (isBeyond && item.literal ? ranges : written).push([item.low, item.high]);
      if (isBeyond && !item.literal) beyond.push([item.low, item.high]);
    }
  }
  if (rules !== undefined && written.length > 0) {
    // All at once: one after another, thousands of items would each be compared with the whole table.
    const set = CharSet.ofRanges(written);
    cased ||= !set.intersection(rules.cased).isEmpty;
    addFolded(set, rules, ranges);
    if (beyond.length > 0) addLowerOf(CharSet.ofRanges(beyond), unicodeCase(), ranges);
  }
  const set = CharSet.ofRanges(ranges);
  const sought = negated ? set.complement() : set;
  return rules !== undefined && cased ? preimage(sought, rules) : sought;
}

type Range = readonly [number, number];

/** Adds the lower-case form of a set. */
function addFolded(written: CharSet, rules: CaseRules, ranges: Range[]): void {
  const lowers = new Set<number>();
  for (const [capital, lower] of rules.pairs) if (capital <= LAST_BASIC && written.has(capital)) lowers.add(lower);
  const kept = written.without(rules.capitals.intersection(BASIC));
  for (const code of lowers) ranges.push([code, code]);
  for (const [code, others] of rules.siblings) {
    if (lowers.has(code) || (kept.has(code) && code <= LAST_BASIC))
      for (const other of others) ranges.push([other, other]);
  }
  ranges.push(...kept.ranges());
}

function addLowerOf(written: CharSet, rules: CaseRules, ranges: Range[]): void {
  for (const [capital, lower] of rules.pairs) if (written.has(capital)) ranges.push([lower, lower]);
}

/** All characters whose lower case is in the set. */
function preimage(set: CharSet, rules: CaseRules): CharSet {
  const added = rules.pairs.filter(([, lower]) => set.has(lower)).map(([capital]) => capital);
  return set.without(rules.capitals).union(CharSet.ofCodes(added));
}
