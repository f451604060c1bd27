/**
 * Which rows of a process tree are drawn, in order. Opens on the evidence path: start process, every process in the ledger, and their ancestors;
 * the rest is folded. A fold states how many processes and how many points lie in it, so none can hide.
 */

import { childrenOf, type Forest } from './forest.js';

export type ShownSet = 'evidence' | 'all' | 'running';

export type OutlineRow =
  | {
      readonly kind: 'process';
      readonly key: string;
      readonly index: number;
      readonly level: number;
      /** `undefined` for a process without children. */
      readonly expanded: boolean | undefined;
      readonly position: number;
      readonly setSize: number;
    }
  | {
      readonly kind: 'fold';
      /** `siblings`: processes of one image below one parent; `others`: the remaining ones; `run`: single children, one below the other. */
      readonly fold: 'siblings' | 'others' | 'run';
      readonly key: string;
      /** The first process in it. */
      readonly index: number;
      readonly members: readonly number[];
      /** Processes in it, those below its members counted too. */
      readonly count: number;
      readonly points: number;
      readonly level: number;
      readonly position: number;
      readonly setSize: number;
    };

export interface OutlineInput {
  readonly forest: Forest;
  /** Equal numbers = the same image. */
  readonly nameIndex: ArrayLike<number>;
  /** Short names of a process and of its image that stay the same while the chain grows: rows are kept open by them. */
  readonly keyOf: (index: number) => string;
  readonly nameKeyOf: (index: number) => string;
  /** True for processes that are never folded and whose children are listed: the start process and those with evidence, be it exempt. */
  readonly hasEvidence: (index: number) => boolean;
  /** The selected process is never folded either; -1 for none. */
  readonly selected: number;
  readonly isRunning: (index: number) => boolean;
}

/** What the analyst opened and closed; lives in the address, so keys are strings that stay the same over reloads. */
export interface OutlineChoice {
  readonly show: ShownSet;
  /** Rows whose state differs from what the shown set gives them. */
  readonly toggled: ReadonlySet<string>;
}

/** Siblings of one image are folded from this many on. */
const FOLD_SIBLINGS = 2;
/** More rows than this beside the evidence path under one parent become one "others" fold. */
const OTHERS_LIMIT = 6;
/** Single children below each other are folded from this many on. */
const FOLD_RUN = 6;

/** Processes on the evidence path: 1 where kept. */
export function evidencePath(input: OutlineInput): Uint8Array {
  const { forest } = input;
  const kept = new Uint8Array(forest.size);
  for (const root of forest.roots) kept[root] = 1;
  for (let i = 0; i < forest.size; i += 1) {
    if (!input.hasEvidence(i) && i !== input.selected) continue;
    for (let p = i; p >= 0 && kept[p] !== 2; p = forest.parent[p]!) kept[p] = 2;
  }
  return kept.map((value) => (value > 0 ? 1 : 0));
}

interface Pending {
  readonly row: OutlineRow;
  readonly below: (() => Pending[]) | undefined;
}

