import { expect, test } from 'vitest';
import { placeAfter } from './list-cursor.js';

const rowsOf = (ids: string) => [...ids].map((id) => ({ id }));

test.each([
  ['follows a row that others come above', 'abc', 1, 'xabc', 2],
  ['follows a row in another order', 'abc', 0, 'cba', 2],
  ['goes on to the next of a row that is gone', 'abcd', 1, 'acd', 1],
  ['goes on to the next that is left', 'abcd', 1, 'ad', 1],
  ['stays at the end', 'abc', 2, 'ab', 1],
  ['is at the top of nothing', 'abc', 2, '', 0],
])('%s', (_, before, current, rows, place) => {
  expect(placeAfter(rowsOf(before), current, rowsOf(rows))).toBe(place);
});
