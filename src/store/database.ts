/** SQLite as the store uses it: typed statements, one kind of transaction, numbered migrations. */

import { closeSync, openSync } from 'node:fs';
import Libsql from 'libsql';
import { AppError } from '../app/app-error.js';
import { MIGRATIONS, type Migration } from './schema.js';
import { BUSY_MS, openSqlite, openToRead } from './sqlite-file.js';
import { fromStored, toStored } from './stored-text.js';

/** The binding ends the whole program when it is handed anything else. */
export type SqlValue = string | number | null;

const PAUSE_MS = 10;
const PAUSE = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** The indexes of 100,000 threats and of the latest events fit in. */
const CACHE_KIB = 64 * 1024;

/** 32 MiB: a page that changes with every commit is copied back once for many of them. */
const CHECKPOINT_PAGES = 8_192;

/** @returns what to throw: what the database says in the product's words, anything else as it is */
type Failed = (doing: 'Reading' | 'Writing', error: unknown) => unknown;

/** All of its methods throw AppError `STORE_FAILED` where the file cannot be read or written. */
export class Statement<Row> {
  constructor(
    private readonly statement: Libsql.Statement,
    private readonly failed: Failed,
  ) {}

  /** @returns the number of rows changed */
  run(...values: readonly SqlValue[]): number {
    try {
      return this.statement.run(bound(values)).changes;
    } catch (error) {
      throw this.failed('Writing', error);
    }
  }

  get(...values: readonly SqlValue[]): Row | undefined {
    const row = this.#read(() => this.statement.get(bound(values)));
    return row === undefined ? undefined : (decoded(row) as Row);
  }

  all(...values: readonly SqlValue[]): Row[] {
    return this.#read(() => this.statement.all(bound(values))).map((row) => decoded(row) as Row);
  }

  #read<Result>(read: () => Result): Result {
    try {
      return read();
    } catch (error) {
      throw this.failed('Reading', error);
    }
  }
}

export class Database {
  readonly #database: Libsql.Database;
  readonly #statements = new Map<string, Statement<unknown>>();

  /**
   * Opens or makes the file and brings it to the newest layout.
   *
   * @param migrations  all steps there are, in order
   * @param isForReading  a file that nobody can write is taken as well, where it has the newest layout
   * @throws AppError `STORE_UNREADABLE`, or `STORE_TOO_NEW` for a file that a later version has written
   */
  constructor(
    readonly path: string,
    migrations: readonly Migration[] = MIGRATIONS,
    isForReading = false,
  ) {
    let database: Libsql.Database | undefined;
    let isImmutable = false;
    try {
      const usually = (): Libsql.Database => openToWrite(path);
      if (isForReading) ({ database, isImmutable } = openToRead(path, usually));
      else database = usually();
      this.#database = database;
      this.#database.pragma('foreign_keys = OFF');
      this.#database.pragma('temp_store = MEMORY');
      this.#database.pragma(`cache_size = -${CACHE_KIB}`);
      if (isImmutable) this.#requireLayout(migrations.length);
      else this.#migrate(migrations);
    } catch (error) {
      // Left open it would lock out whoever tries again.
      database?.close();
      if (error instanceof AppError) throw error;
      throw new AppError('STORE_UNREADABLE', `The state in ${path} cannot be opened: ${reasonOf(error)}.`, {
        cause: error,
      });
    }
  }