/** The rows from top to bottom. No recursion: a chain 10,000 deep is a loop like any other. */
export function outlineRows(input: OutlineInput, choice: OutlineChoice): OutlineRow[] {
  const { forest } = input;
  const path = choice.show === 'evidence' ? evidencePath(input) : undefined;
  const running = choice.show === 'running' ? runningPath(input) : undefined;
  const rows: OutlineRow[] = [];

  const openRuns = new Set<number>();
  const isListed = (index: number): boolean => running === undefined || running[index] === 1;

  const processEntry = (index: number, level: number, position: number, setSize: number): Pending => {
    const key = `p${input.keyOf(index)}`;
    const children = childrenOf(forest, index).filter(isListed);
    const byDefault = path === undefined || input.hasEvidence(index) || children.some((child) => path[child] === 1);
    const expanded = children.length === 0 ? undefined : byDefault !== choice.toggled.has(key);
    return {
      row: { kind: 'process', key, index, level, expanded, position, setSize },
      below: expanded === true ? () => childEntries(index, children, level + 1) : undefined,
    };
  };

  const childEntries = (parent: number, children: Int32Array, level: number): Pending[] => {
    if (path === undefined)
      return [...children].map((child, at) => processEntry(child, level, at + 1, children.length));
    const run = children.length === 1 && openRuns.has(children[0]!) ? undefined : runBelow(input, path, children);
    if (run !== undefined) {
      const key = `r${input.keyOf(run[0]!)}`;
      if (!choice.toggled.has(key)) {
        const row = foldRow('run', key, run, level, 1, 1, run.length, 0);
        const next = childrenOf(forest, run.at(-1)!);
        const below = (): Pending[] =>
          [...next].map((child, at) => processEntry(child, level + 1, at + 1, next.length));
        return [{ row, below }];
      }
      // Opened, it is opened whole: its rest is no run of its own.
      for (const index of run) openRuns.add(index);
    }
    return groupedEntries(parent, children, level, path);
  };

  const groupedEntries = (parent: number, children: Int32Array, level: number, kept: Uint8Array): Pending[] => {
    const groups = new Map<number, number[]>();
    for (const child of children) {
      if (kept[child] === 1) continue;
      const name = input.nameIndex[child] ?? -1;
      const group = groups.get(name);
      if (group) group.push(child);
      else groups.set(name, [child]);
    }
    const othersKey = `o${input.keyOf(parent)}`;
    const foldOthers = groups.size > OTHERS_LIMIT && !choice.toggled.has(othersKey);
    const plans: ((position: number, setSize: number) => Pending)[] = [];
    /** Image → key of its fold, '' where its processes are listed. */
    const folds = new Map<number, string>();
    const others: number[] = [];
    for (const child of children) {
      const name = input.nameIndex[child] ?? -1;
      if (kept[child] !== 1 && foldOthers) {
        others.push(child);
        continue;
      }
      if (kept[child] !== 1 && !folds.has(name)) {
        const group = groups.get(name)!;
        const key = `s${input.keyOf(parent)}.${input.nameKeyOf(child)}`;
        const isFolded = group.length >= FOLD_SIBLINGS && !choice.toggled.has(key);
        folds.set(name, isFolded ? key : '');
        if (isFolded) plans.push((position, setSize) => foldEntry('siblings', key, group, level, position, setSize));
      }
      if (kept[child] === 1 || folds.get(name) === '') {
        plans.push((position, setSize) => processEntry(child, level, position, setSize));
      }
    }
    if (others.length > 0)
      plans.push((position, setSize) => foldEntry('others', othersKey, others, level, position, setSize));
    return plans.map((plan, at) => plan(at + 1, plans.length));
  };

  const foldEntry = (
    fold: 'siblings' | 'others',
    key: string,
    members: readonly number[],
    level: number,
    position: number,
    setSize: number,
  ): Pending => {
    let count = members.length;
    let points = 0;
    for (const member of members) {
      count += forest.countBelow[member]!;
      points += forest.pointsBelow[member]!;
    }
    return { row: foldRow(fold, key, members, level, position, setSize, count, points), below: undefined };
  };

  const listedRoots = forest.roots.filter(isListed);
  const stack = [...listedRoots].map((root, at) => processEntry(root, 1, at + 1, listedRoots.length)).reverse();
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    rows.push(entry.row);
    const below = entry.below?.() ?? [];
    for (let at = below.length - 1; at >= 0; at -= 1) stack.push(below[at]!);
  }
  return rows;
}

function foldRow(
  fold: 'siblings' | 'others' | 'run',
  key: string,
  members: readonly number[],
  level: number,
  position: number,
  setSize: number,
  count: number,
  points: number,
): OutlineRow {
  return { kind: 'fold', fold, key, index: members[0]!, members, count, points, level, position, setSize };
}

/** Processes without evidence that each have one child only, on the way to evidence below them; `undefined` where the run is short. */
function runBelow(input: OutlineInput, path: Uint8Array, children: Int32Array): number[] | undefined {
  if (children.length !== 1) return undefined;
  const run: number[] = [];
  let index = children[0]!;
  for (;;) {
    const below = childrenOf(input.forest, index);
    if (path[index] !== 1 || input.hasEvidence(index) || index === input.selected || below.length !== 1) break;
    run.push(index);
    index = below[0]!;
  }
  return run.length >= FOLD_RUN ? run : undefined;
}

/** Running processes and their ancestors: 1 where listed. */
function runningPath(input: OutlineInput): Uint8Array {
  const listed = new Uint8Array(input.forest.size);
  for (let i = 0; i < input.forest.size; i += 1) {
    if (!input.isRunning(i)) continue;
    for (let p = i; p >= 0 && listed[p] === 0; p = input.forest.parent[p]!) listed[p] = 1;
  }
  return listed;
}
