/** How files of SQLite are opened. */

import { pathToFileURL } from 'node:url';
import Libsql from 'libsql';

/** How long a statement waits for another process that writes: `token create` beside a running server. */
export const BUSY_MS = 5_000;

/**
 * By the way to the disk that is SQLite's own. The binding's first choice is a layer for encrypted files, which takes a read that failed for one that
 * worked: what was in memory before is then believed, and may be written (SQLite3 Multiple Ciphers, `mcReadMainDb`).
 *
 * @throws Libsql.SqliteError
 */
export function openSqlite(path: string): Libsql.Database {
  const ownWay = process.platform === 'win32' ? 'win32' : 'unix';
  return new Libsql(`${pathToFileURL(path).href}?vfs=${ownWay}`, { timeout: BUSY_MS });
}
