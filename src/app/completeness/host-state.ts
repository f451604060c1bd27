/** Whether a host is heard, at a moment: asked when somebody looks, for silence brings no event that could say so. How it is judged: habit.ts. */

import { NIGHT_MS, QUIET_MIN_MS } from './habit.js';

export type HostState = 'active' | 'quiet' | 'silent';

/** As the store keeps it of each host. Receive times. */
export interface Heard {
  readonly lastMs: number;
  readonly quietAfterMs: number;
  readonly silentAfterMs: number;
}

/** Of a host whose stream nothing is known of. */
export const UNKNOWN_HABIT = { quietAfterMs: QUIET_MIN_MS, silentAfterMs: NIGHT_MS } as const;

/** After a start, senders that wait for us try again within this time. */
const GRACE_MS = 15 * 60_000;

export interface Listening {
  readonly nowMs: number;
  /** Hosts that were not quiet at this receive time are not called silent yet: it was we who did not listen. `Infinity` once the grace is over. */
  readonly excusedFromMs: number;
}

/**
 * @param startedMs   when this server began to listen
 * @param listenedMs  until when the one before it did, 0 where nobody knows
 */
export function listeningAt(nowMs: number, startedMs: number, listenedMs: number): Listening {
  const isGrace = nowMs - startedMs <= GRACE_MS;
  return { nowMs, excusedFromMs: isGrace ? listenedMs : Number.POSITIVE_INFINITY };
}

export function stateOf(
  { lastMs, quietAfterMs, silentAfterMs }: Heard,
  { nowMs, excusedFromMs }: Listening,
): HostState {
  const silenceMs = nowMs - lastMs;
  if (silenceMs <= quietAfterMs) return 'active';
  if (silenceMs <= silentAfterMs || lastMs + quietAfterMs >= excusedFromMs) return 'quiet';
  return 'silent';
}
