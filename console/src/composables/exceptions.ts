/** What is not scored, all of it: an exception that a page leaves out would look as if it did not hold. */

import type { Exception } from '../../../src/contract/index.js';
import { getExceptions } from '../api/calls.js';
import { useLive } from '../stores/live.js';
import { useNow } from './format.js';
import { useLoad, type Loaded } from './load.js';

const PAGE = 1000;

/** Page after page, as the server hands out no more than so many at once. */
export async function everyException(
  scope: Exception['scope'] | undefined,
  signal?: AbortSignal,
): Promise<readonly Exception[]> {
  const items: Exception[] = [];
  let cursor: string | null = null;
  do {
    const page = await getExceptions({ scope, limit: PAGE, ...(cursor === null ? {} : { cursor }) }, signal);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return items;
}

/** Follows what colleagues add and take off. */
export function useExceptions(
  scope?: Exception['scope'],
): Loaded<readonly Exception[]> & { isExpired(exception: Exception): boolean } {
  const now = useNow();
  const loaded = useLoad((signal) => everyException(scope, signal));
  useLive().listen((message) => {
    if (message.type === 'reset' || (message.type === 'policy' && message.what === 'exceptions')) void loaded.reload();
  });
  return {
    ...loaded,
    isExpired: ({ expires }) => expires !== null && new Date(expires).getTime() <= now.value,
  };
}
