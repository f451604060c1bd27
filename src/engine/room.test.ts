import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inAnyOrder } from '../../test/support/any-order.js';
import { act, actor, create, end, event, EXPLORER, T0, type Actor } from '../../test/support/events.js';
import { engineWith, EVIL, imageIs } from '../../test/support/engine-kit.js';
import { withLedgersChecked } from '../../test/support/ledger.js';
import { story } from '../../test/support/story.js';
import { withCorrelations } from '../../test/support/correlations.js';
import { policy, ruleSet, type TestRule } from '../../test/support/rules.js';
import { DAY_MS } from './chain/chain.js';
import { Engine } from './engine.js';
import { shareOfRoom } from './room.js';
import type { Event } from './event/event.js';

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
    const scores = (): number[] =>
      [...engine.chains()].filter(({ start }) => start.host === host).map(({ score }) => score);
    engine.apply(create(nth(0, 'some'), EXPLORER, {}, { host }));
    const [before] = scores();
    for (let index = 0; index < 500; index++)
      for (const at of [1, 2]) engine.apply(create(nth(at), EXPLORER, {}, { host: `more-${index}` }));
    expect(engine.hostNames).not.toContain(host);
    engine.apply(create(nth(0, 'some'), EXPLORER, {}, { host }));
    expect(scores()).toEqual([before]);
  });

  test('with threats leave after those without', () => {
    const engine = few();
    engine.apply(create(nth(0, 'evil'), EXPLORER, {}, { host: 'first' }));
    for (let index = 0; index < 500; index++)
      for (const at of [1, 2, 3]) engine.apply(create(nth(at), EXPLORER, {}, { host: `more-${index}` }));
    expect(engine.threats().map(({ host }) => host)).toEqual(['first']);
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

test('of the days of a root process only as many leave as have to', () => {
  const engine = engineWith([{ id: 'any', points: 300, when: () => true }], { options: { maxProcessesPerHost: MAX } });
  const root = actor('root', 0, { image: 'C:\\Windows\\System32\\svchost.exe' });
  for (let day = 0; day < 198; day++) engine.apply(act('filecreate', root, day * DAY_MS));
  let least = Infinity;
  for (let index = 0; index < 8; index++) {
    engine.apply(create(nth(index), EXPLORER));
    least = Math.min(least, engine.chainCount);
  }
  expect(least).toBeGreaterThan(150);
});

test('a host that left and is forgotten before that was told leaves nothing', () => {
  const engine = engineWith([SOME], { options: { maxHosts: 10, lookAtAllEvery: 5, recordEvents: true } });
  const host = 'gone';
  engine.apply(create(nth(0, 'some'), EXPLORER, {}, { host }), 1);
  for (let index = 0; index < 100; index++)
    for (const at of [1, 2]) engine.apply(create(nth(at), EXPLORER, {}, { host: `more-${index}` }), index + 2);
  expect(engine.hostNames).not.toContain(host);
  engine.forgetHost(host);
  const { processes, chains, events, forgotten } = engine.drain();
  expect(forgotten).toEqual([host]);
  expect([...processes, ...chains, ...events].filter((each) => each.host === host)).toEqual([]);
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

test('what a correlation says of a root process that has left opens no day of it', () => {
  const net: TestRule = { id: 'net', points: 10, when: (each) => each.action === 'networkconnect' };
  const often = { id: 'often', type: 'event_count', rules: ['net'], when: { gte: 2 } } as const;
  const rules = withCorrelations(ruleSet([net]), [{ ...often, timespanMs: DAY_MS }]);
  const engine = new Engine(policy(rules, {}), { recordEvents: true, plugins: [], maxProcessesPerHost: MAX });
  const root = actor('root', 0, { image: 'C:\\Windows\\System32\\svchost.exe' });
  const later = nth(9_000, 'later');
  engine.apply(create(root, undefined));
  engine.apply(act('networkconnect', root, 10));
  engine.apply(end(root, 20));
  for (let index = 0; index < 5 * MAX; index++) engine.apply(create(nth(index), EXPLORER));
  const days = (): number => [...engine.chains()].filter(({ start }) => start.image === root.image).length;
  expect(days()).toBe(0);
  engine.apply(create(later, EXPLORER));
  // It is heard late: with it, the root's own connection was the second.
  engine.apply(act('networkconnect', later, 5));
  expect(engine.counts.hits).toBe(1);
  expect(days()).toBe(0);
  for (const { members } of engine.chains())
    for (const member of members) expect(member.isKnown, member.guid).toBe(true);
});

test('nothing that is held hangs on what has left', () => {
  fc.assert(
    fc.property(
      story.chain(({ events }) => inAnyOrder(events)),
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
