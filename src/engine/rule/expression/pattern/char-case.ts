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
  { low, high, literal }: ClassItem & { readonly kind: 'range' },
  rules: CaseRules,
  ranges: (readonly [number, number])[],
): boolean {
  // Beyond the basic plane Python keeps an item as written: a single character is not even lowered, which makes it unfindable if it is
  // a capital; a range is also tried with the upper case of the text's character.
  if (high > LAST_BASIC && literal) {
    ranges.push([low, high]);
    return true;
  }
  const item = CharSet.ofSorted([low, high]);
  const lowers = new Set<number>();
  for (const [capital, lower] of pairsWithin(rules, low, high)) if (capital <= LAST_BASIC) lowers.add(lower);
  if (high > LAST_BASIC) for (const [, lower] of pairsWithin(unicodeCase(), low, high)) ranges.push([lower, lower]);
  const kept = item.without(rules.capitals.intersection(BASIC));
  for (const code of lowers) ranges.push([code, code]);
  for (const [code, others] of rules.siblings) {
    if (lowers.has(code) || (kept.has(code) && code <= LAST_BASIC))
      for (const other of others) ranges.push([other, other]);
  }
  ranges.push(...kept.ranges());
  return high > LAST_BASIC || !item.intersection(rules.cased).isEmpty;
}

function pairsWithin(rules: CaseRules, low: number, high: number): readonly (readonly [number, number])[] {
  return rules.pairs.filter(([capital]) => capital >= low && capital <= high);
}

/** All characters whose lower case is in the set. */
function preimage(set: CharSet, rules: CaseRules): CharSet {
  const added = rules.pairs.filter(([, lower]) => set.has(lower)).map(([capital]) => capital);
  return set.without(rules.capitals).union(CharSet.ofCodes(added));
}
