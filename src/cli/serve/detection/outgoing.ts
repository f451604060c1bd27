/**
 * Pieces of deliveries that leave for a detection thread together: all that one turn of the event loop has read. Large ones that fill their buffer
 * are handed over with it; others are joined in one, as each buffer that is handed over has its price.
 *
 *     pieces   a 64 KiB │ a 64 KiB │ b 2 KiB │ c 2 KiB │ d 20 KiB
 *     blocks   ▼ 1        ▼ 2        ▼ 0       ▼ 0       ▼ 3
 */

import type { Piece, ToDetection } from './messages.js';

/** So much does not wait for more. */
const FULL_BYTES = 256 * 1024;
/** From here on copying costs more than handing over. */
const LARGE_BYTES = 16 * 1024;
/** The block of the small ones. */
const JOINED = 0;

export class Outgoing {
  #small: Uint8Array[] = [];
  #smallBytes = 0;
  #large: Uint8Array<ArrayBuffer>[] = [];
  #pieces: Piece[] = [];
  #bytes = 0;

  constructor(private readonly send: (message: ToDetection, transfer: readonly ArrayBuffer[]) => void) {}

  /** @param bytes  given away, with their buffer where they fill it; others stay as they are until they have left */
  add(piece: Omit<Piece, 'block' | 'start' | 'end'>, bytes: Uint8Array | undefined): void {
    this.#pieces.push({ ...piece, ...this.#place(bytes) });
    this.#bytes += bytes?.length ?? 0;
    if (this.#bytes >= FULL_BYTES) this.#flush();
    else if (this.#pieces.length === 1) setImmediate(() => this.#flush());
  }

  /** What has not left is not sent any more. */
  clear(): void {
    this.#small = [];
    this.#smallBytes = 0;
    this.#large = [];
    this.#pieces = [];
    this.#bytes = 0;
  }

  #place(bytes: Uint8Array | undefined): Pick<Piece, 'block' | 'start' | 'end'> {
    const start = this.#smallBytes;
    if (bytes === undefined) return { block: JOINED, start, end: start };
    if (bytes.length >= LARGE_BYTES && fillsItsBuffer(bytes)) {
      return { block: this.#large.push(bytes), start: 0, end: bytes.length };
    }
    this.#small.push(bytes);
    this.#smallBytes += bytes.length;
    return { block: JOINED, start, end: this.#smallBytes };
  }

  #flush(): void {
    if (this.#pieces.length === 0) return;
    const blocks = [this.#joined(), ...this.#large];
    const message: ToDetection = { kind: 'pieces', blocks, pieces: this.#pieces };
    this.clear();
    this.send(
      message,
      blocks.map(({ buffer }) => buffer),
    );
  }

  #joined(): Uint8Array<ArrayBuffer> {
    const block = new Uint8Array(this.#smallBytes);
    let offset = 0;
    for (const part of this.#small) {
      block.set(part, offset);
      offset += part.length;
    }
    return block;
  }
}

function fillsItsBuffer(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer && bytes.length === bytes.buffer.byteLength;
}
