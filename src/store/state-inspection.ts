/**
 * A look at a state as it is: nothing is brought to a newer layout, nothing is written into it, and a server may have it open. For checks and back-ups,
 * which must work on a folder that an older version has left, and on one that may only be read.
 */

import { existsSync } from 'node:fs';
import type Libsql from 'libsql';
import { AppError } from '../app/app-error.js';
import { ofPartition } from '../app/partition.js';
import { verifyChain, type ChainAnswer, type ChainedRow, type ChainHead } from './access/audit-chain.js';
import { reasonOf, tooNew } from './database.js';
import { MIGRATIONS } from './schema.js';
import { openSqlite, openToRead } from './sqlite-file.js';

/** The layout that this program writes. */
export const STATE_LAYOUT = MIGRATIONS.length;
/** First layout whose audit log is a chain. */
const CHAINED_LAYOUT = 5;

const ROWS_AT_ONCE = 1_000;

export class StateInspection {
  readonly #database: Libsql.Database;
  /** Number of the layout; `STATE_LAYOUT` for what this program writes. */
  readonly layout: number;

  /** @throws AppError `STORE_UNREADABLE` where there is no such file or it is no database */
  constructor(readonly path: string) {
    let database: Libsql.Database | undefined;
    try {
      // The binding would make the file.
      if (!existsSync(path)) throw new Error('there is no such file');
      ({ database } = openToRead(path, () => usually(path)));
      database.exec('PRAGMA query_only = ON');
      this.#database = database;
      this.layout = layoutOf(database);
    } catch (error) {
      database?.close();
      throw new AppError('STORE_UNREADABLE', `The state in ${path} cannot be read: ${reasonOf(error)}.`, {
        cause: error,
      });
    }
  }

  /** Position of a partition's log up to which effects are stored; `undefined` while there are none. */
  committedPosition(partition: number): number | undefined {
    const name = ofPartition('position', partition);
    const row = this.#database.prepare('SELECT value FROM meta WHERE name = ?').get([name]);
    const position = (row as { value: number } | undefined)?.value;
    return position === 0 ? undefined : position;
  }

  /** What SQLite's own check finds wrong; empty where nothing is. Reads the whole file. */
  faults(): readonly string[] {
    const rows = this.#database.prepare('PRAGMA integrity_check').all() as { integrity_check: string }[];
    return rows.map((row) => row.integrity_check).filter((line) => line !== 'ok');
  }

  /**
   * @param known  a head that was noted down earlier
   * @returns `undefined` for a layout from before there was a chain
   * @throws AppError `STORE_TOO_NEW`
   */
  auditChain(known?: ChainHead): ChainAnswer | undefined {
    if (this.layout > STATE_LAYOUT) throw tooNew(this.path, this.layout, STATE_LAYOUT);
    if (this.layout < CHAINED_LAYOUT) return undefined;
    // One transaction: entries that a server adds meanwhile are not seen.
    this.#database.exec('BEGIN');
    try {
      const head = this.#database.prepare('SELECT id, hash FROM audit_head').get() as ChainHead | undefined;
      return verifyChain(this.#auditRows(), head, known);
    } finally {
      this.#database.exec('COMMIT');
    }
  }

  /**
   * Writes a whole copy of the state, as it is now, into a new file.
   *
   * @throws Error where the file exists or cannot be written
   */
  copyTo(path: string): void {
    this.#database.exec('PRAGMA query_only = OFF');
    try {
      this.#database.prepare('VACUUM INTO ?').run([path]);
    } finally {
      this.#database.exec('PRAGMA query_only = ON');
    }
  }

  close(): void {
    this.#database.close();
  }

  *#auditRows(): Generator<ChainedRow> {
    const page = this.#database.prepare(`SELECT * FROM audit WHERE id > ? ORDER BY id LIMIT ${ROWS_AT_ONCE}`);
    let last = Number.MIN_SAFE_INTEGER;
    for (;;) {
      const rows = page.all([last]) as ChainedRow[];
      yield* rows;
      if (rows.length < ROWS_AT_ONCE) return;
      last = rows.at(-1)!.id;
    }
  }
}

/** Nothing of the file is read before the first statement. */
function usually(path: string): Libsql.Database {
  const database = openSqlite(path);
  try {
    layoutOf(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function layoutOf(database: Libsql.Database): number {
  return (database.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
}
