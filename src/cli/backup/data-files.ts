/**
 * What of a data folder goes into a back-up, and in which order: everything else first, then the state, then the logs. A log only grows, so the copied
 * logs reach at least as far as the copied state, and a start reads the rest from them.
 */

import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { CARRIED_NAME, loadCarried } from '../../log/carried.js';
import { diskFiles } from '../../log/files.js';
import { recover } from '../../log/recover.js';
import { isLogFolder, type LogFolder } from '../data-folder.js';
import { CommandError } from '../exit.js';

/** Bytes at once, while copying. */
const CHUNK_BYTES = 1024 * 1024;
const SMALL_BYTES = 4 * 1024 * 1024;

export interface FileToCopy {
  readonly path: string;
  readonly mode: number;
  readonly bytes: number;
  readonly content: AsyncIterable<Buffer>;
}

/** Of a running server and of nobody else, or made again when missed. */
const LEFT_OUT = /^(?:state\.sqlite.*|server\.json|plugin-cache|cache|\.restoring)$/;

/**
 * Settings, rules, plugins, keys and whatever else somebody put there.
 *
 * @param onSkip  told of what is neither file nor folder: a link may lead anywhere
 */
export async function* plainFiles(dataFolder: string, onSkip: (path: string) => void): AsyncGenerator<FileToCopy> {
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const entries = await fs.readdir(join(dataFolder, folder), { withFileTypes: true });
    for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
      if (folder === '' && (LEFT_OUT.test(entry.name) || isLogFolder(entry.name))) continue;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile()) yield* wholeFile(dataFolder, path);
      else onSkip(path);
    }
  }
}

/** A file as it is when its turn comes; none where it went away meanwhile. */
export async function* wholeFile(dataFolder: string, path: string): AsyncGenerator<FileToCopy> {
  const handle = await openIfThere(join(dataFolder, path));
  if (handle === undefined) return;
  try {
    const { size, mode } = await handle.stat();
    const common = { path, mode: mode & 0o777 };
    if (size > SMALL_BYTES) yield { ...common, bytes: size, content: bytesOf(handle, path, size) };
    else {
      // At once: the server may write it anew, and shorter.
      const bytes = await handle.readFile();
      yield { ...common, bytes: bytes.length, content: only(bytes) };
    }
  } finally {
    await handle.close();
  }
}

/** The whole segments of a log and what is written of the last one, up to the position that is told first. */
export async function logSnapshot(
  log: LogFolder,
): Promise<{ readonly lastPosition: number; readonly files: AsyncIterable<FileToCopy> }> {
  const { closed, active, lastPosition } = await recover(diskFiles, log.path, false);
  async function* files(): AsyncGenerator<FileToCopy> {
    const gone: string[] = [];
    for (const { name, firstPosition } of closed) {
      let isThere = false;
      for await (const file of wholeFile(log.path, name)) {
        isThere = true;
        yield { ...file, path: `${log.name}/${name}` };
      }
      if (!isThere && firstPosition >= ((await loadCarried(log.path))?.until ?? 0)) gone.push(name);
      for await (const index of wholeFile(log.path, name.replace(/\.log$/, '.index')))
        yield { ...index, path: `${log.name}/${index.path}` };
    }
    // Those whose time was over are told of by what is carried of them; any other must be there.
    if (gone.length > 0) throw new CommandError(`${join(log.path, gone[0]!)} went away while it was to be copied.`);
    if (active !== undefined) yield* beginning(log, active.name, active.index.end);
    // Last, for the same reason.
    for await (const file of wholeFile(log.path, CARRIED_NAME)) yield { ...file, path: `${log.name}/${CARRIED_NAME}` };
  }
  return { lastPosition, files: files() };
}

async function* beginning(log: LogFolder, name: string, bytes: number): AsyncGenerator<FileToCopy> {
  const handle = await fs.open(join(log.path, name), 'r');
  try {
    const { mode } = await handle.stat();
    const path = `${log.name}/${name}`;
    yield { path, mode: mode & 0o777, bytes, content: bytesOf(handle, path, bytes) };
  } finally {
    await handle.close();
  }
}

async function openIfThere(path: string): Promise<fs.FileHandle | undefined> {
  try {
    // A link that took the file's place is not followed.
    return await fs.open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

// eslint-disable-next-line typescript/require-await
async function* only(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

/** The first `bytes` of a file that may grow. */
async function* bytesOf(handle: fs.FileHandle, path: string, bytes: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes;) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, bytes - at));
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, at);
    if (bytesRead === 0) throw new CommandError(`${path} became shorter while it was copied. Try again.`);
    at += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}
