import { describe, expect, test } from 'vitest';
import { T0 } from '../../../../../test/support/events.js';
import { CorrelationBench, type CorrelationText, type Hit } from '../../../../../test/support/correlations.js';

/** `a` at each of these seconds, with these fields. */
const each = (rules: string, seconds: readonly number[], fields: Hit['fields'] = {}): Hit[] =>
  seconds.map((at) => ({ at, rules, fields }));

const user = (name: unknown): Hit['fields'] => ({ User: name });

interface Case {
  readonly name: string;
  readonly of: Partial<CorrelationText> & Pick<CorrelationText, 'type'>;
  readonly hits: readonly Hit[];
  /** Seconds of the events at which it holds. */
  readonly holds: readonly number[];
}

const count = (when: CorrelationText['when'], more: Partial<CorrelationText> = {}): Case['of'] => ({
  type: 'event_count',
  rules: ['a'],
  ...(when && { when }),
  ...more,
});

const EVENT_COUNT: readonly Case[] = [
  {
    name: 'gte: at the event that completes it, and at each one after',
    of: count({ gte: 3 }),
    hits: each('a', [1, 2, 3, 4]),
    holds: [3, 4],
  },
  { name: 'gte: one short', of: count({ gte: 3 }), hits: each('a', [1, 2]), holds: [] },
  { name: 'gt is one more than gte', of: count({ gt: 3 }), hits: each('a', [1, 2, 3, 4]), holds: [4] },
  { name: 'gte 1: every event', of: count({ gte: 1 }), hits: each('a', [1, 200]), holds: [1, 200] },
  { name: 'a timespan wide, ends included', of: count({ gte: 2 }), hits: each('a', [0, 60]), holds: [60] },
  { name: 'a millisecond wider', of: count({ gte: 2 }), hits: each('a', [0, 60.001]), holds: [] },
  {
    name: 'the window slides; it does not restart at its edges',
    of: count({ gte: 3 }),
    hits: each('a', [0, 50, 70, 90]),
    holds: [90],
  },
  { name: 'a gap empties the window', of: count({ gte: 2 }), hits: each('a', [0, 1, 500, 501]), holds: [1, 501] },
  { name: 'lt: at the first events only', of: count({ lt: 3 }), hits: each('a', [1, 2, 3]), holds: [1, 2] },
  { name: 'lte', of: count({ lte: 1 }), hits: each('a', [1, 2]), holds: [1] },
  { name: 'eq: where the count passes it', of: count({ eq: 2 }), hits: each('a', [1, 2, 3]), holds: [2] },
  { name: 'neq', of: count({ neq: 2 }), hits: each('a', [1, 2, 3]), holds: [1, 3] },
  { name: 'a range', of: count({ gte: 2, lte: 3 }), hits: each('a', [1, 2, 3, 4]), holds: [2, 3] },
  { name: 'a range that nothing fits', of: count({ gt: 3, lt: 3 }), hits: each('a', [1, 2, 3, 4]), holds: [] },
  { name: 'eq 0 never holds: it is asked at events', of: count({ eq: 0 }), hits: each('a', [1]), holds: [] },
  {
    name: 'several rules count together',
    of: count({ gte: 3 }, { rules: ['a', 'b'] }),
    hits: [...each('a', [1, 3]), ...each('b', [2])],
    holds: [3],
  },
  {
    name: 'an event that two rules match counts once',
    of: count({ gte: 2 }, { rules: ['a', 'b'] }),
    hits: each('a b', [1]),
    holds: [],
  },
  { name: 'other rules do not count', of: count({ gte: 2 }), hits: [...each('a', [1]), ...each('b', [2])], holds: [] },
  { name: 'a late event completes what came before it', of: count({ gte: 3 }), hits: each('a', [1, 3, 2]), holds: [3] },
  { name: 'a late event takes lt back', of: count({ lt: 3 }), hits: each('a', [2, 3, 1]), holds: [1, 2] },
  {
    name: 'a late event takes eq back, and gives it elsewhere',
    of: count({ eq: 2 }),
    hits: each('a', [2, 3, 1]),
    holds: [2],
  },
  {
    name: 'an event years late is counted where it belongs',
    of: count({ gte: 2 }),
    hits: each('a', [9e7, 1, 2]),
    holds: [2],
  },
  {
    name: 'the same record twice is one',
    of: count({ gte: 2 }),
    hits: [
      { at: 1, rules: 'a', record: 5 },
      { at: 1, rules: 'a', record: 5 },
    ],
    holds: [],
  },
  {
    name: 'two records of one millisecond are two',
    of: count({ gte: 2 }),
    hits: [
      { at: 1, rules: 'a', record: 5 },
      { at: 1, rules: 'a', record: 6 },
    ],
    holds: [1],
  },
  {
    name: 'a rule named twice counts once',
    of: count({ gte: 2 }, { rules: ['a', 'a'] }),
    hits: each('a', [1]),
    holds: [],
  },
  { name: 'no condition: every event', of: count(undefined), hits: each('a', [1, 2]), holds: [1, 2] },
];

