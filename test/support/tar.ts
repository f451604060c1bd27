/** Reads the plain files of a tar archive (ustar with pax or GNU long names), for recorded data that is kept packed. */

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const BLOCK = 512;

export interface TarFile {
  readonly path: string;
  readonly text: string;
}

export function readTarGz(archive: string): readonly TarFile[] {
  const bytes = gunzipSync(readFileSync(archive));
  const files: TarFile[] = [];
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at] !== 0;) {
    const field = (start: number, length: number): string =>
      bytes.toString('utf8', at + start, at + start + length).replace(/\0[^]*$/, '');
    const size = Number.parseInt(field(124, 12).trim() || '0', 8);
    const body = bytes.toString('utf8', at + BLOCK, at + BLOCK + size);
    const prefix = field(257, 5) === 'ustar' ? field(345, 155) : '';
    const path = longName ?? (prefix === '' ? field(0, 100) : `${prefix}/${field(0, 100)}`);
    const type = field(156, 1);
    longName = undefined;
    if (type === 'x') longName = /\d+ path=(.*)\n/.exec(body)?.[1];
    else if (type === 'L') longName = body.replace(/\0[^]*$/, '');
    else if (type === '0' || type === '') files.push({ path, text: body });
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}
