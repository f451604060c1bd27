/** Whether hosts are heard changes by the passing of time alone: asks again now and then. */

import { onScopeDispose } from 'vue';

const AGAIN_MS = 60_000;

export function useHostStates(reload: () => Promise<void>): void {
  const timer = setInterval(() => void reload(), AGAIN_MS);
  onScopeDispose(() => clearInterval(timer));
}
