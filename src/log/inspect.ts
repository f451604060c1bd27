/** A check of a log that somebody else may be writing: reads, and changes nothing. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogDamage } from '../app/ports.js';
import { BlockIndex, type Run } from './block-index.js';
import { diskFiles, type LogFile } from './files.js';
import { recover, type SegmentState } from './recover.js';
import { scan, type Hole } from './scan.js';
import { readSalt, SEGMENT_HEADER_BYTES } from './segment.js';

export interface LogInspection {
  readonly segments: number;
  readonly bytes: number;
  /** Of the first segment that is there. */
  readonly firstPosition: number;
  readonly lastPosition: number;
  /** Records whose checksums were compared. */
  readonly records: number;
  /** When the newest record came, by the clock of that day; `undefined` where there is none that can be read. */
  readonly newestMs: number | undefined;
  readonly damage: readonly LogDamage[];
  /** A torn end, which the next start cuts off, or the group that is being written now. */
  readonly torn: { readonly bytes: number; readonly reason: string } | undefined;
}

interface Walked {
  readonly records: number;
  readonly lastPosition: number | undefined;
  readonly lastMs: number | undefined;
  readonly bytes: number;
}

/**
 * @param isFull  compares the checksums of every record; otherwise of the last segment, and of the header and the last quarter MiB or so of every other
 * @throws Error where files cannot be read
 */
export async function inspectLog(folder: string, isFull: boolean): Promise<LogInspection> {
  const { closed, active, lastPosition, cut, damage: activeDamage } = await recover(diskFiles, folder, false);
  const damage: LogDamage[] = [];
  let records = 0;
  let bytes = 0;
  let newestMs: number | undefined;
  let expected: number | undefined;
  const note = (segment: string, hole: Hole): void => void damage.push({ segment, ...hole });
  for (const segment of closed) {
    if (expected !== undefined && segment.firstPosition > expected)
      note(segment.name, missing(expected, segment.firstPosition));
    const walked = await walkClosed(folder, segment, isFull, (hole) => note(segment.name, hole));
    records += walked.records;
    bytes += walked.bytes;
    newestMs = walked.lastMs ?? newestMs;
    expected = walked.lastPosition === undefined ? undefined : walked.lastPosition + 1;
  }
  if (active !== undefined) {
    if (expected !== undefined && active.firstPosition > expected)
      note(active.name, missing(expected, active.firstPosition));
    bytes += active.index.end;
    for (const { segment, hole } of activeDamage) note(segment, hole);
    const walked = await withFile(folder, active, (file) =>
      walk(file, active.salt, { from: SEGMENT_HEADER_BYTES, to: active.index.end }, undefined, () => undefined),
    );
    records += walked.records;
    newestMs = walked.lastMs ?? newestMs;
  }
  const firstPosition = closed[0]?.firstPosition ?? active?.firstPosition ?? 0;
  const segments = closed.length + Number(active !== undefined);
  return { segments, bytes, firstPosition, lastPosition, records, newestMs, damage, torn: cut };
}

async function walkClosed(
  folder: string,
  segment: SegmentState,
  isFull: boolean,
  onHole: (hole: Hole) => void,
): Promise<Walked> {
  return await withFile(folder, segment, async (file) => {
    const { size } = await file.stat();
    const salt = await readSalt(file);
    if (salt === undefined) {
      onHole({ offset: 0, bytes: size, lost: undefined, reason: 'both copies of the segment header are damaged' });
      return { records: 0, lastPosition: undefined, lastMs: undefined, bytes: size };
    }
    const whole = { from: SEGMENT_HEADER_BYTES, to: size };
    const run = isFull ? whole : ((await lastRun(folder, segment, size)) ?? whole);
    const after = run === whole ? segment.firstPosition - 1 : undefined;
    return { ...(await walk(file, salt, run, after, onHole)), bytes: size };
  });
}

async function walk(
  file: LogFile,
  salt: number,
  run: Run,
  after: number | undefined,
  onHole: (hole: Hole) => void,
): Promise<Omit<Walked, 'bytes'>> {
  let records = 0;
  let lastPosition: number | undefined;
  let lastMs: number | undefined;
  for await (const slice of scan(file, { salt, ...run, after })) {
    records += slice.frames.length;
    for (const hole of slice.holes) onHole(hole);
    const last = slice.frames.at(-1)?.header;
    lastPosition = last?.position ?? lastPosition;
    lastMs = last?.receivedMs ?? lastMs;
  }
  return { records, lastPosition, lastMs };
}

/** The last block, where the index beside the segment is whole and of this length. */
async function lastRun(folder: string, segment: SegmentState, size: number): Promise<Run | undefined> {
  const bytes = await readFile(join(folder, segment.name.replace(/\.log$/, '.index'))).catch(() => undefined);
  const index = bytes === undefined ? undefined : BlockIndex.decode(bytes);
  return index?.end === size ? index.runOf(Number.MAX_SAFE_INTEGER) : undefined;
}

async function withFile<Answer>(
  folder: string,
  segment: SegmentState,
  use: (file: LogFile) => Promise<Answer>,
): Promise<Answer> {
  const file = await diskFiles.open(join(folder, segment.name), 'read');
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

function missing(first: number, next: number): Hole {
  return { offset: 0, bytes: 0, lost: { first, last: next - 1 }, reason: 'records are missing' };
}
