/** The machines that events are about, with their volume, and how complete their streams are. */

import { Type, type Static } from '@sinclair/typebox';
import { PageOf, PageQuery } from './list.js';
import { Nullable, OneOf, Time } from './scalar.js';

/** `quiet`: for no longer than it is used to be. `silent`: for longer. How it is judged: docs/reference/completeness.md. */
export const HOST_STATES = ['active', 'quiet', 'silent'] as const;
export type HostState = (typeof HOST_STATES)[number];

const host = {
  name: Type.String(),
  /** When this server first and last received an event about it. */
  firstSeen: Nullable(Time),
  lastSeen: Nullable(Time),
  events: Type.Integer(),
  /** Events received in the last full minute and in the last ten. */
  perMinute: Type.Integer(),
  perTenMinutes: Type.Integer(),
  openThreats: Type.Integer(),
  state: OneOf(HOST_STATES),
  /** `active`: since when without having been quiet. `quiet`, `silent`: when it was heard last. */
  since: Nullable(Time),
  /** How long after it was heard last it counts as quiet, and as silent. */
  quietAfterSeconds: Type.Integer(),
  silentAfterSeconds: Type.Integer(),
  /** Records that the numbers of its logs say are missing. */
  missing: Type.Integer(),
  sample: Type.Boolean(),
};

export const Host = Type.Object(host, { $id: 'Host' });
export type Host = Static<typeof Host>;

/** `whole`: every record is sent. `part`: some are chosen, or many are lost. `unclear`: the numbers are no numbering. `unnumbered`: there are none. */
export const CHANNEL_KINDS = ['whole', 'part', 'unclear', 'unnumbered'] as const;

export const HostChannel = Type.Object(
  {
    /** An attacker's text. */
    name: Type.String(),
    kind: OneOf(CHANNEL_KINDS),
    /** Records seen, and event times of the first and the last by number. */
    records: Type.Integer(),
    first: Nullable(Time),
    last: Nullable(Time),
    missing: Type.Integer(),
    /** The latest, in order of their numbers. Records were written between `from` and `to`, event times. */
    gaps: Type.Array(
      Type.Object({
        firstNumber: Type.Integer(),
        lastNumber: Type.Integer(),
        missing: Type.Integer(),
        from: Nullable(Time),
        to: Nullable(Time),
      }),
    ),
    /** Earlier gaps, of which only the sum is kept. */
    olderGaps: Type.Integer(),
    olderMissing: Type.Integer(),
    restarts: Type.Integer(),
    /** Set where it fell silent while the host goes on: when it was heard last. */
    silentSince: Nullable(Time),
  },
  { $id: 'HostChannel' },
);
export type HostChannel = Static<typeof HostChannel>;

export const MARK_KINDS = ['cleared', 'restarted', 'set-back'] as const;

export const HostStream = Type.Object(
  {
    /** How long before it was usually heard again, and the pause that it is used to make. */
    usualGapSeconds: Type.Integer(),
    usualPauseSeconds: Type.Integer(),
    /** Receive time less event time, median over the latest deliveries; below zero, its clock is ahead of ours. */
    lagSeconds: Nullable(Type.Number()),
    channels: Type.Array(HostChannel),
    /** What happened to its logs and its clock; event times, oldest first. */
    marks: Type.Array(
      Type.Object({
        kind: OneOf(MARK_KINDS),
        channel: Type.String(),
        at: Nullable(Time),
        /** `set-back`: by so much. */
        seconds: Nullable(Type.Number()),
        /** `restarted`: the highest number before. */
        number: Nullable(Type.Integer()),
      }),
    ),
    marksDropped: Type.Integer(),
    /** Events held back by an agent, oldest first: when they came, and when they had happened. */
    bursts: Type.Array(
      Type.Object({
        received: Nullable(Time),
        until: Nullable(Time),
        from: Nullable(Time),
        to: Nullable(Time),
        events: Type.Integer(),
      }),
    ),
    /** Events whose times had not come yet. */
    future: Nullable(
      Type.Object({
        events: Type.Integer(),
        aheadSeconds: Type.Number(),
        first: Nullable(Time),
        last: Nullable(Time),
      }),
    ),
    /** Events without a record number or a channel. */
    unnumbered: Type.Integer(),
  },
  { $id: 'HostStream' },
);
export type HostStream = Static<typeof HostStream>;

/** `stream`: `null` where nothing is known of it. */
export const HostDetail = Type.Object({ ...host, stream: Nullable(HostStream) }, { $id: 'HostDetail' });
export type HostDetail = Static<typeof HostDetail>;

export const HostPage = PageOf(Host, 'HostPage');
export type HostPage = Static<typeof HostPage>;

export const HostQuery = Type.Object(
  { ...PageQuery, text: Type.Optional(Type.String({ maxLength: 256 })) },
  { additionalProperties: false },
);
