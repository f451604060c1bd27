/** Whether values of one sort repeat often enough to be kept with their answers: measured as they come, and where they do not, asked again later. */

/** Look-ups after which it is decided. */
const WINDOW = 128;
/** Of these, a third has to be answered from what was kept. */
const HITS_MIN = WINDOW / 3;
/** Values that are not looked up after a window with fewer. */
const PAUSE = 2048;

export class Repetition {
  #lookUps = 0;
  #hits = 0;
  #pause = 0;

  /** Asked for each value: whether it is worth a look-up. */
  isWorthKeeping(): boolean {
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
