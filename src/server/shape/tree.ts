/**
 * A chain's processes as columns, parents before children. No recursion: chains may be 10,000 deep, and parents may be absent or, in damaged
 * data, form a cycle. Rows of a cycle are shown at the top, cut from their parent.
 */

import type { TreeRow } from '../../app/query-ports.js';
import type { Threat } from '../../engine/score/threat.js';
import { TREE_FLAGS, type ChainTree } from '../../contract/index.js';

/** Over so many rows a browser's outline is of no use; the reply says what was left out. */
export const TREE_ROWS_MAX = 60_000;

export interface TreeInput {
  readonly chainId: string;
  readonly host: string;
  readonly total: number;
  readonly rows: readonly TreeRow[];
  /** Parent of the start process, where it is stored: shown above the chain, for context. */
  readonly outside: TreeRow | undefined;
  /** Of the chain where it is a threat: whose processes hold evidence, and exempt evidence. */
  readonly evidence: Threat['evidence'];
}

export function treeShape(input: TreeInput): ChainTree {
  const rows = inOrder(input.outside === undefined ? input.rows : [input.outside, ...input.rows]);
  const times = rows.map(({ row }) => row.startMs).filter((timeMs) => timeMs !== 0);
  const baseMs = times.reduce((least, timeMs) => Math.min(least, timeMs), times[0] ?? 0);
  const holders = new Set(input.evidence.map(({ process }) => process.id));
  const exempt = new Set(
    input.evidence.filter(({ exception }) => exception !== undefined).map(({ process }) => process.id),
  );
  const names = new Map<string, number>();

  const flagsOf = (row: TreeRow): number =>
    (row.isRoot ? TREE_FLAGS.root : 0) |
    (row.isPlaceholder ? TREE_FLAGS.placeholder : 0) |
    (row.endMs !== 0 ? TREE_FLAGS.ended : 0) |
    (row.id === input.outside?.id ? TREE_FLAGS.outside : 0) |
    (holders.has(row.id) ? TREE_FLAGS.evidence : 0) |
    (exempt.has(row.id) ? TREE_FLAGS.exempt : 0);

  return {
    chainId: input.chainId,
    host: input.host,
    total: input.total,
    cut:
      input.rows.length < input.total ? `The first ${input.rows.length} of ${input.total} processes by start.` : null,
    baseMs,
    ids: rows.map(({ row }) => row.id),
    parents: rows.map(({ parent }) => parent),
    nameIndex: rows.map(({ row }) => indexOf(names, row.image)),
    names: [...names.keys()],
    pids: rows.map(({ row }) => row.pid),
    start: rows.map(({ row }) => (row.startMs === 0 ? -1 : row.startMs - baseMs)),
    end: rows.map(({ row }) => (row.endMs === 0 ? -1 : Math.max(0, row.endMs - baseMs))),
    points: rows.map(({ row }) => row.points),
    events: rows.map(({ row }) => row.events),
    flags: rows.map(({ row }) => flagsOf(row)),
  };
}

interface Placed {
  readonly row: TreeRow;
  /** Place of the parent in the result, -1 for none. */
  readonly parent: number;
}

/** Depth first, siblings by start, then id. */
function inOrder(rows: readonly TreeRow[]): readonly Placed[] {
  const known = new Map(rows.map((row) => [row.id, row]));
  const children = new Map<string, TreeRow[]>();
  const tops: TreeRow[] = [];
  for (const row of known.values()) {
    const siblings = children.get(row.parentId);
    if (row.parentId === row.id || !known.has(row.parentId)) tops.push(row);
    else if (siblings === undefined) children.set(row.parentId, [row]);
    else siblings.push(row);
  }
  return walk(known, children, tops);
}

function walk(known: Map<string, TreeRow>, children: Map<string, TreeRow[]>, tops: TreeRow[]): readonly Placed[] {
  const placed: Placed[] = [];
  const seen = new Set<string>();
  const descend = (starts: readonly TreeRow[]): void => {
    const stack: Placed[] = starts.map((row) => ({ row, parent: -1 }));
    stack.sort((left, right) => latestFirst(left.row, right.row));
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (seen.has(next.row.id)) continue;
      seen.add(next.row.id);
      const parent = placed.push(next) - 1;
      const below = children.get(next.row.id) ?? [];
      for (const row of below.toSorted(latestFirst)) stack.push({ row, parent });
    }
  };
  descend(tops);
  // Only rows on or below a cycle are left.
  for (const row of known.values()) if (!seen.has(row.id)) descend([row]);
  return placed;
}

/** The stack gives back the last one first. */
function latestFirst(left: TreeRow, right: TreeRow): number {
  return right.startMs - left.startMs || (left.id < right.id ? 1 : -1);
}

function indexOf(names: Map<string, number>, name: string): number {
  const known = names.get(name);
  if (known !== undefined) return known;
  names.set(name, names.size);
  return names.size - 1;
}
