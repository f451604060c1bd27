/** The list of planted faults fits the tree: running them is by hand, and a list gone stale would be noticed too late. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

interface Fault {
  readonly promise: string;
  readonly fault: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly test: string;
  readonly name?: string;
}

const LIST = new URL('./planted/faults.js', import.meta.url).href;
const { FAULTS } = (await import(LIST)) as { readonly FAULTS: readonly Fault[] };
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

test.each(FAULTS)('$promise: $fault', ({ file, find, replace, test: guard, name }) => {
  expect(read(file).split(find)).toHaveLength(2);
  expect(replace).not.toBe(find);
  expect(existsSync(join(ROOT, guard))).toBe(true);
  const titles = [...read(guard).matchAll(/\b(?:test|describe)(?:\.\w+\([^\n]*\))?\(\s*(['"`])(.*?)\1/g)].map(
    (match) => match[2]!,
  );
  expect(titles.filter((title) => title.includes(name ?? '') || title.startsWith('$'))).not.toEqual([]);
});
