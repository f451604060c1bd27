import { describe, expect, test } from 'vitest';
import { each, user } from '../../../../../test/support/correlation-cases.js';
import { CorrelationBench, type CorrelationText, type Hit } from '../../../../../test/support/correlations.js';
import { T0 } from '../../../../../test/support/events.js';

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
