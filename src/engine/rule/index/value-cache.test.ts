import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ValueCache } from './value-cache.js';

test('gives back what was set or nothing, never the answer of another value', () => {
  const key = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 12, maxLength: 14 }),
    fc.integer(),
    fc.double(),
  );
  fc.assert(
    fc.property(fc.array(key, { maxLength: 200 }), (keys) => {
      const cache = new ValueCache<string>();
      for (const each of keys) cache.set(each, `answer ${typeof each} ${each}`);
      for (const each of keys)
        expect(cache.get(each) ?? `answer ${typeof each} ${each}`).toBe(`answer ${typeof each} ${each}`);
    }),
  );
});

test('a text and a number that look alike are two values', () => {
  const cache = new ValueCache<string>();
  cache.set('5', 'text');
  cache.set(5, 'number');
  expect([cache.get('5'), cache.get(5), cache.get(5.5)]).toEqual(['text', 'number', undefined]);
});

test('keeps what was set last, whatever came before', () => {
  const cache = new ValueCache<number>();
  for (let value = 0; value < 100_000; value++) {
    cache.set(`c:\\some folder\\file ${value}.dll`, value);
    expect(cache.get(`c:\\some folder\\file ${value}.dll`)).toBe(value);
  }
});

test('paths that differ in one place rarely push each other out', () => {
  const cache = new ValueCache<number>();
  const paths = Array.from({ length: 500 }, (_, index) => `C:\\Windows\\System32\\name${index.toString(36)}.dll`);
  // The first round is what the table grows by.
  for (const [index, path] of [...paths, ...paths].entries()) cache.set(path, index);
  expect(paths.filter((path) => cache.get(path) === undefined).length).toBeLessThan(50);
});

test('long values that only units differ in which are not looked at do not push each other out', () => {
  const cache = new ValueCache<number>();
  const trace = (offset: string): string =>
    `ntdll.dll+${offset}|${'kernelbase.dll+2c13e|'.repeat(20)}conhost.exe+1297d`;
  const traces = ['9d364', '9d4c4', '9c534', '9e0d4'].map(trace);
  for (const [index, text] of traces.entries()) cache.set(text, index);
  expect(traces.map((text) => cache.get(text))).toEqual([0, 1, 2, 3]);
});
