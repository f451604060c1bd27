/** Removes all that is known of a host, and tells the consoles which threats went with it. */

import type { RouteContext } from './context.js';

const PAGE = 1000;

/** @returns false where there is no such host */
export function forgetHost({ parts, stream }: RouteContext, name: string): boolean {
  const { state } = parts;
  const gone: string[] = [];
  let cursor: string | undefined;
  do {
    const page = state.threats({ host: name }, { limit: PAGE, cursor });
    gone.push(...page.items.map(({ threat }) => threat.id));
    cursor = page.next;
  } while (cursor !== undefined);
  if (!state.removeHost(name)) return false;
  for (const id of gone) stream.threatRemoved(id);
  return true;
}