const GROUPS: readonly Case[] = [
  {
    name: 'without group-by each host is its own',
    of: count({ gte: 2 }),
    hits: [
      { at: 1, rules: 'a' },
      { at: 2, rules: 'a', host: 'ws2' },
    ],
    holds: [],
  },
  {
    name: 'short and full names are one host',
    of: count({ gte: 2 }),
    hits: [
      { at: 1, rules: 'a', host: 'ws9' },
      { at: 2, rules: 'a', host: 'ws9.corp.example' },
    ],
    holds: [2],
  },
  {
    name: 'by a field',
    of: count({ gte: 2 }, { groupBy: ['User'] }),
    hits: [...each('a', [1, 3], user('li')), ...each('a', [2], user('wu'))],
    holds: [3],
  },
  {
    name: 'letter case is no difference',
    of: count({ gte: 2 }, { groupBy: ['User'] }),
    hits: [...each('a', [1], user('LI')), ...each('a', [2], user('li'))],
    holds: [2],
  },
  {
    name: 'nor is number or text',
    of: count({ gte: 2 }, { groupBy: ['User'] }),
    hits: [...each('a', [1], user(7)), ...each('a', [2], user('7'))],
    holds: [2],
  },
  {
    name: 'nor the case of the field’s name',
    of: count({ gte: 2 }, { groupBy: ['user'] }),
    hits: each('a', [1, 2], user('li')),
    holds: [2],
  },
  {
    name: 'a missing field takes no part',
    of: count({ gte: 2 }, { groupBy: ['User'] }),
    hits: each('a', [1, 2]),
    holds: [],
  },
  {
    name: 'nor does null',
    of: count({ gte: 2 }, { groupBy: ['User'] }),
    hits: each('a', [1, 2], user(null)),
    holds: [],
  },
  {
    name: 'an empty text is a value',
    of: count({ gte: 2 }, { groupBy: ['User'] }),
    hits: each('a', [1, 2], user('')),
    holds: [2],
  },
  {
    name: 'a list is one value',
    of: count({ gte: 2 }, { groupBy: ['User'] }),
    hits: [...each('a', [1, 3], user(['li', 'wu'])), ...each('a', [2], user(['li']))],
    holds: [3],
  },
  {
    name: 'a map takes no part',
    of: count({ gte: 2 }, { groupBy: ['User'] }),
    hits: each('a', [1, 2], user({ name: 'li' })),
    holds: [],
  },
  {
    name: 'a field of the host alone does not span hosts',
    of: count({ gte: 2 }, { groupBy: ['User'] }),
    hits: [
      { at: 1, rules: 'a', fields: user('li') },
      { at: 2, rules: 'a', fields: user('li'), host: 'ws2' },
    ],
    holds: [],
  },
  {
    name: 'an address spans hosts',
    of: count({ gte: 2 }, { groupBy: ['IpAddress'] }),
    hits: [
      { at: 1, rules: 'a', fields: { IpAddress: '10.0.0.9' } },
      { at: 2, rules: 'a', fields: { IpAddress: '10.0.0.9' }, host: 'ws2' },
    ],
    holds: [2],
  },
  {
    name: 'unless the host is named too',
    of: count({ gte: 2 }, { groupBy: ['host', 'IpAddress'] }),
    hits: [
      { at: 1, rules: 'a', fields: { IpAddress: '10.0.0.9' } },
      { at: 2, rules: 'a', fields: { IpAddress: '10.0.0.9' }, host: 'ws2' },
    ],
    holds: [],
  },
  {
    name: 'Computer is the host',
    of: count({ gte: 2 }, { groupBy: ['Computer'] }),
    hits: [
      { at: 1, rules: 'a', host: 'ws9' },
      { at: 2, rules: 'a', host: 'WS9.corp' },
    ],
    holds: [2],
  },
  {
    name: 'several fields: all must be equal',
    of: count({ gte: 2 }, { groupBy: ['User', 'Image'] }),
    hits: [
      { at: 1, rules: 'a', fields: { User: 'li', Image: 'x' } },
      { at: 2, rules: 'a', fields: { User: 'li', Image: 'y' } },
      { at: 3, rules: 'a', fields: { User: 'li', Image: 'x' } },
    ],
    holds: [3],
  },
  {
    name: 'values do not run into each other',
    of: count({ gte: 2 }, { groupBy: ['User', 'Image'] }),
    hits: [
      { at: 1, rules: 'a', fields: { User: 'ab', Image: 'c' } },
      { at: 2, rules: 'a', fields: { User: 'a', Image: 'bc' } },
    ],
    holds: [],
  },
  {
    name: 'long values differ after their beginning',
    of: count({ gte: 2 }, { groupBy: ['User'] }),
    hits: [...each('a', [1, 3], user(`${'x'.repeat(5000)}1`)), ...each('a', [2], user(`${'x'.repeat(5000)}2`))],
    holds: [3],
  },
  {
    name: 'names of Object.prototype are no fields',
    of: count({ gte: 2 }, { groupBy: ['constructor'] }),
    hits: each('a', [1, 2]),
    holds: [],
  },
  {
    name: 'aliases: each rule has its own field',
    of: { type: 'temporal', rules: ['a', 'b'], groupBy: ['who'], aliases: { who: { a: 'Subject', b: 'Target' } } },
    hits: [
      { at: 1, rules: 'a', fields: { Subject: 'li', Target: 'wu' } },
      { at: 2, rules: 'b', fields: { Subject: 'wu', Target: 'li' } },
    ],
    holds: [2],
  },
  {
    name: 'aliases by the rule’s id',
    of: {
      type: 'temporal',
      rules: ['a', 'b'],
      groupBy: ['who'],
      aliases: { who: { 'id-a': 'Subject', 'id-b': 'Target' } },
    },
    hits: [
      { at: 1, rules: 'a', fields: { Subject: 'li' } },
      { at: 2, rules: 'b', fields: { Target: 'LI' } },
    ],
    holds: [2],
  },
  {
    name: 'a rule without the alias reads a field of that name',
    of: { type: 'temporal', rules: ['a', 'b'], groupBy: ['who'], aliases: { who: { a: 'Subject' } } },
    hits: [
      { at: 1, rules: 'a', fields: { Subject: 'li' } },
      { at: 2, rules: 'b', fields: { who: 'li' } },
    ],
    holds: [2],
  },
  {
    name: 'one event in two groups, by two rules’ fields',
    of: count({ gte: 2 }, { rules: ['a', 'b'], groupBy: ['who'], aliases: { who: { a: 'Subject', b: 'Target' } } }),
    hits: [
      { at: 1, rules: 'a b', fields: { Subject: 'li', Target: 'wu' } },
      { at: 2, rules: 'b', fields: { Target: 'wu' } },
    ],
    holds: [2],
  },
  {
    name: 'an alias of an address spans hosts',
    of: count({ gte: 2 }, { groupBy: ['ip'], aliases: { ip: { a: 'SourceIp' } } }),
    hits: [
      { at: 1, rules: 'a', fields: { SourceIp: '::1' } },
      { at: 2, rules: 'a', fields: { SourceIp: '::1' }, host: 'ws2' },
    ],
    holds: [2],
  },
  {
    name: 'an alias named host is an alias',
    of: count({ gte: 2 }, { groupBy: ['host'], aliases: { host: { a: 'WorkstationName' } } }),
    hits: [
      { at: 1, rules: 'a', fields: { WorkstationName: 'x' } },
      { at: 2, rules: 'a', fields: { WorkstationName: 'x' }, host: 'ws2' },
    ],
    holds: [2],
  },
  {
    name: 'an event without a process is in no process’ group',
    of: count({ gte: 1 }, { groupBy: ['process'] }),
    hits: each('a', [1]),
    holds: [],
  },
];

