/**
 * Group commit. Records of all callers that come while the disk is busy are written with one write and made durable with one sync, before any of
 * the callers hears of it.
 *
 *     append ─┐
 *     append ─┼─► queue ──► one buffer ──► write ──► fdatasync ──► callers resolve, in order
 *     append ─┘    ▲ bounded                 └── first error: the log takes nothing more until it is opened again
 *
 * A write begins and ends with a block of the file (`block-memory.ts`): what stands in the first one already is written once more, as it was.
 *
 * After a failed sync the kernel may have dropped the unwritten pages, and a later sync that succeeds proves nothing: there is no second try.
 */

import { join } from 'node:path';
import { AppError } from '../app/app-error.js';
import type { LogRecord } from '../app/ports.js';
import { assert } from '../engine/base/assert.js';
import { BlockIndex } from './block-index.js';
import { BLOCK_BYTES, blockMemory } from './block-memory.js';
import { readFully, writeFully, type LogFile, type LogFiles } from './files.js';
import { frameBytes, toPayload, writeFrame, type Payload } from './frame.js';
import type { ActiveSegment } from './recover.js';
import { createSegment, SEGMENT_HEADER_BYTES } from './segment.js';

export interface WriterLimits {
  readonly segmentBytes: number;
  /** Most bytes that may wait for the disk. */
  readonly queuedBytes: number;
  /** Most bytes in one group; a single call may go over. */
  readonly groupBytes: number;
  /** Left free on the file system for everything else; at most a twentieth of it. */
  readonly reserveBytes: number;
  /**
   * Zeros that are written behind the records, for later ones to go over: a sync of bytes that change neither the file's length nor its blocks needs
   * no commit of the file system's journal, and takes half the time. Only behind groups so small that several go over it: what is written twice costs
   * more than a commit.
   */
  readonly roomBytes: number;
}

interface Waiting {
  readonly payloads: readonly Payload[];
  readonly bytes: number;
  resolve(firstPosition: number): void;
  reject(error: Error): void;
}

/**
 * As long as a segment is written to, at least so many zeros stand behind its records. They show the next start that it was not closed, so that it writes
 * again what a sync that failed may have kept from the disk (`recover.ts`).
 */
const OPEN_MARK_BYTES = 1;

/** A larger group gets a buffer of its own, and gives it back. */
const BUFFER_KEPT_BYTES = 8 * 1024 * 1024;

/** A room that fewer groups than this go over is not worth writing. */
const ROOM_GROUPS = 8;

/** Free space is asked for again after so many bytes, or a part of what is left, or a second: others write to the same disk. */
const SPACE_CHECK_BYTES = 4 * 1024 * 1024;
const SPACE_CHECK_PART = 16;
const SPACE_CHECK_MS = 1_000;

export class LogWriter {
  lastPosition: number;
  failure: AppError | undefined;
  active: ActiveSegment | undefined;
  readonly #files: LogFiles;
  readonly #folder: string;
  readonly #limits: WriterLimits;
  readonly #onClosedSegment: (segment: ActiveSegment) => Promise<void>;
  readonly #sensors = new Map<string, Uint8Array>();
  #file: LogFile | undefined;
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  #running: Promise<void> | undefined;
  #isClosed = false;
  /** Of the last group, for the next: memory that was touched before is cheaper than new. */
  #buffer: Buffer = Buffer.alloc(0);
  /** Where the zeros behind the records end. */
  #roomEnd = 0;
  /** What the last block of the file holds up to `#tailEnd`, the end of the records. */
  readonly #tail = Buffer.alloc(BLOCK_BYTES);
  #tailEnd = -1;
  /** Bytes that may be written, and until when, before free space is asked for again. */
  #spaceBytes = 0;
  #spaceUntilMs = 0;

  constructor(
    files: LogFiles,
    folder: string,
    limits: WriterLimits,
    state: { readonly active: ActiveSegment | undefined; readonly lastPosition: number },
    onClosedSegment: (segment: ActiveSegment) => Promise<void>,
  ) {
    this.#files = files;
    this.#folder = folder;
    this.#limits = limits;
    this.active = state.active;
    this.lastPosition = state.lastPosition;
    this.#onClosedSegment = onClosedSegment;
  }

