/** Reads records back: a range of positions or of event times, or single ones. Opens files of its own, so it never disturbs the writer. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogRecord, ReadRange, StoredRecord } from '../app/ports.js';
import { BlockIndex, type Run } from './block-index.js';
import { readFully, type LogFile, type LogFiles } from './files.js';
import { hasTime, readRecord, type FrameHeader } from './frame.js';
import type { SegmentState } from './recover.js';
import { scan, type Hole, type Slice } from './scan.js';
import { readSalt, SEGMENT_HEADER_BYTES } from './segment.js';

/** A segment as it was when a read began. */
export interface ReadableSegment extends SegmentState {
  /** Position of the segment after it. */
  readonly nextPosition: number | undefined;
  /** Known for the segment being written; closed ones have theirs beside them. */
  readonly index: BlockIndex | undefined;
  /** Where synced bytes end; `undefined` for closed segments: the file's end. */
  readonly end: number | undefined;
}

export interface ReadSnapshot {
  readonly segments: readonly ReadableSegment[];
  readonly lastPosition: number;
}

const INDEXES_KEPT = 64;

export class LogReader {
  readonly #indexes = new Map<string, BlockIndex>();
  readonly #sensors = new Map<string, string>();

  constructor(
    private readonly files: LogFiles,
    private readonly folder: string,
    private readonly onHole: (segment: string, hole: Hole) => void,
  ) {}

  async *read(snapshot: ReadSnapshot, range: ReadRange): AsyncGenerator<readonly StoredRecord[]> {
    const bounded = {
      ...range,
      toPosition: Math.min(range.toPosition ?? snapshot.lastPosition, snapshot.lastPosition),
    };
    // Every record counts only where nothing is left out: then a gap between two segments is a loss.
    const isWhole = range.fromMs === undefined && range.toMs === undefined && (range.fromPosition ?? 1) <= 1;
    let after: number | undefined = isWhole ? (snapshot.segments[0]?.firstPosition ?? 1) - 1 : undefined;
    for (const segment of snapshot.segments) {
      if (segment.firstPosition > bounded.toPosition) break;
      if (segment.nextPosition !== undefined && segment.nextPosition <= (range.fromPosition ?? 1)) continue;
      const file = await this.#openIfThere(segment);
      if (file === undefined) {
        // Removed since the read began, because its time was over.
        after = isWhole && segment.nextPosition !== undefined ? segment.nextPosition - 1 : undefined;
        continue;
      }
      for await (const slice of this.#slices(file, segment, isWhole ? undefined : bounded, after)) {
        after = isWhole ? (slice.frames.at(-1)?.header.position ?? after) : undefined;
        const records = this.#records(segment, slice, bounded);
        if (records.length > 0) yield records;
      }
    }
  }

  async readAt(snapshot: ReadSnapshot, positions: readonly number[]): Promise<ReadonlyMap<number, LogRecord>> {
    const found = new Map<number, LogRecord>();
    const wanted = [...new Set(positions)]
      .filter((position) => position <= snapshot.lastPosition)
      .sort((a, b) => a - b);
    let at = 0;
    for (const segment of snapshot.segments) {
      const first = at;
      while (at < wanted.length && wanted[at]! < (segment.nextPosition ?? Number.POSITIVE_INFINITY)) at++;
      if (at > first) await this.#readSingles(segment, wanted.slice(first, at), found);
    }
    return found;
  }

