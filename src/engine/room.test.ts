import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { act, actor, create, create4688, end, event, EXPLORER, T0, type Actor } from '../../test/support/events.js';
import { engineWith, EVIL, imageIs } from '../../test/support/engine-kit.js';
import { ruleSet } from '../../test/support/rules.js';
import { withLedgersChecked } from '../../test/support/ledger.js';
import { chunksOf, engineFrom } from '../../test/support/snapshots.js';
import { story } from '../../test/support/story.js';
import { DAY_MS, type Chain } from './chain/chain.js';
import type { Engine } from './engine.js';
import { shareOfRoom } from './room.js';
import type { Event } from './event/event.js';
import type { Threat } from './score/threat.js';

const MAX = 100;
const SOME: typeof EVIL = { id: 'some', points: 10, when: imageIs('some') };
const bounded = (changes: Parameters<typeof engineWith>[1] = {}): Engine =>
  engineWith([EVIL, SOME], { ...changes, options: { maxProcessesPerHost: MAX, ...changes.options } });
const image = (name: string): { image: string; pid: number } => ({ image: `C:\\Tools\\${name}.exe`, pid: 0 });
const nth = (index: number, name = 'quiet'): Actor => ({
  ...actor(`${name}${index}`, index * 1000, image(name)),
  pid: 4 * (index + 1000),
});

/** @returns the most that it held after any event */
function most(engine: Engine, events: Iterable<Event>): number {
  let seen = 0;
  for (const each of events) {
    engine.apply(each);
    seen = Math.max(seen, engine.processCount);
  }
  return seen;
}

describe('a host that ends nothing is bounded whatever it starts', () => {
  const SVCHOST = actor('svchost', 0, { image: 'C:\\Windows\\System32\\svchost.exe' });
  const PARENT = actor('parent', 0);
  test.each<{ name: string; events: (index: number) => Event[] }>([
    { name: 'programs', events: (index) => [create(nth(index), EXPLORER)] },
    { name: 'programs of one chain', events: (index) => [create(nth(index), PARENT)] },
    {
      name: 'ever deeper',
      events: (index) => [create(nth(index), index === 0 ? EXPLORER : nth(index - 1))],
    },
    { name: 'root processes', events: (index) => [create({ ...nth(index), image: SVCHOST.image }, EXPLORER)] },
    {
      name: 'root processes with evidence',
      events: (index) => {
        const process = { ...nth(index), image: SVCHOST.image };
        return [
          create(process, EXPLORER),
          act('processaccess', process, index * 1000 + 1, {
            SourceProcessGuid: process.guid,
            SourceImage: 'C:\\Tools\\some.exe',
          }),
        ];
      },
    },
    { name: 'chains with evidence', events: (index) => [create(nth(index, 'some'), EXPLORER)] },
    { name: 'the same evidence in one chain', events: (index) => [create(nth(index, 'some'), PARENT)] },
    { name: 'threats', events: (index) => [create(nth(index, 'evil'), EXPLORER)] },
    { name: 'threats by pid', events: (index) => [event('filecreate', index, { ...fields(nth(index, 'evil')) })] },
  ])('$name', ({ events }) => {
    const engine = bounded();
    const all = Array.from({ length: 2000 }, (_, index) => events(index)).flat();
    expect(most(engine, all)).toBeLessThan(2.1 * MAX + 5);
    expect(engine.counts.forgotten).toBeGreaterThan(1700);
    expect(engine.chainCount).toBeLessThan(3 * MAX);
    withLedgersChecked(engine.threats(1));
  });

  const fields = (process: Actor): Record<string, unknown> => ({ ProcessId: process.pid, Image: process.image });
});

test('what had its pid before another is known to have ended, and goes before what lives', () => {
  const engine = bounded();
  const living = Array.from({ length: 90 }, (_, index) => nth(index, 'living'));
  for (const process of living) engine.apply(create(process, EXPLORER));
  // No end of any of them is seen.
  const short = Array.from({ length: 500 }, (_, index) => ({ ...nth(100 + index), pid: 5 }));
  expect(
    most(
      engine,
      short.map((process) => create(process, EXPLORER)),
    ),
  ).toBeLessThan(MAX + 15);
  const left = new Set([...engine.chains()].map(({ start }) => start.image));
  expect(left).toContain(living[0]!.image);
  expect([...engine.chains()].filter(({ start }) => start.image === living[0]!.image)).toHaveLength(90);
});