  #requireLayout(known: number): void {
    const version = this.#version();
    if (version > known) throw tooNew(this.path, version, known);
    if (version < known)
      throw new Error(
        `it has layout ${version}, this program reads ${known}, and nothing can be written here; copy the folder to where it can`,
      );
  }

  /** For statements that are kept. @throws AppError `STORE_FAILED` */
  prepare<Row = never>(sql: string): Statement<Row> {
    try {
      return new Statement<Row>(this.#database.prepare(sql), this.#failed);
    } catch (error) {
      throw this.#failed('Reading', error);
    }
  }

  /** For statements put together from a filter: the few that there are, are kept. */
  query<Row>(sql: string): Statement<Row> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.prepare<Row>(sql);
      if (this.#statements.size >= 500) this.#statements.clear();
      this.#statements.set(sql, statement);
    }
    return statement as Statement<Row>;
  }

  /**
   * All of `work` or nothing of it.
   *
   * @throws AppError `STORE_FAILED` where the database could not write
   */
  transaction<Result>(work: () => Result): Result {
    return this.#transaction(work);
  }

  /**
   * The same for what the log can make again. It does not wait for the disk, which costs a busy one tens of milliseconds, during which the program does
   * nothing else: a power cut may take the latest of these transactions, whole and in their order, never one from `transaction`.
   */
  rebuildable<Result>(work: () => Result): Result {
    this.#database.exec('PRAGMA synchronous = NORMAL');
    try {
      return this.#transaction(work);
    } finally {
      this.#database.exec('PRAGMA synchronous = FULL');
    }
  }

  #transaction<Result>(work: () => Result): Result {
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        this.#database.exec('COMMIT');
        return result;
      } catch (error) {
        if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
        throw error;
      }
    } catch (error) {
      throw this.#failed('Writing', error);
    }
  }

  close(): void {
    this.#database.close();
  }

  readonly #failed: Failed = (doing, error) => {
    if (!(error instanceof Libsql.SqliteError)) return error;
    // SQLite says of a page that the disk cannot read what it says of a damaged one.
    const hint = /^SQLITE_(?:CORRUPT|NOTADB)/.test(error.code)
      ? ' The disk cannot read the file, or the file is damaged: see the log of the system, and run `chainsight doctor`.'
      : '';
    const message = `${doing} the state in ${this.path} failed: ${error.message} (${error.code}).${hint}`;
    return new AppError('STORE_FAILED', message, { cause: error, retryAfterSeconds: 5 });
  };

  #migrate(migrations: readonly Migration[]): void {
    const version = this.#version();
    if (version > migrations.length) throw tooNew(this.path, version, migrations.length);
    if (version === migrations.length) return;
    this.transaction(() => {
      // Another process may have been quicker, or newer.
      const found = this.#version();
      if (found > migrations.length) throw tooNew(this.path, found, migrations.length);
      for (const migration of migrations.slice(found)) {
        if (typeof migration === 'string') this.#database.exec(migration);
        else migration(this.#database);
      }
      this.#database.exec(`PRAGMA user_version = ${migrations.length}`);
    });
  }

  #version(): number {
    return this.prepare<{ user_version: number }>('PRAGMA user_version').get()?.user_version ?? 0;
  }
}

function openToWrite(path: string): Libsql.Database {
  makeForOwner(path);
  const database = openSqlite(path);
  try {
    useWal(database);
    // Anything less loses commits when the power fails.
    database.pragma('synchronous = FULL');
    database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    // A file that cannot be opened for writing SQLite opens for reading, and stays with that when the reason is long gone.
    database.exec('BEGIN IMMEDIATE');
    database.exec('ROLLBACK');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Of several that switch a new file at once, SQLite tells all but one that it is locked, without the wait that every other statement has. */
function useWal(database: Libsql.Database): void {
  const untilMs = performance.now() + BUSY_MS;
  for (;;) {
    try {
      database.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      const isBusy = error instanceof Libsql.SqliteError && error.code.startsWith('SQLITE_BUSY');
      if (!isBusy || performance.now() > untilMs) throw error;
      Atomics.wait(PAUSE, 0, 0, PAUSE_MS);
    }
  }
}

/** It holds hashes of passwords and tokens; SQLite would let others read it, and gives the files beside it the same rights. */
function makeForOwner(path: string): void {
  try {
    closeSync(openSync(path, 'ax', 0o600));
  } catch {
    // It is there, or cannot be made: the binding says so in its own words.
  }
}

export function tooNew(path: string, layout: number, known: number): AppError {
  return new AppError(
    'STORE_TOO_NEW',
    `The state in ${path} has layout ${layout}; this program knows layouts up to ${known}. Run the version that wrote it, or a later one; or restore a back-up of the older version into another folder.`,
  );
}

/** The binding tells of a file that it cannot open by SQLite's number alone. */
export function reasonOf(error: unknown): string {
  // SQLITE_READONLY with all its kinds, of which the binding names a few.
  if (error instanceof Libsql.SqliteError && ((error.rawCode ?? 0) & 0xff) === 8)
    return 'it can be read but not written; see who owns the file, and whether its file system is read-only';
  const message = error instanceof Error ? error.message : String(error);
  const number = /^ConnectionFailed\(.*: (\d+)"\)$/.exec(message)?.[1];
  if (number === undefined) return message;
  // SQLITE_CANTOPEN and SQLITE_IOERR.
  if (number === '14') return 'its folder does not exist, or the file may not be read and written';
  return number === '10' ? 'disk I/O error' : `SQLite says ${number}`;
}

function bound(values: readonly SqlValue[]): SqlValue[] {
  const result: SqlValue[] = [];
  for (const value of values) {
    if (typeof value === 'string') result.push(toStored(value));
    // A sensor's rubbish must not stop a commit.
    else result.push(typeof value === 'number' && !Number.isFinite(value) ? 0 : value);
  }
  return result;
}

function decoded(row: unknown): unknown {
  const columns = row as Record<string, unknown>;
  for (const name in columns) {
    const value = columns[name];
    if (typeof value === 'string' && value.charCodeAt(0) === 1) columns[name] = fromStored(value);
  }
  return columns;
}
