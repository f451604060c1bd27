import { expect, test } from 'vitest';
import { closestWord, didYouMean } from './closest-word.js';

test.each([
  {
    name: 'a letter left out',
    word: 'parentimge',
    known: ['image', 'parentimage', 'parentuser'],
    closest: 'parentimage',
  },
  { name: 'two letters swapped', word: 'iamge', known: ['image', 'name'], closest: 'image' },
  { name: 'letter case', word: 'ParentImage', known: ['parentimage'], closest: 'parentimage' },
  { name: 'nothing near', word: 'frobnicate', known: ['image', 'user'], closest: undefined },
  { name: 'a short word is not turned into any other', word: 'ab', known: ['xy'], closest: undefined },
  { name: 'no known words', word: 'image', known: [], closest: undefined },
  { name: 'a word too long to compare', word: 'x'.repeat(100_000), known: ['x'], closest: undefined },
])('$name', ({ word, known, closest }) => {
  expect(closestWord(word, known)).toBe(closest);
});

test('didYouMean is a sentence', () => {
  expect(didYouMean('commandlin', ['commandline'])).toBe('Did you mean "commandline"?');
  expect(didYouMean('zzz', ['commandline'])).toBeUndefined();
});
