/**
 * One program at a time may write a log. A file says who: its process id and, where the system tells, when that process began, so that a
 * reused id after a crash or a restart of the machine does not keep the log locked.
 */

import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../app/app-error.js';

const LOCK_NAME = 'lock';

interface Holder {
  readonly pid: number;
  /** Clock ticks after the machine's start, as text; `''` where the system does not tell. */
  readonly began: string;
  readonly token: string;
}

export interface Lock {
  release(): Promise<void>;
}

/** @throws AppError `LOG_LOCKED` where a running program holds the lock */
export async function takeLock(folder: string): Promise<Lock> {
  const path = join(folder, LOCK_NAME);
  const mine: Holder = { pid: process.pid, began: await beginOf(process.pid), token: randomUUID() };
  const draft = `${path}.${mine.token}`;
  await fs.writeFile(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    // Two rounds: the first may find a lock left by a program that is gone, the second finds none, or a quicker rival's.
    for (let round = 0; round < 2; round++) {
      if (await linkIfAbsent(draft, path)) return { release: () => release(path, mine.token) };
      const holder = await holderOf(path);
      if (holder !== undefined && (await isRunning(holder))) throw lockedBy(folder, holder);
      await removeStale(path, holder, mine.token);
    }
    throw new AppError(
      'LOG_LOCKED',
      `The log in ${folder} is being opened by another program at this moment. Try again.`,
    );
  } finally {
    await fs.rm(draft, { force: true });
  }
}

function lockedBy(folder: string, holder: Holder): AppError {
  const who = holder.pid === process.pid ? 'this program' : `process ${holder.pid}`;
  return new AppError(
    'LOG_LOCKED',
    `The log in ${folder} is already open in ${who}. Stop the other instance first, or use another data folder.`,
  );
}

/** A link is made whole or not at all, unlike a copy; file systems without links (exFAT) get the copy. */
async function linkIfAbsent(draft: string, path: string): Promise<boolean> {
  try {
    await fs.link(draft, path).catch((error: unknown) => {
      if (isCode(error, 'EEXIST')) throw error;
      return fs.copyFile(draft, path, fs.constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Moves the lock away before it is judged again: between reading and removing it, a rival may have put its own in the same place. */
async function removeStale(path: string, stale: Holder | undefined, token: string): Promise<void> {
  const aside = `${path}.${token}.stale`;
  try {
    await fs.rename(path, aside);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return;
    throw error;
  }
  const moved = await holderOf(aside);
  if (moved !== undefined && moved.token !== stale?.token) await linkIfAbsent(aside, path);
  await fs.rm(aside, { force: true });
}

async function release(path: string, token: string): Promise<void> {
  if ((await holderOf(path))?.token === token) await fs.rm(path, { force: true });
}

/** @returns `undefined` where there is no lock, or one that cannot be understood */
async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    const value = JSON.parse(await fs.readFile(path, 'utf8')) as Partial<Holder>;
    if (typeof value.pid !== 'number' || typeof value.token !== 'string') return undefined;
    return { pid: value.pid, began: String(value.began ?? ''), token: value.token };
  } catch {
    return undefined;
  }
}

async function isRunning(holder: Holder): Promise<boolean> {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it runs, as somebody else.
    if (!isCode(error, 'EPERM')) return false;
  }
  const began = await beginOf(holder.pid);
  return began === '' || holder.began === '' || began === holder.began;
}

/** Field 22 of `/proc/PID/stat` (proc(5)); the second field is a name in brackets that may hold anything. */
async function beginOf(pid: number): Promise<string> {
  try {
    const stat = await fs.readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
