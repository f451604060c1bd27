/** Which segments have come to the end of their time, and their removal. The unit is the closed segment: the one that is written to always stays. */

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredRecord } from '../app/ports.js';
import { BlockIndex } from './block-index.js';
import { lasting, storeCarried, type Carried } from './carried.js';
import type { LogFiles } from './files.js';
import type { SegmentState } from './recover.js';
import { scan } from './scan.js';
import { readSalt, SEGMENT_HEADER_BYTES } from './segment.js';

export interface RetentionLimits {
  /** Records that came before this time, UTC milliseconds, need not be kept. `undefined`: whatever their age, they are. */
  readonly beforeMs?: number | undefined;
  /** Bytes of all segments together. `undefined`: without limit. */
  readonly bytesMax?: number | undefined;
  /** What lies behind this position stays, whatever the limits say: the state has not seen it, or a start would need it. */
  readonly donePosition: number;
}

export interface RemovedSegments {
  readonly segments: number;
  readonly bytes: number;
}

/** @returns the segments that may go, oldest first; all of them lie before those that stay */
export async function outdated(
  files: LogFiles,
  folder: string,
  closed: readonly SegmentState[],
  active: { readonly firstPosition: number; readonly bytes: number } | undefined,
  limits: RetentionLimits,
): Promise<readonly SegmentState[]> {
  const sizes = await Promise.all(closed.map(({ name }) => sizeOf(join(folder, name))));
  let bytes = sizes.reduce((sum, size) => sum + size, active?.bytes ?? 0);
  const found: SegmentState[] = [];
  for (const [at, segment] of closed.entries()) {
    const next = closed[at + 1] ?? active;
    if (next === undefined || next.firstPosition - 1 > limits.donePosition) break;
    const isTooMuch = limits.bytesMax !== undefined && bytes > limits.bytesMax;
    if (!isTooMuch && !(await isTooOld(files, folder, segment, limits.beforeMs))) break;
    bytes -= sizes[at]!;
    found.push(segment);
  }
  return found;
}

/**
 * First the policy that lasts, then the files: whatever cuts in, a reader has either the segments or what is carried of them.
 *
 * @param policy  the records of the segments, or at least those that change policy
 * @returns what is carried from now on
 */
export async function removeSegments(
  files: LogFiles,
  folder: string,
  segments: readonly SegmentState[],
  until: number,
  policy: readonly StoredRecord[],
): Promise<{ readonly carried: Carried; readonly removed: RemovedSegments }> {
  const carried = { until, records: lasting(policy) };
  await storeCarried(folder, carried);
  return { carried, removed: await removeFiles(files, folder, segments) };
}

export async function removeFiles(
  files: LogFiles,
  folder: string,
  segments: readonly SegmentState[],
): Promise<RemovedSegments> {
  let bytes = 0;
  for (const { name } of segments) {
    const path = join(folder, name);
    bytes += await sizeOf(path);
    await files.remove(path.replace(/\.log$/, '.index'));
    await files.remove(path);
  }
  if (segments.length > 0) await files.syncFolder(folder);
  return { segments: segments.length, bytes };
}

async function isTooOld(
  files: LogFiles,
  folder: string,
  segment: SegmentState,
  beforeMs: number | undefined,
): Promise<boolean> {
  if (beforeMs === undefined) return false;
  const newestMs = (await newestOf(files, folder, segment)) ?? (await stat(join(folder, segment.name))).mtimeMs;
  return newestMs < beforeMs;
}

/** When the newest record of a closed segment came: the greatest time, for clocks are set back. `undefined` where none can be read. */
async function newestOf(files: LogFiles, folder: string, { name }: SegmentState): Promise<number | undefined> {
  const file = await files.open(join(folder, name), 'read');
  try {
    const { size } = await file.stat();
    const salt = await readSalt(file);
    if (salt === undefined) return undefined;
    const bytes = await readFile(join(folder, name.replace(/\.log$/, '.index'))).catch(() => undefined);
    const index = bytes === undefined ? undefined : BlockIndex.decode(bytes);
    const last = index?.end === size ? index.runOf(Number.MAX_SAFE_INTEGER) : undefined;
    let newestMs: number | undefined;
    for await (const { frames } of scan(file, {
      salt,
      ...(last ?? { from: SEGMENT_HEADER_BYTES, to: size }),
      after: undefined,
    }))
      for (const { header } of frames) newestMs = Math.max(newestMs ?? 0, header.receivedMs);
    return newestMs;
  } finally {
    await file.close();
  }
}

async function sizeOf(path: string): Promise<number> {
  return await stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
