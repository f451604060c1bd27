/**
 * `temporal_ordered`: the longest run of steps in their order that ends with the newest event, one event a step. Steps between may be missing;
 * whether that is enough is the condition's matter.
 *
 * For each length and last step the latest possible start of such a run is kept: of two runs the one that began later stays longer in the
 * window, so nothing else can matter, and nothing has to be taken back as the window slides.
 */

import type { Occurrence } from '../occurrence.js';
import type { Measure } from './measure.js';

const NEVER = Number.NEGATIVE_INFINITY;

export class StepsInOrder implements Measure {
  /** By length − 1, then last step. Only as many lengths as were reached: a correlation may name a thousand rules. */
  readonly #starts: Float64Array[] = [];
  #longest: number | undefined;

  constructor(
    private readonly steps: number,
    private readonly timespanMs: number,
  ) {}

  enter(occurrence: Occurrence): void {
    const { timeMs } = occurrence.sighting.at;
    let longest = 0;
    // The longest runs first: what this event adds to a run must not be used by the same event again.
    for (let length = Math.min(this.steps, this.#starts.length + 1); length >= 1; length--) {
      for (const { step } of occurrence.sources) {
        const start = length === 1 ? timeMs : this.#latestStart(length - 1, step);
        if (start < timeMs - this.timespanMs) continue;
        if (length > longest) longest = length;
        const starts = (this.#starts[length - 1] ??= new Float64Array(this.steps).fill(NEVER));
        if (start > starts[step]!) starts[step] = start;
      }
    }
    this.#longest = longest;
  }

  leave(): void {
    // A run that began before the window is passed over where it is used.
  }

  value(): number | undefined {
    return this.#longest;
  }

  #latestStart(length: number, beforeStep: number): number {
    const starts = this.#starts[length - 1]!;
    let latest = NEVER;
    for (let step = 0; step < beforeStep; step++) if (starts[step]! > latest) latest = starts[step]!;
    return latest;
  }
}