  append(records: readonly LogRecord[]): Promise<number> {
    assert(records.length > 0, 'a call to append has at least one record');
    return new Promise((resolve, reject) => {
      if (this.failure !== undefined) throw this.failure;
      if (this.#isClosed) throw new AppError('LOG_CLOSED', 'The log is closed: the program is stopping.');
      const payloads = records.map((record) => toPayload(record, (name) => this.#sensorBytes(name)));
      const bytes = payloads.reduce((sum, payload) => sum + frameBytes(payload), 0);
      if (this.#queuedBytes > 0 && this.#queuedBytes + bytes > this.#limits.queuedBytes) throw this.#busy();
      this.#queue.push({ payloads, bytes, resolve, reject });
      this.#queuedBytes += bytes;
      this.#running ??= this.#run();
    });
  }

  /** Writes what is queued, then takes no more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
    // All that was acknowledged is synced. What may stay behind the last record are zeros, which the next opening cuts.
    if (this.failure === undefined) await this.#cutRoom().catch(() => undefined);
    await this.#file?.close();
    this.#file = undefined;
  }

  #busy(): AppError {
    return new AppError('LOG_BUSY', `The disk is behind: ${this.#queuedBytes} bytes of events wait to be written.`, {
      retryAfterSeconds: 1,
    });
  }

  #sensorBytes(name: string): Uint8Array {
    let bytes = this.#sensors.get(name);
    if (bytes === undefined) {
      bytes = Buffer.from(name);
      assert(bytes.length <= 0xffff, 'a sensor has a name of at most 65,535 bytes');
      if (this.#sensors.size >= 10_000) this.#sensors.clear();
      this.#sensors.set(name, bytes);
    }
    return bytes;
  }

  async #run(): Promise<void> {
    do {
      // One turn of the event loop: requests that have arrived already, and callers that were just answered, join the same group.
      await new Promise((resolve) => setImmediate(resolve));
      const group = this.#takeGroup();
      try {
        await this.#writeGroup(group);
      } catch (error) {
        this.#refuse(group, error);
      }
    } while (this.#queue.length > 0);
    this.#running = undefined;
  }

  #takeGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const waiting of this.#queue) {
      if (count > 0 && bytes + waiting.bytes > this.#limits.groupBytes) break;
      bytes += waiting.bytes;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    const bytes = bytesOf(group);
    await this.#checkSpace(bytes);
    const { file, segment } = await this.#segmentFor(bytes);
    const start = segment.index.end;
    const room = start + bytes < this.#roomEnd ? 0 : this.#roomBehind(bytes);
    const head = start % BLOCK_BYTES;
    const end = head + bytes;
    const buffer = this.#bufferOf(Math.ceil((end + room) / BLOCK_BYTES) * BLOCK_BYTES).fill(0, end);
    (await this.#tailAt(start, file)).copy(buffer);
    let offset = head;
    let position = this.lastPosition;
    for (const waiting of group) {
      for (const payload of waiting.payloads) offset = writeFrame(buffer, offset, payload, ++position, segment.salt);
    }
    await this.#write(file, buffer, start - head, end);
    buffer.copy(this.#tail, 0, end - (end % BLOCK_BYTES), end);
    this.#tailEnd = start + bytes;
    await file.datasync();
    this.#settle(group, segment.index);
  }

  /** What stands before `end` in its block; a file that was just opened, or made, is asked. */
  async #tailAt(end: number, file: LogFile): Promise<Buffer> {
    const length = end % BLOCK_BYTES;
    if (this.#tailEnd !== end) {
      // A file whose header was torn in its second copy is shorter: nothing stands there.
      (await readFully(file, end - length, length)).copy(this.#tail.fill(0));
      this.#tailEnd = end;
    }
    return this.#tail.subarray(0, length);
  }

  #bufferOf(bytes: number): Buffer {
    if (bytes > BUFFER_KEPT_BYTES) return Buffer.allocUnsafe(bytes);
    if (bytes > this.#buffer.length) {
      this.#buffer = blockMemory(Math.min(BUFFER_KEPT_BYTES, 2 ** Math.ceil(Math.log2(bytes))));
    }
    return this.#buffer.subarray(0, bytes);
  }

  #roomBehind(bytes: number): number {
    const { roomBytes } = this.#limits;
    return Math.max(OPEN_MARK_BYTES, bytes * ROOM_GROUPS <= roomBytes ? roomBytes : 0);
  }

  /**
   * A disk that has no room for the bytes has lost none: what it took of them is taken back, and the log is as it was.
   *
   * @param start  of the block that the records begin in
   * @param recordBytes  from there to their end
   */
  async #write(file: LogFile, buffer: Buffer, start: number, recordBytes: number): Promise<void> {
    try {
      await writeFully(file, buffer, start);
      this.#roomEnd = Math.max(this.#roomEnd, start + buffer.length);
    } catch (error) {
      if (!isNoSpace(error)) throw error;
      await file.truncate(this.#tailEnd);
      this.#roomEnd = this.#tailEnd;
      const least = recordBytes + OPEN_MARK_BYTES;
      if (buffer.length <= least) throw this.#full(0, error);
      await this.#write(file, buffer.subarray(0, least), start, recordBytes);
    }
  }

  /** A segment that is not written to ends with its last record. */
  async #cutRoom(): Promise<void> {
    const { active } = this;
    if (this.#file === undefined || active === undefined || this.#roomEnd <= active.index.end) return;
    await this.#file.truncate(active.index.end);
    this.#roomEnd = 0;
    await this.#file.sync();
  }

  /** Only now do readers see the records, and callers hear of them. */
  #settle(group: readonly Waiting[], index: BlockIndex): void {
    for (const waiting of group) {
      const first = this.lastPosition + 1;
      this.#queuedBytes -= waiting.bytes;
      for (const payload of waiting.payloads) {
        const eventMs = payload.eventMs === 0 ? undefined : payload.eventMs;
        index.addFrame(index.end, frameBytes(payload), ++this.lastPosition, eventMs);
      }
      waiting.resolve(first);
    }
  }

  async #segmentFor(bytes: number): Promise<{ readonly file: LogFile; readonly segment: ActiveSegment }> {
    const active = this.active;
    const isEmpty = active?.index.end === SEGMENT_HEADER_BYTES;
    if (active !== undefined && (isEmpty || active.index.end + bytes <= this.#limits.segmentBytes)) {
      this.#file ??= await this.#files.open(join(this.#folder, active.name), 'write');
      return { file: this.#file, segment: active };
    }
    await this.#cutRoom();
    const firstPosition = this.lastPosition + 1;
    const { file, name, salt } = await createSegment(this.#files, this.#folder, firstPosition);
    const segment = { name, salt, firstPosition, index: new BlockIndex(SEGMENT_HEADER_BYTES) };
    const before = this.#file;
    this.#file = file;
    this.#roomEnd = 0;
    this.#tailEnd = -1;
    this.active = segment;
    if (active !== undefined) await this.#onClosedSegment(active);
    await before?.close();
    return { file, segment };
  }

  async #checkSpace(bytes: number): Promise<void> {
    this.#spaceBytes -= bytes;
    if (this.#spaceBytes >= 0 && performance.now() < this.#spaceUntilMs) return;
    this.#spaceBytes = 0;
    const { free, total } = await this.#files.space(this.#folder);
    const left = free - bytes - Math.min(this.#limits.reserveBytes, total / 20);
    if (left < 0) throw this.#full(free);
    this.#spaceBytes = Math.min(SPACE_CHECK_BYTES, left / SPACE_CHECK_PART);
    this.#spaceUntilMs = performance.now() + SPACE_CHECK_MS;
  }

  #full(free: number, cause?: unknown): AppError {
    const mebibytes = Math.floor(free / 1024 / 1024);
    return new AppError(
      'LOG_FULL',
      `The disk that holds ${this.#folder} has ${mebibytes} MiB left. Free some space; taking events goes on by itself then.`,
      { retryAfterSeconds: 30, cause },
    );
  }

  #refuse(group: readonly Waiting[], cause: unknown): void {
    this.#queuedBytes -= bytesOf(group);
    if (cause instanceof AppError && cause.code === 'LOG_FULL') {
      for (const waiting of group) waiting.reject(cause);
      return;
    }
    this.failure = new AppError(
      'LOG_FAILED',
      `Writing the log in ${this.#folder} failed: ${cause instanceof Error ? cause.message : String(cause)}. Nothing more is taken until the log has been opened again.`,
      { cause },
    );
    for (const waiting of group) waiting.reject(this.failure);
    for (const waiting of this.#queue) waiting.reject(this.failure);
    this.#queue = [];
    this.#queuedBytes = 0;
  }
}

function isNoSpace(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

function bytesOf(group: readonly Waiting[]): number {
  return group.reduce((sum, waiting) => sum + waiting.bytes, 0);
}