const values = (
  when: CorrelationText['when'],
  fields: readonly string[] = ['User'],
  more: Partial<CorrelationText> = {},
): Case['of'] => ({
  type: 'value_count',
  rules: ['a'],
  fields,
  ...(when && { when }),
  ...more,
});

const VALUE_COUNT: readonly Case[] = [
  {
    name: 'different values',
    of: values({ gte: 2 }),
    hits: [...each('a', [1, 2], user('li')), ...each('a', [3], user('wu'))],
    holds: [3],
  },
  {
    name: 'the same value again is not another',
    of: values({ gte: 2 }),
    hits: each('a', [1, 2, 3], user('li')),
    holds: [],
  },
  {
    name: 'letter case is no difference',
    of: values({ gte: 2 }),
    hits: [...each('a', [1], user('li')), ...each('a', [2], user('Li'))],
    holds: [],
  },
  {
    name: 'a value that left the window counts no more',
    of: values({ gte: 2 }),
    hits: [...each('a', [0], user('li')), ...each('a', [61], user('wu'))],
    holds: [],
  },
  {
    name: 'a missing field takes no part',
    of: values({ gte: 2 }),
    hits: [...each('a', [1]), ...each('a', [2], user('wu'))],
    holds: [],
  },
  {
    name: 'holds at a known value while there are enough',
    of: values({ gte: 2 }),
    hits: [...each('a', [1, 3], user('li')), ...each('a', [2], user('wu'))],
    holds: [2, 3],
  },
  {
    name: 'eq 1',
    of: values({ eq: 1 }),
    hits: [...each('a', [1, 2], user('li')), ...each('a', [3], user('wu'))],
    holds: [1, 2],
  },
  {
    name: 'lt is taken back by a late value',
    of: values({ lt: 2 }),
    hits: [...each('a', [3], user('li')), ...each('a', [2], user('wu'))],
    holds: [2],
  },
  {
    name: 'several fields are one value',
    of: values({ gte: 3 }, ['User', 'Image']),
    hits: [
      { at: 1, rules: 'a', fields: { User: 'li', Image: 'x' } },
      { at: 2, rules: 'a', fields: { User: 'li', Image: 'y' } },
      { at: 3, rules: 'a', fields: { User: 'wu', Image: 'x' } },
    ],
    holds: [3],
  },
  {
    name: 'of several fields none may be missing',
    of: values({ gte: 1 }, ['User', 'Image']),
    hits: each('a', [1], user('li')),
    holds: [],
  },
  {
    name: 'by group',
    of: values({ gte: 2 }, ['Image'], { groupBy: ['User'] }),
    hits: [
      { at: 1, rules: 'a', fields: { User: 'li', Image: 'x' } },
      { at: 2, rules: 'a', fields: { User: 'wu', Image: 'y' } },
      { at: 3, rules: 'a', fields: { User: 'wu', Image: 'x' } },
    ],
    holds: [3],
  },
  {
    name: 'an alias is counted by each rule’s field',
    of: values({ gte: 2 }, ['who'], { rules: ['a', 'b'], aliases: { who: { a: 'Subject', b: 'Target' } } }),
    hits: [
      { at: 1, rules: 'a', fields: { Subject: 'li' } },
      { at: 2, rules: 'b', fields: { Target: 'wu' } },
    ],
    holds: [2],
  },
  {
    name: 'one event gives two values by two rules',
    of: values({ gte: 2 }, ['who'], { rules: ['a', 'b'], aliases: { who: { a: 'Subject', b: 'Target' } } }),
    hits: [{ at: 1, rules: 'a b', fields: { Subject: 'li', Target: 'wu' } }],
    holds: [1],
  },
  {
    name: 'without a field it never holds',
    of: values({ gte: 1 }, []),
    hits: each('a', [1, 2], user('li')),
    holds: [],
  },
];

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

