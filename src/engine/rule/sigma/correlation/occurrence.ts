/** What a correlation counts: events in which a rule that it refers to matched, in the order of their own times. */

import type { Process } from '../../../process/process.js';
import type { EvidenceEvent } from '../../../score/evidence.js';
import type { Group } from './group.js';

/** One event in which at least one rule matched that some correlation refers to. What is needed of its fields is taken out: events are large. */
export interface Sighting {
  /** Its `id` and `timeMs` never change; its place does where the same record is read again from another file. */
  at: EvidenceEvent;
  readonly hostKey: string;
  /** The process it is attached to; another one where a pid turns out to mean another run. `undefined` where the event names none. */
  process: Process | undefined;
  /** Fields that outer correlations ask for, by their place in the plan. */
  readonly kept: readonly (string | undefined)[];
  /** Everywhere it takes part. */
  readonly occurrences: Occurrence[];
}

/** Why an occurrence is there: a rule of the correlation matched, or an inner correlation held in one of its groups. */
export interface Source {
  /** Place in the correlation's `rules`. */
  readonly step: number;
  /** `undefined` for a rule. */
  readonly inner: Group | undefined;
}

/** A sighting in one group of one correlation. */
export interface Occurrence {
  readonly sighting: Sighting;
  group: Group;
  /** What is counted or computed with; `''` where events themselves are. The same event counts once for each value. */
  readonly value: string;
  /** `value` as a number, 0 where nothing is computed. */
  readonly amount: number;
  /** Never empty. */
  sources: readonly Source[];
  /** The correlation holds at this event. */
  holds: boolean;
}

/** Least step: records of the same millisecond are taken in the order of the steps, since nothing says which came first. */
export function stepOf(occurrence: Occurrence): number {
  let least = Number.POSITIVE_INFINITY;
  for (const { step } of occurrence.sources) if (step < least) least = step;
  return least;
}

/** Time, then step (where the order of steps matters), then record identity, then value. */
export function compareOccurrences(one: Occurrence, other: Occurrence, isOrdered: boolean): number {
  const [a, b] = [one.sighting.at, other.sighting.at];
  if (a.timeMs !== b.timeMs) return a.timeMs - b.timeMs;
  if (isOrdered) {
    const steps = stepOf(one) - stepOf(other);
    if (steps !== 0) return steps;
  }
  if (a.id !== b.id) return a.id < b.id ? -1 : 1;
  return one.value === other.value ? 0 : one.value < other.value ? -1 : 1;
}
