/** The answer to `POST /events`. It comes only when every accepted event is on disk. */

import { Type, type Static } from '@sinclair/typebox';

/** Rejections listed one by one; beyond this many, the rest is only counted in `rejectedCount`. */
export const REJECTED_MAX = 1000;

export const EventsAnswer = Type.Object(
  {
    accepted: Type.Integer(),
    /** Of the accepted ones, those already known by their record identity; they take effect once. */
    duplicates: Type.Integer(),
    /** `index`: 0-based place in the array, or among the lines that are not blank. */
    rejected: Type.Array(Type.Object({ index: Type.Integer(), reason: Type.String() })),
    rejectedCount: Type.Optional(Type.Integer()),
  },
  { $id: 'EventsAnswer' },
);
export type EventsAnswer = Static<typeof EventsAnswer>;
