/** Correlations inside the engine: whose evidence they become, and what late facts do to it. */

import { describe, expect, test } from 'vitest';
import {
  act,
  actor,
  create,
  create4688,
  event,
  EXPLORER,
  type Actor,
  type Extra,
} from '../../../../../test/support/events.js';
import { withCorrelations, type CorrelationText } from '../../../../../test/support/correlations.js';
import { withLedgersChecked } from '../../../../../test/support/ledger.js';
import { policy, ruleSet, type TestRule } from '../../../../../test/support/rules.js';
import type { EngineOptions } from '../../../engine-options.js';
import { Engine } from '../../../engine.js';
import type { Event } from '../../../event/event.js';
import type { Policy } from '../../../policy.js';
import type { Profile, Rule } from '../../rule.js';
import type { Threat } from '../../../score/threat.js';

/** A rule matches events that bear its mark; they score nothing themselves, so that what is left is the correlation's. */
const marked = (id: string, more: Partial<TestRule> = {}): TestRule => ({
  id,
  points: 0,
  when: (each) =>
    String(each.fields['Mark'] ?? '')
      .split(' ')
      .includes(id),
  ...more,
});

const BASES = ['a', 'b', 'c'].map((id) => marked(id));

interface Setting {
  readonly bases?: readonly TestRule[];
  readonly profiles?: readonly Partial<Profile>[];
  readonly policy?: Partial<Policy>;
  readonly options?: Partial<EngineOptions>;
  readonly rule?: Partial<Rule>;
}

function engineWith(correlations: readonly CorrelationText[], setting: Setting = {}): Engine {
  const rules = withCorrelations(
    ruleSet(setting.bases ?? BASES, setting.profiles ?? []),
    correlations,
    setting.rule ?? {},
  );
  return new Engine(policy(rules, { threshold: 1, ...setting.policy }), { recordEvents: false, ...setting.options });
}

function run(engine: Engine, events: readonly Event[]): Engine {
  for (const each of events) engine.apply(each);
  withLedgersChecked(engine.threats(0));
  return engine;
}

/** `rule:it` in a chain: the file name of the process that holds it, with its points, by time. */
function held(engine: Engine, key = 'rule:it'): string[] {
  return engine
    .threats(0)
    .flatMap((threat) => threat.evidence.filter((entry) => entry.key === key))
    .sort((one, other) => one.event.timeMs - other.event.timeMs)
    .map((entry) => `${entry.process.image.split('\\').at(-1)} ${entry.points}`);
}

const word = actor('word', 10_000);
const cmd = actor('cmd', 20_000);
const net = actor('net', 30_000);
const mark = (name: string, process: Actor, atMs: number, extra: Extra = {}): Event =>
  act('filecreate', process, atMs, { Mark: name, TargetFilename: `${name}${atMs}` }, extra);

const COUNT: CorrelationText = { id: 'it', type: 'event_count', rules: ['a'], when: { gte: 2 } };
const SEQUENCE: CorrelationText = { id: 'it', type: 'temporal_ordered', rules: ['a', 'b'], groupBy: ['chain'] };

