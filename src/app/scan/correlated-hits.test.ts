/** What `--hits` says of correlations does not depend on the order of events either. */

import { expect, test } from 'vitest';
import { withCorrelations, type CorrelationText } from '../../../test/support/correlations.js';
import { actor, create, EXPLORER } from '../../../test/support/events.js';
import { policy, ruleSet } from '../../../test/support/rules.js';
import type { Event } from '../../engine/event/event.js';
import { ScanPart, type HitLine } from './scan.js';

const PAIR: CorrelationText = { id: 'pair', type: 'event_count', rules: ['any'], when: { gte: 2 }, timespanMs: 60_000 };
const ALONE: CorrelationText = { ...PAIR, id: 'alone', when: { lt: 2 } };
const FIRST = placed(create(actor('a', 1_000), EXPLORER), 1);
const SECOND = placed(create(actor('b', 2_000), EXPLORER), 2);

function placed(event: Event, line: number): Event {
  return { ...event, file: 'x.jsonl', line };
}

function hits(events: readonly Event[], ...correlations: readonly CorrelationText[]): HitLine[] {
  const rules = ruleSet([{ id: 'any', points: 1, when: () => true }]);
  const part = new ScanPart({ policy: policy(withCorrelations(rules, correlations)), plugins: [], keepHits: true });
  for (const event of events) part.event(event);
  return [...part.result().hits];
}

const places = (lines: readonly HitLine[]): string[] => lines.map(({ rule, line }) => `${rule} ${line}`).sort();

test('a hit that a late event makes on one before is there', () => {
  expect(places(hits([FIRST, SECOND], PAIR))).toEqual(['pair 2']);
  expect(hits([SECOND, FIRST], PAIR)).toEqual(hits([FIRST, SECOND], PAIR));
});

test('a hit that a late event unmakes is gone', () => {
  expect(places(hits([SECOND], ALONE))).toEqual(['alone 2']);
  expect(places(hits([SECOND, FIRST], ALONE))).toEqual(['alone 1']);
  expect(hits([FIRST, SECOND], ALONE)).toEqual(hits([SECOND, FIRST], ALONE));
});

test('an event that takes part by several values is one hit', () => {
  const values: CorrelationText = { ...PAIR, type: 'value_count', fields: ['Image', 'CommandLine'], when: { gte: 1 } };
  expect(places(hits([FIRST], values))).toEqual(['pair 1']);
});

test('rules of other kinds have a line each, beside the correlation that makes them silent or not', () => {
  const lines = hits([FIRST, SECOND], { ...PAIR, generate: true });
  expect(places(lines)).toEqual(['any 1', 'any 2', 'pair 2']);
  expect(lines.every(({ host, chain }) => host === FIRST.host && chain !== '')).toBe(true);
});
