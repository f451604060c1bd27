/** Walks the frames of one segment, checks every one of them, and finds its place again behind damage. */

import { readFully, type LogFile } from './files.js';
import { HEADER_BYTES, MAGIC, payloadHolds, readHeader, type FrameHeader } from './frame.js';

/** Enough to make a read cheap beside its checksums, little enough that a turn of the event loop stays short. */
const CHUNK_BYTES = 256 * 1024;

export interface Frame {
  /** In `Slice.bytes`. */
  readonly offset: number;
  readonly header: FrameHeader;
}

/** A place that could not be read; offsets are in the segment. */
export interface Hole {
  readonly offset: number;
  readonly bytes: number;
  readonly lost: { readonly first: number; readonly last: number } | undefined;
  readonly reason: string;
}

export interface Slice {
  /** Never reused: records may keep parts of it. */
  readonly bytes: Buffer;
  /** Where `bytes` begins in the segment. */
  readonly base: number;
  readonly frames: readonly Frame[];
  readonly holes: readonly Hole[];
}

export interface ScanRange {
  readonly salt: number;
  /** Where a frame begins. */
  readonly from: number;
  /** Where the last frame ends, or the file does. */
  readonly to: number;
  /** Position before the first frame, to notice records that are missing; `undefined` where it is not known. */
  readonly after: number | undefined;
}

/** Yields what there is between `from` and `to`, in order, some frames at a time. Every yielded frame has passed both checksums. */
export async function* scan(file: LogFile, range: ScanRange): AsyncGenerator<Slice> {
  const walker = new Walker(range);
  let wanted = CHUNK_BYTES;
  while (walker.at < range.to) {
    const length = Math.min(wanted, range.to - walker.at);
    const bytes = await readFully(file, walker.at, length);
    const slice = walker.walk(bytes, bytes.length < length || walker.at + length >= range.to);
    wanted = Math.max(CHUNK_BYTES, walker.needed);
    if (slice.frames.length > 0 || slice.holes.length > 0) yield slice;
  }
}

/** Where a scan stands between two reads. */
class Walker {
  /** Offset in the segment of the next byte to look at. */
  at: number;
  /** Bytes that the next frame takes, where it is longer than a chunk. */
  needed = 0;
  #last: number | undefined;
  /** Where the place was lost; `undefined` while it is known. */
  #lostAt: number | undefined;
  readonly #salt: number;
  readonly #to: number;

  constructor(range: ScanRange) {
    this.at = range.from;
    this.#salt = range.salt;
    this.#to = range.to;
    this.#last = range.after;
  }

  /**
   * Takes in the bytes at `at` and moves `at` behind what was understood; always moves or asks for more bytes.
   *
   * @param isEnd  nothing follows these bytes
   */
  walk(bytes: Buffer, isEnd: boolean): Slice {
    const base = this.at;
    const frames: Frame[] = [];
    const holes: Hole[] = [];
    let offset = 0;
    this.needed = 0;
    while (offset + HEADER_BYTES <= bytes.length) {
      const header = this.#headerAt(bytes, offset);
      if (header === undefined) {
        this.#lostAt ??= base + offset;
        const next = bytes.indexOf(MAGIC, offset + 1);
        // A magic cut off by the end of the chunk is looked at again with the next one.
        offset = next === -1 ? Math.max(offset + 1, bytes.length - HEADER_BYTES + 1) : next;
        continue;
      }
      const end = offset + HEADER_BYTES + header.payloadLength;
      if (end > bytes.length) {
        if (!isEnd) this.needed = end - offset;
        break;
      }
      this.#noteGap(holes, base + offset, header.position);
      this.#last = header.position;
      if (payloadHolds(bytes, offset, header, this.#salt)) frames.push({ offset, header });
      else {
        const lost = { first: header.position, last: header.position };
        const reason = `the checksum of record ${header.position} does not fit its bytes`;
        holes.push({ offset: base + offset, bytes: end - offset, lost, reason });
      }
      offset = end;
    }
    this.at = base + offset;
    if (isEnd) this.#finish(holes);
    return { bytes, base, frames, holes };
  }

  #headerAt(bytes: Buffer, offset: number): FrameHeader | undefined {
    const header = readHeader(bytes, offset, this.#salt);
    if (header === undefined) return undefined;
    const { position } = header;
    return Number.isSafeInteger(position) && position > (this.#last ?? 0) ? header : undefined;
  }

  /** Tells what lies between the last frame and the one at `offset`. */
  #noteGap(holes: Hole[], offset: number, position: number): void {
    const lostAt = this.#lostAt;
    this.#lostAt = undefined;
    const isGap = this.#last !== undefined && position > this.#last + 1;
    if (lostAt === undefined && !isGap) return;
    const lost = isGap ? { first: this.#last! + 1, last: position - 1 } : undefined;
    const reason = lostAt === undefined ? 'records are missing' : 'bytes that are no record';
    holes.push({ offset: lostAt ?? offset, bytes: offset - (lostAt ?? offset), lost, reason });
  }

  #finish(holes: Hole[]): void {
    const start = this.#lostAt ?? this.at;
    if (start < this.#to) {
      const reason = this.#lostAt === undefined ? 'the last record is not whole' : 'bytes that are no record';
      holes.push({ offset: start, bytes: this.#to - start, lost: undefined, reason });
    }
    this.at = this.#to;
  }
}
