/** Correlations in the whole engine: whatever order events come in, and however often, the same threats with the same evidence. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Engine } from '../../src/engine/engine.js';
import type { Event } from '../../src/engine/event/event.js';
import { SeenRecords } from '../../src/engine/event/seen-records.js';
import type { Policy } from '../../src/engine/policy.js';
import { withCorrelations, type CorrelationText } from '../support/correlations.js';
import { tellings } from '../support/any-order.js';
import { firstDifference } from '../support/difference.js';
import { withLedgersChecked } from '../support/ledger.js';
import { policy, ruleSet, type TestRule } from '../support/rules.js';
import { reusedPids } from '../support/reused-pids.js';
import { story } from '../support/story.js';

const RUNS = 600;

const imageEnds = (event: Event, name: string): boolean =>
  String(event.fields['Image'] ?? '').endsWith(`\\${name}.exe`);

const RULES: readonly TestRule[] = [
  { id: 'evil', points: 60, techniques: ['T1059'], when: (event) => imageEnds(event, 'evil') },
  { id: 'shell', set: 'technique', points: 10, techniques: ['T1033'], when: (event) => imageEnds(event, 'powershell') },
  { id: 'net', points: 40, techniques: ['T1071'], when: (event) => event.action === 'networkconnect' },
  { id: 'file', points: 25, when: (event) => event.action === 'filecreate' },
  { id: 'object', points: 30, techniques: ['T1003'], when: (event) => event.eventId === 4663 },
  { id: 'any', points: 1, when: () => true },
];

const HOUR = 3_600_000;
const CORRELATIONS: readonly CorrelationText[] = [
  {
    id: 'chain-temporal',
    type: 'temporal',
    rules: ['evil', 'net'],
    groupBy: ['chain'],
    timespanMs: HOUR,
    generate: true,
  },
  {
    id: 'chain-ordered',
    type: 'temporal_ordered',
    rules: ['any', 'file'],
    groupBy: ['chain'],
    timespanMs: 30_000,
    generate: true,
  },
  {
    id: 'process-count',
    type: 'event_count',
    rules: ['net', 'file', 'object'],
    groupBy: ['process'],
    when: { gte: 2 },
    timespanMs: HOUR,
  },
  {
    id: 'host-few',
    type: 'event_count',
    rules: ['any'],
    when: { lt: 3 },
    timespanMs: 20_000,
    generate: true,
    techniques: ['T1003'],
  },
  {
    id: 'chain-images',
    type: 'value_count',
    rules: ['any'],
    groupBy: ['chain'],
    fields: ['Image'],
    when: { gte: 2 },
    timespanMs: HOUR,
  },
  {
    id: 'chain-one',
    type: 'event_count',
    rules: ['any'],
    groupBy: ['chain'],
    when: { eq: 2 },
    timespanMs: HOUR,
    generate: true,
  },
  { id: 'outer', type: 'temporal', rules: ['chain-one', 'net'], groupBy: ['chain'], timespanMs: HOUR, generate: true },
];
const OF_CORRELATIONS = new Set(CORRELATIONS.map(({ id }) => id));
const PROFILES = [{ id: 'two', techniques: ['T1059', 'T1071', 'T1003'], atLeast: 2, points: 55 }];
const SET = withCorrelations(ruleSet(RULES, PROFILES), CORRELATIONS);

const POLICIES: readonly Policy[] = [
  policy(SET, { threshold: 1 }),
  policy(SET, {
    threshold: 1,
    exceptions: [
      { id: 'x1', scope: 'ancestor', value: '*\\agent.exe', reason: 'r', author: 'a', createdMs: 0 },
      { id: 'x2', scope: 'rule', value: 'outer', reason: 'r', author: 'a', createdMs: 0 },
    ],
  }),
];

function outcome(rules: Policy, events: readonly Event[]): string {
  const engine = new Engine(rules, { recordEvents: true });
  const seen = new SeenRecords();
  for (const [index, event] of events.entries()) {
    engine.apply(event, index + 1, !seen.add(event));
    if (index % 7 === 0) engine.drain();
  }
  const threats = withLedgersChecked(engine.threats());
  const fired = [...engine.chains()].map((chain) => [
    chain.id,
    ...[...chain.hitCounts]
      .filter(([rule, count]) => count !== 0 && OF_CORRELATIONS.has(rule))
      .map(([rule, count]) => `${rule}=${count}`)
      .sort(),
  ]);
  return JSON.stringify({ threats, fired: fired.sort(), hits: engine.counts.hits }, null, 1);
}

test(
  'any order and any repetition of the same events give the same evidence of correlations',
  { timeout: 180_000 },
  () => {
    const shuffled = story.chain(({ events }) => tellings(events, POLICIES));
    let evidence = 0;
    fc.assert(
      fc.property(shuffled, ({ events, order, again, rules }) => {
        const expected = outcome(rules, events);
        if (expected.includes('chain-ordered')) evidence++;
        const given = outcome(rules, [...order, ...again]);
        if (given !== expected) throw new Error(firstDifference(expected, given));
      }),
      { numRuns: RUNS },
    );
    expect(evidence).toBeGreaterThan(RUNS / 20);
  },
);

// How often correlations held is counted where their processes were at the time, so that alone is left out.
test('the same threats where few pids are given to many processes within minutes', { timeout: 180_000 }, () => {
  const shuffled = reusedPids.chain((events) => tellings(events, POLICIES));
  fc.assert(
    fc.property(shuffled, ({ events, order, again, rules }) => {
      const [expected, given] = [events, [...order, ...again]].map((each) => threatsIn(outcome(rules, each)));
      if (given !== expected) throw new Error(firstDifference(expected!, given!));
    }),
    { numRuns: RUNS },
  );
});

function threatsIn(told: string): string {
  return JSON.stringify((JSON.parse(told) as { threats: unknown }).threats, null, 1);
}
