/**
 * The policy in force where a log begins whose first segments were removed: `carried.json` beside the segments. Rules, settings and exceptions are
 * records of the log; without it, they would go with the events of their day.
 */

import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { PolicyChange, StoredRecord } from '../app/ports.js';
import { diskFiles } from './files.js';

export const CARRIED_NAME = 'carried.json';
const VERSION = 1;

export interface Carried {
  /** Position of the first record that is kept: segments before it are gone, or will be at once. 0 where none was ever removed. */
  readonly until: number;
  /** Changes of policy from before, with their own positions, in order: those whose effect lasts. */
  readonly records: readonly StoredRecord[];
}

export const NOTHING_CARRIED: Carried = { until: 0, records: [] };

/**
 * Of `records`, in order, those that decide what is in force behind them: the last rules, the last settings, the last of plugins, and every exception that was not taken
 * back. A host that was forgotten has no event left that this could concern.
 */
export function lasting(records: readonly StoredRecord[]): readonly StoredRecord[] {
  const found = new Map<string, StoredRecord>();
  for (const stored of records) {
    if (stored.record.kind !== 'policy') continue;
    const key = keyOf(stored.record.change);
    // Set anew, so that what is changed later comes later.
    found.delete(key);
    const { kind } = stored.record.change;
    if (kind !== 'exception-removed' && kind !== 'host-forgotten') found.set(key, stored);
  }
  return [...found.values()];
}

function keyOf(change: PolicyChange): string {
  switch (change.kind) {
    case 'rules':
    case 'settings':
    case 'plugins':
      return change.kind;
    case 'exception-added':
      return `exception ${change.exception.id}`;
    case 'exception-removed':
      return `exception ${change.id}`;
    case 'host-forgotten':
      return `host ${change.host}`;
  }
}

/** On the disk, whole, when this resolves: the one before stays until then. */
export async function storeCarried(folder: string, carried: Carried): Promise<void> {
  const body = JSON.stringify({ version: VERSION, ...carried });
  const half = join(folder, `${CARRIED_NAME}.${randomBytes(4).toString('hex')}`);
  const handle = await fs.open(half, 'wx', 0o600);
  try {
    try {
      await handle.writeFile(JSON.stringify({ crc: crc32(body), body }));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.rename(half, join(folder, CARRIED_NAME));
  } catch (error) {
    await fs.rm(half, { force: true });
    throw error;
  }
  await diskFiles.syncFolder(folder);
}

/** @returns `undefined` where the file is there and is not what was written */
export async function loadCarried(folder: string): Promise<Carried | undefined> {
  let text: string;
  try {
    text = await fs.readFile(join(folder, CARRIED_NAME), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return NOTHING_CARRIED;
    throw error;
  }
  try {
    const { crc, body } = JSON.parse(text) as { readonly crc: unknown; readonly body: unknown };
    if (typeof body !== 'string' || crc !== crc32(body)) return undefined;
    const { until, records } = JSON.parse(body) as Carried;
    return { until, records };
  } catch {
    return undefined;
  }
}
