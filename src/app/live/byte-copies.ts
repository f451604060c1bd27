/** Copies of records, many in one block: a buffer each would cost more than the copying. */

const BLOCK_BYTES = 64 * 1024;
/** A longer one gets a buffer of its own, so that little of a block stays empty. */
const SHARED_BYTES = BLOCK_BYTES / 8;

export class ByteCopies {
  #block = new Uint8Array(0);
  #used = 0;

  of(bytes: Uint8Array): Uint8Array {
    const { length } = bytes;
    if (length > SHARED_BYTES) return new Uint8Array(bytes);
    if (this.#used + length > this.#block.length) {
      this.#block = new Uint8Array(BLOCK_BYTES);
      this.#used = 0;
    }
    this.#block.set(bytes, this.#used);
    return this.#block.subarray(this.#used, (this.#used += length));
  }
}
