/** How many events a second get done while more wait, as measured lately: by it, how long those that wait will take. */

/** How long is measured at a time: effects are stored several times meanwhile, which is a part of the work. */
const MEASURED_MS = 1_000;

export class WorkRate {
  #perSecond: number | undefined;
  /** Of the measurement under way, also where more waited for moments only. */
  #busyMs = 0;
  #events = 0;
  /** When more waited the last time that it was looked; `undefined` where none did. */
  #lookedMs: number | undefined;

  /** `undefined` until more waited for a while. */
  get perSecond(): number | undefined {
    return this.#perSecond;
  }

  /**
   * @param events  done since it was told the last time
   * @param isBusy  whether more wait now
   */
  done(events: number, isBusy: boolean, nowMs: number): void {
    if (this.#lookedMs !== undefined) {
      // A clock that was set tells nothing.
      this.#busyMs += Math.max(0, nowMs - this.#lookedMs);
      this.#events += events;
    }
    this.#lookedMs = isBusy ? nowMs : undefined;
    if (this.#busyMs < MEASURED_MS) return;
    const rate = (this.#events / this.#busyMs) * 1000;
    this.#perSecond = this.#perSecond === undefined ? rate : (this.#perSecond + rate) / 2;
    this.#busyMs = 0;
    this.#events = 0;
  }
}