test('threats stay as long as anything else may go', () => {
  const engine = bounded();
  const events = [create(nth(0, 'evil'), EXPLORER)];
  for (let index = 1; index < 2000; index++)
    events.push(create(nth(index, index % 2 === 0 ? 'some' : 'quiet'), EXPLORER));
  most(engine, events);
  expect(engine.threats().map(({ start }) => start.image)).toEqual(['C:\\Tools\\evil.exe']);
});

test('a scan, which has no store, keeps its threats', () => {
  const engine = bounded({ options: { noteChanges: false } });
  most(
    engine,
    Array.from({ length: 500 }, (_, index) => create(nth(index, 'evil'), EXPLORER)),
  );
  expect(engine.threats()).toHaveLength(500);
});

test.each([1, 7, 10_000])('what leaves is told first, if told of every %i events', (every) => {
  const engine = bounded();
  const [processes, chains, threats] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const drain = (): void => {
    const effects = engine.drain();
    for (const { image: path, commandLine } of effects.processes)
      if (commandLine !== '') processes.add(`${path}|${commandLine}`);
    for (const chain of effects.chains) chains.add(chain.id);
    for (const threat of effects.threats) threats.add(threat.id);
    expect(effects.withdrawn).toEqual([]);
  };
  for (let index = 0; index < 1000; index++) {
    engine.apply(
      create(nth(index, ['quiet', 'some', 'evil'][index % 3]), EXPLORER, { CommandLine: `number ${index}` }),
    );
    if (index % every === 0) drain();
  }
  drain();
  expect(processes.size).toBe(1000);
  expect(threats.size).toBe(333);
  expect(chains.size).toBe(1000);
});

test('a chain still counts those that left it', () => {
  const engine = bounded();
  const parent = actor('evil', 0);
  engine.apply(create(parent, EXPLORER));
  for (let index = 0; index < 1000; index++) engine.apply(create(nth(index), parent));
  expect(engine.processCount).toBeLessThan(2.1 * MAX + 5);
  expect(engine.drain().chains.map(({ processCount }) => processCount)).toContain(1001);
  expect(engine.threats()).toHaveLength(1);
});

test('several engines together may hold what one may', () => {
  const one = shareOfRoom(1);
  for (const engines of [2, 3, 16]) {
    const share = shareOfRoom(engines);
    for (const [part, whole] of [
      [share.maxProcesses!, one.maxProcesses!],
      [share.maxHosts!, one.maxHosts!],
      [share.leftChainLimits!.items, one.leftChainLimits!.items],
    ] as const) {
      expect(part * engines).toBeGreaterThanOrEqual(whole);
      expect(part * engines).toBeLessThan(whole + engines);
    }
  }
});

test('all hosts together are bounded, and the small ones lose nothing', () => {
  const engine = engineWith([EVIL], { options: { maxProcesses: 1000 } });
  const small = Array.from({ length: 20 }, (_, index) => create(nth(index), EXPLORER, {}, { host: 'small' }));
  for (const each of small) engine.apply(each);
  for (let index = 0; index < 12_000; index++) {
    engine.apply(create(nth(index), EXPLORER, {}, { host: `large${index % 3}` }));
    expect(engine.processCount).toBeLessThan(1000 + 4096);
  }
  for (let index = 0; index < 4096; index++) engine.apply(act('filecreate', nth(0), index, {}, { host: 'small' }));
  expect(engine.processCount).toBeLessThan(1010);
  const ofSmall = [...engine.chains()].filter(({ start }) => start.host === 'small');
  expect(ofSmall).toHaveLength(20);
});

