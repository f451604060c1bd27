/**
 * Hits of each rule, and what its evaluation costs. Hits are counted from what is stored anyway; time is measured for one event in some tens, by an
 * evaluation of its own beside the one that judges, so that judging itself carries no clock.
 */

import type { Effects } from '../../engine/effects.js';
import type { Event } from '../../engine/event/event.js';
import type { RuleSet } from '../../engine/rule/rule.js';
import type { RuleCost } from '../live-ports.js';

/** A prime: events that come in a pattern of a round length are met at all its places. */
const ONE_IN = 61;

export class RuleCosts {
  readonly #hits = new Map<string, number>();
  readonly #sampledMs = new Map<string, number>();
  #events = 0;

  /** @param clock  milliseconds that only go forward, finer than one; without it no rule is timed */
  constructor(private readonly clock: (() => number) | undefined) {}

  /** To be called for each event, before it is judged: what is first asked of an event is the dearest. */
  sample(event: Event, rules: RuleSet): void {
    if (this.clock === undefined || ++this.#events % ONE_IN !== 0) return;
    rules.timed(event, this.clock, ({ id }, ms) => add(this.#sampledMs, id, ms));
  }

  stored({ events }: Pick<Effects, 'events'>): void {
    for (const { rules } of events) for (const rule of rules) add(this.#hits, rule, 1);
  }

  /** @param rules  in force: what was counted of others is forgotten */
  of({ rules }: RuleSet): readonly RuleCost[] {
    const inForce = new Set(rules.map(({ id }) => id));
    for (const counts of [this.#hits, this.#sampledMs]) {
      for (const id of counts.keys()) if (!inForce.has(id)) counts.delete(id);
    }
    return [...new Set([...this.#hits.keys(), ...this.#sampledMs.keys()])].map((rule) => ({
      rule,
      hits: this.#hits.get(rule) ?? 0,
      ms: (this.#sampledMs.get(rule) ?? 0) * ONE_IN,
    }));
  }
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
