/** Who changed what. Written with the change, never edited. */

import { Type, type Static } from '@sinclair/typebox';
import { PageOf, PageQuery } from './list.js';
import { Time } from './scalar.js';

export const AuditEntry = Type.Object(
  {
    id: Type.Integer(),
    time: Time,
    /** Name of a person, `token:NAME`, `command line`, or `configuration` for what a start found changed there. */
    who: Type.String(),
    /** `threat.verdict`, `exception.add`, `user.add`, `sign-in`, `sign-in.refused`, … */
    action: Type.String(),
    /** What it was done to: an id or a name. */
    target: Type.String(),
    before: Type.Unknown(),
    after: Type.Unknown(),
    /** Address it came from; `''` for the command line. */
    address: Type.String(),
  },
  { $id: 'AuditEntry' },
);
export type AuditEntry = Static<typeof AuditEntry>;

export const AuditPage = PageOf(AuditEntry, 'AuditPage');
export type AuditPage = Static<typeof AuditPage>;

export const AuditQuery = Type.Object(
  {
    ...PageQuery,
    who: Type.Optional(Type.String({ maxLength: 256 })),
    action: Type.Optional(Type.String({ maxLength: 64 })),
  },
  { additionalProperties: false },
);
