/** How fast the disk is, by trying it in the data folder: an event is acknowledged after a sync, so the sync's time is what senders wait. */

import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '../reason-of.js';
import type { Finding } from './finding.js';

const topic = 'disk';
const SYNC_BYTES = 4096;
const SYNCS = 200;
/** Of a slow disk, fewer syncs tell enough. */
const TIME_MS = 4_000;
const STREAM_BYTES = 32 * 1024 ** 2;
const CHUNK_BYTES = 1024 ** 2;

const SLOW_MEDIAN_MS = 20;
const SLOW_P99_MS = 200;
const SLOW_MIB_A_SECOND = 20;

export interface SyncTimes {
  readonly syncs: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export function checkDisk(dataFolder: string, freeBytes: number): readonly Finding[] {
  const path = join(dataFolder, `.doctor-${process.pid}`);
  try {
    const descriptor = openSync(path, 'wx', 0o600);
    try {
      const found = [gradeSyncs(measureSyncs(descriptor))];
      // The measurement must not be what fills the disk.
      if (freeBytes > 20 * STREAM_BYTES) found.push(gradeSpeed(measureSpeed(descriptor)));
      return found;
    } finally {
      closeSync(descriptor);
      rmSync(path, { force: true });
    }
  } catch (error) {
    const advice = 'The server takes no events on a disk that cannot be written. Look into the log of the system.';
    return [
      { topic, grade: 'fail', says: `writing and syncing a file in ${dataFolder} failed: ${reasonOf(error)}`, advice },
    ];
  }
}

function measureSyncs(descriptor: number): SyncTimes {
  const bytes = Buffer.alloc(SYNC_BYTES, 0x5a);
  const times: number[] = [];
  const endMs = performance.now() + TIME_MS;
  while (times.length < SYNCS && (times.length < 10 || performance.now() < endMs)) {
    // One after another, as the log writes: over room that is there already but for the first round.
    writeSync(descriptor, bytes, 0, SYNC_BYTES, (times.length % 64) * SYNC_BYTES);
    const startMs = performance.now();
    fdatasyncSync(descriptor);
    times.push(performance.now() - startMs);
  }
  return summary(times);
}

/** Exact order statistics: the smallest time that half, or 99 of 100, do not exceed. */
export function summary(times: readonly number[]): SyncTimes {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (part: number): number => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
  return { syncs: sorted.length, medianMs: round(at(0.5)), p99Ms: round(at(0.99)), maxMs: round(at(1)) };
}

export function gradeSyncs(times: SyncTimes): Finding {
  const { syncs, medianMs, p99Ms } = times;
  const says = `a sync of 4 KB takes ${medianMs} ms (median of ${syncs}), ${p99Ms} ms at the 99th percentile`;
  const figures = { ...times };
  if (medianMs <= SLOW_MEDIAN_MS && p99Ms <= SLOW_P99_MS) return { topic, grade: 'ok', says, figures };
  const advice =
    'Every answer to a sensor waits for one. Have sensors send batches of 100 and more, or move the folder to a faster disk; see also what else writes to this one.';
  return { topic, grade: 'warn', says, advice, figures };
}

function measureSpeed(descriptor: number): number {
  const bytes = Buffer.alloc(CHUNK_BYTES, 0x5a);
  const startMs = performance.now();
  for (let at = 0; at < STREAM_BYTES; at += CHUNK_BYTES) writeSync(descriptor, bytes, 0, CHUNK_BYTES, at);
  fdatasyncSync(descriptor);
  return STREAM_BYTES / 1024 ** 2 / ((performance.now() - startMs) / 1000);
}

function gradeSpeed(speed: number): Finding {
  const says = `${Math.round(speed)} MiB a second are written`;
  const figures = { writtenMebibytesPerSecond: Math.round(speed) };
  return speed >= SLOW_MIB_A_SECOND
    ? { topic, grade: 'ok', says, figures }
    : { topic, grade: 'warn', says, advice: 'Full load needs about 20. Move the folder to a faster disk.', figures };
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