const TABLE = [
  { section: 'event count', cases: EVENT_COUNT },
  { section: 'groups', cases: GROUPS },
  { section: 'value count', cases: VALUE_COUNT },
  { section: 'temporal', cases: TEMPORAL },
  { section: 'temporal ordered', cases: TEMPORAL_ORDERED },
  { section: 'sums, averages and ranks', cases: AMOUNTS },
];

describe.each(TABLE)('$section', ({ cases }) => {
  test.each(cases)('$name', ({ of, hits, holds }) => {
    const text = { id: 'it', rules: ['a'], ...of };
    expect(new CorrelationBench([text]).run(hits).times('it', T0)).toEqual(holds);
    // The same from the last to the first: order is no part of the meaning.
    expect(new CorrelationBench([text]).run(hits.toReversed()).times('it', T0)).toEqual(holds);
  });
});

interface ChainedCase {
  readonly name: string;
  readonly of: readonly CorrelationText[];
  readonly hits: readonly Hit[];
  readonly holds: Readonly<Record<string, readonly number[]>>;
}

const MANY: CorrelationText = {
  id: 'many',
  type: 'event_count',
  rules: ['a'],
  groupBy: ['User'],
  when: { gte: 3 },
  timespanMs: 10_000,
};

const CHAINED: readonly ChainedCase[] = [
  {
    name: 'many of one, then another',
    of: [MANY, { id: 'outer', type: 'temporal_ordered', rules: ['many', 'b'], groupBy: ['User'] }],
    hits: [...each('a', [1, 2, 3], user('li')), ...each('b', [9], user('li'))],
    holds: { many: [], outer: [9] },
  },
  {
    name: 'too few of one, then another',
    of: [MANY, { id: 'outer', type: 'temporal_ordered', rules: ['many', 'b'], groupBy: ['User'] }],
    hits: [...each('a', [1, 2], user('li')), ...each('b', [9], user('li'))],
    holds: { outer: [] },
  },
  {
    name: 'of another user',
    of: [MANY, { id: 'outer', type: 'temporal_ordered', rules: ['many', 'b'], groupBy: ['User'] }],
    hits: [...each('a', [1, 2, 3], user('li')), ...each('b', [9], user('wu'))],
    holds: { outer: [] },
  },
  {
    name: 'the outer group may be of a field that the inner one does not group by',
    of: [MANY, { id: 'outer', type: 'temporal', rules: ['many', 'b'], groupBy: ['Image'] }],
    hits: [...each('a', [1, 2, 3], { User: 'li', Image: 'x' }), ...each('b', [9], { Image: 'x' })],
    holds: { outer: [9] },
  },
  {
    name: 'an inner alias is a name to the outer one',
    of: [
      {
        id: 'in',
        type: 'event_count',
        rules: ['a'],
        groupBy: ['who'],
        aliases: { who: { a: 'Subject' } },
        when: { gte: 2 },
      },
      { id: 'outer', type: 'temporal', rules: ['in', 'b'], groupBy: ['who'], aliases: { who: { b: 'Target' } } },
    ],
    hits: [...each('a', [1, 2], { Subject: 'li' }), ...each('b', [9], { Target: 'li' })],
    holds: { outer: [9] },
  },
  {
    name: 'generate: the inner one gives hits too',
    of: [MANY, { id: 'outer', type: 'temporal', rules: ['many', 'b'], groupBy: ['User'], generate: true }],
    hits: [...each('a', [1, 2, 3], user('li')), ...each('b', [9], user('li'))],
    holds: { many: [3], outer: [9] },
  },
  {
    name: 'three deep, outermost first in the file',
    of: [
      { id: 'top', type: 'temporal', rules: ['mid', 'c'] },
      { id: 'mid', type: 'event_count', rules: ['low'], when: { gte: 2 } },
      { id: 'low', type: 'event_count', rules: ['a'], when: { gte: 2 } },
    ],
    hits: [...each('a', [1, 2, 3]), ...each('c', [4])],
    holds: { low: [], mid: [], top: [4] },
  },
  {
    name: 'a late event makes the inner one hold earlier, and the outer one with it',
    of: [MANY, { id: 'outer', type: 'temporal_ordered', rules: ['many', 'b'], groupBy: ['User'] }],
    hits: [...each('a', [1, 2], user('li')), ...each('b', [9], user('li')), ...each('a', [1.5], user('li'))],
    holds: { outer: [9] },
  },
  {
    name: 'a late event takes the inner one back, and the outer one with it',
    of: [
      { id: 'few', type: 'event_count', rules: ['a'], when: { lt: 2 } },
      { id: 'outer', type: 'temporal_ordered', rules: ['few', 'b'], timespanMs: 5000 },
    ],
    hits: [...each('a', [10]), ...each('b', [12]), ...each('a', [1])],
    holds: { outer: [] },
  },
  {
    name: 'a correlation of itself never holds',
    of: [{ id: 'self', type: 'event_count', rules: ['a', 'self'], when: { gte: 1 } }],
    hits: each('a', [1]),
    holds: { self: [] },
  },
  {
    name: 'nor do those of a ring, nor what rests on them alone; others do',
    of: [
      { id: 'one', type: 'event_count', rules: ['two'], when: { gte: 1 } },
      { id: 'two', type: 'event_count', rules: ['one', 'a'], when: { gte: 1 } },
      { id: 'three', type: 'event_count', rules: ['two'], when: { gte: 1 } },
      { id: 'four', type: 'event_count', rules: ['two', 'a'], when: { gte: 1 } },
      { id: 'five', type: 'event_count', rules: ['a'], when: { gte: 1 } },
    ],
    hits: each('a', [1]),
    holds: { one: [], two: [], three: [], five: [1] },
  },
];

