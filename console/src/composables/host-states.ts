/** Whether hosts are heard changes by the passing of time alone: asks again now and then. */

import { usePolling } from './polling.js';

const AGAIN_MS = 60_000;

export function useHostStates(reload: () => Promise<void>): void {
  usePolling(AGAIN_MS, reload);
}
