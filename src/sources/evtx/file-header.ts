/**
 * The first block of an event log.
 *
 *     0  "ElfFile\0"   8 first chunk   16 last chunk   24 next record id   32 header size (128)   36 version   40 block size (4096)
 *     42 number of chunks   120 flags: 1 dirty, 2 full   124 CRC of bytes 0–119
 *
 * Chunks are found by their place, not by this block's counts: in a log that was copied while in use the counts are old.
 */

import { crc32 } from './crc32.js';

/** The header's block; chunks follow. */
export const FILE_HEADER_BYTES = 4096;
const SIGNATURE = [0x45, 0x6c, 0x66, 0x46, 0x69, 0x6c, 0x65, 0x00];

export interface FileHeader {
  readonly hasSignature: boolean;
  readonly isIntact: boolean;
  /** Windows had the log open when it was copied, or never came to close it. */
  readonly isDirty: boolean;
}

/** @param bytes  at least 128 of them */
export function readFileHeader(bytes: Uint8Array): FileHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    hasSignature: hasEvtxSignature(bytes),
    isIntact: crc32(bytes, 0, 120) === view.getUint32(124, true),
    isDirty: (view.getUint32(120, true) & 1) !== 0,
  };
}

export function hasEvtxSignature(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, index) => bytes[index] === byte);
}
