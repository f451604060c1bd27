/** A folder with logs, records for them, what a log holds, and a disk of which some operations fail. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { EventLog, LogRecord, ReadRange, StoredRecord } from '../../src/app/ports.js';
import { openEventLog, type EventLogOptions } from '../../src/log/event-log.js';
import { diskFiles, type LogFile, type LogFiles } from '../../src/log/files.js';

export interface Logs {
  /** Another one in each test. */
  readonly folder: string;
  readonly open: (options?: EventLogOptions) => Promise<EventLog>;
}

/** To be called once in a file: what a test opens is closed behind it. */
export function logsOfEachTest(): Logs {
  const opened: EventLog[] = [];
  let folder = '';
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'chainsight-log-'))));
  afterEach(async () => {
    for (const log of opened.splice(0)) await log.close();
    await rm(folder, { recursive: true });
  });
  return {
    get folder() {
      return folder;
    },
    open: async (options = {}) => {
      const log = await openEventLog(folder, options);
      opened.push(log);
      return log;
    },
  };
}

export function event(text: string, eventMs = 1_000): LogRecord {
  return { kind: 'event', raw: Buffer.from(text), receivedMs: 77, eventMs, sensor: 'token-a' };
}

export async function all(log: EventLog, range?: ReadRange): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for await (const batch of log.read(range)) records.push(...batch);
  return records;
}

export function text(record: LogRecord): string {
  return record.kind === 'event' ? Buffer.from(record.raw).toString() : JSON.stringify(record);
}

export async function texts(log: EventLog, range?: ReadRange): Promise<[number, string][]> {
  return (await all(log, range)).map(({ position, record }) => [position, text(record)]);
}

/** Disk files of which some operations fail or are watched. */
export function filesWith(
  change: (file: LogFile, path: string) => Partial<LogFile>,
  more: Partial<LogFiles> = {},
): LogFiles {
  return {
    ...diskFiles,
    async open(path, mode) {
      const file = await diskFiles.open(path, mode);
      return { ...file, ...change(file, path) };
    },
    ...more,
  };
}
