/** What a back-up holds, read file by file: from a folder, or from an archive as its bytes come. */

import { createReadStream } from 'node:fs';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { reasonOf } from '../reason-of.js';
import { CommandError } from '../exit.js';
import { decodeManifest, MANIFEST_NAME, type Manifest } from './manifest.js';
import { readTar, TarError, type TarFile } from './tar.js';

export interface BackupSource {
  readonly manifest: Manifest;
  /** Files that the manifest names; of an archive in its order. Damage that is met on the way is thrown. */
  files(): AsyncIterable<TarFile>;
}

/** A manifest of a million files is 200 MB; a log has a file for each 64 MiB. */
const MANIFEST_BYTES_MAX = 512 * 1024 * 1024;

/** @throws CommandError where there is no whole back-up */
export async function openSource(path: string): Promise<BackupSource> {
  const stat = await fs.stat(path).catch((error: unknown) => {
    throw new CommandError(`The back-up ${path} cannot be read: ${reasonOf(error)}.`);
  });
  return stat.isDirectory() ? await openFolder(path) : await openArchive(path);
}

async function openFolder(folder: string): Promise<BackupSource> {
  const place = join(folder, MANIFEST_NAME);
  const bytes = await fs.readFile(place).catch(() => undefined);
  if (bytes === undefined) throw noManifest(folder);
  const manifest = decodeManifest(bytes, place);
  return {
    manifest,
    async *files() {
      for (const file of manifest.files) {
        const at = join(folder, ...file.path.split('/'));
        const stat = await fs.lstat(at).catch(() => undefined);
        if (stat?.isFile() !== true) throw damaged(file.path, 'it is missing');
        yield { ...file, bytes: stat.size, content: bytesOf(at) };
      }
    },
  };
}

/** The manifest comes last, so the archive is read once to find it. */
async function openArchive(path: string): Promise<BackupSource> {
  let manifest: Manifest | undefined;
  for await (const file of archiveFiles(path)) {
    if (file.path !== MANIFEST_NAME) continue;
    if (file.bytes > MANIFEST_BYTES_MAX) throw damaged(MANIFEST_NAME, 'it is larger than any that is written');
    const pieces: Buffer[] = [];
    for await (const piece of file.content) pieces.push(piece);
    manifest = decodeManifest(Buffer.concat(pieces), `${MANIFEST_NAME} in ${path}`);
  }
  if (manifest === undefined) throw noManifest(path);
  const wanted = new Set(manifest.files.map((file) => file.path));
  return {
    manifest,
    async *files() {
      for await (const file of archiveFiles(path)) if (wanted.has(file.path)) yield file;
    },
  };
}

async function* archiveFiles(path: string): AsyncGenerator<TarFile> {
  const files = readTar(await unpacked(path));
  for await (const file of telling(path, files)) yield { ...file, content: telling(path, file.content) };
}

/** What goes wrong while the archive is read, as a sentence about it. */
async function* telling<Item>(path: string, items: AsyncIterable<Item>): AsyncGenerator<Item> {
  try {
    yield* items;
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const isTorn =
      error instanceof TarError || (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'));
    const reason = isTorn ? `is damaged: ${error.message}` : `cannot be read: ${reasonOf(error)}`;
    throw new CommandError(`The back-up ${path} ${reason}.`);
  }
}

async function unpacked(path: string): Promise<AsyncIterable<Buffer>> {
  const handle = await fs.open(path, 'r');
  const start = Buffer.alloc(2);
  await handle.read(start, 0, 2, 0);
  await handle.close();
  const file = createReadStream(path);
  if (start[0] !== 0x1f || start[1] !== 0x8b) return file;
  const plain = createGunzip();
  // What goes wrong is told to whoever reads `plain`.
  pipeline(file, plain, () => undefined);
  return plain;
}

async function* bytesOf(path: string): AsyncGenerator<Buffer> {
  // Opened when it is read, and not before: a stream that nobody reads would end the program with its complaint.
  yield* createReadStream(path) as AsyncIterable<Buffer>;
}

export function damaged(file: string, how: string): CommandError {
  return new CommandError(`The back-up is damaged: ${file}: ${how}.`);
}

function noManifest(place: string): CommandError {
  return new CommandError(`${place} is no back-up, or one that was cut off: it has no ${MANIFEST_NAME}.`);
}
