/** The reply of `GET /chains/{id}/tree` as the page uses it. Pure; one pass over the columns. */

import type { ChainTree, Evidence } from '../../../src/contract/index.js';
import { forestOf, type Forest } from './forest.js';
import { timeScaleOf, type TimeScale } from './time-scale.js';

/** Same values as the contract's; the types hold them to it. */
export const TREE_FLAGS: typeof import('../../../src/contract/index.js').TREE_FLAGS = {
  root: 1,
  placeholder: 2,
  ended: 4,
  outside: 8,
  evidence: 16,
  exempt: 32,
};

export interface TreeModel {
  readonly tree: ChainTree;
  readonly forest: Forest;
  readonly indexOf: ReadonlyMap<string, number>;
  /** UTC milliseconds; `undefined` where not seen. */
  startMs(index: number): number | undefined;
  endMs(index: number): number | undefined;
  /** Path of the image; an attacker's text. */
  image(index: number): string;
  has(index: number, flag: keyof typeof TREE_FLAGS): boolean;
  keyOf(index: number): string;
  nameKeyOf(index: number): string;
}

/** Enough of an id to tell the processes of one chain apart. */
const KEY_LENGTH = 10;

export function treeModelOf(tree: ChainTree): TreeModel {
  const forest = forestOf({ parent: tree.parents, points: tree.points });
  const after = (column: readonly number[], index: number): number | undefined => {
    const value = column[index] ?? -1;
    return value < 0 ? undefined : tree.baseMs + value;
  };
  const nameKeys = tree.names.map(hashed);
  return {
    tree,
    forest,
    indexOf: new Map(tree.ids.map((id, index) => [id, index])),
    startMs: (index) => after(tree.start, index),
    endMs: (index) => after(tree.end, index),
    image: (index) => tree.names[tree.nameIndex[index] ?? -1] ?? '',
    has: (index, flag) => ((tree.flags[index] ?? 0) & TREE_FLAGS[flag]) !== 0,
    keyOf: (index) => (tree.ids[index] ?? '').slice(0, KEY_LENGTH),
    nameKeyOf: (index) => nameKeys[tree.nameIndex[index] ?? -1] ?? '',
  };
}

/** A short name for a long hostile one (FNV-1a); two images that meet in it would only open their folds together. */
function hashed(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}

/** The axis over everything that happened in the chain, evidence included. */
export function chainTimeScale(model: TreeModel, evidence: readonly Evidence[]): TimeScale {
  const moments: number[] = [];
  for (let i = 0; i < model.forest.size; i += 1) {
    // A root process began days before the chain: it would squeeze everything else.
    if (model.has(i, 'outside') || model.has(i, 'root')) continue;
    moments.push(model.startMs(i) ?? 0, model.endMs(i) ?? 0);
  }
  for (const { event } of evidence) if (event.time !== null) moments.push(new Date(event.time).getTime());
  return timeScaleOf(moments);
}

/**
 * Processes whose path holds `text`, in the order of the rows.
 *
 * @param text  compared without regard to case; empty finds none
 */
export function findProcesses(model: TreeModel, text: string): number[] {
  const sought = text.trim().toLowerCase();
  if (sought === '') return [];
  const names = model.tree.names.map((name) => name.toLowerCase().includes(sought));
  const found: number[] = [];
  for (let i = 0; i < model.forest.size; i += 1) {
    if (names[model.tree.nameIndex[i] ?? -1] === true || String(model.tree.pids[i]) === sought) found.push(i);
  }
  return found;
}
