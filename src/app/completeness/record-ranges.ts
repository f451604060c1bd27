/**
 * Which record numbers of one log were seen: ranges, with the event times at their ends. What lies between two ranges is missing, and was written between
 * the times on either side of it.
 *
 *     seen   ██████████      ████  ██████████████
 *            1        10    15 18  21           34      two gaps: 11–14 and 19–20
 *
 * Records may come in any order, and the same records give the same ranges whatever it was, as long as no gap was given up for the bound.
 */

/**
 * Records of one log lie up to half a minute out of the order of their times (27 s at most among 155,000 neighbours of the recorded attacks), so
 * only a larger step back in time tells of a clock.
 */
export const CLOCK_TOLERANCE_MS = 120_000;

/** A sound log has a handful. Beyond it the oldest gap is closed and only its size is kept. */
export const RANGES_MAX = 64;

export interface Gap {
  /** Numbers of the first and the last missing record. */
  readonly first: number;
  readonly last: number;
  /** Event times of the records on either side, the earlier first. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Gaps that were too many to keep one by one. */
export interface OlderGaps {
  gaps: number;
  missing: number;
  fromMs: number;
  toMs: number;
}

/** The record before says a time that is later by `byMs` than what the next record says, `atMs`. */
export type OnSetBack = (atMs: number, byMs: number) => void;

/** `[first, length − 1, firstMs, lastMs − firstMs]` of each range, the first and the times as differences from the range before. */
export type StoredRanges = readonly [
  seen: number,
  older: readonly [number, number, number, number],
  flat: readonly number[],
];

export class RecordRanges {
  /** Records seen, each once. */
  seen = 0;
  readonly older: OlderGaps = { gaps: 0, missing: 0, fromMs: 0, toMs: 0 };
  readonly #first: number[] = [];
  readonly #last: number[] = [];
  readonly #firstMs: number[] = [];
  readonly #lastMs: number[] = [];

  /** Lowest number seen; only asked once there is one, as `max` and the times. */
  get min(): number {
    return this.#first[0]!;
  }

  get max(): number {
    return this.#last.at(-1)!;
  }

  /** Event time of the record with the lowest number. */
  get minMs(): number {
    return this.#firstMs[0]!;
  }

  get maxMs(): number {
    return this.#lastMs.at(-1)!;
  }

  get gapCount(): number {
    return this.#first.length - 1 + this.older.gaps;
  }

