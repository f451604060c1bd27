/**
 * Snapshots of one engine in a folder, as `SnapshotStore` of src/app/ports.ts states it: a file each, `00000000000000000123.snapshot`, named by the position
 * that it was taken at. It is written under another name, synced, and renamed, so what bears the name was whole once. It begins with a label of eight
 * bytes and holds frames; numbers are little-endian:
 *
 *     offset  bytes
 *          0      1  kind: 1 head (JSON), 2 chunk, 3 end (JSON: how many chunks, and their bytes)
 *          1      4  which frame of the file it is, from 0
 *          5      4  length of the payload
 *          9      4  checksum of the payload and the 9 bytes before
 *         13      …  payload
 */

import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { AppError } from '../app/app-error.js';
import type { SnapshotHead, SnapshotStore } from '../app/ports.js';
import { diskFiles, readFully, writeFully, type LogFile, type LogFiles } from './files.js';

export interface SnapshotFiles extends LogFiles {
  /** Takes the place of a file that bears the name already. */
  rename(from: string, to: string): Promise<void>;
  /** Does nothing where it is there. */
  makeFolder(path: string): Promise<void>;
}

export const diskSnapshotFiles: SnapshotFiles = {
  ...diskFiles,
  rename: (from, to) => fs.rename(from, to),
  makeFolder: async (path) => void (await fs.mkdir(path, { recursive: true, mode: 0o700 })),
};

export interface SnapshotFolderOptions {
  /** A snapshot is given up rather than leave less room than this on the disk: the log and the state need it more. */
  readonly reserveBytes?: number;
  readonly files?: SnapshotFiles;
}

const RESERVE_BYTES = 256 * 1024 * 1024;
/** Room is asked for again after so many chunks. */
const CHUNKS_PER_LOOK = 32;
/** Whatever a frame says of its length, more is never read. The longest chunk is one long rule file. */
const FRAME_BYTES_MAX = 256 * 1024 * 1024;

const LABEL = Buffer.from('CSSNAP\0\x01', 'latin1');
const HEADER_BYTES = 13;
const HEAD = 1;
const CHUNK = 2;
const END = 3;

const NAME = /^(\d{20})\.snapshot$/;
const UNFINISHED = 'unfinished.tmp';

/** The folder is made with the first snapshot. */
export function snapshotFolder(folder: string, options: SnapshotFolderOptions = {}): SnapshotStore {
  return new SnapshotFolder(folder, options.files ?? diskSnapshotFiles, options.reserveBytes ?? RESERVE_BYTES);
}

class SnapshotFolder implements SnapshotStore {
  constructor(
    private readonly folder: string,
    private readonly files: SnapshotFiles,
    private readonly reserveBytes: number,
  ) {}

  async write(head: SnapshotHead, chunks: Iterable<Uint8Array>): Promise<void> {
    const unfinished = join(this.folder, UNFINISHED);
    try {
      await this.files.makeFolder(this.folder);
      await this.files.remove(unfinished);
      const file = await this.files.open(unfinished, 'create');
      try {
        await this.#writeFrames(file, head, chunks);
        await file.sync();
      } finally {
        await file.close();
      }
      await this.files.rename(unfinished, join(this.folder, nameOf(head.position)));
      await this.files.syncFolder(this.folder);
    } catch (error) {
      await this.files.remove(unfinished).catch(() => undefined);
      const reason = error instanceof Error ? error.message : String(error);
      const message = `A snapshot could not be written in ${this.folder}: ${reason}. The next start reads more of the log.`;
      throw new AppError('SNAPSHOT_FAILED', message, { cause: error });
    }
    await this.#removeOthers(head.position);
  }

  async list(): Promise<readonly SnapshotHead[]> {
    const heads: SnapshotHead[] = [];
    for (const position of await this.#positions()) {
      const head = await this.#head(position);
      if (head !== undefined) heads.push(head);
    }
    return heads;
  }

  async *read({ position }: SnapshotHead): AsyncIterable<Uint8Array> {
    const path = join(this.folder, nameOf(position));
    const file = await this.#open(path);
    try {
      const frames = await FrameReader.open(file, path);
      await frames.next(HEAD);
      let chunks = 0;
      let bytes = 0;
      for (;;) {
        const { kind, payload } = await frames.next(CHUNK, END);
        if (kind === END) {
          frames.finish(payload, { chunks, bytes });
          return;
        }
        chunks++;
        bytes += payload.length;
        yield payload;
      }
    } finally {
      await file.close();
    }
  }

