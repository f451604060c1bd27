/** How far the times in one log of a host and our clock are apart: receive time less event time, which holds the way here too. */

/** Deliveries remembered. Their median is not moved by a few that were held up. */
const DELIVERIES_KEPT = 15;

export type StoredClock = readonly [deliveryMs: number, lagMs: number, lags: readonly number[]];

export class DeliveryClock {
  /** Of finished deliveries, the lag of the newest event in each, oldest first. */
  readonly #lags: number[] = [];
  #usualMs: number | undefined;
  /** The delivery under way: all events that came at one time. */
  #deliveryMs = 0;
  #lagMs = 0;

  heard(lagMs: number, receivedMs: number): void {
    if (receivedMs === this.#deliveryMs) {
      if (lagMs < this.#lagMs) this.#lagMs = lagMs;
      return;
    }
    if (this.#deliveryMs !== 0) {
      this.#lags.push(this.#lagMs);
      if (this.#lags.length > DELIVERIES_KEPT) this.#lags.shift();
      this.#usualMs = undefined;
    }
    this.#deliveryMs = receivedMs;
    this.#lagMs = lagMs;
  }

  /** The clock was set: what it said before tells nothing any more. */
  forget(): void {
    this.#lags.length = 0;
    this.#usualMs = undefined;
    this.#deliveryMs = 0;
  }

  /** Median over deliveries before this one; `undefined` where there are none. Below zero, the host's clock is ahead. */
  get usualLagMs(): number | undefined {
    this.#usualMs ??= medianOf(this.#lags);
    return this.#usualMs;
  }

  /** The same with the delivery under way. */
  get lagMs(): number | undefined {
    return this.#deliveryMs === 0 ? this.usualLagMs : medianOf([...this.#lags, this.#lagMs]);
  }

  toStored(): StoredClock {
    return [this.#deliveryMs, this.#lagMs, [...this.#lags]];
  }

  static fromStored([deliveryMs, lagMs, lags]: StoredClock): DeliveryClock {
    const clock = new DeliveryClock();
    clock.#deliveryMs = deliveryMs;
    clock.#lagMs = lagMs;
    clock.#lags.push(...lags);
    return clock;
  }
}

/** The lower of the two in the middle. */
function medianOf(values: readonly number[]): number | undefined {
  return values.toSorted((left, right) => left - right)[(values.length - 1) >> 1];
}
