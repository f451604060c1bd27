/**
 * The hash chain of the audit log. Each entry carries the hash of the entry before it and one of its own, over a canonical form that another program
 * can make as well (docs/guides/operate.md, *The audit log*):
 *
 *     hash = SHA-256, in lower-case hex, of the UTF-8 bytes of the JSON array
 *            [previous, id, time_ms, who, action, target, before, after, address]
 *
 * with the columns as they are stored, no blanks, and `previous` of the first entry 64 zeros. Once released, the form never changes.
 */

import { createHash } from 'node:crypto';

export const CHAIN_START = '0'.repeat(64);

/** A row of the table `audit`, as it is stored. */
export interface AuditRow {
  readonly id: number;
  readonly time_ms: number;
  readonly who: string;
  readonly action: string;
  readonly target: string;
  readonly before: string;
  readonly after: string;
  readonly address: string;
}

export interface ChainedRow extends AuditRow {
  readonly previous: string;
  readonly hash: string;
}

/** The newest entry that the chain has; kept apart from the entries, so that a tail cannot go unnoticed. */
export interface ChainHead {
  readonly id: number;
  readonly hash: string;
}

export type ChainAnswer =
  /** `head` is `undefined` while there is no entry. */
  | { readonly holds: true; readonly entries: number; readonly head: ChainHead | undefined }
  /** `entries`: how many before the break hold. `id`: the first entry that does not, or that is missing. */
  | { readonly holds: false; readonly entries: number; readonly id: number; readonly reason: string };

export function entryHash(previous: string, row: AuditRow): string {
  const { id, time_ms, who, action, target, before, after, address } = row;
  return createHash('sha256')
    .update(JSON.stringify([previous, id, time_ms, who, action, target, before, after, address]))
    .digest('hex');
}

/**
 * Walks the chain to its first break.
 *
 * @param rows  all entries, in the order of their ids
 * @param head  as kept beside the entries; `undefined` where that is gone
 * @param known  a head that somebody noted down earlier: it must be one of the entries, unchanged
 */
export function verifyChain(
  rows: Iterable<ChainedRow>,
  head: ChainHead | undefined,
  known: ChainHead | undefined,
): ChainAnswer {
  let entries = 0;
  let last: ChainHead = { id: 0, hash: CHAIN_START };
  const broken = (id: number, reason: string): ChainAnswer => ({ holds: false, entries, id, reason });
  for (const row of rows) {
    if (row.id > (head?.id ?? row.id)) return broken(row.id, 'it was put in behind the newest that the program wrote');
    if (row.previous !== last.hash) {
      if (row.id > last.id + 1) return broken(last.id + 1, missing(last.id + 1, row.id - 1));
      const pair = last.id === 0 ? 'it is not the first that was written' : `it does not follow on entry ${last.id}`;
      return broken(row.id, `${pair}: one of the two was rewritten or put in, or others between them were removed`);
    }
    if (entryHash(row.previous, row) !== row.hash)
      return broken(row.id, 'its contents are not those that were written');
    if (row.id === known?.id && row.hash !== known.hash)
      return broken(row.id, 'its hash is not the one that was noted down: the log was written anew up to it or beyond');
    last = { id: row.id, hash: row.hash };
    entries++;
  }
  if (known !== undefined && known.id > last.id) return broken(last.id + 1, missing(last.id + 1, known.id));
  if (head === undefined) return broken(last.id, 'the note that it is the newest, kept beside the entries, is gone');
  if (last.id < head.id) return broken(last.id + 1, missing(last.id + 1, head.id));
  if (last.hash !== head.hash) return broken(last.id, 'it is not the one that the program wrote last');
  return { holds: true, entries, head: entries === 0 ? undefined : last };
}

function missing(first: number, last: number): string {
  return first === last ? 'it is missing' : `it is missing, and so are those up to ${last}`;
}
