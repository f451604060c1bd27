/** Whatever order events come in, however often, in whatever batches: the same threats, byte for byte. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newReadCounts, reportPart } from '../../src/app/report/report.js';
import { Engine } from '../../src/engine/engine.js';
import type { Event } from '../../src/engine/event/event.js';
import { SeenRecords } from '../../src/engine/event/seen-records.js';
import type { Policy } from '../../src/engine/policy.js';
import { act, EXPLORER } from '../support/events.js';
import { inAnyOrder, tellings } from '../support/any-order.js';
import { firstDifference } from '../support/difference.js';
import { withLedgersChecked } from '../support/ledger.js';
import { policy, ruleSet, type TestRule } from '../support/rules.js';
import { LISTED_HASH, reusedPids } from '../support/reused-pids.js';
import { story } from '../support/story.js';

const RUNS = 1200;
const ORDERS = 4;
const DAY_MS = 86_400_000;
const DAYS = 24;
const rarely = fc.integer({ min: 0, max: 9 }).map((each) => each === 0);

const imageEnds = (event: Event, name: string): boolean =>
  String(event.fields['Image'] ?? '').endsWith(`\\${name}.exe`);

const RULES: readonly TestRule[] = [
  { id: 'evil', points: 60, techniques: ['T1059'], when: (event) => imageEnds(event, 'evil') },
  {
    id: 'shell',
    set: 'technique',
    points: 10,
    techniques: ['T1059.001', 'T1033'],
    when: (event) => imageEnds(event, 'powershell'),
  },
  { id: 'net', points: 40, techniques: ['T1071'], when: (event) => event.action === 'networkconnect' },
  { id: 'file', set: 'technique', points: 25, techniques: ['T1036'], when: (event) => event.action === 'filecreate' },
  { id: 'object', points: 30, techniques: ['T1003'], when: (event) => event.eventId === 4663 },
];
const PROFILES = [{ id: 'two', techniques: ['T1059', 'T1071', 'T1003'], atLeast: 2, points: 55 }];

const POLICIES: readonly Policy[] = [
  policy(ruleSet(RULES, PROFILES), { threshold: 1 }),
  policy(ruleSet(RULES, PROFILES), {
    threshold: 1,
    exceptions: [
      { id: 'x1', scope: 'ancestor', value: '*\\agent.exe', reason: 'r', author: 'a', createdMs: 0 },
      { id: 'x2', scope: 'path', value: '*\\word.exe', reason: 'r', author: 'a', createdMs: 0 },
      { id: 'x3', scope: 'hash', value: LISTED_HASH, reason: 'r', author: 'a', createdMs: 0 },
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
  const chains = [...engine.chains()];
  const members = chains.flatMap((chain) =>
    chain.members.map((each) => `${each.host} ${each.pid} ${each.guid} ${each.id} in ${chain.id}`),
  );
  return JSON.stringify(
    {
      members: members.sort(),
      threats,
      processes: engine.processCount,
      chains: reportPart(engine, newReadCounts()).chains,
      hits: engine.counts.hits,
    },
    null,
    1,
  );
}

test('any order and any repetition of the same events give the same threats', () => {
  const shuffled = story.chain(({ events }) => tellings(events, POLICIES));
  fc.assert(
    fc.property(shuffled, ({ events, order, again, rules }) => {
      const expected = outcome(rules, events);
      expect(firstDifference(outcome(rules, order), expected)).toBe('');
      expect(firstDifference(outcome(rules, [...again, ...order]), expected)).toBe('');
    }),
    { numRuns: RUNS },
  );
});

test('the same where few pids are given to many processes within minutes', { timeout: 120_000 }, () => {
  const shuffled = reusedPids.chain((events) =>
    fc.record({
      events: fc.constant(events),
      orders: fc.array(inAnyOrder(events), { minLength: ORDERS, maxLength: ORDERS }),
      again: fc.subarray([...events]),
      rules: fc.constantFrom(...POLICIES),
    }),
  );
  fc.assert(
    fc.property(shuffled, ({ events, orders, again, rules }) => {
      const inTime = [...events].sort((one, other) => one.timeMs - other.timeMs);
      const expected = outcome(rules, inTime);
      for (const order of orders) expect(firstDifference(outcome(rules, order), expected)).toBe('');
      expect(firstDifference(outcome(rules, [...again, ...orders[0]!]), expected)).toBe('');
    }),
    { numRuns: RUNS },
  );
});

test('the same where a root process acts on many days, on most of which nothing is found', () => {
  const deeds = fc.array(fc.record({ day: fc.nat(DAYS - 1), isFound: rarely, byGuid: fc.boolean() }), {
    minLength: 1,
    maxLength: 40,
    size: 'max',
  });
  const told = deeds.chain((each) => {
    const events = each.map((deed, index) => deedOfRoot(deed, index));
    const found = new Set(each.filter(({ isFound }) => isFound).map(({ day }) => day));
    return fc.record({ events: fc.constant(events), found: fc.constant(found), order: inAnyOrder(events) });
  });
  fc.assert(
    fc.property(told, ({ events, found, order }) => {
      const expected = outcome(POLICIES[0]!, events);
      expect((JSON.parse(expected) as { chains: number }).chains).toBe(found.size);
      expect(firstDifference(outcome(POLICIES[0]!, order), expected)).toBe('');
    }),
    { numRuns: RUNS },
  );
});

function deedOfRoot(
  { day, isFound, byGuid }: { day: number; isFound: boolean; byGuid: boolean },
  index: number,
): Event {
  const root = byGuid ? EXPLORER : { ...EXPLORER, guid: '' };
  return act(isFound ? 'networkconnect' : 'imageload', root, day * DAY_MS + 1000 + index, { Turn: index });
}
