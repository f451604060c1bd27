/**
 * The processes of a chain as a forest in flat arrays: who is whose child, how deep, and what points lie below. Built without recursion and in
 * linear time; parents out of range, self-parents and cycles are cut, so every process is reachable from a root exactly once.
 */

/** What the forest is made from; all arrays have the same length. Indices are rows of the reply. */
export interface ForestColumns {
  /** Row of the parent; -1 where it has none in this chain. */
  readonly parent: ArrayLike<number>;
  readonly points: ArrayLike<number>;
}

export interface Forest {
  readonly size: number;
  /** Sanitised: -1 for roots. */
  readonly parent: Int32Array;
  readonly roots: Int32Array;
  /** Children of `i` are `children[childStart[i]] … children[childStart[i + 1] - 1]`, in the order of the rows. */
  readonly childStart: Int32Array;
  readonly children: Int32Array;
  readonly depth: Int32Array;
  /** Points of the process and of everything below it. */
  readonly pointsBelow: Float64Array;
  /** Processes below it, itself not counted. */
  readonly countBelow: Int32Array;
}

export function forestOf(columns: ForestColumns): Forest {
  const size = columns.parent.length;
  const parent = soundParents(columns.parent);
  const childStart = new Int32Array(size + 1);
  let rootCount = 0;
  for (let i = 0; i < size; i += 1) {
    const p = parent[i]!;
    if (p < 0) rootCount += 1;
    else childStart[p + 1]! += 1;
  }
  for (let i = 0; i < size; i += 1) childStart[i + 1]! += childStart[i]!;
  const fill = childStart.slice(0, size);
  const children = new Int32Array(size - rootCount);
  const roots = new Int32Array(rootCount);
  let root = 0;
  for (let i = 0; i < size; i += 1) {
    const p = parent[i]!;
    if (p < 0) roots[root++] = i;
    else children[fill[p]!++] = i;
  }

  // Breadth first, so that the same order read backwards meets every child before its parent.
  const order = new Int32Array(size);
  const depth = new Int32Array(size);
  order.set(roots);
  let end = rootCount;
  for (let at = 0; at < end; at += 1) {
    const i = order[at]!;
    for (let c = childStart[i]!; c < childStart[i + 1]!; c += 1) {
      const child = children[c]!;
      depth[child] = depth[i]! + 1;
      order[end++] = child;
    }
  }
  const pointsBelow = Float64Array.from({ length: size }, (_, i) => columns.points[i] ?? 0);
  const countBelow = new Int32Array(size);
  for (let at = size - 1; at >= 0; at -= 1) {
    const i = order[at]!;
    const p = parent[i]!;
    if (p < 0) continue;
    pointsBelow[p]! += pointsBelow[i]!;
    countBelow[p]! += countBelow[i]! + 1;
  }
  return { size, parent, roots, childStart, children, depth, pointsBelow, countBelow };
}

/** Parents with everything that is not a tree cut away: each cycle loses one link, at the process where the walk met it. */
function soundParents(given: ArrayLike<number>): Int32Array {
  const size = given.length;
  const parent = new Int32Array(size);
  for (let i = 0; i < size; i += 1) {
    const p = given[i]!;
    parent[i] = Number.isInteger(p) && p >= 0 && p < size && p !== i ? p : -1;
  }
  // 0 = unseen; otherwise the walk (its first row + 1) that saw it.
  const seenBy = new Int32Array(size);
  for (let from = 0; from < size; from += 1) {
    let i = from;
    while (i >= 0 && seenBy[i] === 0) {
      seenBy[i] = from + 1;
      i = parent[i]!;
    }
    // A walk that ends on a row it saw itself has gone round a cycle.
    if (i >= 0 && seenBy[i] === from + 1) parent[i] = -1;
  }
  return parent;
}

export function childrenOf(forest: Forest, index: number): Int32Array {
  return forest.children.subarray(forest.childStart[index], forest.childStart[index + 1]);
}

/** From the process's root down to its parent. */
export function ancestorsOf(forest: Forest, index: number): number[] {
  const found: number[] = [];
  for (let p = forest.parent[index]!; p >= 0; p = forest.parent[p]!) found.push(p);
  return found.reverse();
}
