/** Folders that a person names, with those above them. */

import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes the folder where it does not exist, readable by its owner alone unless told. Node's own way to make the folders above as well goes round for
 * ever where a file system takes none, such as /proc.
 *
 * @throws what Node throws: `ENOENT`, `EACCES`, `ENOTDIR`, …
 */
export function makeFolder(path: string, mode = 0o700): void {
  make(resolve(path), mode);
}

function make(path: string, mode: number): void {
  if (isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path) make(parent, mode);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // Another process may have been quicker.
    if (!isFolder(path)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
