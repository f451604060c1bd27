/** The page that users read must name what the code knows. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ACTIONS, sysmonAction } from '../engine/event/action.js';
import { DEFAULT_LIMITS, SKIP_REASONS } from './source.js';

const page = readFileSync(join(import.meta.dirname, '../../docs/reference/events.md'), 'utf8');

test('docs/reference/events.md gives every Sysmon event its action', () => {
  const listed = new Map<number, string>();
  for (const [, ids = '', action = ''] of page.matchAll(/\| ([\d, ]+) \| `(\w+)`/g)) {
    for (const id of ids.split(',')) listed.set(Number(id), action);
  }
  const known = Array.from({ length: 256 }, (_none, id) => [id, sysmonAction(id)] as const).filter(
    ([, action]) => action !== undefined,
  );
  expect([...listed].toSorted(([one], [other]) => one - other)).toEqual(known);
  expect(new Set(listed.values())).toEqual(new Set(ACTIONS));
});

test('docs/reference/events.md explains every reason to skip, and the limits in force', () => {
  expect(SKIP_REASONS.filter((reason) => !page.includes(`\`${reason}\``))).toEqual([]);
  const { maxRecordBytes, maxDepth, maxFields } = DEFAULT_LIMITS;
  expect(page).toContain(
    `more than ${maxRecordBytes / 2 ** 20} MiB, more than ${maxDepth} levels, or more than ${maxFields.toLocaleString('en')} fields`,
  );
});