  get missing(): number {
    let missing = this.older.missing;
    for (let at = 1; at < this.#first.length; at++) missing += this.#first[at]! - this.#last[at - 1]! - 1;
    return missing;
  }

  has(number: number): boolean {
    const at = this.#rangeAt(number);
    return at >= 0 && number <= this.#last[at]!;
  }

  /** Whether a record of this number may well have been written at this time: between its neighbours, as far as there are any. */
  fits(number: number, timeMs: number): boolean {
    const at = this.#rangeAt(number);
    if (at >= 0 && timeMs < this.#lastMs[at]! - CLOCK_TOLERANCE_MS) return false;
    const next = this.#firstMs[at + 1];
    return next === undefined || timeMs <= next + CLOCK_TOLERANCE_MS;
  }

  /**
   * @param number  greater than 0
   * @param timeMs  event time
   * @returns false where it was seen before
   */
  add(number: number, timeMs: number, onSetBack: OnSetBack): boolean {
    const newest = this.#last.length - 1;
    // Nearly every record is the one behind the last.
    const at = newest >= 0 && number > this.#last[newest]! ? newest : this.#rangeAt(number);
    if (at >= 0 && number <= this.#last[at]!) return false;
    this.seen++;
    const joinsLeft = at >= 0 && this.#last[at] === number - 1;
    const joinsRight = this.#first[at + 1] === number + 1;
    if (joinsLeft) this.#compare(this.#lastMs[at]!, timeMs, onSetBack);
    if (joinsRight) this.#compare(timeMs, this.#firstMs[at + 1]!, onSetBack);
    if (joinsLeft && joinsRight) this.#join(at);
    else if (joinsLeft) {
      this.#last[at] = number;
      this.#lastMs[at] = timeMs;
    } else if (joinsRight) {
      this.#first[at + 1] = number;
      this.#firstMs[at + 1] = timeMs;
    } else {
      this.#insert(at + 1, number, timeMs);
      if (this.#first.length > RANGES_MAX) this.#giveUpOldest(onSetBack);
    }
    return true;
  }

  /** In order of their numbers; `older` are not among them. */
  gaps(): readonly Gap[] {
    const gaps: Gap[] = [];
    for (let at = 1; at < this.#first.length; at++) {
      const [before, after] = [this.#lastMs[at - 1]!, this.#firstMs[at]!];
      gaps.push({
        first: this.#last[at - 1]! + 1,
        last: this.#first[at]! - 1,
        fromMs: Math.min(before, after),
        toMs: Math.max(before, after),
      });
    }
    return gaps;
  }

  /** Steps back in time that have a gap at them, so that they are gone again once the records between have come. */
  openSetBacks(onSetBack: OnSetBack): void {
    for (let at = 1; at < this.#first.length; at++) {
      this.#compare(this.#lastMs[at - 1]!, this.#firstMs[at]!, onSetBack);
    }
  }

  /** Keeps of an earlier numbering how much it missed. */
  absorb(earlier: RecordRanges): void {
    const gaps = earlier.gaps();
    const first = gaps[0];
    this.seen += earlier.seen;
    if (earlier.older.gaps > 0) this.#noteOlder(earlier.older);
    if (first === undefined) return;
    const toMs = gaps.reduce((latest, gap) => Math.max(latest, gap.toMs), first.toMs);
    const missing = earlier.missing - earlier.older.missing;
    this.#noteOlder({ gaps: gaps.length, missing, fromMs: first.fromMs, toMs });
  }

  toStored(): StoredRanges {
    const flat: number[] = [];
    let [number, timeMs] = [0, 0];
    for (let at = 0; at < this.#first.length; at++) {
      const [first, last] = [this.#first[at]!, this.#last[at]!];
      const [firstMs, lastMs] = [this.#firstMs[at]!, this.#lastMs[at]!];
      flat.push(first - number, last - first, firstMs - timeMs, lastMs - firstMs);
      [number, timeMs] = [last, lastMs];
    }
    const { gaps, missing, fromMs, toMs } = this.older;
    return [this.seen, [gaps, missing, fromMs, toMs], flat];
  }

  static fromStored([seen, [gaps, missing, fromMs, toMs], flat]: StoredRanges): RecordRanges {
    const ranges = new RecordRanges();
    ranges.seen = seen;
    Object.assign(ranges.older, { gaps, missing, fromMs, toMs });
    let [number, timeMs] = [0, 0];
    for (let at = 0; at + 3 < flat.length; at += 4) {
      const first = number + flat[at]!;
      const firstMs = timeMs + flat[at + 2]!;
      number = first + flat[at + 1]!;
      timeMs = firstMs + flat[at + 3]!;
      ranges.#first.push(first);
      ranges.#last.push(number);
      ranges.#firstMs.push(firstMs);
      ranges.#lastMs.push(timeMs);
    }
    return ranges;
  }

  /** The last range that begins at or before the number, −1 where none does. */
  #rangeAt(number: number): number {
    let [low, high] = [0, this.#first.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#first[middle]! <= number) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #compare(beforeMs: number, afterMs: number, onSetBack: OnSetBack): void {
    if (beforeMs - afterMs > CLOCK_TOLERANCE_MS) onSetBack(afterMs, beforeMs - afterMs);
  }

  #insert(at: number, number: number, timeMs: number): void {
    this.#first.splice(at, 0, number);
    this.#last.splice(at, 0, number);
    this.#firstMs.splice(at, 0, timeMs);
    this.#lastMs.splice(at, 0, timeMs);
  }

  /** Makes one of a range and the one behind it. */
  #join(at: number): void {
    this.#last[at] = this.#last[at + 1]!;
    this.#lastMs[at] = this.#lastMs[at + 1]!;
    for (const list of [this.#first, this.#last, this.#firstMs, this.#lastMs]) list.splice(at + 1, 1);
  }

  #giveUpOldest(onSetBack: OnSetBack): void {
    const [before, after] = [this.#lastMs[0]!, this.#firstMs[1]!];
    this.#compare(before, after, onSetBack);
    this.#noteOlder({
      gaps: 1,
      missing: this.#first[1]! - this.#last[0]! - 1,
      fromMs: Math.min(before, after),
      toMs: Math.max(before, after),
    });
    this.#join(0);
  }

  #noteOlder({ gaps, missing, fromMs, toMs }: OlderGaps): void {
    const { older } = this;
    older.fromMs = older.gaps === 0 ? fromMs : Math.min(older.fromMs, fromMs);
    older.toMs = older.gaps === 0 ? toMs : Math.max(older.toMs, toMs);
    older.gaps += gaps;
    older.missing += missing;
  }
}