describe('a chain that left and begins again', () => {
  const A = { id: 'a', points: 40, techniques: ['T1003'], when: (each: Event): boolean => each.fields['Turn'] === 1 };
  const B = { id: 'b', points: 30, techniques: ['T1033'], when: (each: Event): boolean => each.fields['Turn'] === 2 };
  const C = { id: 'c', points: 5, when: (each: Event): boolean => each.fields['Turn'] === 3 };
  const PROFILE = { id: 'two', techniques: ['T1003', 'T1033'], atLeast: 2, points: 20 };
  const start = (changes: Parameters<typeof engineWith>[1] = {}): Engine =>
    engineWith([A, B, C, EVIL], {
      policy: { threshold: 90 },
      ...changes,
      profiles: [PROFILE],
      options: { maxProcessesPerHost: MAX, ...changes.options },
    });
  const first = actor('first', 0);
  const child = actor('child', 1000);
  const does = (turn: number, process: Actor, atMs: number): Event => act('filecreate', process, atMs, { Turn: turn });
  /** Enough threats of others to make everything else leave. */
  const flood = (engine: Engine, from = 0): void => {
    for (let index = from; index < from + 400; index++) engine.apply(create(nth(index + 10, 'evil'), EXPLORER));
  };
  const threatOf = (engine: Engine, image: string): Threat | undefined =>
    withLedgersChecked(engine.drain().threats).findLast((threat) => threat.start.image === image);

  const chainBy = (engine: Engine, name: string): Chain =>
    [...engine.chains()].find((chain) => chain.start.image === `C:\\Tools\\${name}.exe`)!;

  test('goes on from all that it held, whichever of its processes held it', () => {
    const engine = start();
    for (const each of [create(first, EXPLORER), create(child, first), does(1, child, 2000), does(2, first, 3000)])
      engine.apply(each);
    const before = threatOf(engine, first.image)!;
    expect(before.score).toBeGreaterThan(90);
    flood(engine);
    expect([...engine.chains()].map(({ id }) => id)).not.toContain(before.id);
    expect(engine.drain().withdrawn).toEqual([]);
    engine.apply(does(3, first, 9_000_000));
    const effects = engine.drain();
    const after = withLedgersChecked(effects.threats).find(({ id }) => id === before.id)!;
    expect(after.id).toBe(before.id);
    expect(after.score).toBe(before.score + 5);
    const own = after.evidence.filter(({ process }) => process.image === first.image);
    const points = own.reduce((sum, entry) => sum + entry.points, 0);
    expect(effects.processes.find(({ image: path }) => path === first.image)!.points).toBe(points);
    expect(after.evidence.filter(({ key }) => key !== 'rule:c')).toEqual(before.evidence);
    const chain = [...engine.chains()].find(({ id }) => id === before.id)!;
    expect(chain.processCount).toBe(3);
    expect(Object.fromEntries(chain.hitCounts)).toEqual({ a: 1, b: 1, c: 1 });
  });

  test('leaves and begins again as often as it likes, in other chains too', () => {
    const engine = start();
    for (const each of [create(first, EXPLORER), does(1, first, 2000)]) engine.apply(each);
    for (let round = 0; round < 3; round++) {
      flood(engine, round * 1000);
      engine.apply(does(round === 1 ? 2 : 3, first, 9_000_000 + round));
    }
    const { evidence } = threatOf(engine, first.image)!;
    expect(evidence.map(({ key }) => key).sort()).toEqual(
      ['rule:a', 'rule:b', 'rule:c', 'technique:T1003', 'technique:T1033', 'profile:two'].sort(),
    );
    // Its creation comes late, and with it a parent that is in a chain.
    engine.apply(create({ ...first, startMs: 1 }, child));
    const joined = threatOf(engine, child.image)!;
    expect(joined.evidence.map(({ key }) => key).sort()).toEqual(evidence.map(({ key }) => key).sort());
  });

  test('so does the day of a root process', () => {
    const engine = start();
    engine.apply(create(EXPLORER, undefined));
    engine.apply(does(1, EXPLORER, 2000));
    engine.apply(does(2, EXPLORER, 3000));
    const before = threatOf(engine, EXPLORER.image)!;
    // Days of the same process push it out.
    for (let day = 1; day < 400; day++)
      for (const turn of [1, 2]) engine.apply(does(turn, EXPLORER, day * DAY_MS + turn));
    expect([...engine.chains()].map(({ id }) => id)).not.toContain(before.id);
    engine.drain();
    engine.apply(does(3, EXPLORER, 4000));
    expect(threatOf(engine, EXPLORER.image)!.score).toBe(before.score + 5);
  });

  test('below the threshold as well', () => {
    const engine = start();
    for (const each of [create(first, EXPLORER), does(1, first, 2000)]) engine.apply(each);
    const { score } = [...engine.chains()].find((chain) => chain.start.image === first.image)!;
    flood(engine);
    engine.apply(does(3, first, 9_000_000));
    expect([...engine.chains()].find((chain) => chain.start.image === first.image)!.score).toBe(score + 5);
  });

  test('hands on what it carries where its process turns out to be another', () => {
    const engine = start();
    const bySecurity = (turn: number): Event => create4688(first, EXPLORER, { Turn: turn });
    engine.apply(bySecurity(1));
    flood(engine);
    engine.apply(bySecurity(3));
    engine.apply(create(first, EXPLORER));
    const chains = [...engine.chains()].filter((each) => each.start.image === first.image);
    expect(chains.map((chain) => [...chain.ledger.keys()].sort())).toEqual([['rule:a', 'rule:c', 'technique:T1003']]);
  });

  test('hands on what the day of a root process carries, where it is none', () => {
    const engine = start();
    const root = { ...first, image: 'C:\\Windows\\System32\\svchost.exe' };
    const deeds = [does(1, root, 2000), does(2, root, 2001)];
    for (const each of deeds) engine.apply(each);
    const before = threatOf(engine, root.image)!;
    flood(engine);
    engine.apply(does(3, root, 3000));
    expect(threatOf(engine, root.image)!.score).toBe(before.score + 5);
    engine.apply(create(first, EXPLORER));
    expect(threatOf(engine, first.image)!.score).toBe(before.score + 5);
  });

  test('falls back on what it carries where more is taken back', () => {
    const engine = start();
    const states = (points: number, timeMs: number): void =>
      engine.applyFinding({
        host: 'ws1.corp.example',
        processId: processOf().start.id,
        plugin: 'p',
        evidence: { key: 'k', title: { en: 'k', zh: 'k' }, points },
        eventId: '0000000000000001',
        timeMs: T0 + timeMs,
      });
    const processOf = (): Chain => [...engine.chains()].find((chain) => chain.start.image === first.image)!;
    for (const each of [create(first, EXPLORER), does(1, first, 2000)]) engine.apply(each);
    states(60, 1000);
    flood(engine);
    engine.apply(does(3, first, 9_000_000));
    for (const [points, shown] of [
      [100, 100],
      [10, 60],
    ] as const) {
      states(points, 9_000_001);
      expect(processOf().ledger.get('plugin:p:k')!.evidence.points).toBe(shown);
    }
    expect(processOf().score).toBe(40 + 40 + 5 + 60);
  });

  test('is a threat as before: told as withdrawn when it is none any more, and not when it leaves again', () => {
    const engine = start();
    for (const each of [create(first, EXPLORER), does(1, first, 2000), does(2, first, 3000)]) engine.apply(each);
    const { id } = threatOf(engine, first.image)!;
    flood(engine);
    engine.apply(act('filecreate', first, 9_000_000));
    expect(threatOf(engine, first.image)!.id).toBe(id);
    for (let index = 0; index < 1000; index++) {
      engine.apply(create(nth(index + 1000), EXPLORER));
      expect(engine.drain().withdrawn).toEqual([]);
    }
    engine.setPolicy({ ...engine.policy, threshold: 1000 });
    engine.apply(does(3, first, 9_000_000));
    expect(engine.drain().withdrawn).toEqual([id]);
  });

  test('is told once where it left and began again in between, as it is then', () => {
    const engine = start();
    for (const each of [create(first, EXPLORER), does(1, first, 2000), does(2, first, 3000)]) engine.apply(each);
    const { id } = chainBy(engine, 'first');
    flood(engine);
    engine.apply(does(3, first, 9_000_000));
    const { threats, chains } = engine.drain();
    expect(threats.filter((threat) => threat.id === id).map(({ score }) => score)).toEqual([165]);
    expect(chains.filter((chain) => chain.id === id).map(({ score }) => score)).toEqual([165]);
  });

  test.each([10_000, 0])(
    'is told as that which it is a part of by then, with room for %i pieces of evidence',
    (items) => {
      const engine = start({ options: { leftChainLimits: { itemsPerHost: items, items } } });
      for (const each of [create(first, EXPLORER), does(1, first, 2000), does(2, first, 3000)]) engine.apply(each);
      const { id } = chainBy(engine, 'first');
      flood(engine);
      engine.apply(create({ ...first, startMs: 1 }, child));
      const { threats, chains, aliases } = engine.drain();
      expect([...threats, ...chains].map((each) => each.id)).not.toContain(id);
      expect(aliases).toContainEqual({ from: id, to: chainBy(engine, 'child').id });
    },
  );

  test('is no more where its process left, was named again and stood for another', () => {
    const engine = start();
    engine.apply(create4688(first, EXPLORER, { Turn: 1 }));
    const { id } = chainBy(engine, 'first').start;
    flood(engine);
    engine.apply(create4688(first, EXPLORER));
    engine.apply(create(first, EXPLORER));
    const { processes, removed } = engine.drain();
    expect(removed.map((each) => each.id)).toContain(id);
    expect(processes.map((each) => each.id)).not.toContain(id);
  });

  test('does not end silently with the last of its members that lived', () => {
    const engine = start();
    for (const each of [create(first, EXPLORER), create(child, first), end(first, 5000)]) engine.apply(each);
    const { id } = chainBy(engine, 'first');
    engine.drain();
    const told: boolean[] = [];
    for (let index = 0; index < 300; index++) {
      engine.apply(create(nth(index + 1000), EXPLORER));
      for (const chain of engine.drain().chains) if (chain.id === id) told.push(chain.active);
    }
    expect(told.at(-1)).toBe(false);
  });

  test('is told as withdrawn where it is no threat under the policy that holds now', () => {
    const engine = start();
    for (const each of [create(first, EXPLORER), does(1, first, 2000), does(2, first, 3000)]) engine.apply(each);
    const { id } = threatOf(engine, first.image)!;
    flood(engine);
    engine.drain();
    engine.setPolicy({ ...engine.policy, threshold: 1000 });
    engine.apply(does(3, first, 9_000_000));
    expect(engine.drain().withdrawn).toEqual([id]);
  });

  test('does not lose what it carries by a process that shows nothing itself', () => {
    const engine = start();
    const weak = (from: number, count: number): void => {
      for (let index = from; index < from + count; index++) engine.apply(create(nth(index), EXPLORER, { Turn: 3 }));
    };
    const parent = actor('parent', 500);
    for (const each of [create(first, EXPLORER), does(1, first, 2000)]) engine.apply(each);
    weak(10, 400);
    for (const each of [
      create(parent, EXPLORER),
      act('filecreate', first, 9_000_000),
      create({ ...first, startMs: 1 }, parent),
    ])
      engine.apply(each);
    weak(1000, 100);
    expect(chainBy(engine, 'parent').members.map(({ image: path }) => path)).toContain(first.image);
    expect(chainBy(engine, 'parent').score).toBe(80);
  });

  test('is kept by a snapshot, in each of its states', () => {
    const options = {
      recordEvents: false,
      maxProcessesPerHost: MAX,
      leftChainLimits: { itemsPerHost: 9999, items: 9999 },
    };
    const engine = start({ options });
    const second = actor('second', 100);
    for (const [place, each] of [first, second, EXPLORER].entries()) {
      if (each !== EXPLORER) engine.apply(create(each, EXPLORER));
      for (const turn of [1, 2]) engine.apply(does(turn, each, 2000 + place + turn));
    }
    for (let day = 1; day < 400; day++)
      for (const turn of [1, 2]) engine.apply(does(turn, EXPLORER, day * DAY_MS + turn));
    flood(engine);
    for (const each of [first, EXPLORER]) engine.apply(does(3, each, 9_000_000));
    engine.drain();
    const restored = engineFrom(chunksOf(engine), engine.policy, options);
    const carrying = [...engine.chains()].filter((chain) => (chain.carried ?? chain.start.carried) !== undefined);
    expect(carrying.map(({ start: { image: path }, day }) => [path, day >= 0])).toEqual([
      [first.image, false],
      [EXPLORER.image, true],
    ]);
    const goOn = [
      does(3, first, 9_000_001),
      does(3, second, 9_000_002),
      does(3, EXPLORER, 9_000_003),
      create({ ...EXPLORER, image: 'C:\\Tools\\first.exe' }, undefined),
    ];
    for (const each of goOn) {
      engine.apply(each);
      restored.apply(each);
      expect(restored.drain()).toEqual(engine.drain());
    }
    expect(restored.threats()).toEqual(engine.threats());
    const counts = (of: Engine): unknown => [...of.chains()].map(({ id, hitCounts }) => [id, [...hitCounts]]);
    expect(counts(restored)).toEqual(counts(engine));
  });

  test('keeps what it carries where it is made anew, in a chain that it joined, and a profile that is gone', () => {
    const engine = start();
    const events = [create({ ...first, startMs: 9_000_000 }, child), create(child, actor('parent', 500))];
    for (const each of [does(1, first, 2000), does(2, first, 3000)]) engine.apply(each);
    const before = threatOf(engine, first.image)!;
    engine.setPolicy({ ...engine.policy, rules: ruleSet([A, B, C, EVIL], []) });
    flood(engine);
    engine.apply(does(3, first, 8_000_000));
    const keys = threatOf(engine, first.image)!.evidence.map(({ key }) => key);
    expect(keys.toSorted()).toEqual(['rule:c', ...before.evidence.map(({ key }) => key)].toSorted());
    for (const each of events) engine.apply(each);
    expect(chainBy(engine, 'parent').hitCounts.get('a')).toBe(1);
    // An image that makes its parent's parent a root process cuts the chain.
    engine.apply(create({ ...actor('parent', 500), image: 'C:\\Windows\\System32\\svchost.exe' }, EXPLORER));
    expect(chainBy(engine, 'child').hitCounts.get('a')).toBe(1);
    const joined = threatOf(engine, child.image)!;
    expect(joined.evidence.map(({ key }) => key).toSorted()).toEqual(
      keys.filter((key) => key !== 'profile:two').toSorted(),
    );
  });

  test('is not remembered of a host that was forgotten', () => {
    const engine = start();
    for (const each of [create(first, EXPLORER), does(1, first, 2000), does(2, first, 3000)]) engine.apply(each);
    flood(engine);
    engine.forgetHost('ws1.corp.example');
    engine.apply(does(3, first, 9_000_000));
    expect([...engine.chains()].map((chain) => chain.score)).toEqual([5]);
  });

  test('without room for what it held begins anew', () => {
    const engine = start({ options: { leftChainLimits: { itemsPerHost: 10, items: 20 } } });
    for (const each of [create(first, EXPLORER), does(1, first, 2000), does(2, first, 3000)]) engine.apply(each);
    flood(engine);
    engine.apply(does(3, first, 9_000_000));
    expect([...engine.chains()].find((chain) => chain.start.image === first.image)!.score).toBe(5);
  });
});

