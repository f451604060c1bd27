/**
 * Where in a segment to begin reading: for each quarter MiB or so its offset, its first position and the event times within. Kept in memory for
 * the segment being written, beside each closed one as `….index`, and made again by a scan where that file is missing or damaged.
 */

import { crc32 } from 'node:zlib';
import type { ReadRange } from '../app/ports.js';
import { HEADER_BYTES, hasTime, type FrameHeader } from './frame.js';

/** A single event is found by reading one block; a hundred GiB of log have 13 MiB of index. */
const BLOCK_BYTES = 256 * 1024;

export interface Block {
  readonly offset: number;
  readonly firstPosition: number;
  /** Event times of its events; minus and plus infinity where it holds a record that every read wants. */
  minMs: number;
  maxMs: number;
}

/** A stretch of a segment that one read goes through. */
export interface Run {
  readonly from: number;
  readonly to: number;
}

export class BlockIndex {
  readonly #blocks: Block[] = [];
  /** End of the last frame. */
  end: number;

  constructor(start: number) {
    this.end = start;
  }

  /** Frames come in order; between two of them there may be a hole. */
  add(offset: number, header: FrameHeader): void {
    this.addFrame(
      offset,
      HEADER_BYTES + header.payloadLength,
      header.position,
      hasTime(header) ? header.eventMs : undefined,
    );
  }

  /** @param eventMs  `undefined` for a record that every read wants */
  addFrame(offset: number, bytes: number, position: number, eventMs: number | undefined): void {
    let block = this.#blocks.at(-1);
    if (block === undefined || offset - block.offset >= BLOCK_BYTES) {
      block = { offset, firstPosition: position, minMs: Number.POSITIVE_INFINITY, maxMs: Number.NEGATIVE_INFINITY };
      this.#blocks.push(block);
    }
    block.minMs = Math.min(block.minMs, eventMs ?? Number.NEGATIVE_INFINITY);
    block.maxMs = Math.max(block.maxMs, eventMs ?? Number.POSITIVE_INFINITY);
    this.end = offset + bytes;
  }

  /** Stretches that may hold records of the range; neighbours are joined. */
  runs(range: ReadRange): Run[] {
    const runs: { from: number; to: number }[] = [];
    for (const [at, block] of this.#blocks.entries()) {
      const next = this.#blocks[at + 1];
      if (!overlaps(range, block, next?.firstPosition)) continue;
      const to = next?.offset ?? this.end;
      const last = runs.at(-1);
      if (last?.to === block.offset) last.to = to;
      else runs.push({ from: block.offset, to });
    }
    return runs;
  }

  /** The block that holds a position, if any does. */
  runOf(position: number): Run | undefined {
    let low = 0;
    let high = this.#blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#blocks[middle]!.firstPosition <= position) low = middle + 1;
      else high = middle;
    }
    const block = this.#blocks[low - 1];
    return block === undefined ? undefined : { from: block.offset, to: this.#blocks[low]?.offset ?? this.end };
  }

  encode(): Buffer {
    const bytes = Buffer.alloc(8 + this.#blocks.length * 32 + 4);
    bytes.writeDoubleLE(this.end, 0);
    for (const [at, block] of this.#blocks.entries()) {
      const offset = 8 + at * 32;
      bytes.writeDoubleLE(block.offset, offset);
      bytes.writeDoubleLE(block.firstPosition, offset + 8);
      bytes.writeDoubleLE(block.minMs, offset + 16);
      bytes.writeDoubleLE(block.maxMs, offset + 24);
    }
    bytes.writeUInt32LE(crc32(bytes.subarray(0, -4)), bytes.length - 4);
    return bytes;
  }

  /** @returns `undefined` where the bytes are not what `encode` gave */
  static decode(bytes: Buffer): BlockIndex | undefined {
    const body = bytes.length - 12;
    if (body < 0 || body % 32 !== 0) return undefined;
    if (bytes.readUInt32LE(bytes.length - 4) !== crc32(bytes.subarray(0, -4))) return undefined;
    const index = new BlockIndex(bytes.readDoubleLE(0));
    for (let offset = 8; offset < 8 + body; offset += 32) {
      index.#blocks.push({
        offset: bytes.readDoubleLE(offset),
        firstPosition: bytes.readDoubleLE(offset + 8),
        minMs: bytes.readDoubleLE(offset + 16),
        maxMs: bytes.readDoubleLE(offset + 24),
      });
    }
    return index;
  }
}

function overlaps(range: ReadRange, block: Block, nextPosition: number | undefined): boolean {
  if (nextPosition !== undefined && nextPosition <= (range.fromPosition ?? 1)) return false;
  if (block.firstPosition > (range.toPosition ?? Number.POSITIVE_INFINITY)) return false;
  return (
    block.maxMs >= (range.fromMs ?? Number.NEGATIVE_INFINITY) && block.minMs < (range.toMs ?? Number.POSITIVE_INFINITY)
  );
}
