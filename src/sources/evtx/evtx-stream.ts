/** Cuts a stream of bytes into the blocks of an event log: the header, then chunks of 64 KiB. Holds one block and no more. */

import { CHUNK_BYTES } from './chunk-bytes.js';
import { ChunkReader, type EvtxItem, hasChunkSignature } from './chunk-reader.js';
import { FILE_HEADER_BYTES, hasEvtxSignature, readFileHeader } from './file-header.js';
import { DEFAULT_LIMITS, type SourceLimits } from '../source.js';

export interface EvtxOptions {
  readonly limits?: SourceLimits | undefined;
  /** Also give records from space that the log has given up: older ones, often cut. Off by default. */
  readonly recoverSlack?: boolean | undefined;
}

export class EvtxStream {
  readonly #reader: ChunkReader;
  readonly #block = new Uint8Array(CHUNK_BYTES);
  #held = 0;
  /** Where the block being filled starts in the file. */
  #offset = 0;
  #isDirty = false;
  /** The header was none. Only if a chunk follows is it a damaged log, and not something else. */
  #isDoubtful = false;
  /** Set when the bytes turn out to be something else: nothing more is looked at. */
  #isRefused = false;

  constructor(
    private readonly options: EvtxOptions,
    private readonly emit: (item: EvtxItem) => void,
  ) {
    this.#reader = new ChunkReader(options.limits ?? DEFAULT_LIMITS);
  }

  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && !this.#isRefused) {
      const size = this.#offset === 0 ? FILE_HEADER_BYTES : CHUNK_BYTES;
      if (this.#held === 0 && bytes.length - at >= size) {
        // A whole block lies in what was handed in: no copy to put it together.
        this.#take(bytes.subarray(at, at + size), size);
        at += size;
        continue;
      }
      const part = bytes.subarray(at, at + size - this.#held);
      this.#block.set(part, this.#held);
      this.#held += part.length;
      at += part.length;
      if (this.#held === size) {
        this.#held = 0;
        this.#take(this.#block.subarray(0, size), size);
      }
    }
  }

  end(): void {
    if (this.#isRefused) return;
    const rest = this.#block.subarray(0, this.#held);
    this.#held = 0;
    if (this.#offset === 0) {
      if (hasEvtxSignature(rest)) this.#damage('damaged', 0, 'is an event log that ends inside its header');
      else this.#damage('not-evtx', 0, 'is no event log: it does not start with "ElfFile"');
    } else if (rest.length > 0 || this.#isDoubtful) this.#take(rest, rest.length);
  }

  #take(block: Uint8Array, size: number): void {
    if (this.#offset === 0) this.#header(block);
    else {
      if (this.#isDoubtful && !this.#resolveDoubt(block)) return;
      const context = {
        fileOffset: this.#offset,
        isDirty: this.#isDirty,
        recoverSlack: this.options.recoverSlack ?? false,
      };
      this.#reader.read(block, context, this.emit);
    }
    this.#offset += size;
  }

  #header(block: Uint8Array): void {
    const header = readFileHeader(block);
    this.#isDirty = header.isDirty;
    if (!header.hasSignature) this.#isDoubtful = true;
    else if (!header.isIntact) {
      this.#damage(
        'damaged',
        0,
        'is a file header that does not match its checksum; the chunks after it were read all the same',
      );
    }
  }

  #resolveDoubt(chunk: Uint8Array): boolean {
    this.#isDoubtful = false;
    if (hasChunkSignature(chunk)) {
      this.#damage(
        'damaged',
        0,
        'is a file header that does not start with "ElfFile"; the chunks after it were read all the same',
      );
      return true;
    }
    this.#damage('not-evtx', 0, 'is no event log: it does not start with "ElfFile"');
    this.#isRefused = true;
    return false;
  }

  #damage(reason: 'damaged' | 'not-evtx', offset: number, message: string): void {
    this.emit({ kind: 'damage', reason, message, recordId: 0, offset });
  }
}

/** Every record of an event log held in memory, and what is damaged in it, in the order of the bytes. Never throws. */
export function* readEvtx(bytes: Uint8Array, options: EvtxOptions = {}): Generator<EvtxItem, void, undefined> {
  const found: EvtxItem[] = [];
  const stream = new EvtxStream(options, (item) => found.push(item));
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    stream.push(bytes.subarray(at, at + CHUNK_BYTES));
    yield* found.splice(0);
  }
  stream.end();
  yield* found.splice(0);
}