describe('names of hosts', () => {
  const MAX_HOSTS = 100;
  const few = (changes: Parameters<typeof engineWith>[1] = {}): Engine =>
    engineWith([EVIL, SOME], { ...changes, options: { maxHosts: MAX_HOSTS, lookAtAllEvery: 10, ...changes.options } });
  const withoutProcess = (name: string): Event[] => [
    event(undefined, 0, {}, { host: name, eventId: 4672, sensor: 'security' }),
  ];

  test.each<{ name: string; events: (host: string) => Event[] }>([
    { name: 'of which nothing else is known', events: withoutProcess },
    { name: 'with a program each', events: (host) => [create(nth(0), EXPLORER, {}, { host })] },
    {
      name: 'with a hit that names no process',
      events: (host) => [event('filecreate', 0, { Image: 'C:\\Tools\\some.exe' }, { host })],
    },
    { name: 'with a threat each', events: (host) => [create(nth(0, 'evil'), EXPLORER, {}, { host })] },
    {
      name: 'with root processes that start root processes',
      events: (host) => {
        const roots = Array.from({ length: 5 }, (_, index) => ({
          ...nth(index),
          image: 'C:\\Windows\\System32\\svchost.exe',
        }));
        return roots.map((root, index) => create(root, roots[index - 1] ?? EXPLORER, {}, { host }));
      },
    },
  ])('made up without end, $name, take no room from a host that holds more', ({ events }) => {
    const engine = few();
    const real = Array.from({ length: 30 }, (_, index) => create(nth(index, index === 7 ? 'evil' : 'quiet'), EXPLORER));
    for (const each of real) engine.apply(each);
    const threats = new Set<string>();
    for (let index = 0; index < 2000; index++) {
      for (const each of events(`made-up-${index}`)) engine.apply(each);
      expect(engine.hostNames.length).toBeLessThan(MAX_HOSTS + 11);
      for (const { id } of engine.drain().threats) threats.add(id);
    }
    const [first] = real;
    expect(engine.hostNames).toContain(first!.host);
    expect([...engine.chains()].filter(({ start }) => start.host === first!.host)).toHaveLength(30);
    expect(engine.threats().filter(({ host }) => host === first!.host)).toHaveLength(1);
    const evil = events('x').some(({ fields }) => fields['Image'] === 'C:\\Tools\\evil.exe');
    expect(threats.size).toBe(evil ? 2001 : 1);
    expect(engine.processCount).toBeLessThan(60 + 6 * (MAX_HOSTS + 10));
    expect(engine.chainCount).toBeLessThan(60 + 6 * (MAX_HOSTS + 10));
  });

  test('begin afresh when they are heard again', () => {
    const engine = few();
    const host = 'came-back';
    const [process] = [nth(0, 'evil')];
    engine.apply(create(process, EXPLORER, {}, { host }));
    for (let index = 0; index < 500; index++) for (const each of withoutProcess(`made-up-${index}`)) engine.apply(each);
    for (let index = 0; index < 500; index++)
      for (const each of [create(nth(1), EXPLORER, {}, { host: `two-${index}` })]) engine.apply(each);
    expect(engine.hostNames).not.toContain(host);
    expect(engine.threats()).toEqual([]);
    engine.apply(create(process, EXPLORER, {}, { host }));
    expect(engine.threats().map((threat) => threat.host)).toEqual([host]);
  });

  test('whose threats a scan has to tell stay', () => {
    const engine = few({ options: { noteChanges: false } });
    for (let index = 0; index < 300; index++)
      engine.apply(create(nth(0, 'evil'), EXPLORER, {}, { host: `evil-${index}` }));
    for (let index = 0; index < 300; index++) for (const each of withoutProcess(`made-up-${index}`)) engine.apply(each);
    expect(engine.threats()).toHaveLength(300);
    expect(engine.hostNames.length).toBeLessThan(312);
  });
});

