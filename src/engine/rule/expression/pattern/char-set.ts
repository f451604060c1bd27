/** Sets of code points as sorted ranges; membership by bitmap below 256, else by binary search. */

export const LAST_CODE = 0x10ffff;

export class CharSet {
  readonly #bounds: readonly number[];
  /** Made when first asked: a pack has tens of thousands of sets, one for each letter of its patterns, and few are ever asked. */
  #low: Uint8Array | undefined;

  private constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
  }

  /** @param bounds  first and last code of each range in turn, ascending, disjoint */
  static ofSorted(bounds: readonly number[]): CharSet {
    return new CharSet(bounds);
  }

  static ofRanges(ranges: readonly (readonly [number, number])[]): CharSet {
    const sorted = [...ranges].sort((left, right) => left[0] - right[0]);
    const bounds: number[] = [];
    for (const [low, high] of sorted) {
      const last = bounds.length - 1;
      const end = bounds[last];
      if (end !== undefined && low <= end + 1) bounds[last] = Math.max(end, high);
      else bounds.push(low, high);
    }
    return new CharSet(bounds);
  }

  static ofCodes(codes: Iterable<number>): CharSet {
    return CharSet.ofRanges([...codes].map((code) => [code, code]));
  }

  has(code: number): boolean {
    if (code < 256) return (this.#low ??= lowBitmap(this.#bounds))[code] === 1;
    const bounds = this.#bounds;
    let low = 0;
    let high = bounds.length >> 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (code > (bounds[2 * middle + 1] ?? 0)) low = middle + 1;
      else high = middle;
    }
    return 2 * low < bounds.length && code >= (bounds[2 * low] ?? 0);
  }

  get isEmpty(): boolean {
    return this.#bounds.length === 0;
  }

  /** The only member, if there is just one. */
  get single(): number | undefined {
    return this.#bounds.length === 2 && this.#bounds[0] === this.#bounds[1] ? this.#bounds[0] : undefined;
  }

  /** Number of members. */
  get size(): number {
    let size = 0;
    this.forEachRange((low, high) => (size += high - low + 1));
    return size;
  }

  forEachRange(visit: (low: number, high: number) => void): void {
    for (let index = 0; index < this.#bounds.length; index += 2)
      visit(this.#bounds[index] ?? 0, this.#bounds[index + 1] ?? 0);
  }

  ranges(): (readonly [number, number])[] {
    const ranges: (readonly [number, number])[] = [];
    this.forEachRange((low, high) => ranges.push([low, high]));
    return ranges;
  }

  union(other: CharSet): CharSet {
    return CharSet.ofRanges([...this.ranges(), ...other.ranges()]);
  }

  intersection(other: CharSet): CharSet {
    const mine = this.#bounds;
    const theirs = other.#bounds;
    const bounds: number[] = [];
    let here = 0;
    let there = 0;
    while (here < mine.length && there < theirs.length) {
      const low = Math.max(mine[here] ?? 0, theirs[there] ?? 0);
      const high = Math.min(mine[here + 1] ?? 0, theirs[there + 1] ?? 0);
      if (low <= high) bounds.push(low, high);
      if ((mine[here + 1] ?? 0) < (theirs[there + 1] ?? 0)) here += 2;
      else there += 2;
    }
    return new CharSet(bounds);
  }

  without(other: CharSet): CharSet {
    return this.intersection(other.complement());
  }

  complement(): CharSet {
    const bounds: number[] = [];
    let next = 0;
    this.forEachRange((low, high) => {
      if (low > next) bounds.push(next, low - 1);
      next = high + 1;
    });
    if (next <= LAST_CODE) bounds.push(next, LAST_CODE);
    return new CharSet(bounds);
  }
}

function lowBitmap(bounds: readonly number[]): Uint8Array {
  const low = new Uint8Array(256);
  for (let index = 0; index < bounds.length; index += 2) {
    const first = bounds[index] ?? 0;
    if (first > 255) break;
    low.fill(1, first, Math.min(bounds[index + 1] ?? 0, 255) + 1);
  }
  return low;
}

export const ALL = CharSet.ofSorted([0, LAST_CODE]);
export const NOT_LINE_FEED = CharSet.ofCodes([0x0a]).complement();
