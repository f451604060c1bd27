/** An engine put back from its snapshot, at any place and any number of times, goes on as one that was never put down: the same effects, byte for byte. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Engine } from '../../src/engine/engine.js';
import type { EngineOptions } from '../../src/engine/engine-options.js';
import type { Event } from '../../src/engine/event/event.js';
import { SeenRecords } from '../../src/engine/event/seen-records.js';
import type { EnginePlugin } from '../../src/engine/plugin/plugin.js';
import type { Policy } from '../../src/engine/policy.js';
import { JUDGES } from '../../src/plugins/index.js';
import { withCorrelations, type CorrelationText } from '../support/correlations.js';
import { firstDifference } from '../support/difference.js';
import { act, actor, event } from '../support/events.js';
import { withLedgersChecked } from '../support/ledger.js';
import { policy, ruleSet, type TestRule } from '../support/rules.js';
import { chunksOf, engineFrom } from '../support/snapshots.js';
import { reusedPids } from '../support/reused-pids.js';
import { story } from '../support/story.js';

const RUNS = 1000;
const HOUR = 3_600_000;

const imageEnds = (each: Event, name: string): boolean => String(each.fields['Image'] ?? '').endsWith(`\\${name}.exe`);

const RULES: readonly TestRule[] = [
  { id: 'evil', points: 60, techniques: ['T1059'], when: (each) => imageEnds(each, 'evil') },
  { id: 'shell', set: 'technique', points: 10.5, techniques: ['T1033'], when: (each) => imageEnds(each, 'powershell') },
  { id: 'net', points: 40, techniques: ['T1071'], when: (each) => each.action === 'networkconnect' },
  { id: 'file', points: 25.25, when: (each) => each.action === 'filecreate' },
  { id: 'object', points: 30, techniques: ['T1003'], when: (each) => each.eventId === 4663 },
  { id: 'service', points: 35, when: (each) => each.eventId === 7045 },
  { id: 'any', points: 1, when: (each) => each.timeMs % 3 === 0 },
  // Gives no evidence: only a correlation hears of it.
  { id: 'quiet', points: 1, when: (each) => each.action === 'processterminal' || each.timeMs % 2 === 0 },
];
const PROFILES = [{ id: 'two', techniques: ['T1059', 'T1071', 'T1003'], atLeast: 2, points: 55 }];
const CORRELATIONS: readonly CorrelationText[] = [
  {
    id: 'ordered',
    type: 'temporal_ordered',
    rules: ['any', 'file'],
    groupBy: ['chain'],
    timespanMs: 30_000,
    generate: true,
  },
  {
    id: 'count',
    type: 'event_count',
    rules: ['net', 'file', 'object'],
    groupBy: ['process'],
    when: { gte: 2 },
    timespanMs: HOUR,
  },
  { id: 'hum', type: 'event_count', rules: ['quiet'], groupBy: ['process'], when: { gte: 2 }, timespanMs: HOUR },
  { id: 'din', type: 'event_count', rules: ['quiet'], when: { gte: 4 }, timespanMs: HOUR },
  {
    id: 'few',
    type: 'event_count',
    rules: ['any'],
    when: { lt: 3 },
    timespanMs: 20_000,
    generate: true,
    techniques: ['T1003'],
  },
  {
    id: 'images',
    type: 'value_count',
    rules: ['any'],
    groupBy: ['chain'],
    fields: ['Image'],
    when: { gte: 2 },
    timespanMs: HOUR,
  },
  {
    id: 'one',
    type: 'event_count',
    rules: ['any'],
    groupBy: ['chain'],
    when: { eq: 2 },
    timespanMs: HOUR,
    generate: true,
  },
  { id: 'outer', type: 'temporal', rules: ['one', 'net'], groupBy: ['chain'], timespanMs: HOUR, generate: true },
];
const EXCEPTIONS = [
  { id: 'x1', scope: 'ancestor', value: '*\\agent.exe', reason: 'r', author: 'a', createdMs: 0 },
  { id: 'x2', scope: 'rule', value: 'outer', reason: 'r', author: 'a', createdMs: 0, expiresMs: undefined },
  { id: 'x3', scope: 'path', value: '*\\word.exe', reason: 'r', author: 'a', createdMs: 0 },
] as const;

/** One rule object for each rule, as a reload that changes some correlations makes others. */
const policyOf = (correlations: readonly CorrelationText[], exceptions: Policy['exceptions']): Policy =>
  policy(withCorrelations(ruleSet(RULES, PROFILES), correlations), { threshold: 40, exceptions });
const POLICIES: readonly Policy[] = [
  policyOf(CORRELATIONS, []),
  policyOf(CORRELATIONS, [EXCEPTIONS[0], EXCEPTIONS[1]]),
  policyOf(CORRELATIONS.slice(0, 6), [EXCEPTIONS[1], EXCEPTIONS[2]]),
  policyOf([], []),
];

const PLUGINS: readonly EnginePlugin[] = JUDGES.map((judge) => ({
  ...judge.init({
    settings: { ...judge.settings, ...('atLeast' in judge.settings ? { atLeast: 2, rareAtLeast: 1 } : {}) },
    log: () => undefined,
    giveLater: () => undefined,
  }),
  name: judge.name,
}));
const OPTIONS: readonly EngineOptions[] = [
  { recordEvents: true, plugins: PLUGINS },
  {
    recordEvents: true,
    plugins: PLUGINS,
    maxProcessesPerHost: 2,
    maxProcesses: 5,
    maxHosts: 1,
    lookAtAllEvery: 3,
    correlationLimits: { groupsPerCorrelation: 3, eventsPerGroup: 4, events: 12 },
  },
];
const LIBRARIES = ['cryptdll.dll', 'samlib.dll', 'version.dll'];

