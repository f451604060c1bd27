/** The append-only log of a data folder, as `EventLog` of src/app/ports.ts states it. */

import * as fs from 'node:fs/promises';
import { AppError } from '../app/app-error.js';
import type { EventLog, LogDamage, LogRecord, LogStart, ReadRange, StoredRecord } from '../app/ports.js';
import { loadCarried, NOTHING_CARRIED, CARRIED_NAME, type Carried } from './carried.js';
import { diskFiles, type LogFiles } from './files.js';
import { takeLock, type Lock } from './lock.js';
import { LogReader, storeIndex, type ReadableSegment, type ReadSnapshot } from './reader.js';
import { recover, type Recovered, type SegmentState } from './recover.js';
import { outdated, removeFiles, removeSegments, type RemovedSegments, type RetentionLimits } from './retention.js';
import type { Hole } from './scan.js';
import { LogWriter, type WriterLimits } from './writer.js';

export interface EventLogOptions extends Partial<WriterLimits> {
  /** Takes no lock, cuts nothing and appends nothing: for a look into the log of a running server. */
  readonly readOnly?: boolean;
  /**
   * A position that the state knows to be taken. Where the log ends before it, records were lost; the next one is placed behind it all the
   * same, so that a position never means two records.
   */
  readonly lastKnownPosition?: number;
  /** Of the first record of a log that is empty; 1 where absent. */
  readonly firstPosition?: number;
  readonly onDamage?: (damage: LogDamage) => void;
  readonly files?: LogFiles;
}

export interface RetainingLog extends EventLog {
  /**
   * Removes the oldest closed segments, as far as the limits ask for it and `donePosition` allows. The policy that they leave in force stays, and is read
   * before the first record that is kept; their events are gone, from every later read and start. One call at a time.
   */
  retain(limits: RetentionLimits): Promise<RemovedSegments>;
  /** `undefined` where no record is kept. */
  start(): Promise<LogStart | undefined>;
}

const DEFAULT_LIMITS: WriterLimits = {
  segmentBytes: 64 * 1024 * 1024,
  queuedBytes: 64 * 1024 * 1024,
  groupBytes: 8 * 1024 * 1024,
  reserveBytes: 64 * 1024 * 1024,
  roomBytes: 1024 * 1024,
};

const DAMAGE_KEPT = 100;

const UNREADABLE_CARRIED: Hole = {
  offset: 0,
  bytes: 0,
  lost: undefined,
  reason:
    'what was carried over from segments that were removed is not what was written: rules, settings and exceptions of that time are lost',
};

/**
 * Opens the log in `folder`, which is made where it does not exist. A torn end is cut off and told in `cut`.
 *
 * @throws AppError `LOG_LOCKED` where another program has it open, `LOG_UNREADABLE` where the folder cannot be used
 */
