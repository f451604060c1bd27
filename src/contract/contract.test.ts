/** What the shapes must say of themselves. */

import { expect, test } from 'vitest';
import * as contract from './index.js';

function patternsWithoutWords(node: unknown, place: string): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const own = 'pattern' in node && typeof node.pattern === 'string' && !('description' in node) ? [place] : [];
  return [...own, ...Object.entries(node).flatMap(([key, value]) => patternsWithoutWords(value, `${place}.${key}`))];
}

test('what must fit a pattern says in words what is allowed', () => {
  expect(Object.entries(contract).flatMap(([name, value]) => patternsWithoutWords(value, name))).toEqual([]);
});
