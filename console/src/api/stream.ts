/**
 * The server's live messages. The browser reconnects by itself and resumes by the last id; where it gives up (a refused answer), we try again
 * with growing pauses. Says how fresh the screen is, so that a silent screen is never taken for a quiet network.
 */

import type { StreamMessage } from '../../../src/contract/index.js';
import { addressOf } from './http.js';

export type StreamState = 'connecting' | 'live' | 'reconnecting' | 'stale';

const TYPES: readonly StreamMessage['type'][] = ['threat', 'threat-removed', 'statistics', 'host', 'policy', 'reset'];
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15_000;
/** Reconnecting for longer than this is said in words. */
const STALE_AFTER_MS = 30_000;

export interface StreamListener {
  message(message: StreamMessage): void;
  state(state: StreamState): void;
}

/** @returns the function that ends it */
export function openStream(listener: StreamListener): () => void {
  let source: EventSource | undefined;
  let pause = FIRST_PAUSE_MS;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let stale: ReturnType<typeof setTimeout> | undefined;
  let lastId = '';
  let wasLive = false;
  let isStale = false;

  const connect = (): void => {
    source = new EventSource(addressOf('/stream', { after: lastId }));
    source.addEventListener('open', () => {
      pause = FIRST_PAUSE_MS;
      clearTimeout(stale);
      stale = undefined;
      isStale = false;
      listener.state('live');
      wasLive = true;
    });
    source.addEventListener('error', () => {
      // Each vain attempt is an error of its own: none makes the screen any fresher.
      if (!isStale) listener.state(wasLive ? 'reconnecting' : 'connecting');
      stale ??= setTimeout(() => {
        isStale = true;
        listener.state('stale');
      }, STALE_AFTER_MS);
      if (source?.readyState !== EventSource.CLOSED) return;
      retry = setTimeout(connect, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    });
    for (const type of TYPES) {
      source.addEventListener(type, (event) => {
        lastId = event.lastEventId;
        const message = parse(event.data);
        if (message) listener.message(message);
      });
    }
  };

  connect();
  return () => {
    clearTimeout(retry);
    clearTimeout(stale);
    source?.close();
  };
}

function parse(text: unknown): StreamMessage | undefined {
  try {
    return JSON.parse(String(text)) as StreamMessage;
  } catch {
    // A cut message: the next `reset` or reload makes up for it.
    return undefined;
  }
}
