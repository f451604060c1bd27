/** `value_median` and `value_percentile`: between the two nearest ranks in proportion, so that the 50th percentile is the usual median. */

import type { Occurrence } from '../occurrence.js';
import type { Measure } from './measure.js';

export class Rank implements Measure {
  /** Ascending. */
  readonly #amounts: number[] = [];

  constructor(private readonly percentile: number) {}

  enter({ amount }: Occurrence): void {
    this.#amounts.splice(this.#placeOf(amount), 0, amount);
  }

  leave({ amount }: Occurrence): void {
    this.#amounts.splice(this.#placeOf(amount), 1);
  }

  value(): number | undefined {
    const amounts = this.#amounts;
    if (amounts.length === 0) return undefined;
    const rank = (Math.min(Math.max(this.percentile, 0), 100) / 100) * (amounts.length - 1);
    const below = amounts[Math.floor(rank)]!;
    const above = amounts[Math.ceil(rank)]!;
    return below + (above - below) * (rank - Math.floor(rank));
  }

  /** Of the first that is not less. */
  #placeOf(amount: number): number {
    let low = 0;
    let high = this.#amounts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#amounts[middle]! < amount) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