export async function openEventLog(folder: string, options: EventLogOptions = {}): Promise<RetainingLog> {
  const files = options.files ?? diskFiles;
  const isReadOnly = options.readOnly ?? false;
  let lock: Lock | undefined;
  try {
    if (!isReadOnly) {
      await fs.mkdir(folder, { recursive: true, mode: 0o700 });
      lock = await takeLock(folder);
    }
    const recovered = await recover(files, folder, !isReadOnly);
    const carried = await loadCarried(folder);
    const { until } = carried ?? NOTHING_CARRIED;
    // A crash came between what is carried of them and their removal.
    const left = recovered.closed.filter(({ firstPosition }) => firstPosition < until);
    if (!isReadOnly) await removeFiles(files, folder, left);
    const closed = recovered.closed.slice(left.length);
    return new DiskLog(folder, files, options, { ...recovered, closed }, carried, lock);
  } catch (error) {
    await lock?.release();
    if (error instanceof AppError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('LOG_UNREADABLE', `The log in ${folder} cannot be opened: ${reason}.`, { cause: error });
  }
}

class DiskLog implements RetainingLog {
  readonly cut: EventLog['cut'];
  readonly #damage = new Map<string, LogDamage>();
  readonly #closed: SegmentState[];
  #carried: Carried;
  readonly #reader: LogReader;
  readonly #writer: LogWriter;

  constructor(
    private readonly folder: string,
    private readonly files: LogFiles,
    private readonly options: EventLogOptions,
    recovered: Recovered,
    carried: Carried | undefined,
    private readonly lock: Lock | undefined,
  ) {
    this.cut = recovered.cut;
    this.#closed = [...recovered.closed];
    this.#carried = carried ?? NOTHING_CARRIED;
    if (carried === undefined) this.#note(CARRIED_NAME, UNREADABLE_CARRIED);
    for (const { segment, hole } of recovered.damage) this.#note(segment, hole);
    this.#reader = new LogReader(files, folder, (segment, hole) => this.#note(segment, hole));
    const limits = { ...DEFAULT_LIMITS, ...options };
    const found = Math.max(recovered.lastPosition, (options.firstPosition ?? 1) - 1);
    const lastPosition = Math.max(found, options.lastKnownPosition ?? 0);
    if (lastPosition > found) this.#noteShort(recovered, lastPosition);
    this.#writer = new LogWriter(files, folder, limits, { ...recovered, lastPosition }, async (segment) => {
      this.#closed.push({ name: segment.name, firstPosition: segment.firstPosition });
      await storeIndex(folder, segment, segment.index);
    });
  }

  get lastPosition(): number {
    return this.#writer.lastPosition;
  }

  get damage(): readonly LogDamage[] {
    return [...this.#damage.values()];
  }

  get failure(): Error | undefined {
    return this.#writer.failure;
  }

  append(records: readonly LogRecord[]): Promise<number> {
    if (this.lock === undefined) {
      return Promise.reject(new AppError('LOG_CLOSED', 'The log is open for reading only.'));
    }
    return this.#writer.append(records);
  }

  read(range: ReadRange = {}): AsyncIterable<readonly StoredRecord[]> {
    // Taken now, not when the first record is asked for.
    return this.#read(this.#carried, this.#snapshot(), range);
  }

  async *#read(carried: Carried, snapshot: ReadSnapshot, range: ReadRange): AsyncGenerator<readonly StoredRecord[]> {
    const { fromPosition = 1, toPosition = Number.POSITIVE_INFINITY } = range;
    const before = carried.records.filter(({ position }) => position >= fromPosition && position <= toPosition);
    if (before.length > 0) yield before;
    yield* this.#reader.read(snapshot, range);
  }

  async retain(limits: RetentionLimits): Promise<RemovedSegments> {
    const { active } = this.#writer;
    const last = active === undefined ? undefined : { firstPosition: active.firstPosition, bytes: active.index.end };
    const segments = await outdated(this.files, this.folder, [...this.#closed], last, limits);
    if (segments.length === 0 || this.lock === undefined) return { segments: 0, bytes: 0 };
    const until = (this.#closed[segments.length] ?? active)!.firstPosition;
    const policy: StoredRecord[] = [];
    // No event lies behind the end of time: of those with one none is read.
    for await (const records of this.read({ toPosition: until - 1, fromMs: Number.MAX_SAFE_INTEGER }))
      policy.push(...records.filter(({ record }) => record.kind === 'policy'));
    const { carried, removed } = await removeSegments(this.files, this.folder, segments, until, policy);
    this.#carried = carried;
    this.#closed.splice(0, segments.length);
    return removed;
  }

  async start(): Promise<LogStart | undefined> {
    for await (const [first] of this.#reader.read(this.#snapshot(), {})) {
      if (first !== undefined) return { position: first.position, receivedMs: first.record.receivedMs };
    }
    return undefined;
  }

  readAt(positions: readonly number[]): Promise<ReadonlyMap<number, LogRecord>> {
    return this.#reader.readAt(this.#snapshot(), positions);
  }

  async close(): Promise<void> {
    await this.#writer.close();
    await this.lock?.release();
  }

  #snapshot(): ReadSnapshot {
    const { active, lastPosition } = this.#writer;
    const closed = this.#closed.map((segment, at): ReadableSegment => {
      const next = this.#closed[at + 1] ?? active;
      return { ...segment, nextPosition: next?.firstPosition, index: undefined, end: undefined };
    });
    if (active === undefined) return { segments: closed, lastPosition };
    const { name, firstPosition, index } = active;
    const last = { name, firstPosition, nextPosition: undefined, index, end: index.end };
    return { segments: [...closed, last], lastPosition };
  }

  #noteShort({ active, lastPosition }: Recovered, knownPosition: number): void {
    this.#note(active?.name ?? '', {
      offset: active?.index.end ?? 0,
      bytes: 0,
      lost: { first: lastPosition + 1, last: knownPosition },
      reason: 'the log ends before records that the state has seen',
    });
  }

  #note(segment: string, hole: Hole): void {
    const key = `${segment}:${hole.offset}`;
    if (this.#damage.has(key) || this.#damage.size >= DAMAGE_KEPT) return;
    const damage = { segment, ...hole };
    this.#damage.set(key, damage);
    this.options.onDamage?.(damage);
  }
}