describe('correlations of correlations', () => {
  test.each(CHAINED)('$name', ({ of, hits, holds }) => {
    for (const order of [hits, hits.toReversed()]) {
      const bench = new CorrelationBench(of).run(order);
      for (const [id, times] of Object.entries(holds)) expect(bench.times(id, T0), id).toEqual(times);
    }
  });

  test('through 2,000 levels, and through forty diamonds', () => {
    const levels = Array.from({ length: 2000 }, (_, level): CorrelationText => ({
      id: `l${level}`,
      type: 'event_count',
      rules: [level === 0 ? 'a' : `l${level - 1}`],
      when: { gte: 1 },
    }));
    expect(new CorrelationBench(levels).run(each('a', [1])).times('l1999', T0)).toEqual([1]);
    const diamonds = Array.from({ length: 40 }, (_, level): CorrelationText[] =>
      ['x', 'y'].map((side) => ({
        id: `${side}${level}`,
        type: 'temporal',
        rules: level === 0 ? ['a'] : [`x${level - 1}`, `y${level - 1}`],
      })),
    ).flat();
    const top: CorrelationText = { id: 'top', type: 'temporal', rules: ['x39', 'y39'] };
    expect(new CorrelationBench([...diamonds, top]).run(each('a', [1, 2])).times('top', T0)).toEqual([1, 2]);
  });
});

