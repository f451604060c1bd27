/**
 * Reads the records of one chunk after another: finds where each begins, goes on behind what is damaged, and says what was wrong.
 *
 *     0    "ElfChnk\0"   8 first, last record number   24 first, last record id   40 header size   44 last record's offset
 *     48   free space: where records end   52 CRC of the records   120 flags   124 CRC of bytes 0–119 and 128–511
 *     128  names by hash   384 templates by hash   512 records: "**\0\0", size, id, time written, binary XML, size again
 */

import { Budget } from './budget.js';
import { ChunkBytes } from './chunk-bytes.js';
import { crc32 } from './crc32.js';
import { Damage } from './damage.js';
import { FragmentParser } from './fragment-parser.js';
import type { SkipReason, SourceLimits } from '../source.js';
import type { Tree } from './tree.js';
import { TreeBuilder } from './tree-builder.js';

export type EvtxItem =
  | {
      readonly kind: 'record';
      readonly tree: Tree;
      /** The number in the record's header; logs that were exported through a filter number the header anew. */
      readonly recordId: number;
      /** Bytes from the start of the file. */
      readonly offset: number;
      /** Found in space that the log has given up. */
      readonly isRecovered: boolean;
    }
  | {
      readonly kind: 'damage';
      readonly reason: SkipReason;
      /** A sentence without its start: `has a value of …`. */
      readonly message: string;
      readonly recordId: number;
      readonly offset: number;
    };

export interface ChunkContext {
  /** Where the chunk starts in the file. */
  readonly fileOffset: number;
  /** The file was not closed, so its last chunks may hold more than their headers say. */
  readonly isDirty: boolean;
  readonly recoverSlack: boolean;
}

const SIGNATURE = [0x45, 0x6c, 0x66, 0x43, 0x68, 0x6e, 0x6b, 0x00];
const HEADER_BYTES = 512;
const RECORD_HEADER_BYTES = 24;
/** "**\0\0", little-endian. */
const RECORD_SIGNATURE = 0x2a2a;

export function hasChunkSignature(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, index) => bytes[index] === byte);
}

export class ChunkReader {
  readonly #chunk = new ChunkBytes();
  readonly #budget: Budget;
  readonly #parser: FragmentParser;
  readonly #builder: TreeBuilder;
  /** Id of the last record read, in this chunk or an earlier one; 0 before the first. */
  #lastId = 0;

  constructor(limits: SourceLimits) {
    this.#budget = new Budget(limits);
    this.#parser = new FragmentParser(this.#chunk, this.#budget);
    this.#builder = new TreeBuilder(this.#chunk, this.#parser, this.#budget);
  }

  /** @param source  64 KiB, or less where the file ends; not kept */
  read(source: Uint8Array, context: ChunkContext, emit: (item: EvtxItem) => void): void {
    const chunk = this.#chunk;
    chunk.load(source);
    this.#budget.startChunk();
    this.#parser.startChunk();
    const damage = (offset: number, message: string): void =>
      emit({ kind: 'damage', reason: 'damaged', message, recordId: 0, offset: context.fileOffset + offset });

    if (!hasChunkSignature(chunk.bytes)) {
      if (!chunk.isZero()) damage(0, 'is where a chunk should start, and none does');
      return;
    }
    if (chunk.length < HEADER_BYTES) {
      damage(0, 'is a chunk whose header is cut off');
      return;
    }
    const isWhole = this.#checkHeader(damage);
    const listedEnd = this.#recordsEnd();
    const end = this.#records(HEADER_BYTES, listedEnd, isWhole, context, emit);
    const rest = isWhole && !context.isDirty ? end : this.#unlistedRecords(end, context, emit);
    if (context.recoverSlack) this.#slack(rest, context, emit);
  }

