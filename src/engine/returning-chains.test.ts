import { describe, expect, test } from 'vitest';
import { act, actor, create, create4688, end, event, EXPLORER, T0, type Actor } from '../../test/support/events.js';
import { engineWith, EVIL } from '../../test/support/engine-kit.js';
import { withLedgersChecked } from '../../test/support/ledger.js';
import { ruleSet } from '../../test/support/rules.js';
import { chunksOf, engineFrom } from '../../test/support/snapshots.js';
import { threatsAfter } from '../../test/faults/lives/memory-state.js';
import { DAY_MS, type Chain } from './chain/chain.js';
import type { Effects } from './effects.js';
import type { Engine } from './engine.js';
import type { Event } from './event/event.js';
import type { Threat } from './score/threat.js';

const MAX = 100;
const nth = (index: number, name = 'quiet'): Actor => ({
  ...actor(`${name}${index}`, index * 1000, { image: `C:\\Tools\\${name}.exe` }),
  pid: 4 * (index + 1000),
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
    expect(chain.processCount).toBe(2);
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

  test('names no copy among the processes that are told', () => {
    const engine = start();
    for (const each of [create(first, EXPLORER), does(1, first, 2000)]) engine.apply(each);
    flood(engine);
    engine.apply(does(3, first, 3000));
    engine.drain();
    // Earlier than what the copy holds.
    engine.apply(does(1, first, 1000));
    const rows = engine.drain().processes.filter(({ image: path }) => path === first.image);
    expect(rows.map(({ chainId, points }) => [chainId, points > 0])).toEqual([[chainBy(engine, 'first').id, true]]);
  });

  test('is withdrawn where it was a threat under an earlier threshold, as one that stays', () => {
    const withdrawn = (maxProcessesPerHost: number): readonly string[] => {
      const engine = start({ options: { maxProcessesPerHost } });
      for (const each of [create(first, EXPLORER), does(1, first, 2000), does(2, first, 3000)]) engine.apply(each);
      engine.drain();
      engine.setPolicy({ ...engine.policy, threshold: 1000 });
      flood(engine);
      engine.drain();
      engine.apply(does(3, first, 9_000_000));
      return engine.drain().withdrawn;
    };
    expect(withdrawn(1e6)).toHaveLength(1);
    expect(withdrawn(MAX)).toEqual(withdrawn(1e6));
  });

  test('stays without what an exception took from a profile through the lineage', () => {
    const exception = {
      id: 'x',
      scope: 'ancestor',
      value: '*\\parent.exe',
      rule: 'profile:two',
      reason: 'r',
      author: 'a',
      createdMs: 0,
    } as const;
    const engine = start({ policy: { threshold: 90, exceptions: [exception] } });
    const parent = actor('parent', 0);
    for (const each of [create(parent, EXPLORER), create(child, parent), does(1, child, 2000), does(2, child, 3000)])
      engine.apply(each);
    const before = chainBy(engine, 'parent').score;
    flood(engine);
    engine.apply(act('filecreate', parent, 9_000_000));
    expect(chainBy(engine, 'parent').score).toBe(before);
  });

  test('is told with what other profiles make of it', () => {
    const engine = start({ profiles: [] });
    for (const turn of [1, 2]) engine.apply(does(turn, EXPLORER, 2000 + turn));
    for (let day = 1; day < 400; day++)
      for (const turn of [1, 2]) engine.apply(does(turn, EXPLORER, day * DAY_MS + turn));
    const stored = new Map(engine.drain().chains.map(({ id, score }) => [id, score]));
    engine.setPolicy({ ...engine.policy, rules: ruleSet([A, B, C, EVIL], [PROFILE]) });
    engine.apply(act('filecreate', EXPLORER, 4000));
    for (const { id, score } of engine.drain().chains) stored.set(id, score);
    const chains = [...engine.chains()].filter(({ day }) => day === Math.floor(T0 / DAY_MS));
    expect(chains.map(({ score }) => score)).toEqual([160]);
    for (const { id, score } of chains) expect(stored.get(id)).toBe(score);
  });

  test('keeps the policy under which a key was first given', () => {
    const score = (maxProcessesPerHost: number): number => {
      const engine = start({ options: { maxProcessesPerHost } });
      const states = (points: number, atMs: number): void =>
        engine.applyFinding({
          host: 'ws1.corp.example',
          processId: chainBy(engine, 'first').start.id,
          plugin: 'p',
          evidence: { key: 'k', title: { en: 'k', zh: 'k' }, points },
          eventId: '0000000000000001',
          timeMs: T0 + atMs,
        });
      for (const each of [create(first, EXPLORER), does(3, first, 2000)]) engine.apply(each);
      states(60, 1000);
      flood(engine);
      const exception = {
        id: 'x',
        scope: 'rule',
        value: 'plugin:p:k',
        reason: 'r',
        author: 'a',
        createdMs: 0,
      } as const;
      engine.setPolicy({ ...engine.policy, exceptions: [exception] });
      engine.apply(act('filecreate', first, 9_000_000));
      states(100, 9_000_001);
      return chainBy(engine, 'first').score;
    };
    expect(score(MAX)).toBe(score(1e6));
  });

  test('is told although it left once more before, without room for what it held', () => {
    const told = (isDrained: boolean): number[] => {
      const engine = start({ options: { leftChainLimits: { itemsPerHost: 0, items: 0 } } });
      const effects: Effects[] = [];
      for (const each of [create(first, EXPLORER), does(1, first, 2000), does(2, first, 3000)]) engine.apply(each);
      const { id } = chainBy(engine, 'first');
      for (const round of [0, 1]) {
        flood(engine, round * 1000);
        if (isDrained) effects.push(engine.drain());
        engine.apply(does(3, first, 9_000_000 + round));
        if (isDrained) effects.push(engine.drain());
      }
      effects.push(engine.drain());
      return threatsAfter(effects)
        .filter((each) => each.id === id)
        .map(({ score }) => score);
    };
    expect(told(true)).toEqual([160]);
    expect(told(false)).toEqual(told(true));
  });

  test('counts the hits of a day once where its root process stayed', () => {
    const root = { ...first, image: 'C:\\Windows\\System32\\svchost.exe' };
    const counts = (days: number): unknown => {
      const engine = start({ options: { maxProcessesPerHost: 1e6 } });
      engine.apply(does(1, root, 0));
      for (let day = 1; day <= days; day++) engine.apply(does(3, root, day * DAY_MS));
      engine.apply(does(2, root, 1));
      engine.apply(create(first, EXPLORER));
      const { hitCounts } = chainBy(engine, 'first');
      return [hitCounts.get('a'), hitCounts.get('b')];
    };
    expect(counts(1)).toEqual([1, 1]);
    // Past a thousand days the first leave.
    expect(counts(1001)).toEqual([1, 1]);
  });

  test('is named by no alias once its host is forgotten', () => {
    const engine = start({ policy: { threshold: 1000 }, options: { maxProcessesPerHost: 3 } });
    const parent = actor('parent', 500);
    for (const each of [create(first, undefined, { Turn: 1 }), create(parent, EXPLORER), create(first, parent)])
      engine.apply(each);
    for (let index = 0; index < 30; index++) engine.apply(create(nth(index, 'evil'), EXPLORER));
    engine.forgetHost('ws1.corp.example');
    expect(engine.drain().aliases).toEqual([]);
  });

  test('is not withdrawn where nothing is held of it but a profile that an earlier policy gave', () => {
    const rules = [A, B].map((rule) => ({ ...rule, set: 'technique' as const }));
    const profiles = [{ ...PROFILE, points: 200 }];
    const engine = engineWith(rules, { profiles, policy: { threshold: 150 }, options: { maxProcessesPerHost: 10 } });
    const byPid = (turn: number): Event => event('filecreate', 20_000 + turn, { ProcessId: 500, Turn: turn });
    const [meant, later] = [actor('meant', 1000, { pid: 500 }), actor('later', 10_000, { pid: 500 })];
    for (const each of [create(meant, EXPLORER), byPid(1), byPid(2)]) engine.apply(each);
    engine.drain();
    engine.setPolicy({ ...engine.policy, rules: ruleSet(rules, profiles) });
    // The pid meant this one: its evidence goes, and the profile stays.
    engine.apply(create(later, EXPLORER));
    const { id, score, ledger } = chainBy(engine, 'meant');
    expect([score, ledger.size]).toEqual([200, 0]);
    for (let index = 0; index < 40; index++) {
      engine.apply(create(nth(index), EXPLORER));
      expect(engine.drain().withdrawn).not.toContain(id);
    }
  });

  test('leaves what the process holds that goes on with that alone', () => {
    const engine = engineWith(
      [{ ...A, when: (each) => each.eventId === 11 && each.fields['ProcessGuid'] === undefined }, C],
      {
        options: { maxProcessesPerHost: 2 },
      },
    );
    const [one, other] = [actor('one', 1000, { pid: 500 }), actor('other', 10_000, { pid: 500 })];
    const started = (index: number): Event =>
      create(actor(`child${index}`, 2000 + index, { pid: 600 + index }), one, { Turn: 3 });
    for (const each of [
      started(0),
      act('filecreate', one, 1100),
      event('filecreate', 20_000, { ProcessId: 500 }),
      started(1),
      started(2),
      create(one, EXPLORER),
      // The pid meant this one.
      create(other, undefined),
    ])
      engine.apply(each);
    const holding = [...engine.chains()].filter((chain) => chain.ledger.has('rule:a'));
    expect(holding.map((chain) => chain.start.image)).toEqual([other.image]);
  });
});
