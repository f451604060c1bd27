/**
 * `value_sum` and `value_avg`. Summed as whole millionths: a sum of floating-point numbers depends on their order and on what was taken out
 * again, and then the same events could give two answers.
 */

import type { Occurrence } from '../occurrence.js';
import type { Measure } from './measure.js';

const UNITS = 1_000_000;
const UNITS_WHOLE = BigInt(UNITS);

export class Total implements Measure {
  #units = 0n;
  #count = 0;

  constructor(private readonly of: 'sum' | 'average') {}

  enter({ amount }: Occurrence): void {
    this.#units += unitsOf(amount);
    this.#count++;
  }

  leave({ amount }: Occurrence): void {
    this.#units -= unitsOf(amount);
    this.#count--;
  }

  value(): number | undefined {
    if (this.#count === 0) return undefined;
    const sum = Number(this.#units) / UNITS;
    return this.of === 'sum' ? sum : sum / this.#count;
  }
}

function unitsOf(amount: number): bigint {
  // A whole number may be as large as a number can be, and a million times that is infinity.
  return Number.isInteger(amount) ? BigInt(amount) * UNITS_WHOLE : BigInt(Math.round(amount * UNITS));
}