describe('rules that give no hits of their own', () => {
  const silent = (of: readonly CorrelationText[], shadow: readonly string[] = []): string[] => {
    const bench = new CorrelationBench(of, { shadow });
    return [...bench.plan.silentRules].sort();
  };

  test.each<{ name: string; of: readonly CorrelationText[]; shadow?: readonly string[]; silent: readonly string[] }>([
    {
      name: 'those of a correlation',
      of: [{ id: 'x', type: 'event_count', rules: ['a', 'b'] }],
      silent: ['id-a', 'id-b'],
    },
    { name: 'not with generate', of: [{ id: 'x', type: 'event_count', rules: ['a'], generate: true }], silent: [] },
    {
      name: 'not where another correlation generates',
      of: [
        { id: 'x', type: 'event_count', rules: ['a'] },
        { id: 'y', type: 'event_count', rules: ['a'], generate: true },
      ],
      silent: [],
    },
    { name: 'not by one that can never hold', of: [{ id: 'x', type: 'temporal', rules: ['a', 'nobody'] }], silent: [] },
    { name: 'not by one in a ring', of: [{ id: 'x', type: 'event_count', rules: ['a', 'x'] }], silent: [] },
    {
      name: 'not by one that is only tried out',
      of: [{ id: 'x', type: 'event_count', rules: ['a'] }],
      shadow: ['x'],
      silent: [],
    },
    {
      name: 'not by one without the field that it counts',
      of: [{ id: 'x', type: 'value_count', rules: ['a'] }],
      silent: [],
    },
  ])('$name', ({ of, shadow, silent: expected }) => expect(silent(of, shadow ?? [])).toEqual(expected));
});

