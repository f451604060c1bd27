/** A question to stored events, answered as chains: rebuilt from the log by the same engine, with the rules in force now. */

import { Type, type Static } from '@sinclair/typebox';
import { PageOf, PageQuery } from './list.js';
import { Nullable, OneOf, Time } from './scalar.js';
import { StartProcess, THREAT_KINDS } from './threat.js';

/** `interrupted`: the server stopped while it ran. */
export const HUNT_STATES = ['running', 'done', 'failed', 'cancelled', 'interrupted'] as const;

/** Body of `POST /hunts`; answered 202 with the hunt, which then runs on its own. */
export const HuntRequest = Type.Object(
  {
    /** Event times in `[from, to)`. */
    from: Time,
    to: Time,
    /** Whole name of one host. */
    host: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
    /** Expression over an event's fields (`image contains 'x'`); chains with no such event are left out. */
    query: Type.Optional(Type.String({ maxLength: 4096 })),
  },
  { $id: 'HuntRequest', additionalProperties: false },
);
export type HuntRequest = Static<typeof HuntRequest>;

export const HUNT_CUT_REASONS = ['cancelled', 'chains', 'answered', 'room', 'forgotten', 'told'] as const;

/**
 * `cancelled`, `chains`: it ended, at `most` chains, and later events were not read. `answered`, `room`: of `found` chains the `kept` with most points
 * are in the answer, or had room. `forgotten`: `count` chains went since with hosts that were forgotten. `told`: in the words of an earlier version, `text`.
 */
export const HuntCut = Type.Object({
  reason: OneOf(HUNT_CUT_REASONS),
  most: Type.Optional(Type.Integer()),
  kept: Type.Optional(Type.Integer()),
  found: Type.Optional(Type.Integer()),
  count: Type.Optional(Type.Integer()),
  text: Type.Optional(Type.String()),
});
export type HuntCut = Static<typeof HuntCut>;

export const Hunt = Type.Object(
  {
    id: Type.String(),
    state: OneOf(HUNT_STATES),
    from: Time,
    to: Time,
    host: Nullable(Type.String()),
    query: Nullable(Type.String()),
    by: Type.String(),
    started: Time,
    finished: Nullable(Time),
    /** Part of the log read so far, 0 to 1. */
    progress: Type.Number(),
    /** Events read that lie in the range. */
    events: Type.Integer(),
    chains: Type.Integer(),
    /** Why the answer is not whole ("1,000 of 1,204 chains kept"), or `null`. */
    cut: Nullable(Type.String()),
    /** The same as data; empty where the answer is whole. */
    cuts: Type.Array(HuntCut),
    /** Why it failed, or `null`. */
    error: Nullable(Type.String()),
    /** Code of what failed, as in problem details; `null` for what nobody foresaw. */
    errorCode: Nullable(Type.String()),
  },
  { $id: 'Hunt' },
);
export type Hunt = Static<typeof Hunt>;

export const HuntPage = PageOf(Hunt, 'HuntPage');
export type HuntPage = Static<typeof HuntPage>;

/** A row of `GET /hunts/{id}/chains`, highest score first. */
export const HuntChain = Type.Object(
  {
    id: Type.String(),
    kind: OneOf(THREAT_KINDS),
    host: Type.String(),
    /** What the chain scores within the range, with today's rules. */
    score: Type.Number(),
    isThreat: Type.Boolean(),
    processes: Type.Integer(),
    first: Nullable(Time),
    last: Nullable(Time),
    techniques: Type.Array(Type.String()),
    start: StartProcess,
    /** A chain with this id is stored, so its page and tree can be opened. */
    stored: Type.Boolean(),
  },
  { $id: 'HuntChain' },
);
export type HuntChain = Static<typeof HuntChain>;

export const HuntChainPage = PageOf(HuntChain, 'HuntChainPage');
export type HuntChainPage = Static<typeof HuntChainPage>;

export const HuntQuery = Type.Object(PageQuery, { additionalProperties: false });
