/** `temporal`: how many of the rules matched, whatever their order. */

import type { Occurrence } from '../occurrence.js';
import type { Measure } from './measure.js';
import { Tally } from './tally.js';

export class DistinctRules implements Measure {
  readonly #steps = new Tally<number>();

  enter(occurrence: Occurrence): void {
    for (const { step } of occurrence.sources) this.#steps.add(step);
  }

  leave(occurrence: Occurrence): void {
    for (const { step } of occurrence.sources) this.#steps.remove(step);
  }

  value(): number {
    return this.#steps.size;
  }
}
