/**
 * How much the values of one file may stand for. A line with five dashes under `windash` makes 3,125 texts, so a file could ask for more than
 * there is memory.
 */

/** Forms that one written value may stand for: five dashes under `windash`. */
export const FORMS_OF_VALUE_MAX = 3_125;
/** UTF-16 units of all forms of one value; the longest known value has 1,600. */
export const UNITS_OF_VALUE_MAX = 1_000_000;

/** Twice what the whole public collection has. */
const FORMS_MAX = 200_000;
const UNITS_MAX = 10_000_000;

export class FormBudget {
  #forms = FORMS_MAX;
  #units = UNITS_MAX;

  /** @returns whether there was room */
  take(forms: number, units: number): boolean {
    this.#forms -= forms;
    this.#units -= units;
    return this.#forms >= 0 && this.#units >= 0;
  }
}
