/** Where a back-up is written to: a folder with the files as they are, or one archive of them. Everything is on the disk when `close` resolves. */

import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { createGzip } from 'node:zlib';
import { diskFiles } from '../../log/files.js';
import { CommandError } from '../exit.js';
import { makeFolder } from '../make-folder.js';
import { TAR_END, tarHeader, tarPadding, type TarEntry } from './tar.js';

export interface BackupTarget {
  add(entry: TarEntry, content: AsyncIterable<Buffer>): Promise<void>;
  close(): Promise<void>;
  /** Takes away what was written. */
  discard(): Promise<void>;
}

const ARCHIVE = /\.(?:tar|tar\.gz|tgz)$/i;

export function isArchiveName(path: string): boolean {
  return ARCHIVE.test(path);
}

/** @throws CommandError where something is there already */
export async function openTarget(path: string, timeMs: number): Promise<BackupTarget> {
  return isArchiveName(path) ? await openArchive(path, timeMs) : await openFolder(path);
}

async function openFolder(folder: string): Promise<BackupTarget> {
  makeFolder(folder);
  if ((await fs.readdir(folder)).length > 0)
    throw new CommandError(`${folder} is not empty. Name a folder that is, or one that does not exist.`);
  return {
    add: (entry, content) => writeFile(folder, entry, content),
    async close() {
      await syncTree(folder);
      await diskFiles.syncFolder(dirname(folder));
    },
    async discard() {
      for (const name of await fs.readdir(folder)) await fs.rm(join(folder, name), { recursive: true });
    },
  };
}

/** One file with its mode, and the folders above it for the owner alone; on the disk when this resolves. */
export async function writeFile(root: string, entry: TarEntry, content: AsyncIterable<Buffer>): Promise<void> {
  const path = join(root, ...entry.path.split('/'));
  await fs.mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const handle = await fs.open(path, 'wx', 0o600);
  try {
    for await (const piece of content) await handle.writeFile(piece);
    await handle.chmod(entry.mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes the names in a folder and all below it durable. */
export async function syncTree(folder: string): Promise<void> {
  for (const entry of await fs.readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await syncTree(join(folder, entry.name));
  await diskFiles.syncFolder(folder);
}

async function openArchive(path: string, timeMs: number): Promise<BackupTarget> {
  const handle = await fs.open(path, 'wx', 0o600).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      throw new CommandError(`${path} exists already. Name another file.`);
    throw error;
  });
  const archive = new PassThrough();
  // Events are repetitive text: the quick levels make them a tenth already.
  const packed = path.toLowerCase().endsWith('.tar') ? archive : archive.pipe(createGzip({ level: 3 }));
  const written = (async () => {
    for await (const piece of packed as AsyncIterable<Buffer>) await handle.writeFile(piece);
  })();
  // Told by `write` and `close`; unheard in between, it would end the program.
  let failure: unknown;
  written.catch((error: unknown) => (failure = error));
  const write = async (bytes: Uint8Array): Promise<void> => {
    if (failure === undefined && !archive.write(bytes)) await Promise.race([once(archive, 'drain'), written]);
    if (failure !== undefined) throw failure;
  };
  return {
    async add(entry, content) {
      await write(tarHeader(entry, timeMs));
      for await (const piece of content) await write(piece);
      await write(tarPadding(entry.bytes));
    },
    async close() {
      await write(TAR_END);
      archive.end();
      await written;
      await handle.sync();
      await handle.close();
      await diskFiles.syncFolder(dirname(path));
    },
    async discard() {
      archive.end();
      await written.catch(() => undefined);
      await handle.close();
      await fs.rm(path, { force: true });
    },
  };
}
