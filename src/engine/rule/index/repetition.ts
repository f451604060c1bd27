/** Whether values of one sort repeat often enough to be kept with their answers: measured as they come, and where they do not, asked again later. */

/** Longer values are kept only where they are found to repeat (call traces do, scripts do not) … */
export const SHORT_VALUE_MAX = 256;
/** … and never beyond a bound. */
const LONG_VALUE_MAX = 2048;

/** Look-ups after which it is decided. */
const WINDOW = 128;
/** Of these, a third has to be answered from what was kept. */
const HITS_MIN = WINDOW / 3;
/** Values that are not looked up after a window with fewer. */
const PAUSE = 2048;

export class Repetition {
  readonly #lengthMax: number;
  #lookUps = 0;
  #hits = 0;
  #pause = 0;

  /** @param lengthMax  of values that are kept */
  constructor(lengthMax = LONG_VALUE_MAX) {
    this.#lengthMax = lengthMax;
  }

  /** Asked for each value once, as it counts down how long none is: whether one of this length is worth a look-up. */
  isWorthKeeping(length: number): boolean {
    if (length > this.#lengthMax) return false;
    if (this.#pause === 0) return true;
    this.#pause--;
    return false;
  }

  /** @param isKnown  what the look-up gave */
  count(isKnown: boolean): void {
    if (isKnown) this.#hits++;
    if (++this.#lookUps < WINDOW) return;
    if (this.#hits < HITS_MIN) this.#pause = PAUSE;
    this.#lookUps = 0;
    this.#hits = 0;
  }
}
