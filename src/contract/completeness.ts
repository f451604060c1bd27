/** How complete the view of a host was over a time. How it is judged: docs/reference/completeness.md. */

import { Type, type Static } from '@sinclair/typebox';
import { Nullable, OneOf, Time } from './scalar.js';

export const COMPLETENESS_STATES = ['complete', 'limited', 'unknown'] as const;
export type CompletenessState = (typeof COMPLETENESS_STATES)[number];

export const COMPLETENESS_NOTES = [
  'missing',
  'cleared',
  'restarted',
  'set-back',
  'silent',
  'channel-silent',
  'begun',
  'late',
  'part',
] as const;

export const CompletenessNote = Type.Object(
  {
    /**
     * `missing`: `events` records of `channel`, written between `from` and `to`, did not come. `cleared`, `restarted`: `channel` was cleared or began to
     * number anew at `from`. `set-back`: the clock went back to `from` from `to`. `silent`, `channel-silent`: the host or one of its logs was heard last at
     * `to`. `begun`: nothing is known of the host before `to`. `late`: `events` events of `from` to `to` came long after they happened. `part`: `channel` is
     * not sent whole, so what is missing of it cannot be told.
     */
    kind: OneOf(COMPLETENESS_NOTES),
    /** An attacker's text; `''` where the note is about the host as a whole. */
    channel: Type.String(),
    /** Event times, but for `silent` and `channel-silent`. */
    from: Nullable(Time),
    to: Nullable(Time),
    events: Type.Integer(),
  },
  { $id: 'CompletenessNote' },
);
export type CompletenessNote = Static<typeof CompletenessNote>;

export const Completeness = Type.Object(
  {
    /** `complete`: nothing is missing that could be told. `limited`: some note says what is. `unknown`: no log of the host tells. */
    state: OneOf(COMPLETENESS_STATES),
    notes: Type.Array(CompletenessNote),
  },
  { $id: 'Completeness' },
);
export type Completeness = Static<typeof Completeness>;