  /** Reports what the checksums and the length say. Records are tried all the same: each is checked on its own. */
  #checkHeader(damage: (offset: number, message: string) => void): boolean {
    const { bytes, view, length } = this.#chunk;
    const freeSpace = view.getUint32(48, true);
    const header = crc32(bytes, 128, HEADER_BYTES, crc32(bytes, 0, 120));
    let isWhole = true;
    const tell = (message: string): void => {
      damage(0, message);
      isWhole = false;
    };
    if (header !== view.getUint32(124, true))
      tell('is a chunk whose header does not match its checksum; its records were tried all the same');
    if (freeSpace < HEADER_BYTES || freeSpace > bytes.length)
      tell('is a chunk that says its records end outside of it; all of it was searched');
    else if (freeSpace > length) tell('is a chunk that the end of the file cuts off; the records before were read');
    else if (crc32(bytes, HEADER_BYTES, freeSpace) !== view.getUint32(52, true)) {
      tell('is a chunk whose records do not match their checksum; each was tried all the same');
    }
    return isWhole;
  }

  #recordsEnd(): number {
    const { view, length } = this.#chunk;
    const freeSpace = view.getUint32(48, true);
    return freeSpace < HEADER_BYTES || freeSpace > length ? length : freeSpace;
  }

  /** @returns where they end: at `end`, or before it at a record that a damaged header cuts in two */
  #records(
    start: number,
    end: number,
    isWhole: boolean,
    context: ChunkContext,
    emit: (item: EvtxItem) => void,
  ): number {
    let at = start;
    while (at < end) {
      const size = this.#recordSize(at, end);
      if (size > 0) {
        this.#lastId = this.#recordId(at);
        emit(this.#record(at, size, context, false));
        at += size;
        continue;
      }
      if (!isWhole && this.#goesOn(at)) return at;
      const next = this.#nextRecord(at + 1, end);
      if (!this.#isZero(at, next)) {
        emit({
          kind: 'damage',
          reason: 'damaged',
          message: `holds ${next - at} bytes that are no record`,
          recordId: 0,
          offset: context.fileOffset + at,
        });
      }
      at = next;
    }
    return at;
  }

  /** Whether the next record by number stands there, whatever the chunk's header says of its end. */
  #goesOn(at: number): boolean {
    if (this.#recordSize(at, this.#chunk.length) === 0) return false;
    return this.#lastId === 0 || this.#recordId(at) === this.#lastId + 1;
  }

  /**
   * Records written after the chunk's header was: they follow at once and their ids go on without a gap, which what is left from
   * earlier use of the space does not.
   * @returns where they end
   */
  #unlistedRecords(start: number, context: ChunkContext, emit: (item: EvtxItem) => void): number {
    let at = start;
    for (;;) {
      const size = this.#recordSize(at, this.#chunk.length);
      if (size === 0) return at;
      const id = this.#recordId(at);
      if (this.#lastId !== 0 && id !== this.#lastId + 1) return at;
      this.#lastId = id;
      emit(this.#record(at, size, context, false));
      at += size;
    }
  }

  /** Whatever still reads as a record in the space after the records; what does not is no damage. */
  #slack(start: number, context: ChunkContext, emit: (item: EvtxItem) => void): void {
    const end = this.#chunk.length;
    for (let at = this.#nextRecord(start, end); at < end;) {
      const size = this.#recordSize(at, end);
      const item = this.#record(at, size, context, true);
      if (item.kind === 'record') emit(item);
      at = this.#nextRecord(at + size, end);
    }
  }

  #record(at: number, size: number, context: ChunkContext, isRecovered: boolean): EvtxItem {
    const recordId = this.#recordId(at);
    const offset = context.fileOffset + at;
    this.#budget.startRecord();
    try {
      const tree = this.#builder.build(at + RECORD_HEADER_BYTES, at + size - 4);
      if (typeof tree['Event'] !== 'object') throw new Damage('damaged', at, 'has no Event element');
      return { kind: 'record', tree, recordId, offset, isRecovered };
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
      const { kind, message } = error;
      return { kind: 'damage', reason: kind, message, recordId, offset: context.fileOffset + error.offset };
    }
  }

  /** Size of the record at `at`, 0 where none is: signature, a size that fits, and the same size at its end. */
  #recordSize(at: number, end: number): number {
    const { view } = this.#chunk;
    if (at + RECORD_HEADER_BYTES + 4 > end || view.getUint32(at, true) !== RECORD_SIGNATURE) return 0;
    const size = view.getUint32(at + 4, true);
    if (size < RECORD_HEADER_BYTES + 4 || size > end - at) return 0;
    return view.getUint32(at + size - 4, true) === size ? size : 0;
  }

  #nextRecord(from: number, end: number): number {
    const { bytes } = this.#chunk;
    for (let at = from; at < end; at++) if (bytes[at] === 0x2a && this.#recordSize(at, end) > 0) return at;
    return end;
  }

  #recordId(at: number): number {
    return this.#chunk.view.getUint32(at + 12, true) * 0x1_0000_0000 + this.#chunk.view.getUint32(at + 8, true);
  }

  #isZero(start: number, end: number): boolean {
    for (let at = start; at < end; at++) if (this.#chunk.bytes[at] !== 0) return false;
    return true;
  }
}
