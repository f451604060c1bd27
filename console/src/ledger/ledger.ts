/** What the threat page works out of a ledger by itself: its sum, the row that crossed the threshold, and the order asked for. Pure. */

import type { Evidence } from '../../../src/contract/index.js';

export const LEDGER_SORTS = ['points', 'time', 'process'] as const;
export type LedgerSort = (typeof LEDGER_SORTS)[number];

/** Adds the rows up; the page shows a red bar where this is not the score. */
export function ledgerSum(evidence: readonly Evidence[]): number {
  return evidence.reduce((sum, entry) => sum + entry.points, 0);
}

/**
 * The key of the row that took the chain over the threshold, rows taken in order of event time.
 *
 * @returns `undefined` where the rows never reach it
 */
export function crossingKey(evidence: readonly Evidence[], threshold: number): string | undefined {
  let sum = 0;
  for (const entry of sorted(evidence, 'time')) {
    sum += entry.points;
    if (entry.points > 0 && sum >= threshold) return entry.key;
  }
  return undefined;
}

/** A copy in the order asked for; `points` is the order the server gives: most points, then earliest, then key. */
export function sorted(evidence: readonly Evidence[], by: LedgerSort): Evidence[] {
  if (by === 'points') return [...evidence];
  const time = (entry: Evidence): string => entry.event.time ?? '';
  return [...evidence].sort((a, b) =>
    by === 'time'
      ? compare(time(a), time(b)) || compare(a.key, b.key)
      : compare(fileName(a.process.image), fileName(b.process.image)) ||
        a.process.pid - b.process.pid ||
        b.points - a.points,
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The last part of a Windows or Unix path; the path itself where it ends in a separator. */
export function fileName(path: string): string {
  const name = path.slice(Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) + 1);
  return name === '' ? path : name;
}

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** How far above the threshold a score is. */
export function severityOf(score: number, threshold: number): Severity {
  const ratio = threshold > 0 ? score / threshold : Number.POSITIVE_INFINITY;
  if (ratio >= 4) return 'critical';
  if (ratio >= 2) return 'high';
  return ratio >= 1.25 ? 'medium' : 'low';
}
