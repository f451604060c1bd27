/** A chain, and its tree of processes as columns: 5,000 processes are one small reply, decoded in a worker. */

import { Type, type Static } from '@sinclair/typebox';
import { StartProcess } from './threat.js';
import { Nullable, Time } from './scalar.js';

export const Chain = Type.Object(
  {
    /** Where the id asked for is an alias (its chain joined another), this is the chain's id now. */
    id: Type.String(),
    host: Type.String(),
    score: Type.Number(),
    active: Type.Boolean(),
    processes: Type.Integer(),
    first: Nullable(Time),
    last: Nullable(Time),
    isThreat: Type.Boolean(),
    /** `null` where the start process is no longer stored. */
    start: Nullable(StartProcess),
  },
  { $id: 'Chain' },
);
export type Chain = Static<typeof Chain>;

/** Bits of `ChainTree.flags`. */
export const TREE_FLAGS = {
  /** A root process. */
  root: 1,
  /** Its create event was not seen: other events named it. */
  placeholder: 2,
  /** Its end was seen. */
  ended: 4,
  /** Shown for context only: the start process's parent, which is no part of this chain. */
  outside: 8,
  /** Holds evidence, be it at zero points. */
  evidence: 16,
  /** Some of its evidence is exempt. */
  exempt: 32,
} as const;

/**
 * Row `i` of all columns is one process. A parent always comes before its children, siblings are ordered by start, then id: one pass
 * without recursion builds the tree.
 */
export const ChainTree = Type.Object(
  {
    chainId: Type.String(),
    host: Type.String(),
    /** Processes in the chain; greater than the number of rows where the reply was cut. */
    total: Type.Integer(),
    /** Why rows are missing, or `null`. */
    cut: Nullable(Type.String()),
    /** UTC milliseconds that `start` and `end` count from. */
    baseMs: Type.Integer(),
    ids: Type.Array(Type.String()),
    /** Row of the parent; -1 where it is none of these. */
    parents: Type.Array(Type.Integer()),
    /** Distinct images; an attacker's text. */
    names: Type.Array(Type.String()),
    nameIndex: Type.Array(Type.Integer()),
    pids: Type.Array(Type.Integer()),
    /** Milliseconds after `baseMs`; -1 where the create event was not seen. */
    start: Type.Array(Type.Integer()),
    /** Milliseconds after `baseMs`; -1 while it runs or where its end was not seen. */
    end: Type.Array(Type.Integer()),
    /** Sum of the ledger entries that this process holds. */
    points: Type.Array(Type.Number()),
    /** Stored events that name the process. */
    events: Type.Array(Type.Integer()),
    /** Sums of `TREE_FLAGS`. */
    flags: Type.Array(Type.Integer()),
  },
  { $id: 'ChainTree' },
);
export type ChainTree = Static<typeof ChainTree>;
