/** A stored event: where it was placed, what matched, and its own fields read back from the log. */

import { Type, type Static } from '@sinclair/typebox';
import { PageOf, PageQuery } from './list.js';
import { Nullable, Time } from './scalar.js';

export const StoredEvent = Type.Object(
  {
    /** 16 hex digits of the record identity. */
    id: Type.String(),
    /** Place in the log. */
    position: Type.Integer(),
    host: Type.String(),
    time: Nullable(Time),
    /** When it reached this server; `null` where its bytes are no longer kept. */
    received: Nullable(Time),
    action: Nullable(Type.String()),
    windowsEventId: Type.Integer(),
    channel: Type.String(),
    processId: Type.String(),
    chainId: Type.String(),
    /** Process that the event acted upon (Sysmon 8 and 10); `''` where none or unknown. */
    targetProcessId: Type.String(),
    targetImage: Type.String(),
    targetHashes: Type.String(),
    /** Ids of the rules that matched. */
    rules: Type.Array(Type.String()),
    /** The sensor's own fields under its own names; `null` where the event's bytes are no longer kept. An attacker's text. */
    fields: Nullable(Type.Record(Type.String(), Type.Unknown())),
  },
  { $id: 'StoredEvent' },
);
export type StoredEvent = Static<typeof StoredEvent>;

export const StoredEventPage = PageOf(StoredEvent, 'StoredEventPage');
export type StoredEventPage = Static<typeof StoredEventPage>;

export const StoredEventQuery = Type.Object(
  { ...PageQuery, action: Type.Optional(Type.String({ maxLength: 64 })) },
  { additionalProperties: false },
);
