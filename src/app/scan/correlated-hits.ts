/** Hits of correlations. Unlike those of other rules they come and go while events are read: one that comes late may make or unmake a hit on another. */

import type { CorrelationListener } from '../../engine/engine-options.js';
import type { Event } from '../../engine/event/event.js';
import { currentOf, type Process } from '../../engine/process/process.js';
import type { Rule } from '../../engine/rule/rule.js';
import type { Sighting } from '../../engine/rule/sigma/correlation/occurrence.js';

/** What a line tells of a hit, but for its chain. */
export interface PlacedHit {
  readonly at: Pick<Event, 'timeMs' | 'host' | 'action' | 'file' | 'line'>;
  readonly rule: Rule;
  readonly process: Process;
}

interface Held {
  readonly rule: Rule;
  readonly sighting: Sighting;
  /** In so many groups of the correlation. */
  groups: number;
}

export class CorrelatedHits implements CorrelationListener {
  readonly #held = new Map<string, Held>();

  began(rule: Rule, sighting: Sighting): void {
    const key = keyOf(rule, sighting);
    const held = this.#held.get(key);
    if (held === undefined) this.#held.set(key, { rule, sighting, groups: 1 });
    else held.groups++;
  }

  ceased(rule: Rule, sighting: Sighting): void {
    const key = keyOf(rule, sighting);
    const held = this.#held.get(key);
    if (held !== undefined && --held.groups === 0) this.#held.delete(key);
  }

  /** Those that hold in the end, each event once. */
  *hits(): Iterable<PlacedHit> {
    for (const { rule, sighting } of this.#held.values()) {
      const process = currentOf(sighting.process!);
      const { timeMs, action, file, line } = sighting.at;
      yield { at: { timeMs, host: process.host, action, file, line }, rule, process };
    }
  }
}

const keyOf = (rule: Rule, { at }: Sighting): string => `${rule.id}\0${at.id}`;
