/** What happened to a host's logs and clock, once and for good: kept in order of time, the latest ones. */

const MARKS_MAX = 32;
/** Two steps back of one size so near each other are one, seen by two logs. */
const SAME_STEP_MS = 10 * 60_000;

const MARK_KINDS = ['cleared', 'restarted', 'set-back'] as const;
export type MarkKind = (typeof MARK_KINDS)[number];

export interface Mark {
  readonly kind: MarkKind;
  /** The log concerned, `''` where the clock is, or where the record does not say. */
  readonly channel: string;
  /** Event time: of the clearing, of the first record of the new numbering, of the first record after the clock was set. */
  readonly atMs: number;
  /** `set-back`: by how many milliseconds. `restarted`: the highest number before. */
  readonly amount: number;
}

export type StoredMarks = readonly [
  dropped: number,
  marks: readonly (readonly [kind: number, channel: string, atMs: number, amount: number])[],
];

export class Marks {
  /** Earlier ones that are not kept any more. */
  dropped = 0;
  readonly #marks: Mark[] = [];

  add(mark: Mark): void {
    if (this.#marks.some((known) => isSame(known, mark))) return;
    this.#marks.push(mark);
    this.#marks.sort(inOrder);
    if (this.#marks.length <= MARKS_MAX) return;
    this.#marks.shift();
    this.dropped++;
  }

  /** Oldest first. @param open  steps of the clock that may turn out to be none */
  all(open: readonly Mark[] = []): readonly Mark[] {
    const marks: Mark[] = [];
    for (const mark of [...this.#marks, ...open].sort(inOrder)) {
      const isTold = mark.kind === 'set-back' && marks.some((known) => isOneStep(known, mark));
      if (!isTold) marks.push(mark.kind === 'set-back' ? { ...mark, channel: '' } : mark);
    }
    return marks;
  }

  toStored(): StoredMarks {
    return [
      this.dropped,
      this.#marks.map(({ kind, channel, atMs, amount }) => [MARK_KINDS.indexOf(kind), channel, atMs, amount] as const),
    ];
  }

  static fromStored([dropped, stored]: StoredMarks): Marks {
    const marks = new Marks();
    marks.dropped = dropped;
    for (const [kind, channel, atMs, amount] of stored) {
      marks.#marks.push({ kind: MARK_KINDS[kind] ?? 'restarted', channel, atMs, amount });
    }
    return marks;
  }
}

function isSame(one: Mark, other: Mark): boolean {
  return (
    one.kind === other.kind && one.channel === other.channel && one.atMs === other.atMs && one.amount === other.amount
  );
}

function isOneStep(one: Mark, other: Mark): boolean {
  return (
    one.kind === other.kind &&
    Math.abs(one.atMs - other.atMs) <= SAME_STEP_MS &&
    Math.abs(one.amount - other.amount) <= SAME_STEP_MS
  );
}

function inOrder(left: Mark, right: Mark): number {
  if (left.atMs !== right.atMs) return left.atMs - right.atMs;
  if (left.kind !== right.kind) return left.kind < right.kind ? -1 : 1;
  if (left.channel !== right.channel) return left.channel < right.channel ? -1 : 1;
  return left.amount - right.amount;
}
