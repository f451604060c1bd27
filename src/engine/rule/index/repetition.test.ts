import { describe, expect, test } from 'vitest';
import { Repetition } from './repetition.js';

/** Of so many values, which were worth a look-up. */
function lookedUp(repetition: Repetition, values: number, isKnown: (at: number) => boolean): number {
  let count = 0;
  for (let at = 0; at < values; at++) {
    if (!repetition.isWorthKeeping(1000)) continue;
    count++;
    repetition.count(isKnown(at));
  }
  return count;
}

describe('Repetition', () => {
  test('looks all values up that repeat', () => {
    expect(lookedUp(new Repetition(), 10_000, (at) => at % 2 === 0)).toBe(10_000);
  });

  test('looks few up of those that do not', () => {
    const count = lookedUp(new Repetition(), 10_000, () => false);
    expect(count).toBeGreaterThan(128);
    expect(count).toBeLessThan(1000);
  });

  test('never looks one up that is too long', () => {
    expect([2048, 2049].map((length) => new Repetition().isWorthKeeping(length))).toEqual([true, false]);
  });

  test('finds out when they begin to repeat', () => {
    const repetition = new Repetition();
    lookedUp(repetition, 10_000, () => false);
    expect(lookedUp(repetition, 10_000, () => true)).toBeGreaterThan(7000);
  });
});
