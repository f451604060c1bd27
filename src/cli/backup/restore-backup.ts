/** Makes a data folder out of a back-up, or nothing at all: every byte is checked before the first is written, and again on the way. */

import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { diskFiles } from '../../log/files.js';
import { StateInspection, STATE_LAYOUT } from '../../store/state-inspection.js';
import { statePath } from '../data-folder.js';
import { CommandError } from '../exit.js';
import { makeFolder } from '../make-folder.js';
import type { BackedUpFile, Manifest } from './manifest.js';
import { damaged, openSource, type BackupSource } from './source.js';
import { syncTree, writeFile } from './target.js';
import type { TarFile } from './tar.js';

/** Everything is written in here first, and moved up when it is whole. */
const HALF = '.restoring';

/** @throws CommandError; the data folder is as it was then */
export async function restoreBackup(backup: string, dataFolder: string): Promise<Manifest> {
  await requireEmpty(dataFolder);
  const source = await openSource(backup);
  if (source.manifest.layout > STATE_LAYOUT) {
    throw new CommandError(
      `The back-up was made by version ${source.manifest.program}, with layout ${source.manifest.layout} of the state; this program knows layouts up to ${STATE_LAYOUT}. Restore with that version, or a later one.`,
    );
  }
  await eachChecked(source, async ({ content }) => {
    for await (const _piece of content) continue;
  });
  const wasThere = await exists(dataFolder);
  makeFolder(dataFolder);
  const half = join(dataFolder, HALF);
  try {
    await fs.mkdir(half, { mode: 0o700 });
    await eachChecked(source, async (file, mode) => await writeFile(half, { ...file, mode }, file.content));
    if (source.manifest.layout > 0) checkState(statePath(half));
    await syncTree(half);
  } catch (error) {
    await fs.rm(wasThere ? half : dataFolder, { recursive: true, force: true });
    throw error;
  }
  for (const name of await fs.readdir(half)) await fs.rename(join(half, name), join(dataFolder, name));
  await fs.rmdir(half);
  await diskFiles.syncFolder(dataFolder);
  await diskFiles.syncFolder(dirname(resolve(dataFolder)));
  return source.manifest;
}

/**
 * Hands every file of the manifest to `use`, which reads it to its end.
 *
 * @throws CommandError that names the first file that is not as it was written, or is missing
 */
async function eachChecked(
  { manifest, files }: BackupSource,
  use: (file: TarFile, mode: number) => Promise<void>,
): Promise<void> {
  const open = new Map(manifest.files.map((file) => [file.path, file]));
  for await (const file of files()) {
    const expected = open.get(file.path);
    if (expected === undefined) throw damaged(file.path, 'it is there twice');
    open.delete(file.path);
    if (file.bytes !== expected.bytes)
      throw damaged(file.path, `it has ${file.bytes} bytes in place of ${expected.bytes}`);
    const hash = createHash('sha256');
    await use({ ...file, content: hashed(file.content, hash) }, expected.mode);
    requireSame(expected, hash.digest('hex'));
  }
  const [missing] = open.keys();
  if (missing !== undefined) throw damaged(missing, 'it is missing');
}

async function* hashed(
  content: AsyncIterable<Buffer>,
  hash: { update(bytes: Buffer): unknown },
): AsyncGenerator<Buffer> {
  for await (const piece of content) {
    hash.update(piece);
    yield piece;
  }
}

function requireSame({ path, sha256 }: BackedUpFile, found: string): void {
  if (found !== sha256) throw damaged(path, 'its bytes are not those that were written');
}

/** The bytes are those of the day; here it shows whether they were sound then. */
function checkState(path: string): void {
  const state = new StateInspection(path);
  try {
    const [fault] = state.faults();
    if (fault !== undefined) throw new CommandError(`The state in the back-up was damaged when it was made: ${fault}.`);
  } finally {
    state.close();
  }
}

async function requireEmpty(folder: string): Promise<void> {
  const names = await fs.readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  if (names.length > 0)
    throw new CommandError(`${folder} is not empty. Restore into a new folder, and name that one with --data.`);
}

async function exists(path: string): Promise<boolean> {
  return await fs.access(path).then(
    () => true,
    () => false,
  );
}
