/**
 * Memory that a disk can take bytes from as it is, so that a large write goes past the page cache: such a write has to begin and end with a block, in the
 * file and in memory. Node's own buffers begin anywhere; the memory of a WebAssembly module, which is made by whole pages, does not.
 */

/** What file systems ask for: their own block, or a sector of the disk, which is no larger. */
export const BLOCK_BYTES = 4096;

const PAGE_BYTES = 64 * 1024;

declare const WebAssembly: {
  readonly Memory: new (size: { readonly initial: number; readonly maximum: number }) => {
    readonly buffer: ArrayBuffer;
  };
};

const MADE = new WeakSet<ArrayBufferLike>();

/** @returns at least so many bytes; where the system has no such memory to give, ordinary ones */
export function blockMemory(bytes: number): Buffer {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  try {
    const { buffer } = new WebAssembly.Memory({ initial: pages, maximum: pages });
    MADE.add(buffer);
    return Buffer.from(buffer);
  } catch {
    return Buffer.allocUnsafeSlow(bytes);
  }
}

/** Whether a part of `source` is whole blocks of such memory. */
export function isOfBlocks(source: Uint8Array, offset: number, length: number): boolean {
  return MADE.has(source.buffer) && areBlocks(source.byteOffset + offset) && areBlocks(length);
}

export function areBlocks(bytes: number): boolean {
  return bytes % BLOCK_BYTES === 0;
}
