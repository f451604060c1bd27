import { expect, test } from 'vitest';
import { PARTITIONS_MAX, partitionOf, positionBefore, withinPartition } from './partition.js';

test('a position tells whose it is, and which record of it', () => {
  for (const partition of [0, 1, 7, PARTITIONS_MAX - 1]) {
    const before = positionBefore(partition);
    expect(withinPartition(before)).toBe(0);
    for (const count of [1, 2, 4_000_000_000_000]) {
      expect([partitionOf(before + count), withinPartition(before + count)]).toEqual([partition, count]);
    }
    expect(Number.isSafeInteger(positionBefore(partition + 1))).toBe(true);
  }
});