describe('evidence of a correlation', () => {
  test('is the process’ whose event completes it, with the group’s values', () => {
    const engine = run(engineWith([{ ...COUNT, groupBy: ['host', 'Image'] }]), [
      create(word, EXPLORER),
      mark('a', word, 11_000),
      mark('a', word, 12_000),
    ]);
    const [threat] = engine.threats() as [Threat];
    expect(threat.score).toBe(50);
    expect(threat.evidence).toMatchObject([
      {
        kind: 'rule',
        key: 'rule:it',
        rule: 'it',
        points: 50,
        matched: [
          { field: 'host', value: 'ws1' },
          { field: 'Image', value: 'c:\\tools\\word.exe' },
        ],
      },
    ]);
    expect(threat.firstMs).toBe(threat.lastMs);
  });

  test('rules it refers to give no hits of their own, unless it says so', () => {
    const events = [create(word, EXPLORER), mark('a', word, 11_000), mark('a', word, 12_000)];
    const bases = [marked('a', { points: 7 })];
    expect(
      run(engineWith([COUNT], { bases }), events)
        .threats()
        .map(({ score }) => score),
    ).toEqual([50]);
    expect(
      run(engineWith([{ ...COUNT, generate: true }], { bases }), events)
        .threats()
        .map(({ score }) => score),
    ).toEqual([57]);
  });

  test('is fed by every rule, also where only the first match counts', () => {
    const bases = [marked('b', { points: 7 }), marked('a', { points: 9 })];
    const engine = engineWith([{ ...COUNT, generate: true }], { bases, policy: { hits: 'first' } });
    run(engine, [create(word, EXPLORER), mark('a b', word, 11_000), mark('a b', word, 12_000)]);
    expect(engine.threats().map(({ score }) => score)).toEqual([57]);
  });

  test('notes its techniques at zero points, which count for profiles', () => {
    const profiles = [{ id: 'p', techniques: ['T1003'], atLeast: 1, points: 20 }];
    const engine = engineWith([COUNT], { profiles, rule: { techniques: ['T1003.001'] } });
    run(engine, [create(word, EXPLORER), mark('a', word, 11_000), mark('a', word, 12_000)]);
    expect(engine.threats()[0]!.evidence.map(({ key, points }) => `${key} ${points}`)).toEqual([
      'rule:it 50',
      'profile:p 20',
      'technique:T1003.001 0',
    ]);
  });

  test('of a correlation that is only tried out is counted, not given', () => {
    const engine = engineWith([COUNT], { rule: { isShadow: true } });
    run(engine, [create(word, EXPLORER), mark('a', word, 11_000), mark('a', word, 12_000)]);
    expect(held(engine)).toEqual([]);
    expect([...engine.chains()].map((chain) => chain.hitCounts.get('it'))).toContain(1);
  });

  test('is turned to zero by an exception', () => {
    const engine = engineWith([COUNT], {
      policy: { exceptions: [{ id: 'x', scope: 'rule', value: 'it', reason: 'r', author: 'a', createdMs: 0 }] },
    });
    run(engine, [create(word, EXPLORER), mark('a', word, 11_000), mark('a', word, 12_000)]);
    expect(held(engine)).toEqual(['word.exe 0']);
  });

  test('of events without a process is the host’s', () => {
    const engine = run(
      engineWith([COUNT]),
      [1000, 2000].map((at) =>
        event(undefined, at, { Mark: 'a' }, { eventId: 7045, sensor: 'other', provider: 'Service Control Manager' }),
      ),
    );
    expect(engine.threats().map(({ kind, score }) => [kind, score])).toEqual([['host', 50]]);
    expect(engine.counts.hitsWithoutProcess).toBe(1);
  });

  test('of a root process is of a day', () => {
    const day = 24 * 3_600_000;
    const engine = engineWith([{ ...COUNT, timespanMs: 10_000 }]);
    run(
      engine,
      [1000, 2000, day + 1000, day + 2000].map((at) => mark('a', EXPLORER, at)),
    );
    expect(held(engine)).toEqual(['explorer.exe 50', 'explorer.exe 50']);
  });

  test('is told of at the event that completes it, and stored with it', () => {
    const told: string[] = [];
    const engine = engineWith([COUNT], { options: { recordEvents: true, onHit: (_, rule) => told.push(rule.id) } });
    run(engine, [create(word, EXPLORER), mark('a', word, 11_000), mark('a', word, 12_000)]);
    expect(told).toEqual(['it']);
    expect(engine.drain().events.map(({ rules }) => rules)).toEqual([[], [], ['it']]);
    expect(engine.counts.hits).toBe(1);
  });
});

describe('a group by chain', () => {
  test.each<{ name: string; events: Event[]; held: string[] }>([
    {
      name: 'a sequence over two processes of one chain',
      events: [create(word, EXPLORER), create(cmd, word), mark('a', word, 21_000), mark('b', cmd, 22_000)],
      held: ['cmd.exe 50'],
    },
    {
      name: 'the same steps in two chains are no sequence',
      events: [create(word, EXPLORER), create(cmd, EXPLORER), mark('a', word, 21_000), mark('b', cmd, 22_000)],
      held: [],
    },
    {
      name: 'a parent seen late joins the chains, and completes it',
      events: [
        create(cmd, net),
        mark('b', cmd, 42_000),
        mark('a', word, 41_000),
        create(word, EXPLORER),
        create(net, word),
      ],
      held: ['cmd.exe 50'],
    },
    {
      name: 'a process between that turns out to be a root takes the chain apart, and the evidence back',
      events: [
        create(actor('x', 9000, { image: '' }), word, { Image: '' }),
        create(cmd, actor('x', 9000, { image: '' }), { ParentImage: '' }),
        mark('a', word, 21_000),
        mark('b', cmd, 22_000),
        create(actor('x', 9000, { image: 'C:\\Windows\\explorer.exe' }), word, {}, { record: 1 }),
      ],
      held: [],
    },
  ])('$name', ({ events, held: expected }) => {
    const engine = run(engineWith([SEQUENCE]), events);
    expect(held(engine)).toEqual(expected);
  });
});

