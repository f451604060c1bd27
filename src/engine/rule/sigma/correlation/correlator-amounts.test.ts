import { describe, test } from 'vitest';
import { type Case, expectCase } from '../../../../../test/support/correlation-cases.js';
import type { CorrelationText, Hit } from '../../../../../test/support/correlations.js';

const amount = (n: unknown): Hit['fields'] => ({ n });
const over = (
  type: CorrelationText['type'],
  when: CorrelationText['when'],
  more: Partial<CorrelationText> = {},
): Case['of'] => ({
  type,
  rules: ['a'],
  fields: ['n'],
  ...(when && { when }),
  ...more,
});
const amounts = (...list: readonly unknown[]): Hit[] =>
  list.map((n, index) => ({ at: index + 1, rules: 'a', fields: amount(n) }));

const AMOUNTS: readonly Case[] = [
  { name: 'sum', of: over('value_sum', { gte: 10 }), hits: amounts(4, 5, 1, 1), holds: [3, 4] },
  { name: 'sum of texts that are numbers', of: over('value_sum', { gte: 10 }), hits: amounts('4', '0x6'), holds: [2] },
  {
    name: 'sum: what is no number takes no part',
    of: over('value_sum', { gte: 10 }),
    hits: amounts(10, 'many', true),
    holds: [1],
  },
  { name: 'sum: tenths add up', of: over('value_sum', { eq: 0.3 }), hits: amounts('0.1', '0.2'), holds: [2] },
  { name: 'sum: negative numbers', of: over('value_sum', { lt: 0 }), hits: amounts(1, -2), holds: [2] },
  {
    name: 'sum: what left the window is taken off',
    of: over('value_sum', { gte: 10 }),
    hits: [
      { at: 0, rules: 'a', fields: amount(9) },
      { at: 61, rules: 'a', fields: amount(9) },
    ],
    holds: [],
  },
  {
    name: 'sum of numbers beyond all bounds',
    of: over('value_sum', { gt: 1e300 }),
    hits: amounts('1e308', '1e308'),
    holds: [1, 2],
  },
  {
    name: 'sum: equal amounts of two events both count',
    of: over('value_sum', { gte: 10 }),
    hits: amounts(5, 5),
    holds: [2],
  },
  { name: 'average', of: over('value_avg', { gt: 3 }), hits: amounts(2, 4, 6), holds: [3] },
  { name: 'average falls again', of: over('value_avg', { gt: 3 }), hits: amounts(4, 1, 9), holds: [1, 3] },
  {
    name: 'average: a late low value takes it back',
    of: over('value_avg', { gt: 3 }),
    hits: [
      { at: 5, rules: 'a', fields: amount(4) },
      { at: 4, rules: 'a', fields: amount(1) },
    ],
    holds: [],
  },
  { name: 'median of an odd number', of: over('value_median', { eq: 5 }), hits: amounts(1, 9, 5), holds: [2, 3] },
  { name: 'median of an even number is between', of: over('value_median', { eq: 3 }), hits: amounts(2, 4), holds: [2] },
  {
    name: 'percentile 0 is the least',
    of: over('value_percentile', { lt: 2 }, { percentile: 0 }),
    hits: amounts(5, 1, 7),
    holds: [2, 3],
  },
  {
    name: 'percentile 100 is the greatest',
    of: over('value_percentile', { gte: 7 }, { percentile: 100 }),
    hits: amounts(5, 7, 1),
    holds: [2, 3],
  },
  {
    name: 'percentile 90, between two ranks',
    of: over('value_percentile', { eq: 9.1 }, { percentile: 90 }),
    hits: amounts(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
    holds: [10],
  },
  {
    name: 'percentile without a number is the median',
    of: over('value_percentile', { eq: 2 }),
    hits: amounts(1, 2, 3),
    holds: [3],
  },
];

describe('sums, averages and ranks', () => {
  test.each(AMOUNTS)('$name', (one) => expectCase(one));
});