test.each<{ groupBy: readonly string[]; spansHosts: boolean }>([
  { groupBy: [], spansHosts: false },
  { groupBy: ['User'], spansHosts: false },
  { groupBy: ['chain'], spansHosts: false },
  { groupBy: ['IpAddress'], spansHosts: true },
  { groupBy: ['IpAddress', 'host'], spansHosts: false },
])('a plan says whether it needs the events of all hosts: by $groupBy', ({ groupBy, spansHosts }) => {
  const { plan } = new CorrelationBench([{ id: 'it', type: 'event_count', rules: ['a'], groupBy }]);
  expect(plan.spansHosts).toBe(spansHosts);
});

describe('an event', () => {
  test('without a time takes no part', () => {
    const bench = new CorrelationBench([{ id: 'it', type: 'event_count', rules: ['a'], when: { gte: 1 } }]);
    bench.feedEvent({ at: 1, rules: 'a' }, { timeSource: 'none', timeMs: 0 });
    expect(bench.standing).toEqual([]);
    expect(bench.correlator.size).toBe(0);
  });

  test('that repeats counts once, and is named by the first of its places', () => {
    const bench = new CorrelationBench([{ id: 'it', type: 'event_count', rules: ['a'], when: { gte: 1 } }]);
    bench.feedEvent({ at: 1, rules: 'a', record: 1 }, { file: 'b.evtx', line: 3 });
    bench.feedEvent({ at: 1, rules: 'a', record: 1 }, { file: 'a.evtx', line: 9 }, true);
    bench.feedEvent({ at: 1, rules: 'a', record: 1 }, { file: 'c.evtx', line: 1 }, true);
    expect(bench.standing.map(({ sighting }) => [sighting.at.file, sighting.at.line])).toEqual([['a.evtx', 9]]);
  });
});

