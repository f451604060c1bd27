/** Unpacks gzip as it comes, several members after another too, and keeps all that can be unpacked of a stream that is cut or damaged. */

import { setImmediate } from 'node:timers/promises';
import { createGunzip, type Gunzip } from 'node:zlib';

/** Compressed bytes handed to zlib at once: bounds what one step can unpack to (deflate: at most 1032 times as much). */
const STEP_BYTES = 64 * 1024;
/** Unpacked bytes zlib gathers before it hands them over: what an error in their midst loses at most. */
const UNPACKED_BYTES = 256 * 1024;

export type GzipEnd =
  | { readonly kind: 'whole' }
  /** Recorders that were stopped leave streams without their end; the content before is whole. */
  | { readonly kind: 'cut' }
  | { readonly kind: 'damaged'; readonly message: string };

/** @param onEnd  called once, after the last bytes; not called if the reader stops early */
export async function* gunzip(
  chunks: AsyncIterable<Uint8Array>,
  onEnd: (end: GzipEnd) => void,
): AsyncGenerator<Uint8Array> {
  const unpacker = new Unpacker();
  try {
    let pending: Promise<void> | undefined;
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length && !unpacker.isDone; at += STEP_BYTES) {
        await pending;
        await unpacker.drained();
        const unpacked = unpacker.take();
        // The next step runs in zlib's thread while the caller works on this one.
        pending = unpacker.write(chunk.subarray(at, at + STEP_BYTES));
        yield* unpacked;
      }
      if (unpacker.isDone) break;
    }
    await pending;
    await unpacker.drained();
    yield* unpacker.take();
    await unpacker.end();
    yield* unpacker.take();
    onEnd(unpacker.outcome);
  } finally {
    unpacker.close();
  }
}

/** Node's stream, driven step by step: piped, it throws away what it has unpacked when it meets an error. */
class Unpacker {
  readonly #stream: Gunzip = createGunzip({ chunkSize: UNPACKED_BYTES });
  readonly #finished: Promise<void>;
  #unpacked: Uint8Array[] = [];
  #error: NodeJS.ErrnoException | undefined;
  /** No more input is taken: an error, or bytes after the end that are no further member. */
  isDone = false;

  constructor() {
    this.#stream.on('data', (bytes: Uint8Array) => this.#unpacked.push(bytes));
    this.#finished = new Promise((resolve) => {
      const finish = (): void => {
        this.isDone = true;
        resolve();
      };
      this.#stream.on('end', finish);
      this.#stream.on('close', finish);
      this.#stream.on('error', (error) => {
        this.#error ??= error;
        finish();
      });
    });
  }

  /** Resolves when the bytes are unpacked, or will never be. */
  write(bytes: Uint8Array): Promise<void> {
    const written = new Promise<void>((resolve) => {
      this.#stream.write(bytes, () => resolve());
    });
    return Promise.race([written, this.#finished]);
  }

  /** What is unpacked may wait in the stream for a turn of the loop; an error in the next step would lose it. */
  async drained(): Promise<void> {
    while (this.#stream.readableLength > 0 && !this.isDone) await setImmediate();
  }

  take(): Uint8Array[] {
    const unpacked = this.#unpacked;
    this.#unpacked = [];
    return unpacked;
  }

  end(): Promise<void> {
    if (!this.isDone) this.#stream.end();
    return this.#finished;
  }

  get outcome(): GzipEnd {
    if (this.#error === undefined) return { kind: 'whole' };
    return this.#error.code === 'Z_BUF_ERROR' ? { kind: 'cut' } : { kind: 'damaged', message: this.#error.message };
  }

  close(): void {
    this.#stream.destroy();
  }
}
