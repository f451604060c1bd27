/** Numbers in fields, for `lt`, `lte`, `gt` and `gte`. */

import type { Comparison } from '../document.js';

/** Decimal with sign, fraction and exponent, or `0x`, as Windows writes ids and masks. */
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3})?$|^0x[0-9a-f]{1,16}$/i;
const LENGTH_MAX = 64;

/** `undefined` for a text that is no number, and for infinity. */
export function numberIn(text: string): number | undefined {
  if (text.length === 0 || text.length > LENGTH_MAX || !NUMBER.test(text)) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

export function compares(left: number, comparison: Comparison, right: number): boolean {
  switch (comparison) {
    case 'gt':
      return left > right;
    case 'gte':
      return left >= right;
    case 'lt':
      return left < right;
    case 'lte':
      return left <= right;
    case 'eq':
      return left === right;
    case 'neq':
      return left !== right;
  }
}
