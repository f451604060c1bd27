import { InvalidArgumentError } from 'commander';
import { expect, test } from 'vitest';
import { collectHosts, toScore, toWords, wholeNumber } from './option-values.js';

test.each(['0', '65', '', ' 1', '1.5', '1e1', '-1', '0x10', '१', '99999999999999999999'])(
  '%j is no whole number from 1 to 64',
  (text) => {
    expect(() => wholeNumber(1, 64)(text)).toThrow(new InvalidArgumentError('It must be a whole number from 1 to 64.'));
  },
);

test('whole numbers within their bounds are read', () => {
  expect(['1', '64', '007'].map(wholeNumber(1, 64))).toEqual([1, 64, 7]);
  expect(wholeNumber(0)('0')).toBe(0);
  expect(() => wholeNumber(1)('0')).toThrow('It must be a whole number from 1 up.');
});

test.each(['', ' ', 'many', '-1', 'Infinity', 'NaN'])('%j is no score', (text) => {
  expect(() => toScore(text)).toThrow('It must be a number from 0 up.');
});

test('a reason is words', () => {
  expect(toWords('our installer')).toBe('our installer');
  for (const odd of ['', ' \t', 'a'.repeat(1001)]) expect(() => toWords(odd)).toThrow('It must be words');
});

test('names of hosts are gathered, and what is none is refused', () => {
  expect(collectHosts('FIN-03.corp.example', ['a'])).toEqual(['a', 'FIN-03.corp.example']);
  for (const odd of ['', 'a b', 'a,b', '../a', 'a\n', 'a'.repeat(256)])
    expect(() => collectHosts(odd, [])).toThrow('A host name holds');
});
