/**
 * Keeps what was made of large folders of rules between two runs of the program, so that the second need not parse them again: one file for each
 * folder. Of the bundled rules it is kept when the program is built, so that the first run has it. To lose a file costs time alone.
 */

import { hash } from 'node:crypto';
import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { type PackFile, restoreReading, type StoredReading, storedReading } from '../engine/rule/index.js';
import { bundledPackPath, programRoot } from './program-root.js';
import { type CachedRules, NO_RULES, readCacheFile, writeCacheFile } from './rule-cache-file.js';

/** Less text, in UTF-16 units, is read faster than a cache is opened. */
const TEXT_MIN = 20_000;

let folder: string | undefined;

/** From here on caches lie in this folder; `undefined`, and before the first call: there are none. */
export function useRuleCache(path: string | undefined): void {
  folder = path;
}

/** Where the user's programs may keep what can be made again. */
export function userCacheFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const byUser = environment['XDG_CACHE_HOME'] ?? environment['LOCALAPPDATA'];
  return join(byUser !== undefined && byUser !== '' ? byUser : join(homedir(), '.cache'), 'chainsight');
}

/** Hands the engine what is known of the files already, and sees to it that the rest is known the next time. */
export function restoreRules(packPath: string, files: readonly PackFile[]): void {
  if (folder === undefined || files.reduce((sum, { text }) => sum + text.length, 0) < TEXT_MIN) return;
  const unbuilt =
    packPath === bundledPackPath() ? restore(files, readCacheFile(builtPath()), keyWithin(packPath)) : files;
  if (unbuilt.length === 0) return;
  const path = join(folder, `${digestOf(resolve(packPath)).slice(0, 32)}.rules`);
  const unknown = restore(unbuilt, isOurs(path) ? readCacheFile(path) : NO_RULES, keyOf);
  if (unknown.length > 0) saveAtExit(path, unbuilt, unbuilt.length - unknown.length);
}

/** @returns those of which nothing is known */
function restore(files: readonly PackFile[], known: CachedRules, key: (file: PackFile) => string): readonly PackFile[] {
  return files.filter((file) => {
    const reading = known.get(key(file));
    if (reading !== undefined) restoreReading(file, reading);
    return reading === undefined;
  });
}

/** Of several readings of the same folder the last one is written. */
const unsaved = new Map<string, { readonly files: readonly PackFile[]; readonly restored: number }>();

function saveAtExit(path: string, files: readonly PackFile[], restored: number): void {
  if (unsaved.size === 0) process.once('exit', saveRules);
  unsaved.set(path, { files, restored });
}

/** Writes what was read anew. By itself when the program ends, but not when a thread does. */
export function saveRules(): void {
  for (const [path, { files, restored }] of unsaved) {
    const readings = readingsOf(files, keyOf);
    if (readings.size > restored) writeCacheFile(path, readings, 0o600);
  }
  unsaved.clear();
  process.off('exit', saveRules);
}

/**
 * Keeps what was made of the bundled rules with the program.
 *
 * @param files  that were loaded
 */
export function saveBuiltRules(files: readonly PackFile[]): void {
  writeCacheFile(builtPath(), readingsOf(files, keyWithin(bundledPackPath())), 0o644);
}

function readingsOf(files: readonly PackFile[], key: (file: PackFile) => string): ReadonlyMap<string, StoredReading> {
  const readings = new Map<string, StoredReading>();
  for (const file of files) {
    const reading = storedReading(file);
    if (reading !== undefined) readings.set(key(file), reading);
  }
  return readings;
}

/** On systems that know owners: written by this user, and by nobody else. */
function isOurs(path: string): boolean {
  try {
    const { uid, mode } = statSync(path);
    return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
  } catch {
    return false;
  }
}

function builtPath(): string {
  return join(programRoot(), 'dist', 'bundled.rules');
}

function keyOf({ path, text }: PackFile): string {
  return digestOf(`${path.length} ${path}${text}`);
}

/** The program may be installed anywhere; files in our own form are kept without their path. */
function keyWithin(packPath: string): (file: PackFile) => string {
  return ({ path, text }) => keyOf({ path: relative(packPath, path), text });
}

function digestOf(text: string): string {
  return hash('sha256', text);
}
