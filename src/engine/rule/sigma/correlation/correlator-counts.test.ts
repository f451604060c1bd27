import { describe, test } from 'vitest';
import { type Case, count, expectCase, each, user } from '../../../../../test/support/correlation-cases.js';
import type { CorrelationText } from '../../../../../test/support/correlations.js';

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

describe('event count', () => {
  test.each(EVENT_COUNT)('$name', (one) => expectCase(one));
});

describe('groups', () => {
  test.each(GROUPS)('$name', (one) => expectCase(one));
});

describe('value count', () => {
  test.each(VALUE_COUNT)('$name', (one) => expectCase(one));
});
