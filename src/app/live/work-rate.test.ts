/** What is measured, and when. */

import { expect, test } from 'vitest';
import { WorkRate } from './work-rate.js';

test('a rate is that of the time in which more waited', () => {
  const rate = new WorkRate();
  // Little comes: how fast it is done says nothing.
  for (let nowMs = 0; nowMs < 10_000; nowMs += 10) rate.done(1, false, nowMs);
  expect(rate.perSecond).toBeUndefined();
  for (let nowMs = 20_000; nowMs < 21_000; nowMs += 10) rate.done(50, true, nowMs);
  expect(rate.perSecond).toBeUndefined();
  rate.done(50, false, 21_000);
  expect(rate.perSecond).toBe(5_000);
  rate.done(50, false, 22_000);
  expect(rate.perSecond).toBe(5_000);
});

test('it follows, and a clock that is set back does not matter', () => {
  const rate = new WorkRate();
  for (let nowMs = 0; nowMs <= 1_000; nowMs += 100) rate.done(100, true, nowMs);
  expect(rate.perSecond).toBe(1_000);
  rate.done(10, true, -50_000);
  for (let nowMs = -49_900; nowMs <= -49_000; nowMs += 100) rate.done(299, true, nowMs);
  expect(rate.perSecond).toBe(2_000);
});