describe('late facts', () => {
  test('an event in between takes “fewer than” back, and the threat with it', () => {
    const engine = engineWith([{ ...COUNT, when: { lt: 2 }, timespanMs: 5000 }]);
    run(engine, [create(word, EXPLORER), mark('a', word, 15_000)]);
    expect(engine.drain().threats).toHaveLength(1);
    // The earlier event itself is alone in its window; it is the other chain's.
    run(engine, [create(cmd, EXPLORER), mark('a', cmd, 14_000)]);
    expect(held(engine)).toEqual(['cmd.exe 50']);
    const effects = engine.drain();
    expect(effects.withdrawn).toHaveLength(1);
    expect(effects.threats).toHaveLength(1);
  });

  test('what is taken back uncovers what the same process holds besides', () => {
    const few: CorrelationText = { ...COUNT, when: { eq: 1 }, timespanMs: 5000 };
    const engine = run(engineWith([few]), [create(word, EXPLORER), mark('a', word, 15_000), mark('a', word, 30_000)]);
    expect(engine.threats()[0]!.evidence[0]!.event.timeMs % 100_000).toBe(15_000);
    run(engine, [create(cmd, EXPLORER), mark('a', cmd, 14_000)]);
    const words = engine
      .threats()
      .flatMap(({ evidence }) => evidence)
      .filter(({ process }) => process.image.endsWith('word.exe'));
    expect(words.map((entry) => entry.event.timeMs % 100_000)).toEqual([30_000]);
  });

  test('a technique of its own goes with it, one that another rule gave stays', () => {
    const few: CorrelationText = { ...COUNT, when: { lt: 2 }, timespanMs: 5000, generate: true };
    const bases = [marked('a'), marked('b', { set: 'technique', points: 3, techniques: ['T1003'] })];
    const engine = engineWith([few], { bases, rule: { techniques: ['T1003', 'T1018'] } });
    run(engine, [create(word, EXPLORER), mark('a', word, 15_000), mark('b', word, 16_000)]);
    run(engine, [create(cmd, EXPLORER), mark('a', cmd, 14_000)]);
    const ours = engine.threats(0).find(({ start }) => start.image.endsWith('word.exe'));
    expect(ours!.evidence.map(({ key, points }) => `${key} ${points}`).sort()).toEqual([
      'rule:a 0',
      'technique:T1003 3',
    ]);
  });

  test('a pid that means another run takes its events along', () => {
    const early = actor('tool', 10_000, { pid: 77 });
    const late = actor('tool', 40_000, { pid: 77 });
    const byPid = (at: number): Event =>
      event(
        'networkconnect',
        at,
        { ProcessId: 77, Image: 'C:\\Tools\\tool.exe', Mark: 'a', At: at },
        { sensor: 'other' },
      );
    const engine = run(engineWith([{ ...COUNT, groupBy: ['process'] }]), [
      create4688(early, EXPLORER),
      byPid(41_000),
      byPid(42_000),
    ]);
    expect(held(engine)).toEqual(['tool.exe 50']);
    const before = engine.threats()[0]!.evidence[0]!.process.id;
    run(engine, [create4688(late, EXPLORER)]);
    expect(held(engine)).toEqual(['tool.exe 50']);
    expect(engine.threats()[0]!.evidence[0]!.process.id).not.toBe(before);
  });

  test('two sensors’ reports of one run are one process’ group', () => {
    const byPid = event(
      'networkconnect',
      11_000,
      { ProcessId: word.pid, Image: word.image, Mark: 'a' },
      { sensor: 'other' },
    );
    const events = [create4688(word, EXPLORER), byPid, mark('a', word, 12_000), create(word, EXPLORER)];
    for (const order of [events, events.toReversed()]) {
      expect(held(run(engineWith([{ ...COUNT, groupBy: ['process'] }]), order))).toEqual(['word.exe 50']);
    }
  });

  test('a record told again changes nothing', () => {
    const engine = run(engineWith([{ ...COUNT, when: { eq: 2 } }]), [
      create(word, EXPLORER),
      mark('a', word, 11_000),
      mark('a', word, 12_000),
    ]);
    const before = JSON.stringify(engine.threats());
    engine.apply(mark('a', word, 11_000), 0, true);
    engine.apply(mark('a', word, 12_000), 0, true);
    expect(JSON.stringify(engine.threats())).toBe(before);
  });

  test('a host that is forgotten takes its part in others’ evidence along', () => {
    const engine = engineWith([{ ...COUNT, groupBy: ['SourceIp'] }]);
    const from = (host: string, at: number): Event =>
      event(undefined, at, { Mark: 'a', SourceIp: '10.0.0.9' }, { host, sensor: 'other', eventId: 4624 });
    run(engine, [from('ws1', 1000), from('ws2', 2000)]);
    expect(engine.threats().map(({ host }) => host)).toEqual(['ws2']);
    engine.forgetHost('ws1');
    expect(engine.threats()).toEqual([]);
  });
});

test('an engine without correlations keeps nothing', () => {
  const engine = run(engineWith([]), [create(word, EXPLORER), mark('a', word, 11_000)]);
  expect(engine.counts.forgottenByCorrelations).toBe(0);
});

test('what correlations forget is counted', () => {
  const engine = engineWith([{ ...COUNT, groupBy: ['TargetFilename'] }], {
    options: { correlationLimits: { groupsPerCorrelation: 10, eventsPerGroup: 10, events: 10 } },
  });
  run(engine, [create(word, EXPLORER), ...Array.from({ length: 50 }, (_, index) => mark('a', word, 11_000 + index))]);
  expect(engine.counts.forgottenByCorrelations).toBeGreaterThanOrEqual(40);
});
