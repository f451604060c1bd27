/** The correlator against the plain meaning, on random correlations and events in random order and batches. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hex64 } from '../../../base/hash.js';
import { event } from '../../../../../test/support/events.js';
import type { Event } from '../../../event/event.js';
import type { SigmaCorrelation } from '../document.js';
import { correlation, CorrelationBench, type CorrelationText } from '../../../../../test/support/correlations.js';
import { plainAnswer, type PlainSighting } from '../../../../../test/support/plain-correlations.js';

const TYPES = [
  'event_count',
  'value_count',
  'temporal',
  'temporal_ordered',
  'value_sum',
  'value_avg',
  'value_median',
  'value_percentile',
] as const;

const condition = fc.oneof(
  fc.record({ gte: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ gt: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ lt: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ lte: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ eq: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ neq: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ gt: fc.integer({ min: 0, max: 2 }), lte: fc.integer({ min: 2, max: 5 }) }),
);

/** `SourceIp` spans hosts; `User` and no field at all do not. */
const groupBy = fc.constantFrom<string[]>([], ['User'], ['SourceIp'], ['User', 'SourceIp'], ['who']);

function text(id: string, rules: fc.Arbitrary<string[]>): fc.Arbitrary<CorrelationText> {
  return fc
    .record({
      id: fc.constant(id),
      type: fc.constantFrom(...TYPES),
      rules,
      groupBy,
      timespanMs: fc.constantFrom(1000, 3000, 10_000),
      when: condition,
      plain: fc.boolean(),
      fields: fc.constantFrom<string[]>(['n'], ['n', 'User']),
      percentile: fc.constantFrom(0, 25, 50, 90, 100),
      generate: fc.boolean(),
    })
    .map(({ when, plain, ...rest }) => ({
      ...rest,
      fields: rest.type === 'value_count' ? rest.fields : ['n'],
      when: plain && rest.type.startsWith('temporal') ? {} : when,
      aliases: { who: { a: 'User', b: 'SourceIp' } },
    }));
}

const base = fc.constantFrom('a', 'b', 'c');
const correlations = fc.tuple(
  text('one', fc.array(base, { minLength: 1, maxLength: 3 })),
  text('two', fc.array(fc.oneof(base, fc.constant('one')), { minLength: 1, maxLength: 3 })),
  text('three', fc.array(fc.oneof(base, fc.constantFrom('one', 'two')), { minLength: 1, maxLength: 2 })),
);

const hit = fc.record({
  atMs: fc.integer({ min: 0, max: 24 }).map((half) => half * 500),
  rules: fc.uniqueArray(base, { minLength: 1, maxLength: 2 }),
  host: fc.constantFrom('ws1.corp.example', 'ws2'),
  n: fc.constantFrom(undefined, 1, 2, '2', '1.5', 'many', 0.1),
  user: fc.constantFrom(undefined, 'li', 'LI', 'wu'),
  ip: fc.constantFrom('10.0.0.1', '10.0.0.2', undefined),
});

interface Given {
  readonly event: Event;
  readonly rules: readonly string[];
}

const history = fc.array(hit, { maxLength: 14 }).map((hits): Given[] =>
  hits.map(({ atMs, rules, host, n, user, ip }, record) => ({
    rules,
    event: event(
      undefined,
      atMs,
      {
        ...(n === undefined ? {} : { n }),
        ...(user === undefined ? {} : { User: user }),
        ...(ip === undefined ? {} : { SourceIp: ip }),
      },
      { host, record, eventId: 7 },
    ),
  })),
);

const perHost = (each: SigmaCorrelation): boolean =>
  !each.groupBy.includes('SourceIp') && !each.groupBy.includes('who');

function plain(texts: readonly CorrelationText[], given: readonly Given[]): string[] {
  const sightings: PlainSighting[] = given.map((each) => ({
    ...each,
    id: hex64({ high: each.event.idHigh, low: each.event.idLow }),
  }));
  return plainAnswer(texts.map(correlation), sightings, perHost);
}

function run(texts: readonly CorrelationText[], given: readonly Given[], batch = 1, repeat = false): string[] {
  const bench = new CorrelationBench(texts, { bases: ['a', 'b', 'c'] });
  const rulesOf = (names: readonly string[]) => bench.rules.filter((rule) => names.includes(rule.sigma!.document.name));
  for (const [index, each] of given.entries()) {
    bench.correlator.feed(each.event, rulesOf(each.rules), undefined, false);
    if (repeat) bench.correlator.feed(each.event, rulesOf(each.rules), undefined, index % 2 === 0);
    if ((index + 1) % batch === 0) bench.correlator.settle();
  }
  bench.correlator.settle();
  return bench.answer();
}

describe('correlations', () => {
  test('hold where the plain meaning says, on 20,000 random histories', { timeout: 240_000 }, () => {
    fc.assert(
      fc.property(correlations, history, (texts, given) => {
        expect(run(texts, given)).toEqual(plain(texts, given));
      }),
      { numRuns: 20_000 },
    );
  });

  test('give the same in any order, in any batches and with records told again', { timeout: 120_000 }, () => {
    const shuffled = history.chain((given) =>
      fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length, maxLength: given.length })),
    );
    fc.assert(
      fc.property(correlations, shuffled, fc.integer({ min: 1, max: 7 }), (texts, [given, otherwise], batch) => {
        const expected = run(texts, given);
        expect(run(texts, otherwise)).toEqual(expected);
        expect(run(texts, otherwise, batch, true)).toEqual(expected);
      }),
      { numRuns: 4000 },
    );
  });
});
