import { expect, test } from 'vitest';
import { BoundedCache } from './bounded-cache.js';

test('keeps at most twice its limit and what is used', () => {
  const cache = new BoundedCache<number, number>(10);
  for (let key = 0; key < 1000; key++) {
    cache.set(key, key);
    expect(cache.get(0)).toBe(0);
    expect(cache.size).toBeLessThanOrEqual(20);
  }
  expect(cache.get(999)).toBe(999);
  expect(cache.get(5)).toBeUndefined();
});