/** What a story does not tell: libraries, levels, hits on events that name no process, texts beyond Latin. */
const aside = fc
  .record({ kind: fc.integer({ min: 0, max: 4 }), who: fc.nat(5), atMs: fc.nat(60_000), more: fc.nat(2) })
  .map(({ kind, who, atMs, more }): Event => {
    const extra = { host: 'ws1.corp.example', record: atMs };
    if (kind === 0)
      return act('imageload', actor(`lib${who}`, 500), atMs, { ImageLoaded: `C:\\${LIBRARIES[more]}` }, extra);
    if (kind === 1) return event(undefined, atMs, { ServiceName: `服务${who}\ud800` }, { ...extra, eventId: 7045 });
    // Named by pid alone, of runs that are told before or afterwards.
    if (kind >= 3)
      return event(undefined, atMs, { ProcessId: 10_000 + who }, { ...extra, eventId: 4663, sensor: 'security' });
    return event(
      'processcreate',
      atMs,
      {
        ProcessId: 10_000 + who,
        Image: `C:\\工具\\p${who}.exe`,
        ParentProcessId: 10_000 + more,
        IntegrityLevel: ['Medium', 'High', 'System'][more],
      },
      { ...extra, sensor: 'security' },
    );
  });

type Step =
  { readonly event: Event; readonly repeated: boolean } | { readonly policy: Policy } | { readonly forget: string };

interface Run {
  readonly steps: readonly Step[];
  /** Where effects are drained, and where the engine is put down and back as well. */
  readonly drains: ReadonlySet<number>;
  readonly restarts: ReadonlySet<number>;
  readonly options: EngineOptions;
}

const run: fc.Arbitrary<Run> = fc
  .record({
    told: fc.oneof({ weight: 3, arbitrary: story }, { weight: 1, arbitrary: reusedPids.map((events) => ({ events })) }),
    asides: fc.array(aside, { maxLength: 20 }),
    policies: fc.array(fc.nat(POLICIES.length - 1), { minLength: 1, maxLength: 4 }),
    forget: fc.boolean(),
    options: fc.constantFrom(...OPTIONS),
  })
  .chain(({ told, asides, policies, forget, options }) => {
    const all = [...told.events, ...asides];
    return fc
      .record({
        order: fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
        again: fc.subarray(all),
        places: fc.array(fc.nat(100), { minLength: 8, maxLength: 8 }),
        restarts: fc.array(fc.nat(100), { minLength: 1, maxLength: 4 }),
      })
      .map(({ order, again, places, restarts }): Run => {
        const seen = new SeenRecords();
        const steps: Step[] = [...order, ...again].map((each) => ({ event: each, repeated: !seen.add(each) }));
        const left = [...places];
        const at = (): number => Math.floor((left.pop()! * steps.length) / 100);
        for (const index of policies) steps.splice(at(), 0, { policy: POLICIES[index]! });
        if (forget) steps.splice(at(), 0, { forget: 'ws2' });
        const chosen = restarts.map((place) => Math.floor((place * steps.length) / 100));
        return { steps, restarts: new Set(chosen), drains: new Set([...chosen, at(), at()]), options };
      });
  });

/** @returns all that an engine says in the course of a run */
function told({ steps, drains, restarts, options }: Run, isRestarted: boolean, isWritten: boolean): string {
  const effects: unknown[] = [];
  let engine = new Engine(POLICIES[0]!, options);
  for (const [index, step] of steps.entries()) {
    if ('policy' in step) engine.setPolicy(step.policy);
    else if ('forget' in step) engine.forgetHost(step.forget);
    else engine.apply(step.event, index + 1, step.repeated);
    if (!drains.has(index)) continue;
    effects.push(engine.drain());
    if (!restarts.has(index) || !isWritten || !engine.isAtRest) continue;
    const chunks = chunksOf(engine);
    if (isRestarted) engine = engineFrom(chunks, engine.policy, options);
  }
  effects.push(engine.drain());
  const chains = [...engine.chains()].map((chain) => [
    chain.id,
    chain.score,
    chain.members.map(({ id }) => id),
    [...chain.hitCounts],
  ]);
  return JSON.stringify(
    {
      effects,
      threats: withLedgersChecked(engine.threats(0)),
      chains,
      counts: engine.counts,
      processes: engine.processCount,
    },
    null,
    1,
  );
}

test('an engine that was put down and back says the same as one that was not', { timeout: 180_000 }, () => {
  const found = { threats: 0, correlations: 0, plugins: 0, forgotten: 0, evicted: 0 };
  fc.assert(
    fc.property(run, (given) => {
      const expected = told(given, false, false);
      if (expected.includes('"threshold"')) found.threats++;
      if (expected.includes('"rule:outer"')) found.correlations++;
      if (expected.includes('"plugin:')) found.plugins++;
      if (!expected.includes('"forgotten": 0')) found.forgotten++;
      if (!expected.includes('"forgottenByCorrelations": 0')) found.evicted++;
      for (const isRestarted of [false, true]) {
        const given2 = told(given, isRestarted, true);
        if (given2 !== expected) throw new Error(firstDifference(expected, given2));
      }
    }),
    { numRuns: RUNS },
  );
  for (const count of Object.values(found)) expect(count).toBeGreaterThan(RUNS / 20);
});
