/** The stream, shared by all pages of this tab: its state, the counters it carries, and who wants which message. */

import { defineStore } from 'pinia';
import { onScopeDispose, ref } from 'vue';
import type { StreamMessage, ThreatCounts } from '../../../src/contract/index.js';
import { getStatistics } from '../api/calls.js';
import { openStream, type StreamState } from '../api/stream.js';

type Listener = (message: StreamMessage) => void;

export const useLive = defineStore('live', () => {
  const state = ref<StreamState>('connecting');
  const counts = ref<ThreatCounts>();
  /** When the last message or connection was, in UTC milliseconds of this browser. */
  const lastMs = ref(0);
  const listeners = new Set<Listener>();
  let close: (() => void) | undefined;

  /** The stream tells what changes, not how it stands when it opens. */
  const count = async (): Promise<void> => {
    try {
      counts.value = (await getStatistics({})).threats;
    } catch {
      // Without figures the tabs and the rail stand as they are; the next opening asks again.
    }
  };
  const start = (): void => {
    if (close) return;
    // What is on the screen before the first message is as old as the page.
    lastMs.value = Date.now();
    close = openStream({
      state(next) {
        // After a gap the server sends `reset`; a first connection needs none.
        state.value = next;
        if (next !== 'live') return;
        lastMs.value = Date.now();
        void count();
      },
      message(message) {
        lastMs.value = Date.now();
        if (message.type === 'statistics') counts.value = message.threats;
        for (const listener of listeners) listener(message);
      },
    });
  };
  const stop = (): void => {
    close?.();
    close = undefined;
    state.value = 'connecting';
  };
  /** Listens until the calling component is gone. */
  const listen = (listener: Listener): void => {
    listeners.add(listener);
    onScopeDispose(() => listeners.delete(listener));
  };
  return { state, counts, lastMs, start, stop, listen };
});
