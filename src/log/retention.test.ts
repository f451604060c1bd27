/** The oldest segments go as limits ask, what somebody still needs stays, and so does the policy that they leave in force. */

import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LogRecord, PolicyChange, ReadRange, StoredRecord } from '../app/ports.js';
import type { Exception } from '../engine/score/exception.js';
import { CARRIED_NAME } from './carried.js';
import { BLOCK_BYTES } from './block-memory.js';
import { openEventLog, type RetainingLog } from './event-log.js';

const SEGMENT_BYTES = 4096;
const EVENT_BYTES = 300;

let folder: string;
let log: RetainingLog;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chainsight-retention-'));
  log = await open();
});

afterEach(async () => {
  await log.close();
  rmSync(folder, { recursive: true });
});

const open = (): Promise<RetainingLog> => openEventLog(folder, { segmentBytes: SEGMENT_BYTES, roomBytes: 0 });
const segments = (): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .sort();
const firstOf = (name: string): number => Number(name.replace('.log', ''));

function event(receivedMs: number): LogRecord {
  return { kind: 'event', raw: Buffer.alloc(EVENT_BYTES, 0x61), receivedMs, eventMs: receivedMs, sensor: 's' };
}

function policy(change: PolicyChange): LogRecord {
  return { kind: 'policy', receivedMs: 1, change };
}

const SETTINGS = { threshold: 170, hits: 'all', rootImages: [], skipImages: [], skipHashes: [] } as const;
const settings = (threshold: number): LogRecord => policy({ kind: 'settings', settings: { ...SETTINGS, threshold } });
const rules = (version: string): LogRecord => policy({ kind: 'rules', version, packs: [] });
const except = (id: string): LogRecord => policy({ kind: 'exception-added', exception: { id } as Exception });
const takeBack = (id: string): LogRecord => policy({ kind: 'exception-removed', id });

/** Records 1 to `count`, received at their own number; about twelve in a segment. */
async function fill(count: number): Promise<void> {
  for (let at = log.lastPosition + 1; at <= count; at++) await log.append([event(at)]);
}

async function read(range: ReadRange = {}): Promise<StoredRecord[]> {
  const found: StoredRecord[] = [];
  for await (const records of log.read(range)) found.push(...records);
  return found;
}

const positions = (records: readonly StoredRecord[]): number[] => records.map(({ position }) => position);

describe('limits', () => {
  beforeEach(() => fill(100));

  test('bytes: as many as are over, oldest first, indexes with them', async () => {
    const before = segments();
    expect(before.length).toBeGreaterThan(6);
    const removed = await log.retain({ bytesMax: 3 * SEGMENT_BYTES, donePosition: 100 });
    expect(segments()).toEqual(before.slice(removed.segments));
    const bytes = segments().reduce((sum, name) => sum + readFileSync(join(folder, name)).length, 0);
    // The one that is written to ends with a whole block.
    expect(bytes).toBeLessThan(3 * SEGMENT_BYTES + BLOCK_BYTES);
    expect(bytes).toBeGreaterThan(2 * SEGMENT_BYTES);
    expect(readdirSync(folder).filter((name) => name.endsWith('.index'))).toEqual(
      segments()
        .slice(0, -1)
        .map((name) => name.replace('.log', '.index')),
    );
    expect(positions(await read())[0]).toBe(firstOf(segments()[0]!));
    expect(log.damage).toEqual([]);
  });

  test('age: whole segments whose newest record is older, and no other', async () => {
    const [, second, third] = segments();
    expect(await log.retain({ beforeMs: firstOf(third!) - 1, donePosition: 100 })).toMatchObject({ segments: 1 });
    expect(segments()[0]).toBe(second);
    expect(await log.retain({ beforeMs: firstOf(third!), donePosition: 100 })).toMatchObject({ segments: 1 });
    expect(segments()[0]).toBe(third);
  });

  test('never the segment that is written to', async () => {
    await log.retain({ bytesMax: 0, beforeMs: 1e9, donePosition: 100 });
    expect(segments()).toHaveLength(1);
    await fill(120);
    expect(positions(await read()).at(-1)).toBe(120);
  });

  test('never what the state has not seen', async () => {
    const before = segments();
    const third = firstOf(before[2]!);
    await log.retain({ bytesMax: 0, beforeMs: 1e9, donePosition: third - 2 });
    expect(segments()).toEqual(before.slice(1));
    await log.retain({ bytesMax: 0, beforeMs: 1e9, donePosition: third - 1 });
    expect(segments()).toEqual(before.slice(2));
    await log.retain({ bytesMax: 0, beforeMs: 1e9, donePosition: 0 });
    expect(segments()).toEqual(before.slice(2));
  });

  test('without limits nothing goes, nor through a log that is open for reading', async () => {
    const before = segments();
    expect(await log.retain({ donePosition: 100 })).toEqual({ segments: 0, bytes: 0 });
    const reader = await openEventLog(folder, { readOnly: true });
    expect(await reader.retain({ bytesMax: 0, donePosition: 100 })).toEqual({ segments: 0, bytes: 0 });
    await reader.close();
    expect(segments()).toEqual(before);
    expect(existsSync(join(folder, CARRIED_NAME))).toBe(false);
  });
});

