import { describe, expect, test } from 'vitest';
import { timeScaleOf } from './time-scale.js';

describe('timeScaleOf', () => {
  test('without idle stretches it is linear', () => {
    const scale = timeScaleOf([100, 105, 110, 115, 120, 125, 130, 135, 140, 145, 150, 155].reverse());
    expect(scale.segments).toHaveLength(1);
    expect(scale.at(100)).toBe(0);
    expect(scale.at(155)).toBe(1);
    expect(scale.at(127.5)).toBeCloseTo(0.5);
  });

  test('a long idle stretch is folded, and order is kept', () => {
    const scale = timeScaleOf([0, 1000, 1010, 1020, 9000, 9010]);
    expect(scale.segments.map((segment) => segment.folded)).toEqual([false, true, false]);
    const [, fold] = scale.segments;
    expect(fold!.right - fold!.left).toBeCloseTo(0.05);
    expect(scale.at(1020)).toBeLessThan(scale.at(9000));
    expect(scale.at(9010)).toBeCloseTo(1);
  });

  test.each([
    { name: 'nothing', moments: [] },
    { name: 'one moment', moments: [5] },
    { name: 'two far moments', moments: [5, 50_000] },
  ])('$name gives a usable axis', ({ moments }) => {
    const scale = timeScaleOf(moments);
    expect(scale.segments.length).toBeGreaterThan(0);
    for (const time of [-1, 0, 5, 1e12]) {
      expect(scale.at(time)).toBeGreaterThanOrEqual(0);
      expect(scale.at(time)).toBeLessThanOrEqual(1);
    }
  });
});
