/** The part of a file system that the log needs, so that tests can make it fail as disks do. */

import { constants, fdatasyncSync, writeSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { areBlocks, isOfBlocks } from './block-memory.js';
import { DirectFile } from './direct-file.js';
import { inPlaceWhile } from './in-place.js';

export interface LogFile {
  read(target: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
  write(
    source: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesWritten: number }>;
  datasync(): Promise<void>;
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  stat(): Promise<{ readonly size: number }>;
  close(): Promise<void>;
}

export type OpenMode = 'read' | 'write' | 'create';

export interface LogFiles {
  /** `create` fails where the file exists. */
  open(path: string, mode: OpenMode): Promise<LogFile>;
  /** Names in a folder. */
  list(folder: string): Promise<readonly string[]>;
  remove(path: string): Promise<void>;
  /** Makes new and removed names in a folder durable. */
  syncFolder(folder: string): Promise<void>;
  /** Bytes that may still be written, and bytes in all, of the file system that holds the folder. */
  space(folder: string): Promise<{ readonly free: number; readonly total: number }>;
}

const FLAGS: Readonly<Record<OpenMode, number>> = {
  read: constants.O_RDONLY,
  write: constants.O_RDWR,
  create: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL,
};

/** Only the owner may read what hosts have sent. */
const FILE_MODE = 0o600;

/**
 * Up to this size a write takes a millisecond or two, and is made at once: what comes back from the thread pool waits for
 * its turn behind all that is being judged, and one event a request pays five times as much for the trip alone.
 */
const WRITE_AT_ONCE_BYTES = 2 * 1024 * 1024;

/** A disk that answers within this time is waited for in place, for the same reason: what arrives meanwhile joins the next group. */
const QUICK_WRITE_MS = 4;
const QUICK_SYNC_MS = 1;

export const diskFiles: LogFiles = {
  async open(path, mode) {
    const handle = await fs.open(path, FLAGS[mode], FILE_MODE);
    const writing = inPlaceWhile<{ readonly bytesWritten: number }>(QUICK_WRITE_MS);
    const direct = mode === 'read' ? undefined : new DirectFile(path);
    const syncing = inPlaceWhile<void>(QUICK_SYNC_MS);
    return {
      read: (target, offset, length, position) => handle.read(target, offset, length, position),
      async write(source, offset, length, position) {
        const through = (
          file: fs.FileHandle,
        ): ReturnType<typeof writing> | Promise<{ readonly bytesWritten: number }> => {
          const inPool = (): Promise<{ readonly bytesWritten: number }> => file.write(source, offset, length, position);
          if (length > WRITE_AT_ONCE_BYTES) return inPool();
          return writing(() => ({ bytesWritten: writeSync(file.fd, source, offset, length, position) }), inPool);
        };
        // Copying into the page cache and having it written from there takes longer: `docs/decisions/records-pass-the-page-cache.md`.
        const isDirect = areBlocks(position) && isOfBlocks(source, offset, length);
        return (isDirect ? await direct?.write(through) : undefined) ?? through(handle);
      },
      async datasync() {
        return syncing(
          () => fdatasyncSync(handle.fd),
          () => handle.datasync(),
        );
      },
      sync: () => handle.sync(),
      truncate: (length) => handle.truncate(length),
      stat: () => handle.stat(),
      async close() {
        await direct?.close();
        await handle.close();
      },
    };
  },
  list: (folder) => fs.readdir(folder),
  remove: (path) => fs.rm(path, { force: true }),
  async syncFolder(folder) {
    // Windows cannot open a folder; there the file system's own journal keeps names.
    if (process.platform === 'win32') return;
    const handle = await fs.open(folder, constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  async space(folder) {
    const { bavail, blocks, bsize } = await fs.statfs(folder);
    return { free: bavail * bsize, total: blocks * bsize };
  },
};

/** @returns the bytes there are: fewer than `length` at the end of the file */
export async function readFully(file: LogFile, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

export async function writeFully(file: LogFile, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