test('days of many root processes count as much as processes', () => {
  const engine = bounded();
  const roots = Array.from({ length: 20 }, (_, index) => ({
    ...nth(index),
    image: 'C:\\Windows\\System32\\svchost.exe',
  }));
  for (const root of roots) engine.apply(create(root, EXPLORER));
  for (let day = 0; day < 200; day++) {
    for (const root of roots) {
      engine.apply(act('filecreate', { ...root, image: 'C:\\Tools\\some.exe' }, day * DAY_MS + 1000));
      expect(engine.chainCount).toBeLessThan(2.1 * MAX + 5);
    }
  }
  expect(engine.processCount).toBeGreaterThan(0);
});

describe('days of a root process', () => {
  const deed = (day: number, name: string): Event =>
    act('filecreate', { ...EXPLORER, image: `C:\\Tools\\${name}.exe` }, day * DAY_MS + 1000);

  test('leave when nothing is held of them, and come again as they were', () => {
    const engine = engineWith([EVIL]);
    engine.apply(create(EXPLORER, undefined));
    for (let day = 0; day < 100; day++) engine.apply(deed(day, day % 25 === 0 ? 'evil' : 'quiet'));
    expect(engine.chainCount).toBeLessThan(15);
    expect(engine.threats()).toHaveLength(4);
    engine.apply(deed(7, 'evil'));
    const late = engine.threats().find(({ firstMs }) => firstMs === T0 + 7 * DAY_MS + 1000);
    const alone = engineWith([EVIL]);
    for (const each of [create(EXPLORER, undefined), deed(7, 'evil')]) alone.apply(each);
    expect(late).toEqual(alone.threats()[0]);
  });

  test('are bounded, whatever days a clock names', () => {
    const engine = engineWith([EVIL]);
    engine.apply(create(EXPLORER, undefined));
    for (let day = 0; day < 3000; day++) engine.apply(deed(day, 'evil'));
    expect(engine.chainCount).toBeLessThan(1010);
    expect(new Set(engine.drain().threats.map(({ id }) => id)).size).toBe(3000);
  });
});