describe('another set of rules', () => {
  const two: CorrelationText = { id: 'two', type: 'event_count', rules: ['a'], when: { gte: 2 } };
  const three: CorrelationText = { id: 'three', type: 'event_count', rules: ['a'], when: { gte: 3 } };

  test('keeps what an unchanged correlation has gathered', () => {
    const bench = new CorrelationBench([two, three]).run(each('a', [1]));
    bench.reload([{ ...three, when: { gte: 2 } }, two]);
    bench.run(each('a', [2]));
    expect(bench.times('two', T0)).toEqual([2]);
    expect(bench.times('three', T0)).toEqual([]);
    bench.run(each('a', [3]));
    expect(bench.times('three', T0)).toEqual([3]);
  });

  test('without correlations forgets all', () => {
    const bench = new CorrelationBench([two]).run(each('a', [1, 2]));
    bench.reload([]);
    expect(bench.correlator.size).toBe(0);
    bench.reload([two]);
    bench.run(each('a', [3]));
    expect(bench.times('two', T0)).toEqual([2]);
  });
});

describe('bounds', () => {
  const three: CorrelationText = { id: 'it', type: 'event_count', rules: ['a'], groupBy: ['User'], when: { gte: 3 } };

  test('a group keeps its newest events, and what held goes on holding', () => {
    const bench = new CorrelationBench([three], { limits: { eventsPerGroup: 50 } });
    bench.run(
      each(
        'a',
        Array.from({ length: 500 }, (_, index) => index),
        user('li'),
      ),
    );
    expect(bench.correlator.size).toBeLessThanOrEqual(50);
    expect(bench.correlator.evicted).toBe(500 - bench.correlator.size);
    expect(bench.times('it', T0)).toHaveLength(498);
  });

  test('a late event does not take back what rests on forgotten ones', () => {
    const bench = new CorrelationBench([three], { limits: { eventsPerGroup: 10 } });
    bench.run(
      each(
        'a',
        Array.from({ length: 11 }, (_, index) => index),
        user('li'),
      ),
    );
    const before = bench.times('it', T0);
    bench.run([{ at: 1.5, rules: 'a', fields: user('li') }]);
    expect(bench.times('it', T0)).toEqual(expect.arrayContaining(before));
  });

  test('groups without end: the oldest go', () => {
    const bench = new CorrelationBench([three], { limits: { groupsPerCorrelation: 20 } });
    for (let index = 0; index < 500; index++) bench.run([{ at: index, rules: 'a', fields: user(`u${index}`) }]);
    expect(bench.correlator.size).toBeLessThanOrEqual(20);
    expect(bench.correlator.evicted).toBeGreaterThanOrEqual(480);
    bench.run(each('a', [500, 501], user('u499')));
    expect(bench.times('it', T0)).toEqual([501]);
  });

  test('all in all: a host that floods, with a clock years ahead, costs no other host its events', () => {
    const bench = new CorrelationBench([three], { limits: { events: 200, eventsPerGroup: 1000 } });
    bench.run([
      { at: 1, rules: 'a', fields: user('li') },
      { at: 2, rules: 'a', fields: user('li') },
    ]);
    for (let index = 0; index < 2000; index++) {
      bench.run([{ at: 1e8 + index, rules: 'a', fields: user(`u${index % 300}`), host: 'noisy' }]);
    }
    expect(bench.correlator.size).toBeLessThanOrEqual(200);
    bench.run([{ at: 3, rules: 'a', fields: user('li') }]);
    expect(bench.times('it', T0)).toContain(3);
  });

  test('what is remembered stays level however much is forgotten', () => {
    const bench = new CorrelationBench(
      [three, { id: 'outer', type: 'temporal_ordered', rules: ['it', 'b'], groupBy: ['Image'] }],
      { limits: { events: 300, eventsPerGroup: 40, groupsPerCorrelation: 60 } },
    );
    const sizes: number[] = [];
    for (let index = 0; index < 20_000; index++) {
      bench.run([
        {
          at: index / 10,
          rules: index % 3 === 0 ? 'b' : 'a',
          fields: { User: `u${index % 90}`, Image: 'x' },
          record: index,
        },
      ]);
      if (index % 2000 === 1999) sizes.push(bench.correlator.size, bench.correlator.sightings);
    }
    for (const size of sizes) expect(size).toBeLessThanOrEqual(300);
    expect(bench.correlator.evicted).toBeGreaterThan(19_000);
  });
});
