/** Where the list of threats was, of which the history tells the page that was opened from it. */

/** @param state  the history's own, in which the router notes the address before it */
export function listAddress(state: unknown): string | undefined {
  const before = typeof state === 'object' && state !== null && 'back' in state ? state.back : undefined;
  return typeof before === 'string' && /^\/threats(?:[?#]|$)/.test(before) ? before : undefined;
}