describe('what is left', () => {
  test('after a restart the log goes on where it was, whole', async () => {
    await fill(100);
    await log.retain({ bytesMax: SEGMENT_BYTES, donePosition: 100 });
    const before = await read();
    await log.close();
    log = await open();
    expect(await read()).toEqual(before);
    expect([log.lastPosition, log.damage, log.cut]).toEqual([100, [], undefined]);
    expect(await log.append([event(101)])).toBe(101);
    expect((await log.readAt([1, 100])).size).toBe(1);
  });

  test('reads that are under way go on behind the gap', async () => {
    await fill(100);
    const seen: number[] = [];
    for await (const records of log.read()) {
      seen.push(...positions(records));
      if (seen.length <= 12) await log.retain({ bytesMax: SEGMENT_BYTES, donePosition: 100 });
    }
    expect(seen[0]).toBe(1);
    expect(seen.at(-1)).toBe(100);
    expect(seen.length).toBeLessThan(60);
    expect(log.damage).toEqual([]);
  });
});

describe('policy of segments that are gone', () => {
  const kept = async (range?: ReadRange): Promise<LogRecord[]> =>
    (await read(range)).map(({ record }) => record).filter(({ kind }) => kind === 'policy');

  beforeEach(async () => {
    await log.append([settings(1), rules('one'), except('a'), except('b'), except('c')]);
    await fill(30);
    await log.append([settings(2), takeBack('b'), rules('two'), policy({ kind: 'host-forgotten', host: 'h' })]);
    await fill(100);
    await log.append([takeBack('c')]);
    await fill(130);
  });

  test('is read first, with its own positions, and only what lasts', async () => {
    await log.retain({ beforeMs: 95, donePosition: 130 });
    const all = await read();
    expect(all.slice(0, 4)).toEqual([
      { position: 3, record: except('a') },
      { position: 5, record: except('c') },
      { position: 31, record: settings(2) },
      { position: 33, record: rules('two') },
    ]);
    expect(all[4]!.position).toBeGreaterThan(80);
    expect(await kept()).toEqual([except('a'), except('c'), settings(2), rules('two'), takeBack('c')]);
    // Time ranges leave out events, never policy; positions leave out what lies outside.
    expect(await kept({ fromMs: 120, toMs: 125 })).toHaveLength(5);
    expect(await kept({ fromPosition: 32 })).toEqual([rules('two'), takeBack('c')]);
    expect(await kept({ toPosition: 10 })).toEqual([except('a'), except('c')]);
  });

  test('is carried on by the next removal', async () => {
    await log.retain({ beforeMs: 60, donePosition: 130 });
    await log.retain({ bytesMax: 0, donePosition: 130 });
    expect(segments()).toHaveLength(1);
    const [...last] = await kept();
    expect(last).toEqual([except('a'), settings(2), rules('two')]);
    await log.close();
    log = await open();
    expect(await kept()).toEqual(last);
  });

  test('a crash before the segments are gone: they are taken for gone, and go at the next start', async () => {
    const before = segments();
    const copies = mkdtempSync(join(tmpdir(), 'chainsight-retention-'));
    for (const name of before) copyFileSync(join(folder, name), join(copies, name));
    await log.retain({ bytesMax: SEGMENT_BYTES, donePosition: 130 });
    const after = segments();
    const expected = await read();
    await log.close();
    for (const name of before.slice(1)) if (!after.includes(name)) copyFileSync(join(copies, name), join(folder, name));
    rmSync(copies, { recursive: true });
    const reader = await openEventLog(folder, { readOnly: true });
    expect(reader.damage).toEqual([]);
    await reader.close();
    expect(segments().length).toBeGreaterThan(after.length);
    log = await open();
    expect(await read()).toEqual(expected);
    expect(segments()).toEqual(after);
  });

  test('what is carried and damaged is told, and the events are read all the same', async () => {
    await log.retain({ bytesMax: SEGMENT_BYTES, donePosition: 130 });
    await log.close();
    const text = readFileSync(join(folder, CARRIED_NAME), 'utf8');
    writeFileSync(join(folder, CARRIED_NAME), text.replace('two', 'six'));
    log = await open();
    expect(log.damage).toMatchObject([
      { segment: CARRIED_NAME, reason: expect.stringContaining('exceptions of that time are lost') },
    ]);
    expect(positions(await read()).at(-1)).toBe(130);
  });
});