test('events within five minutes of each other come in any order, with a budget that holds them', () => {
  const told: Event[] = [];
  for (let index = 0; index < 600; index++) {
    const process = nth(index * 10, index % 20 === 0 ? 'evil' : 'quiet');
    const child = { ...nth(index * 10 + 1, index % 20 === 0 ? 'some' : 'quiet'), pid: 100_000 + index };
    told.push(create(process, EXPLORER), create(child, process), end(process, process.startMs + 60_000));
    if (index % 3 === 0) told.push(act('filecreate', child, child.startMs + 90_000));
    if (index % 2 === 0) told.push(end(child, child.startMs + 100_000));
  }
  const outcome = (events: readonly Event[]): unknown => {
    const engine = bounded();
    for (const each of events) engine.apply(each);
    expect(engine.counts.forgotten).toBeGreaterThan(200);
    return withLedgersChecked(engine.threats());
  };
  const inOrder = told.toSorted((one, other) => one.timeMs - other.timeMs);
  const expected = outcome(inOrder);
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 300_000 }), { minLength: told.length, maxLength: told.length }),
      (late) => {
        const key = new Map(inOrder.map((each, index) => [each, each.timeMs + late[index]!]));
        expect(outcome(inOrder.toSorted((one, other) => key.get(one)! - key.get(other)!))).toEqual(expected);
      },
    ),
    { numRuns: 10 },
  );
});

