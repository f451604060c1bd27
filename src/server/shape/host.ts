/** Hosts as the contract shows them, and their volume over the last minutes. */

import type { HostQueries, HostRecord } from '../../app/query-ports.js';
import type { Host, HostState } from '../../contract/index.js';
import { isoOrNull } from './time.js';

const MINUTE_MS = 60_000;

export interface RecentVolume {
  readonly perMinute: number;
  readonly perTenMinutes: number;
}

/** Events received in the last full minute and in the last ten full ones, by host; of `host` alone where given. */
export function recentVolumes(state: HostQueries, nowMs: number, host?: string): ReadonlyMap<string, RecentVolume> {
  const toMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  const recent = new Map<string, { perMinute: number; perTenMinutes: number }>();
  for (const row of state.volume(toMs - 10 * MINUTE_MS, toMs, MINUTE_MS, host)) {
    let volume = recent.get(row.host);
    if (volume === undefined) recent.set(row.host, (volume = { perMinute: 0, perTenMinutes: 0 }));
    volume.perTenMinutes += row.events;
    if (row.startMs >= toMs - MINUTE_MS) volume.perMinute += row.events;
  }
  return recent;
}

export function sumOf(volumes: Iterable<RecentVolume>): RecentVolume {
  let perMinute = 0;
  let perTenMinutes = 0;
  for (const volume of volumes) {
    perMinute += volume.perMinute;
    perTenMinutes += volume.perTenMinutes;
  }
  return { perMinute, perTenMinutes };
}

export function hostShape(
  record: HostRecord,
  recent: ReadonlyMap<string, RecentVolume>,
  state: HostState,
  isSample: (host: string) => boolean,
): Host {
  return {
    name: record.name,
    firstSeen: isoOrNull(record.firstMs),
    lastSeen: isoOrNull(record.lastMs),
    events: record.events,
    perMinute: recent.get(record.name)?.perMinute ?? 0,
    perTenMinutes: recent.get(record.name)?.perTenMinutes ?? 0,
    openThreats: record.openThreats,
    state,
    since: isoOrNull(state === 'active' ? record.activeSinceMs : record.lastMs),
    quietAfterSeconds: Math.round(record.quietAfterMs / 1000),
    silentAfterSeconds: Math.round(record.silentAfterMs / 1000),
    missing: record.missing,
    sample: isSample(record.name),
  };
}
