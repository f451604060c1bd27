import { expect, test } from 'vitest';
import { ByteCopies } from './byte-copies.js';

test('copies keep what was copied, whatever becomes of the bytes and whatever is copied next', () => {
  const copies = new ByteCopies();
  // A view of a Buffer is a Buffer, whose own slices are no copies.
  const given = Array.from({ length: 400 }, (_, at) => Buffer.alloc((at * 131) % 12_000, at % 256));
  const kept = given.map((bytes) => {
    const copy = copies.of(bytes);
    bytes.fill(255);
    return copy;
  });
  expect(kept.map(({ length }) => length)).toEqual(given.map(({ length }) => length));
  expect(kept.every((copy, at) => copy.every((byte) => byte === at % 256))).toBe(true);
});

test('short ones share memory', () => {
  const copies = new ByteCopies();
  const buffers = new Set(Array.from({ length: 64 }, () => copies.of(new Uint8Array(1_000)).buffer));
  expect(buffers.size).toBe(1);
});
