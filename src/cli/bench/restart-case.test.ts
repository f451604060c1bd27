import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { setProgramRoot } from '../program-root.js';
import { PER_HOST } from './busy-hosts.js';
import { restartCases } from './restart-case.js';

test('a server is started again after it was killed and after a stop, with all that lived before', async () => {
  setProgramRoot(fileURLToPath(new URL('../../..', import.meta.url)));
  const cases = await restartCases(PER_HOST + 1);
  expect(cases.map(({ name }) => name)).toEqual([
    'restart with 400 live processes after it was killed in a flood',
    'restart with 400 live processes after a stop',
  ]);
  for (const { value } of cases) expect(value).toBeGreaterThan(0);
});
