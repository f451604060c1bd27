/** Copies a data folder, with a server running in it or not. */

import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { StateInspection } from '../../store/state-inspection.js';
import { logFolders, statePath } from '../data-folder.js';
import { CommandError } from '../exit.js';
import { logSnapshot, plainFiles, wholeFile, type FileToCopy } from './data-files.js';
import { encodeManifest, isSafePath, MANIFEST_NAME, type BackedUpFile, type Manifest } from './manifest.js';
import { isArchiveName, openTarget, type BackupTarget } from './target.js';

export interface BackupOptions {
  readonly dataFolder: string;
  /** A folder, or a file whose name ends in `.tar`, `.tar.gz` or `.tgz`. */
  readonly target: string;
  readonly program: string;
  readonly nowMs: number;
  /** Something was left out, or is not as it should be. */
  readonly onNote: (note: string) => void;
}

/** @throws CommandError; nothing of the back-up is left then */
export async function makeBackup(options: BackupOptions): Promise<Manifest> {
  refuseWithin(options);
  const target = await openTarget(options.target, options.nowMs);
  try {
    const manifest = await copyAll(options, target);
    await target.close();
    return manifest;
  } catch (error) {
    await target.discard().catch(() => undefined);
    throw error;
  }
}

async function copyAll(options: BackupOptions, target: BackupTarget): Promise<Manifest> {
  const { dataFolder, onNote } = options;
  const files: BackedUpFile[] = [];
  const copy = async (all: AsyncIterable<FileToCopy>): Promise<void> => {
    for await (const file of all) files.push(await copyFile(target, file));
  };
  await copy(
    allowed(
      plainFiles(dataFolder, (path) => onNote(`${path} is no plain file and is left out.`)),
      onNote,
    ),
  );
  const state = await copyState(options, copy);
  const logs: Manifest['logs'][number][] = [];
  // Only now: the logs must reach as far as the copied state.
  for (const log of logFolders(dataFolder)) {
    const snapshot = await logSnapshot(log);
    await copy(snapshot.files);
    const statePosition = state.positions.get(log.partition) ?? 0;
    logs.push({ name: log.name, lastPosition: snapshot.lastPosition, statePosition });
    if (statePosition > snapshot.lastPosition)
      onNote(
        `${log.name} ends before records that the state has seen: records were lost. chainsight doctor says more.`,
      );
  }
  const made = new Date(options.nowMs).toISOString();
  const manifest: Manifest = { made, program: options.program, layout: state.layout, logs, files };
  const bytes = encodeManifest(manifest);
  await target.add({ path: MANIFEST_NAME, mode: 0o600, bytes: bytes.length }, once(bytes));
  return manifest;
}

interface CopiedState {
  /** 0 where there is no state. */
  readonly layout: number;
  readonly positions: ReadonlyMap<number, number>;
}

/** By way of a file of its own beside the back-up: SQLite writes a whole and settled copy, whoever writes meanwhile. */
async function copyState(
  { dataFolder, target, onNote }: BackupOptions,
  copy: (files: AsyncIterable<FileToCopy>) => Promise<void>,
): Promise<CopiedState> {
  if (!existsSync(statePath(dataFolder))) {
    onNote('The state is gone, and the back-up has the logs alone: a start makes chains and threats again from them.');
    return { layout: 0, positions: new Map() };
  }
  const beside = isArchiveName(target) ? dirname(resolve(target)) : target;
  const scratch = await fs.mkdtemp(join(beside, '.chainsight-backup-'));
  try {
    const name = basename(statePath(dataFolder));
    const original = new StateInspection(statePath(dataFolder));
    try {
      // A copy of a damaged file may look sound, and lack what was lost.
      const [fault] = original.faults();
      if (fault !== undefined) throw new CommandError(`The state is damaged: ${fault}. chainsight doctor says more.`);
      original.copyTo(join(scratch, name));
    } finally {
      original.close();
    }
    await fs.chmod(join(scratch, name), (await fs.stat(statePath(dataFolder))).mode & 0o777);
    const copied = new StateInspection(join(scratch, name));
    const positions = new Map(
      logFolders(dataFolder).map(({ partition }) => [partition, copied.committedPosition(partition) ?? 0]),
    );
    const { layout } = copied;
    copied.close();
    await copy(wholeFile(scratch, name));
    return { layout, positions };
  } finally {
    await fs.rm(scratch, { recursive: true, force: true });
  }
}

async function copyFile(target: BackupTarget, { path, mode, bytes, content }: FileToCopy): Promise<BackedUpFile> {
  const hash = createHash('sha256');
  async function* hashed(): AsyncGenerator<Buffer> {
    for await (const piece of content) {
      hash.update(piece);
      yield piece;
    }
  }
  await target.add({ path, mode, bytes }, hashed());
  return { path, bytes, mode, sha256: hash.digest('hex') };
}

/** Names that no restore would take, such as those that only some systems can have. */
async function* allowed(files: AsyncIterable<FileToCopy>, onNote: (note: string) => void): AsyncGenerator<FileToCopy> {
  for await (const file of files) {
    if (isSafePath(file.path)) yield file;
    else onNote(`${JSON.stringify(file.path)} has a name that cannot be restored everywhere, and is left out.`);
  }
}

/** A back-up in the folder that it copies would copy itself. */
function refuseWithin({ dataFolder, target }: BackupOptions): void {
  let above = resolve(target);
  while (!existsSync(above)) above = dirname(above);
  const way = relative(realpathSync(dataFolder), realpathSync(above));
  const isWithin = way === '' || (way !== '..' && !way.startsWith(`..${process.platform === 'win32' ? '\\' : '/'}`));
  if (isWithin) throw new CommandError(`${target} lies in the data folder itself. Name a place outside of it.`);
  if (isArchiveName(target) && !existsSync(dirname(resolve(target))))
    throw new CommandError(`There is no folder ${dirname(resolve(target))}.`);
}

// eslint-disable-next-line typescript/require-await
async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
