/** The codes are public: each is in the reference, and the reference names no other. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { problemCodes } from './problem.js';

test('docs/reference/api.md lists every code and no other', () => {
  const text = readFileSync(new URL('../../docs/reference/api.md', import.meta.url), 'utf8');
  const listed = [...text.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code);
  expect(listed.toSorted()).toEqual(problemCodes().toSorted());
});
