/** Log volume as the overview draws it: the loudest hosts one by one, the rest in one sum. */

import type { VolumeRow } from '../../app/query-ports.js';
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

/** @param fromMs  start of the first bucket, a multiple of `bucketMs` */
export function volumeShape(rows: readonly VolumeRow[], fromMs: number, bucketMs: number, buckets: number): Volume {
  const byHost = new Map<string, { counts: number[]; sum: number }>();
  for (const { host, startMs, events } of rows) {
    const bucket = Math.floor((startMs - fromMs) / bucketMs);
    if (bucket < 0 || bucket >= buckets) continue;
    let series = byHost.get(host);
    if (series === undefined) byHost.set(host, (series = { counts: zeroes(buckets), sum: 0 }));
    series.counts[bucket] = (series.counts[bucket] ?? 0) + events;
    series.sum += events;
  }
  const loudest = [...byHost].toSorted(([nameA, a], [nameB, b]) => b.sum - a.sum || (nameA < nameB ? -1 : 1));
  const others = zeroes(buckets);
  for (const [, { counts }] of loudest.slice(VOLUME_SERIES_MAX)) {
    for (const [bucket, events] of counts.entries()) others[bucket] = (others[bucket] ?? 0) + events;
  }
  return {
    from: iso(fromMs),
    bucketSeconds: bucketMs / 1000,
    buckets,
    hosts: loudest.slice(0, VOLUME_SERIES_MAX).map(([host, { counts }]) => ({ host, counts })),
    others,
  };
}

function zeroes(length: number): number[] {
  return Array.from({ length }, () => 0);
}