  async #readSingles(
    segment: ReadableSegment,
    wanted: readonly number[],
    found: Map<number, LogRecord>,
  ): Promise<void> {
    await this.#withFile(segment, async (file, salt, index) => {
      let next = 0;
      while (next < wanted.length) {
        const run = (await index()).runOf(wanted[next]!);
        if (run === undefined) next++;
        else next = await this.#readRun(segment, file, salt, run, wanted, next, found);
      }
    });
  }

  /** @returns the place in `wanted` of the first position behind the run */
  async #readRun(
    segment: ReadableSegment,
    file: LogFile,
    salt: number,
    run: Run,
    wanted: readonly number[],
    from: number,
    found: Map<number, LogRecord>,
  ): Promise<number> {
    let next = from;
    let last = 0;
    for await (const slice of scan(file, { salt, ...run, after: undefined })) {
      this.#tell(segment, slice);
      for (const { offset, header } of slice.frames) {
        last = header.position;
        while (next < wanted.length && wanted[next]! < header.position) next++;
        if (wanted[next] !== header.position) continue;
        const record = readRecord(slice.bytes, offset, header, (bytes) => this.#sensorName(bytes));
        // A copy: one event must not keep a quarter MiB alive.
        if (record !== undefined) found.set(header.position, detached(record));
      }
    }
    while (next < wanted.length && wanted[next]! <= last) next++;
    return Math.max(next, from + 1);
  }

  async #openIfThere({ name }: ReadableSegment): Promise<LogFile | undefined> {
    try {
      return await this.files.open(join(this.folder, name), 'read');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async *#slices(
    file: LogFile,
    segment: ReadableSegment,
    range: ReadRange | undefined,
    after: number | undefined,
  ): AsyncGenerator<Slice> {
    try {
      const salt = await readSalt(file);
      const size = segment.end ?? (await file.stat()).size;
      if (salt === undefined) {
        this.onHole(segment.name, unreadableHole(size));
        return;
      }
      const index = range === undefined ? undefined : await this.#indexOf(segment, file, salt, size);
      const runs = index?.runs(range!) ?? [{ from: SEGMENT_HEADER_BYTES, to: size }];
      let expected = after;
      for (const run of runs) {
        for await (const slice of scan(file, { salt, from: run.from, to: Math.min(run.to, size), after: expected })) {
          this.#tell(segment, slice);
          yield slice;
        }
        expected = undefined;
      }
    } finally {
      await file.close();
    }
  }

  #records(segment: SegmentState, slice: Slice, range: ReadRange): StoredRecord[] {
    const records: StoredRecord[] = [];
    for (const { offset, header } of slice.frames) {
      if (!isWanted(header, range)) continue;
      const record = readRecord(slice.bytes, offset, header, (bytes) => this.#sensorName(bytes));
      if (record !== undefined) records.push({ position: header.position, record });
      else {
        const reason = `record ${header.position} is of a kind that this version does not know`;
        const lost = { first: header.position, last: header.position };
        this.onHole(segment.name, { offset: slice.base + offset, bytes: header.payloadLength, lost, reason });
      }
    }
    return records;
  }

  async #withFile(
    segment: ReadableSegment,
    work: (file: LogFile, salt: number, index: () => Promise<BlockIndex>) => Promise<void>,
  ): Promise<void> {
    const file = await this.#openIfThere(segment);
    if (file === undefined) return;
    try {
      const salt = await readSalt(file);
      if (salt === undefined) return;
      const size = segment.end ?? (await file.stat()).size;
      await work(file, salt, () => this.#indexOf(segment, file, salt, size));
    } finally {
      await file.close();
    }
  }

  async #indexOf(segment: ReadableSegment, file: LogFile, salt: number, size: number): Promise<BlockIndex> {
    const known = segment.index ?? this.#indexes.get(segment.name);
    if (known !== undefined) return known;
    const index = (await this.#storedIndex(segment, size)) ?? (await this.#makeIndex(segment, file, salt, size));
    if (this.#indexes.size >= INDEXES_KEPT) this.#indexes.delete(this.#indexes.keys().next().value!);
    this.#indexes.set(segment.name, index);
    return index;
  }

  /** One that ends elsewhere than the segment is of an earlier time: records came behind it. */
  async #storedIndex(segment: SegmentState, size: number): Promise<BlockIndex | undefined> {
    let file: LogFile | undefined;
    try {
      file = await this.files.open(indexPath(this.folder, segment), 'read');
      const index = BlockIndex.decode(await readFully(file, 0, (await file.stat()).size));
      return index?.end === size ? index : undefined;
    } catch {
      return undefined;
    } finally {
      await file?.close();
    }
  }

  async #makeIndex(segment: SegmentState, file: LogFile, salt: number, size: number): Promise<BlockIndex> {
    const index = new BlockIndex(SEGMENT_HEADER_BYTES);
    for await (const slice of scan(file, { salt, from: SEGMENT_HEADER_BYTES, to: size, after: undefined })) {
      this.#tell(segment, slice);
      for (const { offset, header } of slice.frames) index.add(slice.base + offset, header);
    }
    return index;
  }

  #tell(segment: SegmentState, slice: Slice): void {
    for (const hole of slice.holes) this.onHole(segment.name, hole);
  }

  /** Few sensors, many events: one text each. */
  #sensorName(bytes: Buffer): string {
    const key = bytes.toString('latin1');
    let name = this.#sensors.get(key);
    if (name === undefined) {
      name = bytes.toString('utf8');
      if (this.#sensors.size >= 10_000) this.#sensors.clear();
      this.#sensors.set(key, name);
    }
    return name;
  }
}

/** Only a help to reading: without it, or with a damaged one, the segment is scanned. */
export async function storeIndex(folder: string, segment: SegmentState, index: BlockIndex): Promise<void> {
  try {
    await writeFile(indexPath(folder, segment), index.encode(), { mode: 0o600 });
  } catch {
    // A full disk is told by the next write to the log itself.
  }
}

function indexPath(folder: string, segment: SegmentState): string {
  return join(folder, segment.name.replace(/\.log$/, '.index'));
}

function unreadableHole(size: number): Hole {
  return { offset: 0, bytes: size, lost: undefined, reason: 'both copies of the segment header are damaged' };
}

function isWanted(header: FrameHeader, range: ReadRange): boolean {
  if (header.position < (range.fromPosition ?? 1) || header.position > range.toPosition!) return false;
  if (!hasTime(header)) return true;
  return (
    header.eventMs >= (range.fromMs ?? Number.NEGATIVE_INFINITY) &&
    header.eventMs < (range.toMs ?? Number.POSITIVE_INFINITY)
  );
}

function detached(record: LogRecord): LogRecord {
  return record.kind === 'event' ? { ...record, raw: Uint8Array.from(record.raw) } : record;
}
