/**
 * The occurrences of one group of one correlation, sorted by event time, and at which of them the correlation holds. That is a function of the
 * occurrences alone: whichever way they came, the same ones give the same answer.
 *
 *     time ──►   a   b     c  d        e          at d the window is what lies at most a timespan before d, d included
 *                    └──── timespan ──┘│
 *                          late c: the windows of c, d and whatever lies up to a timespan after c are measured again
 */

import { measureOf, type Measure } from './measure/measure.js';
import { compareOccurrences, type Occurrence } from './occurrence.js';
import type { PlannedCorrelation } from './correlation-plan.js';

/** In smaller groups measuring anew costs less than what is kept would weigh. */
const KEPT_MEASURE_MIN = 8;

export class Group {
  readonly #items: Occurrence[] = [];
  /** Event time of the newest occurrence that was evicted: windows that reach so far back are not known in full any more. */
  #floorMs = Number.NEGATIVE_INFINITY;
  #changedFromMs = Number.POSITIVE_INFINITY;
  #changedToMs = Number.NEGATIVE_INFINITY;
  /** It waits to be measured. */
  isQueued = false;
  /** Nothing changed but that the last item came. */
  #isAppended = false;
  /** Window of the last item, from `start` on. */
  #tail: { readonly measure: Measure; readonly start: number } | undefined;

  /**
   * @param correlation  the same under each plan but for the object
   * @param key  of `fields`, within its anchor
   * @param anchor  the chain or process that it is about, where the correlation groups by these
   */
  constructor(
    public correlation: PlannedCorrelation,
    readonly key: string,
    readonly fields: readonly string[],
    readonly anchor: object,
  ) {}

  get items(): readonly Occurrence[] {
    return this.#items;
  }

  get floorMs(): number {
    return this.#floorMs;
  }

  /** Puts back what was kept: occurrences in their order, with what holds at each. */
  restore(items: readonly Occurrence[], floorMs: number): void {
    this.#items.push(...items);
    this.#floorMs = floorMs;
  }

  get #isChanged(): boolean {
    return this.#changedToMs >= this.#changedFromMs;
  }

  insert(occurrence: Occurrence): void {
    const index = this.#placeOf(occurrence);
    if (index === this.#items.length) {
      this.#items.push(occurrence);
      this.#isAppended = !this.#isChanged;
    } else {
      this.#items.splice(index, 0, occurrence);
      this.#tail = undefined;
      this.#isAppended = false;
    }
    occurrence.group = this;
    this.#changed(occurrence);
  }

  remove(occurrence: Occurrence): void {
    this.#items.splice(this.#placeOf(occurrence), 1);
    this.#tail = undefined;
    this.#isAppended = false;
    this.#changed(occurrence);
  }

  /** Takes out occurrences for want of room: what was decided with them stays decided. */
  evict(gone: ReadonlySet<Occurrence>): void {
    let kept = 0;
    for (const item of this.#items) {
      if (gone.has(item)) this.#floorMs = Math.max(this.#floorMs, timeOf(item));
      else this.#items[kept++] = item;
    }
    this.#items.length = kept;
    this.#isAppended &&= kept > 0;
    this.#tail = undefined;
  }

  /** Measures again every window that what changed since the last call can concern. @param turned  called where the answer is another one now */
  settle(turned: (occurrence: Occurrence) => void): void {
    const from = this.#isAppended ? this.#items.length - 1 : this.#firstAt(this.#changedFromMs);
    const to = this.#firstAt(this.#changedToMs + this.correlation.document.timespanMs + 1);
    this.#changedFromMs = Number.POSITIVE_INFINITY;
    this.#changedToMs = Number.NEGATIVE_INFINITY;
    if (from < to) this.#measure(from, to, turned);
  }

  #measure(from: number, to: number, turned: (occurrence: Occurrence) => void): void {
    const { document, condition } = this.correlation;
    const items = this.#items;
    const { timespanMs } = document;
    let measure: Measure;
    let start: number;
    if (this.#tail !== undefined && from === items.length - 1) ({ measure, start } = this.#tail);
    else {
      measure = measureOf(document);
      start = this.#firstAt(timeOf(items[from]!) - timespanMs);
      for (let index = start; index < from; index++) measure.enter(items[index]!);
    }
    for (let index = from; index < to; index++) {
      const occurrence = items[index]!;
      const startMs = timeOf(occurrence) - timespanMs;
      measure.enter(occurrence);
      while (timeOf(items[start]!) < startMs) measure.leave(items[start++]!);
      const measured = measure.value();
      let holds = measured !== undefined && condition(measured);
      if (startMs <= this.#floorMs) holds ||= occurrence.holds;
      if (holds === occurrence.holds) continue;
      occurrence.holds = holds;
      turned(occurrence);
    }
    this.#tail = to === items.length && to >= KEPT_MEASURE_MIN ? { measure, start } : undefined;
  }

  #changed(occurrence: Occurrence): void {
    const timeMs = timeOf(occurrence);
    if (timeMs < this.#changedFromMs) this.#changedFromMs = timeMs;
    if (timeMs > this.#changedToMs) this.#changedToMs = timeMs;
  }

  /** Its own place, or the one where it belongs. */
  #placeOf(occurrence: Occurrence): number {
    const isOrdered = this.correlation.document.type === 'temporal_ordered';
    let low = 0;
    let high = this.#items.length;
    const last = this.#items[high - 1];
    if (last === undefined || compareOccurrences(last, occurrence, isOrdered) < 0) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareOccurrences(this.#items[middle]!, occurrence, isOrdered) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Index of the first item at or after a time. */
  #firstAt(timeMs: number): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (timeOf(this.#items[middle]!) < timeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function timeOf(occurrence: Occurrence): number {
  return occurrence.sighting.at.timeMs;
}