  async #writeFrames(file: LogFile, head: SnapshotHead, chunks: Iterable<Uint8Array>): Promise<void> {
    let at = 0;
    let index = 0;
    const write = async (kind: number, payload: Uint8Array): Promise<void> => {
      const header = Buffer.alloc(HEADER_BYTES);
      header[0] = kind;
      header.writeUInt32LE(index++, 1);
      header.writeUInt32LE(payload.length, 5);
      header.writeUInt32LE(checksum(header, payload), 9);
      await writeFully(file, header, at);
      await writeFully(file, payload, at + HEADER_BYTES);
      at += HEADER_BYTES + payload.length;
    };
    await writeFully(file, LABEL, 0);
    at = LABEL.length;
    await write(HEAD, Buffer.from(JSON.stringify(head)));
    let count = 0;
    let bytes = 0;
    for (const chunk of chunks) {
      if (count % CHUNKS_PER_LOOK === 0) await this.#demandRoom();
      await write(CHUNK, chunk);
      // Chunks may be written in place, and events come in and are answered meanwhile.
      await new Promise((resolve) => setImmediate(resolve));
      count++;
      bytes += chunk.length;
    }
    await write(END, Buffer.from(JSON.stringify({ chunks: count, bytes })));
  }

  async #demandRoom(): Promise<void> {
    const { free } = await this.files.space(this.folder);
    if (free < this.reserveBytes) throw new Error('the disk is nearly full');
  }

  /** Newest first. */
  async #positions(): Promise<readonly number[]> {
    const names = await this.files.list(this.folder).catch((): readonly string[] => []);
    const positions = names.flatMap((name) => Number(NAME.exec(name)?.[1] ?? []));
    return positions.filter((position) => Number.isSafeInteger(position)).sort((one, other) => other - one);
  }

  async #head(position: number): Promise<SnapshotHead | undefined> {
    const path = join(this.folder, nameOf(position));
    let file: LogFile | undefined;
    try {
      file = await this.#open(path);
      const { payload } = await (await FrameReader.open(file, path)).next(HEAD);
      const head = JSON.parse(Buffer.from(payload).toString()) as SnapshotHead;
      return head.position === position && typeof head.identity === 'string' ? head : undefined;
    } catch {
      // Whatever is wrong with it: there are others, and the log.
      return undefined;
    } finally {
      await file?.close();
    }
  }

  async #open(path: string): Promise<LogFile> {
    try {
      return await this.files.open(path, 'read');
    } catch (error) {
      throw new AppError('SNAPSHOT_DAMAGED', `The snapshot ${path} cannot be opened.`, { cause: error });
    }
  }

  /** Besides the newest, the one before it is kept. One that lies further on is of a log that is no more. */
  async #removeOthers(newest: number): Promise<void> {
    let kept = 0;
    for (const position of await this.#positions()) {
      if (position <= newest && kept++ < 2) continue;
      // One that stays is looked at again after the next.
      await this.files.remove(join(this.folder, nameOf(position))).catch(() => undefined);
    }
  }
}

interface Frame {
  readonly kind: number;
  readonly payload: Buffer;
}

/** Frames one after another, each of which is what was written, or a fault. */
class FrameReader {
  #at = LABEL.length;
  #index = 0;

  private constructor(
    private readonly file: LogFile,
    private readonly path: string,
    private readonly size: number,
  ) {}

  static async open(file: LogFile, path: string): Promise<FrameReader> {
    const reader = new FrameReader(file, path, (await file.stat()).size);
    const label = await reader.#read(0, LABEL.length);
    if (!label.equals(LABEL)) throw reader.#damaged('begins otherwise than a snapshot of this version');
    return reader;
  }

  async next(...kinds: readonly number[]): Promise<Frame> {
    const header = await this.#read(this.#at, HEADER_BYTES);
    const kind = header[0]!;
    const length = header.readUInt32LE(5);
    const start = this.#at + HEADER_BYTES;
    if (length > FRAME_BYTES_MAX || start + length > this.size) throw this.#damaged('ends too early');
    const payload = await this.#read(start, length);
    const isWhole = header.readUInt32LE(1) === this.#index && header.readUInt32LE(9) === checksum(header, payload);
    if (!isWhole || !kinds.includes(kind)) throw this.#damaged('is not what was written');
    this.#index++;
    this.#at = start + length;
    return { kind, payload };
  }

  /** The end mark must say what was read, and nothing may follow. */
  finish(mark: Buffer, expected: { readonly chunks: number; readonly bytes: number }): void {
    if (mark.toString() !== JSON.stringify(expected) || this.#at !== this.size)
      throw this.#damaged('ends otherwise than it was written');
  }

  async #read(at: number, length: number): Promise<Buffer> {
    let bytes: Buffer;
    try {
      bytes = await readFully(this.file, at, length);
    } catch (error) {
      throw this.#damaged('cannot be read', error);
    }
    if (bytes.length < length) throw this.#damaged('ends too early');
    return bytes;
  }

  #damaged(what: string, cause?: unknown): AppError {
    return new AppError('SNAPSHOT_DAMAGED', `The snapshot ${this.path} ${what} (byte ${this.#at}).`, { cause });
  }
}

function checksum(header: Buffer, payload: Uint8Array): number {
  // The payload first: zlib forgets what came before where it is given nothing.
  return crc32(header.subarray(0, 9), crc32(payload));
}

function nameOf(position: number): string {
  return `${String(position).padStart(20, '0')}.snapshot`;
}
