/** How files of SQLite are opened. */

import { existsSync, statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import Libsql from 'libsql';

/** How long a statement waits for another process that writes: `token create` beside a running server. */
export const BUSY_MS = 5_000;

/**
 * By the way to the disk that is SQLite's own. The binding's first choice is a layer for encrypted files, which takes a read that failed for one that
 * worked: what was in memory before is then believed, and may be written (SQLite3 Multiple Ciphers, `mcReadMainDb`).
 *
 * @param isImmutable  to read a file that nobody changes, without the files beside it that SQLite makes even for reading
 * @throws Libsql.SqliteError
 */
export function openSqlite(path: string, isImmutable = false): Libsql.Database {
  const ownWay = process.platform === 'win32' ? 'win32' : 'unix';
  const address = `${pathToFileURL(path).href}?vfs=${ownWay}${isImmutable ? '&immutable=1' : ''}`;
  return new Libsql(address, { timeout: BUSY_MS });
}

/**
 * Opens a file for reading: in the usual way, which a server that has it open notices, else as it lies, such as a copy on a read-only disk or a
 * folder that is somebody else's and that no server has open.
 *
 * @param usually  opens it; closes what it opened where it throws
 * @throws what `usually` throws where the file alone would not tell all
 */
export function openToRead(
  path: string,
  usually: () => Libsql.Database,
): { readonly database: Libsql.Database; readonly isImmutable: boolean } {
  // Asked first: the attempt may leave such files.
  const isShared = existsSync(`${path}-shm`);
  const changes = `${path}-wal`;
  const hasChanges = (statSync(changes, { throwIfNoEntry: false })?.size ?? 0) > 0;
  try {
    return { database: usually(), isImmutable: false };
  } catch (error) {
    if (isShared || !existsSync(path) || !cannotWrite(error)) throw error;
    if (hasChanges) {
      const reason = `${changes} holds changes that no server has brought in, and here nobody can; copy the folder to where it may be written`;
      throw new Error(reason, { cause: error });
    }
    return { database: openSqlite(path, true), isImmutable: true };
  }
}

/** `SQLITE_READONLY` and `SQLITE_CANTOPEN` with all their kinds, of which the binding names a few. */
function cannotWrite(error: unknown): boolean {
  const number = error instanceof Libsql.SqliteError ? (error.rawCode ?? 0) & 0xff : 0;
  return number === 8 || number === 14;
}
