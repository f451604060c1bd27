/**
 * From paths to the files to read, in an order that depends on their names alone: neither on the order they were given in nor on the
 * one a folder lists them in.
 */

import type { BigIntStats, Dirent } from 'node:fs';
import { access, constants, readdir, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import type { Diagnostic } from '../engine/base/diagnostic.js';
import { decodeFile, STDIN } from './decode-file.js';
import { compareBytes, EVENT_EXTENSIONS, mayHoldEvents, printable } from './file-name.js';
import type { FileInput, InputOptions } from './input.js';
import { describeSystemError } from './input-failure.js';

export interface FoundInputs {
  /** Sorted by the bytes of their names; each file once, however many paths and links lead to it. */
  readonly inputs: readonly FileInput[];
  /**
   * Errors `INPUT_MISSING`, `INPUT_UNREADABLE` and `INPUT_EMPTY`: a path that was asked for gives nothing. Warnings `INPUT_UNREADABLE`:
   * something inside a folder that was asked for cannot be looked at.
   */
  readonly problems: readonly Diagnostic[];
}

/**
 * @param paths  files of any name, folders (only files in them whose names speak of events are read), `-` for standard input
 */
export async function findInputs(paths: readonly string[], options: InputOptions = {}): Promise<FoundInputs> {
  const search = new InputSearch();
  for (const path of [...new Set(paths)].toSorted(compareBytes)) await search.add(path);
  const inputs = search.sorted().map(({ path, name, bytes }): FileInput => ({
    name,
    path,
    bytes,
    decode: (sink) => decodeFile(path, name, sink, options),
  }));
  return { inputs, problems: search.problems };
}

interface FoundFile {
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
  /** Device and number of the file, by which it is known again; a name of its own for standard input. */
  readonly identity: string;
}

interface Folder {
  readonly path: string;
  readonly depth: number;
}

/** Deeper than any path the systems allow, so only a folder that contains itself in some way that numbers do not show gets there. */
const MAX_DEPTH = 1000;

class InputSearch {
  readonly problems: Diagnostic[] = [];
  readonly #files: FoundFile[] = [];
  /** Folders seen, so that links in a circle, or many to one place, are walked once. */
  readonly #folders = new Set<string>();

  async add(path: string): Promise<void> {
    if (path === STDIN) {
      this.#files.push({ path, name: path, bytes: 0, identity: STDIN });
      return;
    }
    try {
      const status = await stat(path, { bigint: true });
      await access(path, constants.R_OK);
      if (status.isDirectory()) await this.#addFolder(path, status);
      else this.#addFile(path, status);
    } catch (error) {
      this.#problem(path, error, 'error');
    }
  }

  sorted(): FoundFile[] {
    const known = new Set<string>();
    return this.#files
      .toSorted((one, other) => compareBytes(one.path, other.path))
      .filter(({ identity }) => !known.has(identity) && known.add(identity) !== undefined);
  }

  async #addFolder(root: string, status: BigIntStats): Promise<void> {
    // A folder inside one that was asked for as well is walked already.
    if (!this.#isNew(status)) return;
    const before = this.#files.length;
    const pending: Folder[] = [{ path: root, depth: 0 }];
    for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
      const inner = await this.#look(folder);
      // The last in is the next out: the first by name has to come last.
      pending.push(...inner.toReversed());
    }
    if (this.#files.length > before) return;
    this.problems.push({
      code: 'INPUT_EMPTY',
      severity: 'error',
      message: 'the folder holds no file of events',
      file: root,
      hint: `files in folders are read if their names end in ${EVENT_EXTENSIONS}; name others one by one`,
    });
  }

  /** @returns the folders in it, sorted */
  async #look(folder: Folder): Promise<Folder[]> {
    let entries: Dirent[];
    try {
      entries = await readdir(folder.path, { withFileTypes: true });
    } catch (error) {
      this.#problem(folder.path, error, 'warning');
      return [];
    }
    const folders: Folder[] = [];
    for (const entry of entries.toSorted((one, other) => compareBytes(one.name, other.name))) {
      const path =
        folder.path.endsWith('/') || folder.path.endsWith(sep)
          ? folder.path + entry.name
          : `${folder.path}/${entry.name}`;
      const isLink = entry.isSymbolicLink();
      if (!isLink && !entry.isDirectory() && !(entry.isFile() && mayHoldEvents(entry.name))) continue;
      try {
        const status = await stat(path, { bigint: true });
        if (status.isDirectory()) {
          if (folder.depth < MAX_DEPTH && this.#isNew(status)) folders.push({ path, depth: folder.depth + 1 });
        } else if (status.isFile() && mayHoldEvents(entry.name)) this.#addFile(path, status);
      } catch (error) {
        this.#problem(path, error, 'warning');
      }
    }
    return folders;
  }

  #isNew(status: BigIntStats): boolean {
    const identity = identityOf(status);
    if (this.#folders.has(identity)) return false;
    this.#folders.add(identity);
    return true;
  }

  #addFile(path: string, status: BigIntStats): void {
    const name = printable(sep === '/' ? path : path.replaceAll(sep, '/'));
    this.#files.push({ path, name, bytes: Number(status.size), identity: identityOf(status) });
  }

  #problem(path: string, error: unknown, severity: Diagnostic['severity']): void {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    const isMissing = error.code === 'ENOENT' && severity === 'error';
    this.problems.push({
      code: isMissing ? 'INPUT_MISSING' : 'INPUT_UNREADABLE',
      severity,
      message: isMissing ? 'there is no such file or folder' : `cannot be read: ${describeSystemError(error)}`,
      file: path,
      ...(isMissing ? { hint: 'check the spelling; relative paths start at the folder the command runs in' } : {}),
    });
  }
}

function identityOf(status: BigIntStats): string {
  return `${status.dev}:${status.ino}`;
}
