import { expect, test } from 'vitest';
import { FileQueue } from './file-queue.js';

const queued = (name: string, bytes: number, place: number | undefined) => ({
  file: { name, path: name, bytes, decode: () => Promise.resolve() },
  place,
});

test('a thread gets its own files first, then those of nobody, then those of others; each time the longest', () => {
  const queue = new FileQueue([
    queued('other', 90, 1),
    queued('own, short', 10, 0),
    queued('nobody', 50, undefined),
    queued('own, long', 20, 0),
    queued('other, long', 95, 1),
  ]);
  const taken = [0, 0, 0, 0, 1, 1].map((place) => queue.take(place)?.name);
  expect(taken).toEqual(['own, long', 'own, short', 'nobody', 'other, long', 'other', undefined]);
});
