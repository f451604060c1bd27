/** The machines that events are about, with their volume. */

import { Type, type Static } from '@sinclair/typebox';
import { PageOf, PageQuery } from './list.js';
import { Nullable, Time } from './scalar.js';

export const Host = Type.Object(
  {
    name: Type.String(),
    /** When this server first and last received an event about it. */
    firstSeen: Nullable(Time),
    lastSeen: Nullable(Time),
    events: Type.Integer(),
    /** Events received in the last full minute and in the last ten. */
    perMinute: Type.Integer(),
    perTenMinutes: Type.Integer(),
    openThreats: Type.Integer(),
    sample: Type.Boolean(),
  },
  { $id: 'Host' },
);
export type Host = Static<typeof Host>;

export const HostPage = PageOf(Host, 'HostPage');
export type HostPage = Static<typeof HostPage>;

export const HostQuery = Type.Object(
  { ...PageQuery, text: Type.Optional(Type.String({ maxLength: 256 })) },
  { additionalProperties: false },
);
