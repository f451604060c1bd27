import { describe, expect, test } from 'vitest';
import { actor, create, event, EXPLORER, T0 } from '../../test/support/events.js';
import { withLedgersChecked } from '../../test/support/ledger.js';
import { policy, ruleSet, type TestRule } from '../../test/support/rules.js';
import { hashId } from './base/hash.js';
import { Engine } from './engine.js';
import type { Event } from './event/event.js';
import type { Policy } from './policy.js';
import type { Exception } from './score/exception.js';
import type { Threat } from './score/threat.js';

const DAY_MS = 86_400_000;
const DAY = Math.floor(T0 / DAY_MS);

const idIs =
  (id: number) =>
  (each: Event): boolean =>
    each.eventId === id;

const CLEARED: TestRule = { id: 'cleared', set: 'sigma', points: 170, techniques: ['T1070.001'], when: idIs(1102) };
const SERVICE: TestRule = { id: 'service', set: 'ioa', points: 50, techniques: ['T1543.003'], when: idIs(7045) };
const WATCHED: TestRule = { id: 'watched', set: 'sigma', isShadow: true, points: 170, when: idIs(4624) };

function log(eventId: number, atMs: number, host = 'dc1.corp.example'): Event {
  return event(undefined, atMs, { SubjectUserName: 'li' }, { eventId, host, provider: 'Microsoft-Windows-Eventlog' });
}

function run(events: readonly Event[], changes: Partial<Policy> = {}, recordEvents = false): Engine {
  const engine = new Engine(policy(ruleSet([CLEARED, SERVICE, WATCHED]), changes), { recordEvents });
  for (const each of events) engine.apply(each);
  withLedgersChecked(engine.threats(0));
  return engine;
}

const keys = ({ evidence }: Threat): unknown[] => evidence.map(({ key, points }) => [key, points]);

