/**
 * What a log finds when it is opened. A crash leaves at most a torn end: bytes of a group that was never acknowledged, and zeros that waited for
 * records. They are cut; of zeros alone nothing is told. Damage further up is told and left as it is.
 */

import { join } from 'node:path';
import { BlockIndex } from './block-index.js';
import { readFully, writeFully, type LogFile, type LogFiles } from './files.js';
import { HEADER_BYTES } from './frame.js';
import { scan, type Hole } from './scan.js';
import { listSegments, readSalt, SEGMENT_HEADER_BYTES } from './segment.js';

export interface SegmentState {
  readonly name: string;
  readonly firstPosition: number;
}

/** The segment that is written to. */
export interface ActiveSegment extends SegmentState {
  readonly salt: number;
  readonly index: BlockIndex;
}

export interface Recovered {
  /** All before the active one, in order. */
  readonly closed: readonly SegmentState[];
  /** `undefined` where the log is empty, or its last segment cannot be written to. */
  readonly active: ActiveSegment | undefined;
  readonly lastPosition: number;
  readonly cut: { readonly bytes: number; readonly reason: string } | undefined;
  readonly damage: readonly { readonly segment: string; readonly hole: Hole }[];
}

/** @param change  cut the torn end off the file too; otherwise it is only left out */
export async function recover(files: LogFiles, folder: string, change: boolean): Promise<Recovered> {
  const segments = await listSegments(files, folder);
  let cut: Recovered['cut'];
  for (let last = segments.pop(); last !== undefined; last = segments.pop()) {
    const path = join(folder, last.name);
    const file = await files.open(path, change ? 'write' : 'read');
    try {
      const { size } = await file.stat();
      const salt = await readSalt(file);
      if (salt !== undefined) {
        // A folder whose sync failed may not know the segment's name yet.
        if (change) await files.syncFolder(folder);
        return { closed: segments, ...(await recoverActive(file, last, salt, size, cut, change)) };
      }
      if (size > SEGMENT_HEADER_BYTES) return unreadable([...segments, last], last, size);
    } finally {
      await file.close();
    }
    // The crash came between the file's creation and its first bytes.
    if (change) await files.remove(path);
    cut = { bytes: SEGMENT_HEADER_BYTES, reason: `${last.name} was just being created` };
  }
  return { closed: [], active: undefined, lastPosition: 0, cut, damage: [] };
}

async function recoverActive(
  file: LogFile,
  segment: SegmentState,
  salt: number,
  size: number,
  earlierCut: Recovered['cut'],
  change: boolean,
): Promise<Omit<Recovered, 'closed'>> {
  const index = new BlockIndex(SEGMENT_HEADER_BYTES);
  const holes: Hole[] = [];
  let lastPosition = segment.firstPosition - 1;
  const range = { salt, from: SEGMENT_HEADER_BYTES, to: size, after: lastPosition };
  for await (const slice of scan(file, range)) {
    for (const { offset, header } of slice.frames) {
      index.add(slice.base + offset, header);
      lastPosition = header.position;
    }
    holes.push(...slice.holes);
  }
  const written = await endOfWritten(file, index.end, size);
  const torn = written > index.end ? holes.find((hole) => hole.offset >= index.end) : undefined;
  if (change) {
    if (size > index.end) {
      await writeAgain(file, index.end);
      await file.truncate(index.end);
    }
    await file.sync();
  }
  const cut =
    torn === undefined ? earlierCut : { bytes: written - index.end, reason: `${segment.name}: ${torn.reason}` };
  const damage = holes.filter((hole) => hole.offset < index.end).map((hole) => ({ segment: segment.name, hole }));
  return { active: { ...segment, salt, index }, lastPosition, cut, damage };
}

const CHUNK_BYTES = 256 * 1024;

/**
 * The log was not closed. After a sync that failed the system still shows the bytes, calls them written and never writes them; a sender that brings
 * them again would be told that they are kept. Written again, they are on disk once a sync has come through; until then the file keeps the end
 * that shows that it was not closed.
 */
async function writeAgain(file: LogFile, end: number): Promise<void> {
  for (let start = 0; start < end; start += CHUNK_BYTES) {
    await writeFully(file, await readFully(file, start, Math.min(CHUNK_BYTES, end - start)), start);
  }
  await file.sync();
}

/** @returns where the last byte that is not zero ends, or `from` where all up to `to` are */
async function endOfWritten(file: LogFile, from: number, to: number): Promise<number> {
  for (let end = to; end > from; end -= CHUNK_BYTES) {
    const start = Math.max(from, end - CHUNK_BYTES);
    const bytes = await readFully(file, start, end - start);
    const last = bytes.findLastIndex((byte) => byte !== 0);
    if (last >= 0) return start + last + 1;
  }
  return from;
}

/** Nothing in the segment can be checked, so nothing is cut or added; positions go on behind all that it can have held. */
function unreadable(closed: readonly SegmentState[], segment: SegmentState, size: number): Recovered {
  const most = Math.floor((size - SEGMENT_HEADER_BYTES) / HEADER_BYTES);
  const hole = { offset: 0, bytes: size, lost: undefined, reason: 'both copies of the segment header are damaged' };
  return {
    closed,
    active: undefined,
    lastPosition: segment.firstPosition - 1 + most,
    cut: undefined,
    damage: [{ segment: segment.name, hole }],
  };
}
