/**
 * Plain files in a tar archive: ustar, with a pax header where a path or a size does not fit into it (POSIX.1-2017, pax, *ustar Interchange Format*).
 *
 *     offset  bytes                     offset  bytes
 *          0    100  path                  124     12  size, octal
 *        100      8  mode, octal           148      8  sum of the header's bytes, octal
 *        108     16  owner, group: 0       156      1  '0' a file, 'x' a pax header for the next entry
 *        136     12  time, octal           257      8  "ustar" NUL "00"
 */

const BLOCK = 512;
const PATH_BYTES = 100;
const SIZE_MAX = 8 ** 11 - 1;
/** Of pax headers that are read; ours have one path and one size. */
const PAX_BYTES_MAX = 64 * 1024;

export interface TarEntry {
  readonly path: string;
  readonly mode: number;
  readonly bytes: number;
}

/** What goes in front of a file's bytes; behind them comes `tarPadding`. */
export function tarHeader({ path, mode, bytes }: TarEntry, timeMs: number): Buffer {
  const name = Buffer.from(path);
  const records: Buffer[] = [];
  // eslint-disable-next-line no-control-regex
  if (name.length > PATH_BYTES || /[^\x20-\x7e]/.test(path)) records.push(paxRecord('path', path));
  if (bytes > SIZE_MAX) records.push(paxRecord('size', String(bytes)));
  const own = header(name.subarray(0, PATH_BYTES), mode, Math.min(bytes, SIZE_MAX), '0', timeMs);
  if (records.length === 0) return own;
  const pax = Buffer.concat(records);
  const before = header(Buffer.from('pax'), 0o600, pax.length, 'x', timeMs);
  return Buffer.concat([before, pax, tarPadding(pax.length), own]);
}

export function tarPadding(bytes: number): Buffer {
  return Buffer.alloc((BLOCK - (bytes % BLOCK)) % BLOCK);
}

export const TAR_END = Buffer.alloc(2 * BLOCK);

function header(name: Uint8Array, mode: number, bytes: number, type: string, timeMs: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.set(name, 0);
  const octal = (value: number, at: number, length: number): void =>
    void block.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1');
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(bytes, 124, 12);
  octal(Math.floor(timeMs / 1000), 136, 12);
  block.write(type, 156, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  block.write(`${sumOf(block).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** The field of the sum itself counts as blanks. */
function sumOf(block: Buffer): number {
  let sum = 8 * 0x20;
  for (const [at, byte] of block.entries()) if (at < 148 || at >= 156) sum += byte;
  return sum;
}

/** `LENGTH KEY=VALUE\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`);
  let length = rest.length;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

export interface TarFile extends TarEntry {
  /** To be read to its end before the next file is asked for. */
  readonly content: AsyncIterable<Buffer>;
}

/** @throws TarError where the bytes are no archive, or end too early */
export async function* readTar(bytes: AsyncIterable<Buffer>): AsyncGenerator<TarFile> {
  const reader = new Reader(bytes);
  try {
    yield* readFiles(reader);
  } finally {
    await reader.close();
  }
}

async function* readFiles(reader: Reader): AsyncGenerator<TarFile> {
  let pax: { path?: string; bytes?: number } = {};
  for (;;) {
    const block = await reader.take(BLOCK);
    if (block.every((byte) => byte === 0)) return;
    const { entry, type } = readHeader(block);
    if (type === 'x') {
      if (entry.bytes > PAX_BYTES_MAX) throw new TarError('a header is longer than any that is written');
      pax = readPax(await reader.take(entry.bytes));
      await reader.take(tarPadding(entry.bytes).length);
      continue;
    }
    const file = { ...entry, ...pax };
    pax = {};
    const content = reader.stream(file.bytes);
    // Folders and the like bring no bytes that are wanted.
    if (type === '0' || type === '\0') yield { ...file, content };
    for await (const _rest of content) continue;
    await reader.take(tarPadding(file.bytes).length);
  }
}

export class TarError extends Error {
  override readonly name = 'TarError';
}

function readHeader(block: Buffer): { readonly entry: TarEntry; readonly type: string } {
  const text = (at: number, length: number): string => block.toString('utf8', at, at + length).replace(/\0[^]*$/, '');
  const octal = (at: number, length: number): number => {
    const digits = text(at, length).trim();
    if (!/^[0-7]+$/.test(digits)) throw new TarError('bytes that are no header of a file');
    return Number.parseInt(digits, 8);
  };
  if (octal(148, 8) !== sumOf(block)) throw new TarError('bytes that are no header of a file');
  const prefix = text(345, 155);
  const path = prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`;
  return { entry: { path, mode: octal(100, 8), bytes: octal(124, 12) }, type: block.toString('latin1', 156, 157) };
}

function readPax(body: Buffer): { path?: string; bytes?: number } {
  const found: { path?: string; bytes?: number } = {};
  for (let at = 0; at < body.length;) {
    const match = /^(\d{1,6}) ([a-zA-Z.]+)=/.exec(body.toString('latin1', at, at + 64));
    const length = Number(match?.[1]);
    if (match === null || length < match[0].length || at + length > body.length)
      throw new TarError('a header that cannot be read');
    const value = body.toString('utf8', at + match[0].length, at + length - 1);
    if (match[2] === 'path') found.path = value;
    else if (match[2] === 'size' && /^\d{1,15}$/.test(value)) found.bytes = Number(value);
    at += length;
  }
  return found;
}

class Reader {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(bytes: AsyncIterable<Buffer>) {
    this.#chunks = bytes[Symbol.asyncIterator]();
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async take(length: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of this.stream(length)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  async *stream(length: number): AsyncGenerator<Buffer> {
    for (let left = length; left > 0;) {
      if (this.#rest.length === 0) {
        const next = await this.#chunks.next();
        if (next.done === true) throw new TarError('it ends in the middle');
        this.#rest = next.value;
      }
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }
}
