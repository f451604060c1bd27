/** Evidence of a rule that matched. What in the event matched is worked out when somebody looks: most hits are outdone before that. */

import type { Title } from '../base/title.js';
import type { Event } from '../event/event.js';
import type { Matched, Rule, RuleSet } from '../rule/rule.js';
import { evidenceEventOf, type Evidence, type EvidenceEvent, type EvidenceKind } from './evidence.js';

/** What of a hit becomes one piece of evidence. */
export interface HitKey {
  readonly key: string;
  /** `undefined` for the rule itself. */
  readonly technique: string | undefined;
  readonly points: number;
}

export class HitEvidence implements Evidence {
  readonly kind: EvidenceKind;
  readonly key: string;
  readonly title: Title;
  readonly points: number;
  readonly techniques: readonly string[];
  readonly rule: string;
  readonly rulesVersion: string;
  readonly event: EvidenceEvent;
  #matched: readonly Matched[] | undefined;
  #unexplained: { readonly rule: Rule; readonly rules: RuleSet; readonly event: Event } | undefined;

  constructor(
    rule: Rule,
    { key, technique, points }: HitKey,
    event: Event,
    rules: RuleSet,
    readonly policy: number,
  ) {
    this.kind = technique === undefined ? 'rule' : 'technique';
    this.title = rule.title;
    this.key = key;
    this.points = points;
    this.techniques = technique === undefined ? rule.techniques : [technique];
    this.rule = rule.id;
    this.rulesVersion = rules.version;
    this.event = evidenceEventOf(event);
    this.#unexplained = { rule, rules, event };
  }

  get matched(): readonly Matched[] {
    if (this.#unexplained !== undefined) {
      const { rule, rules, event } = this.#unexplained;
      this.#matched = rules.explain(rule, event);
      this.#unexplained = undefined;
    }
    return this.#matched ?? [];
  }
}

/** The same evidence, first given under another policy. */
export function withPolicy(evidence: Evidence, policy: number): Evidence {
  const { kind, key, title, points, techniques, rule, rulesVersion, event, matched } = evidence;
  return { kind, key, title, points, techniques, rule, rulesVersion, event, matched, policy };
}
