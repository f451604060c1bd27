/** `value_count`: how many different values. */

import type { Occurrence } from '../occurrence.js';
import type { Measure } from './measure.js';
import { Tally } from './tally.js';

export class DistinctValues implements Measure {
  readonly #values = new Tally<string>();

  enter(occurrence: Occurrence): void {
    this.#values.add(occurrence.value);
  }

  leave(occurrence: Occurrence): void {
    this.#values.remove(occurrence.value);
  }

  value(): number {
    return this.#values.size;
  }
}
