/** The overview's figures, asked of the store at the moment of the request. */

import type { Listening } from '../app/completeness/host-state.js';
import type { HostRecord, StateQueries } from '../app/query-ports.js';
import type { Host, Statistics, ThreatCounts } from '../contract/index.js';
import { recentVolume } from './shape/host.js';
import { iso, isoOrNull } from './shape/time.js';
import { bucketMsOf, volumeOf } from './shape/volume.js';

const HEARD_MS = 15 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
const TECHNIQUES_SHOWN = 10;
const SILENT_SHOWN = 5;
const FOREMOST_SHOWN = 8;
const FOREMOST_MS = 10 * 60_000;
/** A range of decades would be drawn on fewer points than it has days. */
const BUCKETS_MAX = 5000;

export interface StatisticsInput {
  readonly listening: Listening;
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
  readonly hostShape: (record: HostRecord) => Host;
  /** Names of the hosts of the sample attack, loaded or not. */
  readonly sampleHosts: readonly string[];
  /** Events refused since the server started. */
  readonly refused: number;
  /** Why no events are taken; `undefined` while they are. */
  readonly refusal: string | undefined;
}

export function statisticsOf(
  state: StateQueries,
  { listening, hostShape, sampleHosts, refused, refusal, ...range }: StatisticsInput,
): Statistics {
  const { nowMs } = listening;
  const toMs = range.toMs ?? nowMs;
  const bucketMs = bucketMsOf(toMs - (range.fromMs ?? toMs - DAY_MS));
  const fromMs =
    Math.floor(Math.max(range.fromMs ?? toMs - DAY_MS, toMs - BUCKETS_MAX * bucketMs, 0) / bucketMs) * bucketMs;
  const buckets = Math.max(1, Math.ceil((toMs - fromMs) / bucketMs));
  const { events, duplicates } = state.eventCounts();
  return {
    asOf: iso(nowMs),
    threats: threatCountsOf(state),
    events,
    duplicates,
    refused,
    stopped: refusal ?? null,
    hosts: {
      ...state.hostCounts(nowMs - HEARD_MS, listening),
      fellSilent: state
        .silentHosts(listening, SILENT_SHOWN)
        .map(({ name, lastMs }) => ({ name, since: isoOrNull(lastMs) })),
      foremost: state.foremostHosts(nowMs - FOREMOST_MS, FOREMOST_SHOWN).map(hostShape),
    },
    sample: sampleHosts.some((name) => state.host(name) !== undefined),
    ...recentVolume(state, nowMs),
    volume: volumeOf(state, { fromMs, toMs, bucketMs, buckets }),
    techniques: state.topTechniques(TECHNIQUES_SHOWN).map(({ id, threats }) => ({ id, threats })),
  };
}

export function threatCountsOf(state: StateQueries): ThreatCounts {
  const { open, confirmed, ignored, changed } = state.threatCounts();
  return { found: open + confirmed + ignored, open, confirmed, ignored, changed };
}
