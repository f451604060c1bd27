/** Whatever is written is read again as it was, over any number of chunks; anything else is refused and does no harm. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AssertionError } from '../base/assert.js';
import { SeenRecords } from '../event/seen-records.js';
import { RecordReader, SnapshotFault } from './record-reader.js';
import { RecordWriter, TEXTS_MAX } from './record-writer.js';

function readerOf(write: (records: RecordWriter) => void): RecordReader {
  const records = new RecordWriter();
  write(records);
  const reader = new RecordReader();
  reader.give(records.take());
  return reader;
}

const plain = fc.anything({
  key: fc.string({ unit: 'binary' }),
  values: [
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constantFrom(null, undefined),
  ],
  withMap: true,
  withSet: true,
});

test('plain values come back as they were', () => {
  fc.assert(
    fc.property(fc.array(plain), (values) => {
      const reader = readerOf((records) => values.forEach((value) => records.value(value)));
      for (const value of values) expect(reader.value()).toStrictEqual(withPrototypes(value));
      expect(reader.isEmpty).toBe(true);
    }),
    { numRuns: 400 },
  );
});

/** What was an object without a prototype comes back with the usual one. */
function withPrototypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withPrototypes);
  if (value instanceof Map)
    return new Map([...value].map(([key, each]) => [withPrototypes(key), withPrototypes(each)]));
  if (value instanceof Set) return new Set([...value].map(withPrototypes));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withPrototypes(each)]));
}

test.each([0, 1, 127, 128, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 45 + 3, Number.MAX_SAFE_INTEGER])('%d', (value) => {
  const reader = readerOf((records) => {
    records.uint(value);
    records.number(value);
  });
  expect([reader.uint(), reader.number()]).toEqual([value, value]);
});

test.each([-0, -1, 0.1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60, 2 ** 32 - 1])('the number %d', (value) => {
  expect(readerOf((records) => records.number(value)).number()).toBe(value);
});

test('texts that are repeated cost a number, however many there are, and in every chunk', () => {
  const records = new RecordWriter();
  const reader = new RecordReader();
  const texts = ['', 'plain', 'ü', '中文', '\ud800', '__proto__'];
  for (let round = 0; round < 3; round++) {
    for (const text of texts) records.text(text);
    const chunk = records.take();
    if (round > 0) expect(chunk.length).toBeLessThan(20);
    reader.give(chunk);
    expect(texts.map(() => reader.text())).toEqual(texts);
  }
  for (let index = 0; index < TEXTS_MAX + 10; index++) records.text(`text ${index}`);
  for (const text of texts) records.text(text);
  reader.give(records.take());
  for (let index = 0; index < TEXTS_MAX + 10; index++) expect(reader.text()).toBe(`text ${index}`);
  expect(texts.map(() => reader.text())).toEqual(texts);
});

test('nearly all of many texts are found again while the table of them grows', () => {
  const records = new RecordWriter();
  const texts = Array.from({ length: 20_000 }, (_, index) => `the text with the number ${index}`);
  for (const text of texts) records.text(text);
  const fresh = records.take().length;
  for (const text of texts) records.text(text);
  expect(records.take().length).toBeLessThan(fresh / 5);
});

test('what is no plain data, or has no end, is a bug of whoever wants it kept', () => {
  const endless: unknown[] = [];
  endless.push(endless);
  for (const value of [() => 1, 1n, Symbol('s'), endless]) {
    expect(() => new RecordWriter().value(value)).toThrow(AssertionError);
  }
});

describe('bytes that were not written', () => {
  const chunk = (): Uint8Array => {
    const records = new RecordWriter();
    records.value({ a: ['text', '中文', 1.5], b: new Map([[1, new Set(['text'])]]) });
    return records.take();
  };

  test('cut anywhere are refused', () => {
    const whole = chunk();
    for (let length = 0; length < whole.length; length++) {
      const reader = new RecordReader();
      expect(() => {
        reader.give(whole.subarray(0, length));
        reader.value();
      }).toThrow(SnapshotFault);
    }
  });

  test('changed anywhere are refused or read as something else', () => {
    const faults = new Set<unknown>();
    for (let at = 0; at < chunk().length; at++) {
      for (const byte of [0, 1, 2, 7, 0x7f, 0x80, 0xff]) {
        const changed = chunk();
        changed[at] = byte;
        const reader = new RecordReader();
        try {
          reader.give(changed);
          reader.value();
        } catch (error) {
          faults.add((error as Error).constructor);
        }
      }
    }
    expect([...faults]).toEqual([SnapshotFault]);
  });

  test('left over are refused', () => {
    const reader = new RecordReader();
    reader.give(chunk());
    expect(() => reader.give(chunk())).toThrow(SnapshotFault);
  });
});

test.each([Number.POSITIVE_INFINITY, 10])('records that were seen, with a bound of %d, are known again', (bound) => {
  const seen = new SeenRecords(bound, 4);
  const add = (index: number): boolean => seen.add({ idHigh: index % 3, idLow: index });
  for (let index = 0; index < 25; index++) add(index);
  const reader = readerOf((records) => seen.write(records));
  const back = SeenRecords.read(reader, bound, 4);
  for (let index = 0; index < 60; index++) {
    expect(back.has(index % 3, index)).toBe(seen.has(index % 3, index));
    expect(back.add({ idHigh: index % 3, idLow: index })).toBe(add(index));
  }
});
