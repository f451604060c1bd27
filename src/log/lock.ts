/**
 * One program at a time may write a log. The lock is one of the operating system's, which ends with the program however that ends: a process id in a
 * file would be believed after a crash by whoever got the same id, and two programs can both find such a file stale. SQLite holds it, because
 * Node itself offers no file locks; the text beside it only says who has it.
 */

import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import Libsql from 'libsql';
import { AppError } from '../app/app-error.js';

const LOCK_NAME = 'lock.sqlite';
const OWNER_NAME = 'lock.pid';

export interface Lock {
  /** More than once does no harm. */
  release(): Promise<void>;
}

/** @throws AppError `LOG_LOCKED` where a running program holds the lock */
export async function takeLock(folder: string): Promise<Lock> {
  const database = new Libsql(join(folder, LOCK_NAME));
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (!(error instanceof Libsql.SqliteError) || error.code !== 'SQLITE_BUSY') throw error;
    throw new AppError(
      'LOG_LOCKED',
      `The log in ${folder} is already open in ${await ownerOf(folder)}. Stop the other instance first, or use another data folder.`,
    );
  }
  await fs.writeFile(join(folder, OWNER_NAME), String(process.pid), { mode: 0o600 });
  let isHeld = true;
  return {
    async release() {
      if (!isHeld) return;
      isHeld = false;
      await fs.rm(join(folder, OWNER_NAME), { force: true });
      database.exec('ROLLBACK');
      database.close();
    },
  };
}

async function ownerOf(folder: string): Promise<string> {
  const text = await fs.readFile(join(folder, OWNER_NAME), 'utf8').catch(() => '');
  const pid = /^\d{1,10}$/.exec(text)?.[0];
  if (pid === undefined) return 'another program';
  return Number(pid) === process.pid ? 'this program' : `process ${pid}`;
}
