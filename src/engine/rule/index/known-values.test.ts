import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KnownValue, KnownValues } from './known-values.js';

test('gives back each answer by its test, and none that was not kept', () => {
  const answers = fc.uniqueArray(fc.tuple(fc.nat({ max: 70 }), fc.boolean()), { selector: ([number]) => number });
  fc.assert(
    fc.property(answers, (kept) => {
      const value = new KnownValue('x');
      for (const [number, answer] of kept) value.keep(number, answer);
      for (let number = 0; number < 80; number++) {
        expect(value.answer(number)).toBe(kept.find(([each]) => each === number)?.[1]);
      }
    }),
  );
});

test('the same text is the same value, another is another', () => {
  const values = new KnownValues();
  const one = values.of('C:\\Windows\\cmd.exe');
  expect(values.of('C:\\Windows\\net.exe')).not.toBe(one);
  expect(values.of(['C:\\Windows', 'cmd.exe'].join('\\'))).toBe(one);
});

test('long values are given up where they do not repeat, and kept where they do', () => {
  const long = (number: number): string => `${number} `.repeat(200);
  const scripts = new KnownValues();
  for (let number = 0; number < 200; number++) scripts.of(long(number));
  expect(scripts.of(long(1000))).toBeUndefined();
  const traces = new KnownValues();
  for (let number = 0; number < 1000; number++) traces.of(long(number % 10));
  expect(traces.of(long(3))?.text).toBe(long(3));
  expect(traces.of('x'.repeat(5000))).toBeUndefined();
});
