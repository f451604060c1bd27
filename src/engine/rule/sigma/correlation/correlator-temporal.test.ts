import { describe, test } from 'vitest';
import { type Case, expectCase, each, user } from '../../../../../test/support/correlation-cases.js';
import type { CorrelationText } from '../../../../../test/support/correlations.js';

const temporal = (more: Partial<CorrelationText> = {}): Case['of'] => ({
  type: 'temporal',
  rules: ['a', 'b', 'c'],
  ...more,
});

const TEMPORAL: readonly Case[] = [
  {
    name: 'all rules, in any order',
    of: temporal(),
    hits: [...each('c', [1]), ...each('a', [2]), ...each('b', [3])],
    holds: [3],
  },
  { name: 'one is missing', of: temporal(), hits: [...each('c', [1]), ...each('a', [2, 3])], holds: [] },
  {
    name: 'one is too far',
    of: temporal(),
    hits: [...each('a', [0]), ...each('b', [30]), ...each('c', [61])],
    holds: [],
  },
  { name: 'one event can be all', of: temporal(), hits: each('a b c', [1]), holds: [1] },
  {
    name: 'at least two of three',
    of: temporal({ when: { gte: 2 } }),
    hits: [...each('a', [1]), ...each('c', [2])],
    holds: [2],
  },
  {
    name: 'exactly one of three',
    of: temporal({ when: { eq: 1 } }),
    hits: [...each('a', [1, 2]), ...each('c', [3])],
    holds: [1, 2],
  },
  {
    name: 'less than two, taken back by a late event',
    of: temporal({ when: { lt: 2 } }),
    hits: [...each('a', [3]), ...each('b', [1])],
    holds: [1],
  },
  {
    name: 'a late one completes a later event',
    of: temporal(),
    hits: [...each('a', [1]), ...each('b', [5]), ...each('c', [3])],
    holds: [5],
  },
  {
    name: 'holds again while all are in the window',
    of: temporal({ rules: ['a', 'b'] }),
    hits: [...each('a', [1]), ...each('b', [2]), ...each('a', [3]), ...each('b', [62])],
    holds: [2, 3, 62],
  },
  {
    name: 'by user',
    of: temporal({ rules: ['a', 'b'], groupBy: ['User'] }),
    hits: [...each('a', [1], user('li')), ...each('b', [2], user('wu')), ...each('b', [3], user('li'))],
    holds: [3],
  },
  { name: 'a rule that is not there', of: temporal({ rules: ['a', 'nobody'] }), hits: each('a', [1]), holds: [] },
  {
    name: 'a rule that is not there, where one is enough',
    of: temporal({ rules: ['a', 'nobody'], when: { gte: 1 } }),
    hits: each('a', [1]),
    holds: [1],
  },
  {
    name: 'rules by id',
    of: temporal({ rules: ['id-a', 'id-b'] }),
    hits: [...each('a', [1]), ...each('b', [2])],
    holds: [2],
  },
];

const ordered = (more: Partial<CorrelationText> = {}): Case['of'] => ({
  type: 'temporal_ordered',
  rules: ['a', 'b', 'c'],
  ...more,
});

const TEMPORAL_ORDERED: readonly Case[] = [
  { name: 'in order', of: ordered(), hits: [...each('a', [1]), ...each('b', [2]), ...each('c', [3])], holds: [3] },
  {
    name: 'in another order',
    of: ordered(),
    hits: [...each('a', [1]), ...each('c', [2]), ...each('b', [3])],
    holds: [],
  },
  {
    name: 'in order by event time, whichever way they come',
    of: ordered(),
    hits: [...each('c', [3]), ...each('b', [2]), ...each('a', [1])],
    holds: [3],
  },
  {
    name: 'others may come between',
    of: ordered(),
    hits: [...each('a', [1]), ...each('c', [2]), ...each('b', [3]), ...each('c', [4])],
    holds: [4],
  },
  {
    name: 'first and last a timespan apart',
    of: ordered(),
    hits: [...each('a', [0]), ...each('b', [30]), ...each('c', [60])],
    holds: [60],
  },
  {
    name: 'first and last too far apart',
    of: ordered(),
    hits: [...each('a', [0]), ...each('b', [30]), ...each('c', [60.001])],
    holds: [],
  },
  {
    name: 'a first step again, later, keeps it within',
    of: ordered(),
    hits: [...each('a', [0, 20]), ...each('b', [30]), ...each('c', [70])],
    holds: [70],
  },
  {
    name: 'a first step after the second does not help',
    of: ordered(),
    hits: [...each('a', [0]), ...each('b', [30]), ...each('a', [40]), ...each('c', [70])],
    holds: [],
  },
  {
    name: 'only its last step completes it',
    of: ordered({ rules: ['a', 'b'] }),
    hits: [...each('a', [1]), ...each('b', [2]), ...each('a', [3]), ...each('b', [4])],
    holds: [2, 4],
  },
  { name: 'one event is one step', of: ordered({ rules: ['a', 'b'] }), hits: each('a b', [1]), holds: [] },
  { name: 'two such events are two steps', of: ordered({ rules: ['a', 'b'] }), hits: each('a b', [1, 2]), holds: [2] },
  {
    name: 'one rule twice is two events',
    of: ordered({ rules: ['a', 'a', 'b'] }),
    hits: [...each('a', [1]), ...each('b', [2]), ...each('a', [3]), ...each('b', [4])],
    holds: [4],
  },
  {
    name: 'records of one millisecond come in the order of the steps',
    of: ordered({ rules: ['a', 'b'] }),
    hits: [
      { at: 1, rules: 'b', record: 1 },
      { at: 1, rules: 'a', record: 2 },
    ],
    holds: [1],
  },
  {
    name: 'at least two steps of three, in order',
    of: ordered({ when: { gte: 2 } }),
    hits: [...each('a', [1]), ...each('c', [2])],
    holds: [2],
  },
  {
    name: 'two steps of three, against the order',
    of: ordered({ when: { gte: 2 } }),
    hits: [...each('c', [1]), ...each('a', [2])],
    holds: [],
  },
  {
    name: 'a late step in between completes it',
    of: ordered(),
    hits: [...each('a', [1]), ...each('c', [5]), ...each('b', [3])],
    holds: [5],
  },
  {
    name: 'by group',
    of: ordered({ rules: ['a', 'b'], groupBy: ['User'] }),
    hits: [...each('a', [1], user('li')), ...each('b', [2], user('wu')), ...each('b', [3], user('li'))],
    holds: [3],
  },
];

describe('temporal', () => {
  test.each(TEMPORAL)('$name', (one) => expectCase(one));
});

describe('temporal ordered', () => {
  test.each(TEMPORAL_ORDERED)('$name', (one) => expectCase(one));
});
