/** Bytes of files and streams, chunk by chunk: never a whole file in memory. */

import { createReadStream } from 'node:fs';

/** Large enough that the work between two waits is worth it, small enough to hold a few. */
export const CHUNK_BYTES = 1024 * 1024;

/** Each chunk is a buffer of its own, which whoever gets it may keep. Fails with Node's own error if the file cannot be read. */
export function fileChunks(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: CHUNK_BYTES });
}

export interface Peeked {
  /** At least as many bytes as were asked for, if there are so many. */
  readonly first: Uint8Array;
  /** The whole stream from its start. */
  readonly all: AsyncIterable<Uint8Array>;
  /** To be called in the end, whether all was read or not: nothing else closes a file of which only the beginning was looked at. */
  close(): Promise<void>;
}

export async function peek(chunks: AsyncIterable<Uint8Array>, size: number): Promise<Peeked> {
  const iterator = chunks[Symbol.asyncIterator]();
  const held: Uint8Array[] = [];
  let total = 0;
  while (total < size) {
    const next = await iterator.next();
    if (next.done === true) break;
    held.push(next.value);
    total += next.value.length;
  }
  const first = held.length === 1 ? held[0]! : Buffer.concat(held);
  const close = async (): Promise<void> => void (await iterator.return?.());
  return { first, all: prepend(first, iterator), close };
}

async function* prepend(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** The whole stream in one buffer; `undefined` if it is longer than `maxBytes`, of which then no more has been read than that. */
export async function collect(chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer | undefined> {
  const held: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > maxBytes) return undefined;
    held.push(chunk);
  }
  return Buffer.concat(held, total);
}
