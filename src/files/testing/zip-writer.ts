/** Writes zip archives for tests, with whatever names, methods and lies they need. Layout: APPNOTE.TXT 4.3. */

import { deflateRawSync } from 'node:zlib';
import { crc32 } from '../../sources/evtx/crc32.js';

export interface ZipFileSpec {
  readonly name: string;
  readonly content: Uint8Array | string;
  /** Stored as it is, not deflated. */
  readonly isStored?: boolean;
  readonly isEncrypted?: boolean;
  /** Another number than 0 (stored) or 8 (deflated). */
  readonly method?: number;
}

export function writeZip(files: readonly ZipFileSpec[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const file of files) {
    const content = Buffer.from(file.content as Uint8Array);
    const packed = file.isStored === true ? content : deflateRawSync(content);
    const name = Buffer.from(file.name);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    // Bit 0: encrypted; bit 11: the name is UTF-8.
    fields.writeUInt16LE(0x800 | (file.isEncrypted === true ? 1 : 0), 2);
    fields.writeUInt16LE(file.method ?? (file.isStored === true ? 0 : 8), 4);
    fields.writeUInt32LE(crc32(content, 0, content.length), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(content.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, name, packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(at, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0', 'latin1'), fields, rest, name]));
    parts.push(local);
    at += local.length;
  }
  const size = directory.reduce((sum, entry) => sum + entry.length, 0);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...directory, end]);
}
