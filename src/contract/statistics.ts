/** What the overview shows, in one reply. */

import { Type, type Static } from '@sinclair/typebox';
import { Host } from './host.js';
import { Nullable, Time } from './scalar.js';

export const ThreatCounts = Type.Object(
  {
    /** All of them: `open` + `confirmed` + `ignored`. */
    found: Type.Integer(),
    open: Type.Integer(),
    confirmed: Type.Integer(),
    ignored: Type.Integer(),
    /** Handled ones that gained points since. */
    changed: Type.Integer(),
  },
  { $id: 'ThreatCounts' },
);
export type ThreatCounts = Static<typeof ThreatCounts>;

/** Series of log volume drawn one by one; the rest is summed in `others`. */
export const VOLUME_SERIES_MAX = 8;

export const Volume = Type.Object(
  {
    /** Start of the first bucket. */
    from: Time,
    bucketSeconds: Type.Integer(),
    /** Buckets in each series. */
    buckets: Type.Integer(),
    /** Events received in each bucket; hosts with most events first, at most eight. */
    hosts: Type.Array(Type.Object({ host: Type.String(), counts: Type.Array(Type.Integer()) })),
    others: Type.Array(Type.Integer()),
  },
  { $id: 'Volume' },
);
export type Volume = Static<typeof Volume>;

export const Statistics = Type.Object(
  {
    asOf: Time,
    threats: ThreatCounts,
    /** Events taken in, ever. */
    events: Type.Integer(),
    duplicates: Type.Integer(),
    /** Events refused since the server started. */
    refused: Type.Integer(),
    /** Why no events are taken at the moment; `null` while they are. */
    stopped: Nullable(Type.String()),
    hosts: Type.Object({
      known: Type.Integer(),
      /** Heard in the last 15 minutes. */
      heard: Type.Integer(),
      /** As `state` of a host. */
      quiet: Type.Integer(),
      silent: Type.Integer(),
      /** Those that fell silent last, at most five. */
      fellSilent: Type.Array(Type.Object({ name: Type.String(), since: Nullable(Time) })),
      /** At most eight: those with the most open threats, then those that sent the most lately, then those heard last. */
      foremost: Type.Array(Host),
    }),
    /** Whether the sample attack is loaded. */
    sample: Type.Boolean(),
    /** Events received in the last full minute and in the last ten, all hosts. */
    perMinute: Type.Integer(),
    perTenMinutes: Type.Integer(),
    volume: Volume,
    /** Techniques by number of threats, at most ten. */
    techniques: Type.Array(Type.Object({ id: Type.String(), threats: Type.Integer() })),
  },
  { $id: 'Statistics' },
);
export type Statistics = Static<typeof Statistics>;

/** `from` and `to` bound the volume; default: the last 24 hours. Buckets are one minute up to 2 hours, ten minutes up to 2 days, else an hour. */
export const StatisticsQuery = Type.Object(
  { from: Type.Optional(Time), to: Type.Optional(Time) },
  { additionalProperties: false },
);
