/** Log volume as the overview draws it: the loudest hosts one by one, the rest in one sum. */

import type { HostQueries } from '../../app/query-ports.js';
import { VOLUME_SERIES_MAX, type Volume } from '../../contract/index.js';
import { iso } from './time.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** One minute up to 2 hours, ten up to 2 days, an hour up to 60 days, else a day: never more than 1,500 buckets in a usual range. */
export function bucketMsOf(rangeMs: number): number {
  if (rangeMs <= 2 * HOUR_MS) return MINUTE_MS;
  if (rangeMs <= 48 * HOUR_MS) return 10 * MINUTE_MS;
  if (rangeMs <= 60 * 24 * HOUR_MS) return HOUR_MS;
  return 24 * HOUR_MS;
}

export interface VolumeRange {
  /** Start of the first bucket, a multiple of `bucketMs`. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly bucketMs: number;
  readonly buckets: number;
}

/** Only those that are drawn are asked for one by one: of all that ever sent there may be any number. */
export function volumeOf(state: HostQueries, range: VolumeRange): Volume {
  const { fromMs, toMs, bucketMs, buckets } = range;
  const countsOf = (host?: string): number[] => {
    const counts = Array.from({ length: buckets }, () => 0);
    for (const { startMs, events } of state.volume(fromMs, toMs, bucketMs, host)) {
      const bucket = Math.floor((startMs - fromMs) / bucketMs);
      if (bucket >= 0 && bucket < buckets) counts[bucket]! += events;
    }
    return counts;
  };
  const loudest = state.loudestHosts(fromMs, toMs, bucketMs, VOLUME_SERIES_MAX);
  const hosts = loudest.map((host) => ({ host, counts: countsOf(host) }));
  const others = countsOf().map((sum, bucket) => hosts.reduce((rest, { counts }) => rest - counts[bucket]!, sum));
  return { from: iso(fromMs), bucketSeconds: bucketMs / 1000, buckets, hosts, others };
}