describe('hits on events that name no process', () => {
  test('are evidence in a chain of the host, by UTC day, and a threat of its own kind', () => {
    const [threat, ...others] = run([log(1102, 0), log(7045, 1000), log(1102, 2000)]).threats();
    expect(others).toEqual([]);
    expect(threat).toMatchObject({
      id: hashId('dc1', 'host-events', String(DAY)),
      kind: 'host',
      host: 'dc1.corp.example',
      score: 170 + 50 + 50,
      active: false,
      start: { image: '', commandLine: '', pid: 0, guid: '', user: '', timeMs: DAY * DAY_MS },
    });
    expect(keys(threat!)).toEqual([
      ['rule:cleared', 170],
      ['rule:service', 50],
      ['technique:T1543.003', 50],
      ['technique:T1070.001', 0],
    ]);
    expect(new Set(threat!.evidence.map(({ process }) => process.id))).toEqual(new Set([threat!.start.id]));
  });

  test('score once per host and day', () => {
    const engine = run([log(1102, 0), log(1102, DAY_MS), log(1102, 0, 'dc2'), log(1102, 5)]);
    expect(
      engine
        .threats()
        .map(({ host, score }) => [host, score])
        .sort(),
    ).toEqual([
      ['dc1.corp.example', 170],
      ['dc1.corp.example', 170],
      ['dc2', 170],
    ]);
  });

  test('do not depend on the order of events', () => {
    const events = [
      log(1102, 3000),
      log(7045, 1000),
      log(1102, 1000),
      log(7045, DAY_MS),
      create(actor('a', 10), EXPLORER),
    ];
    const threats = run(events).threats(0);
    expect(run([...events].reverse()).threats(0)).toEqual(threats);
  });

  test('leave chains of processes, and their count, alone', () => {
    const engine = run([create(actor('a', 10), EXPLORER), log(1102, 0)]);
    expect(engine.processCount).toBe(2);
    expect(engine.counts).toMatchObject({ hits: 1, hitsWithoutProcess: 1 });
    expect(
      engine
        .threats(0)
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual(['chain', 'host']);
  });

  test.each<{ name: string; exception: Partial<Exception>; score: number }>([
    { name: 'of the rule', exception: { scope: 'rule', value: 'cleared' }, score: 100 },
    { name: 'of the host', exception: { scope: 'host', value: 'dc1*' }, score: 0 },
    { name: 'of the rule on another host', exception: { scope: 'rule', value: 'cleared', host: 'dc2' }, score: 270 },
    { name: 'of a path', exception: { scope: 'path', value: 'c:\\*' }, score: 270 },
    { name: 'of a hash', exception: { scope: 'hash', value: 'a'.repeat(64) }, score: 270 },
  ])('an exception $name', ({ exception, score }) => {
    const full: Exception = { id: 'x', scope: 'rule', value: '', reason: '', author: '', createdMs: 0, ...exception };
    const [threat] = run([log(1102, 0), log(7045, 1000)], { exceptions: [full] }).threats(0);
    expect(threat!.score).toBe(score);
  });

  test('are written with a process that stands for none, and with their chain', () => {
    const engine = run([log(1102, 0), log(4624, 1), log(1, 2)], {}, true);
    const { processes, chains, threats, events } = engine.drain();
    const id = hashId('dc1', 'host-events');
    expect(processes).toMatchObject([{ id, image: '', pid: 0, isRoot: true, points: 170 }]);
    expect(chains).toMatchObject([{ startProcessId: id, score: 170, processCount: 1, firstMs: DAY * DAY_MS }]);
    expect(threats).toMatchObject([{ kind: 'host' }]);
    expect(events.map(({ processId, chainId, rules }) => [processId, chainId, rules])).toEqual([
      [id, chains[0]!.id, ['cleared']],
      ['', '', ['watched']],
      ['', '', []],
    ]);
  });
});

describe('a shadow rule', () => {
  test('is counted and told, and gives no evidence', () => {
    const told: string[] = [];
    const engine = new Engine(policy(ruleSet([WATCHED, { ...WATCHED, id: 'on-process', when: idIs(1) }])), {
      recordEvents: false,
      onHit: (_event, rule) => void told.push(rule.id),
    });
    engine.apply(log(4624, 0));
    engine.apply(create(actor('a', 10), EXPLORER));
    expect(told).toEqual(['watched', 'on-process']);
    expect(engine.counts.hits).toBe(2);
    expect(engine.threats(0).flatMap(keys)).toEqual([]);
    expect([...engine.chains()].map((chain) => [...chain.hitCounts])).toContainEqual([['on-process', 1]]);
  });

  test('does not take the place of the first rule that scores', () => {
    const rules = ruleSet([
      { ...WATCHED, set: 'ioa', when: () => true },
      { ...CLEARED, when: () => true },
      { ...SERVICE, set: 'technique', when: () => true },
    ]);
    const engine = new Engine(policy(rules, { hits: 'first' }), { recordEvents: false });
    engine.apply(log(1, 0));
    expect(engine.threats(0).flatMap(keys)).toEqual([
      ['rule:cleared', 170],
      ['technique:T1070.001', 0],
    ]);
    expect(engine.counts.hits).toBe(2);
  });
});

test('of a Sigma rule the rule scores, and its techniques count for profiles at zero points', () => {
  const rules = ruleSet(
    [{ id: 's', set: 'sigma', points: 70, techniques: ['T1003', 'T1059'], when: idIs(1) }],
    [{ id: 'tool', techniques: ['T1003', 'T1059'], atLeast: 2, points: 100 }],
  );
  const engine = new Engine(policy(rules), { recordEvents: false });
  engine.apply(create(actor('a', 10), EXPLORER));
  const [threat] = engine.threats();
  expect(threat!.score).toBe(170);
  expect(keys(threat!)).toEqual([
    ['profile:tool', 100],
    ['rule:s', 70],
    ['technique:T1003', 0],
    ['technique:T1059', 0],
  ]);
  expect(threat!.techniques).toEqual(['T1003', 'T1059']);
});
