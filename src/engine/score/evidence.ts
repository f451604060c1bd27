/** One scored reason in a chain, and the ledger that holds them. The chain's score is the ledger's sum, always. */

import { hex64 } from '../base/hash.js';
import type { Title } from '../base/title.js';
import type { Action } from '../event/action.js';
import type { Event } from '../event/event.js';
import type { Matched } from '../rule/rule.js';

export type EvidenceKind = 'rule' | 'technique' | 'profile' | 'plugin';

export interface EvidenceEvent {
  /** 16 hex digits of the record identity. */
  readonly id: string;
  readonly timeMs: number;
  readonly action: Action | undefined;
  readonly file: string | undefined;
  readonly line: number;
}

export interface Evidence {
  readonly kind: EvidenceKind;
  /** `rule:ID`, `technique:T1059.001`, `profile:ID`, `plugin:NAME:KEY`. */
  readonly key: string;
  readonly title: Title;
  /** What it scores where nothing exempts it. */
  readonly points: number;
  readonly techniques: readonly string[];
  /** The rule that made it and the version of the rule set, `undefined` for profiles and plugins. */
  readonly rule: string | undefined;
  readonly rulesVersion: string | undefined;
  /** Number of the policy under which it was first given: later exceptions do not touch it. */
  readonly policy: number;
  readonly event: EvidenceEvent;
  readonly matched: readonly Matched[];
}

/** The order that decides between two events wherever one of them is kept: time, then record identity, then where it was read. */
export function isEventBefore(one: EvidenceEvent, other: EvidenceEvent): boolean {
  if (one.timeMs !== other.timeMs) return one.timeMs < other.timeMs;
  if (one.id !== other.id) return one.id < other.id;
  const files = [one.file ?? '', other.file ?? ''] as const;
  if (files[0] !== files[1]) return files[0] < files[1];
  return one.line < other.line;
}

export function evidenceEventOf(
  event: Pick<Event, 'idHigh' | 'idLow' | 'timeMs' | 'action' | 'file' | 'line'>,
): EvidenceEvent {
  return {
    id: hex64({ high: event.idHigh, low: event.idLow }),
    timeMs: event.timeMs,
    action: event.action,
    file: event.file,
    line: event.line,
  };
}
