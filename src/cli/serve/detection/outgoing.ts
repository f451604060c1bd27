/** Pieces of deliveries that leave for a detection thread together: all that one turn of the event loop has read goes in one block, handed over without a copy. */

import type { Piece, ToDetection } from './messages.js';

/** A block that is this large does not wait for more. */
const BLOCK_BYTES = 256 * 1024;

export class Outgoing {
  #parts: Uint8Array[] = [];
  #pieces: Piece[] = [];
  #bytes = 0;

  constructor(private readonly send: (message: ToDetection, transfer: readonly ArrayBuffer[]) => void) {}

  /** @param bytes  stay as they are until they have left */
  add(piece: Omit<Piece, 'start' | 'end'>, bytes: Uint8Array | undefined): void {
    const start = this.#bytes;
    if (bytes !== undefined) {
      this.#parts.push(bytes);
      this.#bytes += bytes.length;
    }
    this.#pieces.push({ ...piece, start, end: this.#bytes });
    if (this.#bytes >= BLOCK_BYTES) this.#flush();
    else if (this.#pieces.length === 1) setImmediate(() => this.#flush());
  }

  /** What has not left is not sent any more. */
  clear(): void {
    this.#parts = [];
    this.#pieces = [];
    this.#bytes = 0;
  }

  #flush(): void {
    if (this.#pieces.length === 0) return;
    const block = new Uint8Array(this.#bytes);
    let offset = 0;
    for (const part of this.#parts) {
      block.set(part, offset);
      offset += part.length;
    }
    const message: ToDetection = { kind: 'pieces', block, pieces: this.#pieces };
    this.clear();
    this.send(message, [block.buffer]);
  }
}
