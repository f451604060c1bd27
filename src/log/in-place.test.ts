import { expect, test } from 'vitest';
import { CALLS_UNTIL_RETRY, inPlaceWhile } from './in-place.js';

const QUICK_MS = 4;

/** @returns calls that take so long, and where each was made */
function calls() {
  let timeMs = 0;
  const made: string[] = [];
  const call = inPlaceWhile<string>(QUICK_MS, () => timeMs);
  const take = (ms: number, error?: Error): string | Promise<string> =>
    call(
      () => {
        timeMs += ms;
        made.push('in place');
        if (error !== undefined) throw error;
        return 'in place';
      },
      () => {
        made.push('in the pool');
        return Promise.resolve('in the pool');
      },
    );
  return { take, made };
}

test('quick calls stay in place, however many', () => {
  const { take, made } = calls();
  for (let count = 0; count < 1_000; count++) expect(take(QUICK_MS)).toBe('in place');
  expect(new Set(made)).toEqual(new Set(['in place']));
});

test.each([
  { how: 'answered', error: undefined },
  { how: 'failed', error: new Error('ENOSPC') },
])('after a slow one that $how the pool has so many, and then one is tried again', async ({ error }) => {
  const { take, made } = calls();
  if (error === undefined) expect(take(QUICK_MS + 1)).toBe('in place');
  else expect(() => take(QUICK_MS + 1, error)).toThrow(error);
  for (let count = 0; count < CALLS_UNTIL_RETRY; count++) expect(await take(0)).toBe('in the pool');
  expect(take(0)).toBe('in place');
  expect(take(0)).toBe('in place');
  expect(made).toHaveLength(CALLS_UNTIL_RETRY + 3);
});

test('a quick one that fails changes nothing', () => {
  const { take } = calls();
  expect(() => take(0, new Error('EIO'))).toThrow('EIO');
  expect(take(0)).toBe('in place');
});
