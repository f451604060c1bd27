/**
 * Writes the engine's state out now and then, so that a start reads the end of the log alone. The more there is to write, the rarer: while a snapshot is
 * written nothing is judged.
 */

import { canSnapshot, snapshotChunks, takeUpSnapshot, type FoldState } from '../replay/fold-snapshot.js';
import type { Clock, SnapshotStore } from '../ports.js';
import type { LiveTrouble } from './pipeline.js';

export interface SnapshotParts {
  readonly store: SnapshotStore;
  /** See `SnapshotHead`. */
  readonly identity: string;
  /** Records after which another is worth its while; `RECORDS_BETWEEN` where absent. */
  readonly recordsBetween?: number;
  /**
   * Told when another was written. What lies up to `donePosition` is in an older snapshot as well, so that no start needs those records, not even one that
   * finds the newest snapshot damaged.
   */
  readonly onWritten?: (donePosition: number) => Promise<void>;
}

/** Read again in two to five seconds: creations are the dearest. */
const RECORDS_BETWEEN = 100_000;
/** While events wait, so long is waited for a better moment: a start reads all that came meanwhile. */
const PATIENCE_MS = 60_000;
/** A twentieth of the time at most is spent writing. */
const REST = 20;
/** However little comes, so often, for what waits on it: records that have had their time. */
const DAY_MS = 86_400_000;
/** Fewer records behind the last one are not worth a wait at the end. */
const RECORDS_AT_STOP = 1_000;

export class SnapshotKeeper {
  #lastPosition = 0;
  #beforePosition = 0;
  #nextMs = 0;
  #dailyMs: number;
  /** Resolves, and never rejects, when no snapshot is being written. */
  #busy: Promise<void> = Promise.resolve();
  /** Since when one is due. */
  #dueMs: number | undefined;

  constructor(
    private readonly parts: SnapshotParts,
    private readonly state: FoldState,
    private readonly clock: Clock,
    private readonly tell: (trouble: LiveTrouble) => void,
  ) {
    this.#dailyMs = clock.nowMs() + DAY_MS;
  }

  /**
   * Takes up the newest snapshot that serves.
   *
   * @param lastPosition  of what both log and store have
   * @returns the position to read the log from behind of; 0 where there is none
   */
  async takeUp(lastPosition: number): Promise<number> {
    const { store, identity } = this.parts;
    const position = await takeUpSnapshot(store, this.state, { identity, lastPosition }, (at, reason) =>
      this.tell({
        kind: 'snapshot-failed',
        position: at,
        message: `The snapshot at ${at} is of no use, and more of the log is read in its place: ${reason}.`,
      }),
    );
    this.#lastPosition = position ?? 0;
    return this.#lastPosition;
  }

  /**
   * To be called when all up to `position` is judged and stored, and nothing is judged until it resolves.
   *
   * @param waiting  events behind it that wait
   */
  async atRest(position: number, waiting: number): Promise<void> {
    const since = position - this.#lastPosition;
    const nowMs = this.clock.nowMs();
    if (since < (this.parts.recordsBetween ?? RECORDS_BETWEEN) && (since === 0 || nowMs < this.#dailyMs)) return;
    this.#dueMs ??= nowMs;
    if (nowMs < this.#nextMs || (waiting > 0 && nowMs < this.#dueMs + PATIENCE_MS)) return;
    // After the next step it can be taken, nearly always.
    if (!canSnapshot(this.state)) return;
    await this.#alone(() => this.#write(position));
    this.#dueMs = undefined;
  }

  /**
   * The same where nothing will be judged any more. One may be under way then, and may be enough.
   *
   * @param positionNow  asked once nothing is under way; `undefined` where not all is judged and stored
   */
  atEnd(positionNow: () => number | undefined): Promise<void> {
    return this.#alone(async () => {
      const position = positionNow();
      if (position === undefined || position - this.#lastPosition < RECORDS_AT_STOP) return;
      if (canSnapshot(this.state)) await this.#write(position);
    });
  }

  /** Two at once would write over each other. */
  #alone(write: () => Promise<void>): Promise<void> {
    const written = this.#busy.then(write);
    this.#busy = written;
    return written;
  }

  async #write(position: number): Promise<void> {
    const startedMs = this.clock.nowMs();
    try {
      const { store, identity } = this.parts;
      await store.write({ position, identity }, snapshotChunks(this.state));
      this.#beforePosition = this.#lastPosition;
      this.#lastPosition = position;
      await this.parts.onWritten?.(this.#beforePosition);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.tell({ kind: 'snapshot-failed', position, message: `A snapshot could not be written: ${reason}` });
    }
    const nowMs = this.clock.nowMs();
    this.#dailyMs = nowMs + DAY_MS;
    this.#nextMs = nowMs + REST * Math.max(0, nowMs - startedMs);
  }
}
