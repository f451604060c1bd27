/** Asks again and again, for as long as the page is open: for what no message of the server tells. */

import { onScopeDispose } from 'vue';

export function usePolling(everyMs: number, ask: () => unknown): void {
  const timer = setInterval(() => void ask(), everyMs);
  onScopeDispose(() => clearInterval(timer));
}
