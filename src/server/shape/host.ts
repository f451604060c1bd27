/** Hosts as the contract shows them, and their volume over the last minutes. */

import type { HostQueries, HostRecord } from '../../app/query-ports.js';
import type { Host, HostState } from '../../contract/index.js';
import { isoOrNull } from './time.js';

const MINUTE_MS = 60_000;

export interface RecentVolume {
  readonly perMinute: number;
  readonly perTenMinutes: number;
}

/** Events received in the last full minute and in the last ten full ones; of one host, or of all together. */
export function recentVolume(state: HostQueries, nowMs: number, host?: string): RecentVolume {
  const toMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  let perMinute = 0;
  let perTenMinutes = 0;
  for (const { startMs, events } of state.volume(toMs - 10 * MINUTE_MS, toMs, MINUTE_MS, host)) {
    perTenMinutes += events;
    if (startMs >= toMs - MINUTE_MS) perMinute += events;
  }
  return { perMinute, perTenMinutes };
}

export function hostShape(
  record: HostRecord,
  { perMinute, perTenMinutes }: RecentVolume,
  state: HostState,
  isSample: (host: string) => boolean,
): Host {
  return {
    name: record.name,
    firstSeen: isoOrNull(record.firstMs),
    lastSeen: isoOrNull(record.lastMs),
    events: record.events,
    perMinute,
    perTenMinutes,
    openThreats: record.openThreats,
    state,
    since: isoOrNull(state === 'active' ? record.activeSinceMs : record.lastMs),
    quietAfterSeconds: Math.round(record.quietAfterMs / 1000),
    silentAfterSeconds: Math.round(record.silentAfterMs / 1000),
    missing: record.missing,
    sample: isSample(record.name),
  };
}
