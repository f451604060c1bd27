/** The log's own parts over a disk in memory; what they lack is the lock and the index files, which are a real folder's. */

import { positionBefore } from '../../../src/app/partition.js';
import type { EventLog } from '../../../src/app/ports.js';
import { LogReader } from '../../../src/log/reader.js';
import { recover } from '../../../src/log/recover.js';
import { LogWriter } from '../../../src/log/writer.js';
import type { CutDisk } from '../../support/cut-disk.js';

const FOLDER = 'log';
const LIMITS = { segmentBytes: 6_000, queuedBytes: 1e6, groupBytes: 1e6, reserveBytes: 0, roomBytes: 8_000 };

export interface MemoryLogOptions {
  readonly partition: number;
  /** Of the state: it must not be ahead of its log. */
  readonly lastKnownPosition: number;
  /** Of a group that was never acknowledged a power cut may take a record in the middle. */
  readonly mayHaveHoles: boolean;
}

/** @throws Error where the log lacks what the state has seen, or is damaged where nothing can have damaged it */
export async function openMemoryLog(disk: CutDisk, options: MemoryLogOptions): Promise<EventLog> {
  const { partition, lastKnownPosition, mayHaveHoles } = options;
  const recovered = await recover(disk, FOLDER, true);
  const closed = [...recovered.closed];
  const reader = new LogReader(disk, FOLDER, (segment, { reason }) => {
    if (!mayHaveHoles) throw new Error(`damage in ${segment}: ${reason}`);
  });
  const lastPosition = Math.max(recovered.lastPosition, positionBefore(partition));
  if (lastPosition < lastKnownPosition) {
    throw new Error(`the log ends at ${lastPosition}, the state has seen ${lastKnownPosition}`);
  }
  const writer = new LogWriter(disk, FOLDER, LIMITS, { ...recovered, lastPosition }, ({ name, firstPosition }) => {
    closed.push({ name, firstPosition });
    return Promise.resolve();
  });
  return {
    append: (records) => writer.append(records),
    read(range = {}) {
      const { active } = writer;
      const segments = closed.map((segment, at) => {
        const next = closed[at + 1] ?? active;
        return { ...segment, nextPosition: next?.firstPosition, index: undefined, end: undefined };
      });
      const last = active && { ...active, nextPosition: undefined, end: active.index.end };
      const all = last === undefined ? segments : [...segments, last];
      return reader.read({ segments: all, lastPosition: writer.lastPosition }, range);
    },
    readAt: () => Promise.resolve(new Map()),
    get lastPosition() {
      return writer.lastPosition;
    },
    cut: recovered.cut,
    damage: [],
    get failure() {
      return writer.failure;
    },
    close: () => writer.close(),
  };
}