test('an event of what has left makes it a placeholder, which is judged as any other', () => {
  const engine = bounded();
  const first = nth(0);
  engine.apply(create(first, EXPLORER));
  for (let index = 1; index < 500; index++) engine.apply(create(nth(index), EXPLORER));
  engine.apply(act('filecreate', { ...first, image: 'C:\\Tools\\evil.exe' }, 999_000));
  const [threat] = withLedgersChecked(engine.threats());
  expect(threat!.start.id).toBe([...engine.chains()].find(({ score }) => score > 0)!.start.id);
  expect(threat!.start.image).toBe('C:\\Tools\\evil.exe');
});

test('nothing that is held hangs on what has left', () => {
  fc.assert(
    fc.property(
      story.chain(({ events }) =>
        fc.shuffledSubarray([...events], { minLength: events.length, maxLength: events.length }),
      ),
      fc.integer({ min: 1, max: 4 }),
      (events, maxProcessesPerHost) => {
        const engine = bounded({ options: { maxProcessesPerHost } });
        for (const each of events) {
          engine.apply(each);
          for (const chain of engine.chains()) {
            const held = [chain.start, ...chain.members, ...chain.holders].flatMap((each) => [
              each,
              ...(each.parent === undefined ? [] : [each.parent]),
              ...each.children,
            ]);
            const carried = new Set(
              [chain, ...chain.members].flatMap((each) => each.carried ?? []).map(({ process }) => process),
            );
            for (const process of carried)
              expect([process.parent, process.chain, process.hasChildren]).toEqual([undefined, undefined, false]);
            for (const each of [chain, ...chain.members]) {
              const keys = (each.carried ?? []).map(({ evidence }) => evidence.key);
              expect(new Set(keys).size).toBe(keys.length);
            }
            const shown = [...chain.ledger.values(), ...chain.profiles.values()]
              .map(({ process }) => process)
              .filter((process) => !carried.has(process));
            expect(
              [...held, ...shown].filter(({ isKnown }) => !isKnown).map(({ image: path, pid }) => `${path} ${pid}`),
            ).toEqual([]);
            expect(chain.alive).toBe(
              chain.members.filter(({ endMs, isHostEvents }) => endMs === 0 && !isHostEvents).length,
            );
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});
