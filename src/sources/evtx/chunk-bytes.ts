/**
 * The bytes of one chunk, readable as numbers and as UTF-16 text at any offset. One instance serves all chunks of a file, so memory
 * stays at two copies of one chunk, however long the file is.
 */

import { Damage } from './damage.js';

/** Source: EVTX keeps records in chunks of 64 KiB; offsets inside a chunk count from its start. */
export const CHUNK_BYTES = 65_536;

/** Longer texts are made in pieces: `apply` puts its arguments on the stack. */
const PIECE_UNITS = 4096;
const REUSED_UNITS = 256;

export class ChunkBytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Bytes that the file really has; the rest of a truncated chunk is zero. */
  length = 0;
  #isMoved = false;
  /** UTF-16 units at even offsets, and (over a copy moved by one byte) at odd ones: a `Uint16Array` can only start at even addresses. */
  readonly #even: Uint16Array;
  readonly #odd: Uint16Array;
  readonly #moved: Uint8Array;
  readonly #words: Int32Array;
  readonly #scratch: number[][] = [];

  constructor() {
    const buffer = new ArrayBuffer(CHUNK_BYTES);
    const moved = new ArrayBuffer(CHUNK_BYTES);
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.#even = new Uint16Array(buffer);
    this.#odd = new Uint16Array(moved);
    this.#moved = new Uint8Array(moved);
    this.#words = new Int32Array(buffer);
  }

  /** Takes a chunk over by copying it: `source` may be reused afterwards. */
  load(source: Uint8Array): void {
    this.length = source.length;
    this.bytes.set(source);
    if (source.length < CHUNK_BYTES) this.bytes.fill(0, source.length);
    this.#isMoved = false;
  }

  /** @throws Damage if the chunk does not have `size` bytes from `offset` on, before `end` */
  need(offset: number, size: number, end: number): void {
    if (offset < 0 || size < 0 || offset + size > end || end > this.length) {
      throw new Damage(
        'damaged',
        offset,
        `needs ${size} bytes where ${Math.max(0, Math.min(end, this.length) - offset)} are left`,
      );
    }
  }

  /** `units` UTF-16 units from `offset`; the caller has made sure that they are there. Lone surrogates stay as they are. */
  text(offset: number, units: number): string {
    const source = offset & 1 ? this.#oddUnits() : this.#even;
    const start = offset >> 1;
    if (units <= REUSED_UNITS) return this.#piece(source, start, units);
    let text = '';
    for (let done = 0; done < units; done += PIECE_UNITS) {
      const count = Math.min(PIECE_UNITS, units - done);
      text += String.fromCharCode(...source.subarray(start + done, start + done + count));
    }
    return text;
  }

  #oddUnits(): Uint16Array {
    if (!this.#isMoved) this.#moved.set(this.bytes.subarray(1));
    this.#isMoved = true;
    return this.#odd;
  }

  /** An array of exactly the right length, kept for the next text as long: measured 1.6 times as fast as `subarray` with `apply`. */
  #piece(source: Uint16Array, start: number, units: number): string {
    let scratch = this.#scratch[units];
    if (scratch === undefined) {
      scratch = Array.from({ length: units }, () => 0);
      this.#scratch[units] = scratch;
    }
    for (let index = 0; index < units; index++) scratch[index] = source[start + index]!;
    return String.fromCharCode.apply(null, scratch);
  }

  /** Logs grow by whole blocks, and a block that was never used is all zero. By words: most of a young log is such blocks. */
  isZero(): boolean {
    for (let index = 0; index < this.#words.length; index++) if (this.#words[index] !== 0) return false;
    return true;
  }

  /** Whether two stretches of the chunk hold the same bytes. */
  same(first: number, second: number, size: number): boolean {
    const { bytes } = this;
    for (let index = 0; index < size; index++) if (bytes[first + index] !== bytes[second + index]) return false;
    return true;
  }
}
