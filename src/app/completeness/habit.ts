/**
 * How a host usually sends, by our clock, and from when on its silence is worth a word.
 *
 *     active   it was heard within max(15 min, 4 × its usual gap)
 *     quiet    longer ago, but not longer than it is used to be quiet: a workstation at night
 *     silent   longer ago than that
 *
 * A host that never pauses for four hours is silent after four times its longest pause, and not before it is quiet. One that does pause so long is switched
 * off at times, and is silent after three days (a weekend) or one and a half times its longest pause. Before a host was known for a day nobody
 * can tell its nights: then it is silent after 16 hours.
 */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export const QUIET_MIN_MS = 15 * MINUTE_MS;
/** From the evening to the next morning. */
export const NIGHT_MS = 16 * HOUR_MS;
const WEEKEND_MS = 72 * HOUR_MS;
/** Nobody calls it a pause of work any more: it was switched off. */
const REST_MS = 4 * HOUR_MS;
const TIMES = 4;
const REST_TIMES = 1.5;

const GAPS_KEPT = 15;
const PAUSES_KEPT = 8;
/** A pause counts for so long, and for its own length more: after three weeks of holidays the nights before them still do. */
const PAUSE_COUNTS_MS = 14 * DAY_MS;
/** From then on, one outage does not make a habit: the second longest pause does. */
const SETTLED_MS = 7 * DAY_MS;

interface Pause {
  readonly endMs: number;
  readonly lengthMs: number;
}

export type StoredHabit = readonly [
  firstMs: number,
  lastMs: number,
  sinceMs: number,
  gaps: readonly number[],
  pauses: readonly number[],
];

export class Habit {
  /** When it was heard first and last, and since when without a break that made it quiet. Receive times. */
  firstMs = 0;
  lastMs = 0;
  activeSinceMs = 0;
  quietAfterMs = QUIET_MIN_MS;
  /** How long before it was heard, at the latest minutes in which it was, oldest first. */
  readonly #gaps: number[] = [];
  /** The longest of late, longest first. */
  #pauses: Pause[] = [];

  /** @param receivedMs  our clock, which may have been set back: then nothing is learned */
  heard(receivedMs: number): void {
    const gapMs = receivedMs - this.lastMs;
    if (this.lastMs === 0) {
      this.firstMs = receivedMs;
      this.activeSinceMs = receivedMs;
    } else if (gapMs > 0 && minuteOf(receivedMs) !== minuteOf(this.lastMs)) this.#learn(gapMs, receivedMs);
    if (gapMs > 0) this.lastMs = receivedMs;
  }

  get usualGapMs(): number {
    if (this.#gaps.length === 0) return 0;
    return this.#gaps.toSorted((left, right) => left - right)[this.#gaps.length >> 1]!;
  }

  /** The pause that counts as its habit; 0 where it made none worth keeping. */
  get usualPauseMs(): number {
    const longestMs = this.#pauses[0]?.lengthMs ?? 0;
    const recent = this.#pauses.filter(({ endMs }) => endMs >= this.lastMs - PAUSE_COUNTS_MS - longestMs);
    const isSettled = this.lastMs - this.firstMs >= SETTLED_MS;
    return recent[isSettled ? 1 : 0]?.lengthMs ?? 0;
  }

  get silentAfterMs(): number {
    const { quietAfterMs, usualPauseMs } = this;
    if (this.lastMs - this.firstMs < DAY_MS) return Math.max(quietAfterMs, NIGHT_MS, REST_TIMES * usualPauseMs);
    if (usualPauseMs >= REST_MS) return Math.max(quietAfterMs, WEEKEND_MS, REST_TIMES * usualPauseMs);
    return Math.max(quietAfterMs, TIMES * usualPauseMs);
  }

  toStored(): StoredHabit {
    const pauses = this.#pauses.flatMap(({ endMs, lengthMs }) => [endMs, lengthMs]);
    return [this.firstMs, this.lastMs, this.activeSinceMs, [...this.#gaps], pauses];
  }

  static fromStored([firstMs, lastMs, sinceMs, gaps, pauses]: StoredHabit): Habit {
    const habit = new Habit();
    Object.assign(habit, { firstMs, lastMs, activeSinceMs: sinceMs });
    habit.#gaps.push(...gaps);
    for (let at = 0; at + 1 < pauses.length; at += 2) {
      habit.#pauses.push({ endMs: pauses[at]!, lengthMs: pauses[at + 1]! });
    }
    habit.quietAfterMs = habit.#quietAfter();
    return habit;
  }

  #learn(gapMs: number, receivedMs: number): void {
    if (gapMs > this.quietAfterMs) this.activeSinceMs = receivedMs;
    if (gapMs >= QUIET_MIN_MS) {
      const longestMs = Math.max(gapMs, this.#pauses[0]?.lengthMs ?? 0);
      this.#pauses = [...this.#pauses, { endMs: receivedMs, lengthMs: gapMs }]
        .filter(({ endMs }) => endMs >= receivedMs - PAUSE_COUNTS_MS - longestMs)
        .sort((left, right) => right.lengthMs - left.lengthMs || right.endMs - left.endMs)
        .slice(0, PAUSES_KEPT);
    }
    this.#gaps.push(gapMs);
    if (this.#gaps.length > GAPS_KEPT) this.#gaps.shift();
    this.quietAfterMs = this.#quietAfter();
  }

  #quietAfter(): number {
    return Math.max(QUIET_MIN_MS, TIMES * this.usualGapMs);
  }
}

function minuteOf(timeMs: number): number {
  return Math.floor(timeMs / MINUTE_MS);
}
