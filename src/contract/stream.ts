/**
 * `GET /stream`: server-sent events. `event:` is the message's `type`, `data:` its JSON, `id:` a number that grows; `Last-Event-ID` (or
 * `?after=`) resumes. A `: beat` comment comes every 15 seconds. Where the server no longer holds what was missed, the first message is
 * `reset`: fetch anew.
 */

import { Type, type Static } from '@sinclair/typebox';
import { Host } from './host.js';
import { ThreatCounts } from './statistics.js';
import { ThreatSummary } from './threat.js';

export const StreamMessage = Type.Union(
  [
    /** New or changed. */
    Type.Object({ type: Type.Literal('threat'), threat: ThreatSummary }),
    /** Deleted, withdrawn by a late fact, or joined into another chain (`into`). */
    Type.Object({
      type: Type.Literal('threat-removed'),
      id: Type.String(),
      into: Type.Union([Type.String(), Type.Null()]),
    }),
    /** At most once a second, and only when something changed. */
    Type.Object({
      type: Type.Literal('statistics'),
      threats: ThreatCounts,
      events: Type.Integer(),
      hosts: Type.Integer(),
      perMinute: Type.Integer(),
    }),
    /** A host heard for the first time, or again after 15 minutes of silence. */
    Type.Object({ type: Type.Literal('host'), host: Host }),
    /** Rules, exceptions, lists or plugins changed. */
    Type.Object({
      type: Type.Literal('policy'),
      what: Type.Union([
        Type.Literal('rules'),
        Type.Literal('exceptions'),
        Type.Literal('settings'),
        Type.Literal('plugins'),
      ]),
    }),
    Type.Object({ type: Type.Literal('reset') }),
  ],
  { $id: 'StreamMessage' },
);
export type StreamMessage = Static<typeof StreamMessage>;
