/**
 * One file of the log: `00000000000000000001.log`, named by the position of its first record. It begins with the same 32 bytes twice, so that one
 * damaged sector does not cost the segment, and then holds frames (`frame.ts`) one after another.
 *
 *     offset  bytes
 *          0      8  "CSLOG" and the version of the layout
 *          8      4  salt of the checksums
 *         12      8  position of the first record (double)
 *         20      4  checksum of bytes 0–19
 *         24      8  zero
 */

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { readFully, writeFully, type LogFile, type LogFiles } from './files.js';

const COPY_BYTES = 32;
export const SEGMENT_HEADER_BYTES = 2 * COPY_BYTES;
const LABEL = Buffer.from('CSLOG\0\0\x01', 'latin1');

const NAME = /^(\d{20})\.log$/;

export interface SegmentName {
  readonly name: string;
  readonly firstPosition: number;
}

/** Segments of a folder in order of position; other files are none of ours. */
export async function listSegments(files: LogFiles, folder: string): Promise<SegmentName[]> {
  const found: SegmentName[] = [];
  for (const name of await files.list(folder)) {
    const digits = NAME.exec(name)?.[1];
    if (digits !== undefined) found.push({ name, firstPosition: Number(digits) });
  }
  return found.sort((one, other) => one.firstPosition - other.firstPosition);
}

export function segmentName(firstPosition: number): string {
  return `${String(firstPosition).padStart(20, '0')}.log`;
}

/** Makes the file and its name durable before anything is put into it. */
export async function createSegment(
  files: LogFiles,
  folder: string,
  firstPosition: number,
): Promise<{ readonly file: LogFile; readonly name: string; readonly salt: number }> {
  const name = segmentName(firstPosition);
  const salt = randomBytes(4).readUInt32LE(0);
  const file = await files.open(join(folder, name), 'create');
  await writeFully(file, encodeSegmentHeader(firstPosition, salt), 0);
  await file.sync();
  await files.syncFolder(folder);
  return { file, name, salt };
}

export function encodeSegmentHeader(firstPosition: number, salt: number): Buffer {
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES);
  LABEL.copy(bytes, 0);
  bytes.writeUInt32LE(salt, 8);
  bytes.writeDoubleLE(firstPosition, 12);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 20)), 20);
  bytes.copyWithin(COPY_BYTES, 0, COPY_BYTES);
  return bytes;
}

/** @returns `undefined` where both copies are damaged: without the salt, nothing in the segment can be checked */
export async function readSalt(file: LogFile): Promise<number | undefined> {
  const bytes = await readFully(file, 0, SEGMENT_HEADER_BYTES);
  for (const start of [0, COPY_BYTES]) {
    const copy = bytes.subarray(start, start + COPY_BYTES);
    if (copy.length < COPY_BYTES || !copy.subarray(0, LABEL.length).equals(LABEL)) continue;
    if (copy.readUInt32LE(20) === crc32(copy.subarray(0, 20))) return copy.readUInt32LE(8);
  }
  return undefined;
}
