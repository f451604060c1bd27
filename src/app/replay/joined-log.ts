/** The logs of all partitions of a data folder, read one after another. A host's records are all in one of them, and each holds every change of policy. */

import { partitionOf } from '../partition.js';
import type { EventLog, LogRecord, ReadRange, StoredRecord } from '../ports.js';

export type ReadableLog = Pick<EventLog, 'read' | 'readAt' | 'lastPosition' | 'cut' | 'damage'>;

export function joinLogs(logs: readonly ReadableLog[]): ReadableLog {
  return {
    async *read(range?: ReadRange): AsyncGenerator<readonly StoredRecord[]> {
      for (const log of logs) yield* log.read(range);
    },
    async readAt(positions): Promise<ReadonlyMap<number, LogRecord>> {
      const found = new Map<number, LogRecord>();
      for (const [partition, log] of logs.entries()) {
        const own = positions.filter((position) => partitionOf(position) === partition);
        if (own.length > 0) for (const [position, record] of await log.readAt(own)) found.set(position, record);
      }
      return found;
    },
    get lastPosition() {
      return logs.at(-1)?.lastPosition ?? 0;
    },
    get cut() {
      return logs.find(({ cut }) => cut !== undefined)?.cut;
    },
    get damage() {
      return logs.flatMap(({ damage }) => damage);
    },
  };
}
