/**
 * The order of evidence, and the ledger that keeps, for each key, the strongest of a chain. Both are joins: whatever order evidence comes in,
 * however often, and however chains join, the result is the same.
 */

import type { Process } from '../process/process.js';
import { isEventBefore, type Evidence } from './evidence.js';
import type { Exception } from './exception.js';

export interface LedgerItem {
  readonly evidence: Evidence;
  readonly process: Process;
  readonly exception: Exception | undefined;
}

/** @returns true if `one` is to be kept rather than `other`: more points, then earlier, then record id, then where it was read */
export function isStronger(one: Evidence, other: Evidence): boolean {
  return one.points === other.points ? isEventBefore(one.event, other.event) : one.points > other.points;
}

/** Between processes of one chain: what counts before what is exempt, then the stronger, then the process's id. */
export function outranks(one: LedgerItem, other: LedgerItem): boolean {
  const exempt = one.exception !== undefined;
  if (exempt !== (other.exception !== undefined)) return !exempt;
  if (isStronger(one.evidence, other.evidence)) return true;
  if (isStronger(other.evidence, one.evidence)) return false;
  return one.process.id < other.process.id;
}

/** What an item adds to the score. */
export function pointsOf(item: LedgerItem): number {
  return item.exception === undefined ? item.evidence.points : 0;
}

export function strongestOfEachKey(items: readonly LedgerItem[]): readonly LedgerItem[] {
  const strongest = new Map<string, LedgerItem>();
  for (const item of items) {
    const known = strongest.get(item.evidence.key);
    if (known === undefined || outranks(item, known)) strongest.set(item.evidence.key, item);
  }
  return [...strongest.values()];
}
