import { appendFile, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { all, event, filesWith, logsOfEachTest, text, texts } from '../../test/support/log-kit.js';
import { AppError } from '../app/app-error.js';
import type { EventLog, LogDamage, LogRecord, ReadRange } from '../app/ports.js';
import { openEventLog, type EventLogOptions } from './event-log.js';
import { HEADER_BYTES, toPayload, writeFrame, frameBytes } from './frame.js';
import { SEGMENT_HEADER_BYTES } from './segment.js';

const logs = logsOfEachTest();
const { open } = logs;

async function reopen(log: EventLog, options: EventLogOptions = {}): Promise<EventLog> {
  await log.close();
  return open(options);
}

async function segmentFiles(): Promise<string[]> {
  return (await readdir(logs.folder)).filter((name) => name.endsWith('.log')).sort();
}

describe('appending and reading', () => {
  test('every kind of record comes back as it was', async () => {
    const log = await open();
    const records: LogRecord[] = [
      { kind: 'event', raw: Buffer.from([0, 255, 13, 10]), receivedMs: 5, eventMs: 0, sensor: '传感器' },
      { kind: 'policy', receivedMs: 6, change: { kind: 'exception-removed', id: 'x' } },
      {
        kind: 'finding',
        receivedMs: 7,
        finding: {
          plugin: 'p',
          host: 'h',
          processId: '1',
          evidence: { key: 'k', points: 5, title: { en: 'a', zh: 'b' } },
          eventId: 'e',
          timeMs: 8,
        },
      },
    ];
    expect(await log.append(records)).toBe(1);
    expect(log.lastPosition).toBe(3);
    for (const current of [log, await reopen(log)]) {
      expect(await all(current)).toEqual(records.map((record, at) => ({ position: at + 1, record })));
    }
  });

  test('an empty log', async () => {
    const log = await open();
    expect(log.lastPosition).toBe(0);
    expect(await all(log)).toEqual([]);
    expect(await log.readAt([1])).toEqual(new Map());
    expect((await reopen(log)).lastPosition).toBe(0);
  });

  test('any records in any batches, over many segments, come back in order after a restart', async () => {
    const batches = fc.array(fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 8 }), {
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(batches, async (given) => {
        await rm(logs.folder, { recursive: true });
        let log = await open({ segmentBytes: 2_000 });
        const firsts = await Promise.all(given.map((raws) => log.append(raws.map((raw) => rawEvent(raw)))));
        log = await reopen(log, { segmentBytes: 2_000 });
        const flat = given.flat();
        expect((await all(log)).map(({ record }) => raw(record))).toEqual(
          flat.map((bytes) => Buffer.from(bytes).toString('hex')),
        );
        expect(firsts).toEqual(given.map((_, at) => 1 + given.slice(0, at).flat().length));
        await log.close();
      }),
      { numRuns: 30 },
    );
  });

  test('calls made while the disk is busy share one sync, and resolve in the order of the calls', async () => {
    let syncs = 0;
    const log = await open({
      files: filesWith((file) => ({
        datasync: () => {
          syncs++;
          return file.datasync();
        },
      })),
    });
    await log.append([event('first')]);
    const before = syncs;
    const order: number[] = [];
    const calls = Array.from({ length: 50 }, (_, at) =>
      log.append([event(`n${at}`)]).then((position) => order.push(position)),
    );
    await Promise.all(calls);
    expect(order).toEqual(Array.from({ length: 50 }, (_, at) => at + 2));
    expect(syncs - before).toBe(1);
  });

  test('nobody hears of a record before it is synced', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const log = await open({
      files: filesWith((file) => ({ datasync: () => gate.then(() => file.datasync()) })),
    });
    let isDone = false;
    const call = log.append([event('a')]).then(() => (isDone = true));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(isDone).toBe(false);
    expect(log.lastPosition).toBe(0);
    expect(await all(log)).toEqual([]);
    release();
    await call;
    expect(log.lastPosition).toBe(1);
  });

  test('a disk that takes part of a write at a time gets it all', async () => {
    const files = filesWith((file) => ({
      write: (bytes, offset, length, position) => file.write(bytes, offset, Math.min(length, 7), position),
    }));
    const log = await open({ files });
    await log.append([event('one'), event('two')]);
    expect(await texts(await reopen(log))).toEqual([
      [1, 'one'],
      [2, 'two'],
    ]);
  });

  test.each<{ name: string; range: ReadRange; positions: number[] }>([
    { name: 'from a position', range: { fromPosition: 97 }, positions: [97, 98, 99, 100] },
    { name: 'up to a position', range: { toPosition: 3 }, positions: [1, 2, 3] },
    { name: 'between positions', range: { fromPosition: 40, toPosition: 41 }, positions: [40, 41] },
    { name: 'behind the end', range: { fromPosition: 101 }, positions: [] },
    {
      name: 'a range of event times, with the records that have none',
      range: { fromMs: 2_000, toMs: 4_000 },
      positions: [2, 3, 50],
    },
    { name: 'times that no event has', range: { fromMs: 900_000 }, positions: [50] },
    { name: 'times and positions', range: { fromMs: 60_000, fromPosition: 99 }, positions: [99, 100] },
  ])('a range: $name', async ({ range, positions }) => {
    const log = await open({ segmentBytes: 2_000 });
    for (let at = 1; at <= 100; at++) {
      const record: LogRecord =
        at === 50
          ? { kind: 'policy', receivedMs: 0, change: { kind: 'exception-removed', id: 'x' } }
          : event(`e${at}`, at * 1_000);
      await log.append([record]);
    }
    expect((await segmentFiles()).length).toBeGreaterThan(2);
    expect((await all(log, range)).map(({ position }) => position)).toEqual(positions);
    expect((await all(await reopen(log), range)).map(({ position }) => position)).toEqual(positions);
  });

  test('single records by position, in any order, twice, or not there', async () => {
    const log = await open({ segmentBytes: 50_000 });
    const big = 'x'.repeat(2_000);
    for (let at = 1; at <= 20; at++) await log.append(Array.from({ length: 10 }, (_, n) => event(`${at}-${n}-${big}`)));
    const found = await log.readAt([200, 1, 77, 77, 201, 0]);
    expect([...found.keys()].sort((a, b) => a - b)).toEqual([1, 77, 200]);
    expect(text(found.get(77)!)).toBe(`8-6-${big}`);
  });

  test('a read sees what was synced when it began, and no more', async () => {
    const log = await open();
    await log.append([event('a')]);
    const reading = all(log);
    await log.append([event('b')]);
    expect((await reading).length).toBe(1);
  });

  test('a second reader looks into the log of a running program without disturbing it', async () => {
    const log = await open();
    await log.append([event('a')]);
    const reader = await open({ readOnly: true });
    expect(await texts(reader)).toEqual([[1, 'a']]);
    await expect(reader.append([event('b')])).rejects.toMatchObject({ code: 'LOG_CLOSED' });
    expect(await log.append([event('b')])).toBe(2);
  });

  test('a record over the limit is refused, and its neighbours are taken', async () => {
    const log = await open();
    const huge = Buffer.alloc(64 * 1024 * 1024 + 1);
    await expect(log.append([rawEvent(huge)])).rejects.toMatchObject({ code: 'LOG_TOO_LARGE' });
    expect(await log.append([event('a')])).toBe(1);
  });
});

describe('when the disk fails', () => {
  test.each(['write', 'datasync'] as const)('the first failed %s is the last: no second try', async (operation) => {
    let calls = 0;
    const failing = filesWith((file) => ({
      [operation]: () => {
        calls++;
        return Promise.reject(new Error('EIO: i/o error'));
      },
      ...(operation === 'datasync' ? { write: file.write } : {}),
    }));
    const fine = await open();
    await fine.append([event('kept')]);
    const log = await reopen(fine, { files: failing });
    const first = log.append([event('a')]);
    const second = log.append([event('b')]);
    await expect(first).rejects.toMatchObject({ code: 'LOG_FAILED', message: expect.stringContaining('EIO') });
    await expect(second).rejects.toMatchObject({ code: 'LOG_FAILED' });
    await expect(log.append([event('c')])).rejects.toMatchObject({ code: 'LOG_FAILED' });
    expect(calls).toBe(1);
    expect(log.failure).toBeInstanceOf(AppError);
    expect(await texts(log)).toEqual([[1, 'kept']]);
  });

  test('a full queue refuses at once, takes nothing, and takes again later', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const log = await open({
      queuedBytes: 1_000,
      files: filesWith((file) => ({ datasync: () => gate.then(() => file.datasync()) })),
    });
    const first = log.append([event('x'.repeat(900))]);
    await expect(log.append([event('y'.repeat(900))])).rejects.toMatchObject({
      code: 'LOG_BUSY',
      retryAfterSeconds: 1,
    });
    release();
    await first;
    expect(await log.append([event('z')])).toBe(2);
  });

  test('a nearly full disk refuses before it writes, and goes on once there is space', async () => {
    let free = 1_000;
    const log = await open({
      files: filesWith(() => ({}), { space: () => Promise.resolve({ free, total: 1_000_000_000 }) }),
    });
    await expect(log.append([event('a')])).rejects.toMatchObject({ code: 'LOG_FULL', retryAfterSeconds: 30 });
    expect(log.failure).toBeUndefined();
    free = 900_000_000;
    expect(await log.append([event('b')])).toBe(1);
  });

  test('a disk that is full in the middle of a write has lost nothing, and takes events again once there is space', async () => {
    let room = Number.POSITIVE_INFINITY;
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    const log = await open({
      files: filesWith((file) => ({
        async write(bytes, offset, length, position) {
          if (room <= 0) throw full;
          const part = Math.min(length, room);
          room -= part;
          return file.write(bytes, offset, part, position);
        },
      })),
    });
    await log.append([event('a')]);
    room = 60;
    await expect(log.append([event('b'.repeat(200))])).rejects.toMatchObject({ code: 'LOG_FULL', cause: full });
    room = Number.POSITIVE_INFINITY;
    expect(log.failure).toBeUndefined();
    expect(await log.append([event('c')])).toBe(2);
    const again = await reopen(log);
    expect(again.cut).toBeUndefined();
    expect(await texts(again)).toEqual([
      [1, 'a'],
      [2, 'c'],
    ]);
  });

  test('closing a log whose room cannot be cut loses nothing', async () => {
    const log = await open({
      files: filesWith(() => ({ truncate: () => Promise.reject(new Error('EIO: i/o error')) })),
    });
    await log.append([event('a')]);
    const again = await reopen(log);
    expect(await texts(again)).toEqual([[1, 'a']]);
    await again.append([event('b')]);
    expect(await texts(await reopen(again))).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
  });

  test('closing writes what is queued', async () => {
    const log = await open();
    const call = log.append([event('a')]);
    const again = await reopen(log);
    expect(await call).toBe(1);
    expect(await texts(again)).toEqual([[1, 'a']]);
    await expect(log.append([event('b')])).rejects.toMatchObject({ code: 'LOG_CLOSED' });
  });
});

describe('recovery', () => {
  /** Three records, the file as it then is, and where each record ends. */
  async function threeRecords(): Promise<{ path: string; bytes: Buffer; ends: number[] }> {
    const log = await open();
    const words = ['first record', 'second', 'third and last'];
    for (const word of words) await log.append([event(word)]);
    await log.close();
    const path = join(logs.folder, (await segmentFiles())[0]!);
    let end = SEGMENT_HEADER_BYTES;
    const ends = words.map((word) => (end += HEADER_BYTES + 'token-a'.length + word.length));
    return { path, bytes: await readFile(path), ends };
  }

  test('a tail torn at any byte: whole records stay, the rest is cut, and the log goes on', async () => {
    const { path, bytes, ends } = await threeRecords();
    expect(bytes.length).toBe(ends[2]);
    for (let length = SEGMENT_HEADER_BYTES; length < bytes.length; length++) {
      await writeFile(path, bytes.subarray(0, length));
      const log = await openEventLog(logs.folder);
      const whole = ends.filter((end) => end <= length).length;
      const isTorn = length !== (ends[whole - 1] ?? SEGMENT_HEADER_BYTES);
      expect([length, log.lastPosition, log.cut === undefined]).toEqual([length, whole, !isTorn]);
      expect(log.damage).toEqual([]);
      expect(await log.append([event('next')])).toBe(whole + 1);
      expect((await texts(log)).at(-1)).toEqual([whole + 1, 'next']);
      await log.close();
      const again = await openEventLog(logs.folder);
      expect([again.cut, again.lastPosition]).toEqual([undefined, whole + 1]);
      await again.close();
    }
  });

  const noise = Buffer.from(Array.from({ length: 5_000 }, (_, at) => ((at * 7919) % 250) + 1));
  test.each([
    { name: 'noise', tail: noise, told: 5_000 },
    { name: 'a magic and nothing behind it', tail: Buffer.from([0xff, 0x43, 0x53, 0xfe]), told: 4 },
    { name: 'noise and unused room', tail: Buffer.concat([noise, Buffer.alloc(300_000)]), told: 5_000 },
    { name: 'room and noise', tail: Buffer.concat([Buffer.alloc(300_000), noise]), told: 305_000 },
    { name: 'nothing but unused room', tail: Buffer.alloc(300_000), told: undefined },
  ])('a tail of $name is cut', async ({ tail, told }) => {
    const { path, bytes } = await threeRecords();
    await appendFile(path, tail);
    const log = await open();
    expect(log.cut?.bytes).toBe(told);
    expect(log.lastPosition).toBe(3);
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  test('any flipped byte costs at most its own record, and is told', async () => {
    const { path, bytes, ends } = await threeRecords();
    for (let at = SEGMENT_HEADER_BYTES; at < bytes.length; at++) {
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 0x40;
      await writeFile(path, flipped);
      const log = await openEventLog(logs.folder);
      const hit = ends.findIndex((end) => at < end);
      const positions = (await all(log)).map(({ position }) => position);
      expect([at, ...positions]).toEqual([at, ...[1, 2, 3].filter((position) => position !== hit + 1)]);
      if (hit === 2) expect(log.cut).toBeDefined();
      else {
        expect(log.damage).toEqual([
          expect.objectContaining({ segment: '00000000000000000001.log', lost: { first: hit + 1, last: hit + 1 } }),
        ]);
      }
      await log.close();
    }
  });

  test('damage over many records: reading goes on behind it, in the same segment and the next', async () => {
    let log = await open({ segmentBytes: 40_000 });
    for (let at = 1; at <= 200; at++) await log.append([event(`${at} ${'x'.repeat(400)}`)]);
    await log.close();
    const [first, second] = await segmentFiles();
    const path = join(logs.folder, first!);
    const bytes = await readFile(path);
    bytes.fill(0xff, 5_000, 9_000);
    await writeFile(path, bytes);
    await rm(join(logs.folder, second!.replace('.log', '.index')));
    const told: LogDamage[] = [];
    log = await open({ onDamage: (damage) => told.push(damage) });
    const positions = (await all(log)).map(({ position }) => position);
    const lost = new Set(told.flatMap(({ lost: range }) => numbers(range!.first, range!.last)));
    expect(lost.size).toBeGreaterThan(7);
    expect(lost.size).toBeLessThan(12);
    expect(positions).toEqual(numbers(1, 200).filter((at) => !lost.has(at)));
    expect(log.damage).toEqual(told);
  });

  test('a frame that a sender put into its event does not pass for one behind damage', async () => {
    const log = await open();
    const payload = toPayload(event('forged'), () => Buffer.from('evil'));
    const forged = Buffer.alloc(frameBytes(payload));
    writeFrame(forged, 0, payload, 2, 0);
    await log.append([rawEvent(Buffer.concat([Buffer.from('{"a":"'), forged, Buffer.from('"}')])), event('true')]);
    await log.close();
    const path = join(logs.folder, (await segmentFiles())[0]!);
    const bytes = await readFile(path);
    bytes[SEGMENT_HEADER_BYTES + 9]! ^= 1;
    await writeFile(path, bytes);
    expect(await texts(await open())).toEqual([[2, 'true']]);
  });

  test.each([
    { name: 'no bytes', bytes: 0 },
    { name: 'half a header', bytes: 40 },
  ])('a crash while a segment was created, $name written', async ({ bytes }) => {
    const log = await open();
    await log.append([event('a')]);
    await log.close();
    await writeFile(join(logs.folder, '00000000000000000002.log'), Buffer.alloc(bytes));
    const again = await open();
    expect(again.cut?.reason).toContain('00000000000000000002.log');
    expect(await again.append([event('b')])).toBe(2);
    expect(await segmentFiles()).toEqual(['00000000000000000001.log']);
  });

  test.each([32, 40, 63])(
    'a crash after the first %i bytes of a segment that is created: the log goes on in it',
    async (length) => {
      const log = await open();
      await log.append([event('never acknowledged')]);
      const path = join(logs.folder, (await segmentFiles())[0]!);
      await log.close();
      await truncate(path, length);
      const again = await open();
      expect(await again.append([event('a')])).toBe(1);
      expect(await again.append([event('b')])).toBe(2);
      const last = await reopen(again);
      expect(await texts(last)).toEqual([
        [1, 'a'],
        [2, 'b'],
      ]);
      expect(last.damage).toEqual([]);
    },
  );

  test('one damaged copy of the segment header costs nothing', async () => {
    const { path, bytes } = await threeRecords();
    bytes.fill(0, 0, 32);
    await writeFile(path, bytes);
    const log = await open();
    expect(log.lastPosition).toBe(3);
    expect((await texts(log)).length).toBe(3);
  });

  test('both copies damaged: the segment is told as lost, kept as it is, and no position is used twice', async () => {
    const { path, bytes } = await threeRecords();
    bytes.fill(0, 0, 64);
    await writeFile(path, bytes);
    const log = await open();
    expect(log.damage).toHaveLength(1);
    const position = await log.append([event('after')]);
    expect(position).toBeGreaterThan(3);
    expect(await texts(log)).toEqual([[position, 'after']]);
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  test('a segment that is gone is told', async () => {
    const log = await open({ segmentBytes: 1_000 });
    for (let at = 1; at <= 60; at++) await log.append([event(`e${at}`)]);
    await log.close();
    const names = await segmentFiles();
    await rm(join(logs.folder, names[1]!));
    const again = await open();
    const positions = (await all(again)).map(({ position }) => position);
    const first = Number(names[1]!.slice(0, 20));
    const next = Number(names[2]!.slice(0, 20));
    expect(again.damage).toEqual([expect.objectContaining({ bytes: 0, lost: { first, last: next - 1 } })]);
    expect(positions.length).toBe(60 - (next - first));
  });

  test('a position that the state knows is never used again', async () => {
    const log = await open();
    await log.append([event('a'), event('b')]);
    const path = join(logs.folder, (await segmentFiles())[0]!);
    await log.close();
    await truncate(path, (await readFile(path)).length - 1);
    const again = await open({ lastKnownPosition: 2 });
    expect(again.cut).toBeDefined();
    expect(await again.append([event('c')])).toBe(3);
    expect(await texts(again)).toEqual([
      [1, 'a'],
      [3, 'c'],
    ]);
    expect(again.damage).toEqual([expect.objectContaining({ bytes: 0, lost: { first: 2, last: 2 } })]);
  });

  test('a damaged index beside a segment is made again from the segment', async () => {
    const log = await open({ segmentBytes: 2_000 });
    for (let at = 1; at <= 100; at++) await log.append([event(`e${at}`, at * 1_000)]);
    await log.close();
    for (const name of await readdir(logs.folder)) {
      if (name.endsWith('.index')) await writeFile(join(logs.folder, name), 'not an index');
    }
    expect((await texts(await open(), { fromMs: 5_000, toMs: 6_000 })).map(([position]) => position)).toEqual([5]);
  });
});

function numbers(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

function rawEvent(bytes: Uint8Array): LogRecord {
  return { kind: 'event', raw: bytes, receivedMs: 1, eventMs: 1, sensor: '' };
}

function raw(record: LogRecord): string {
  return record.kind === 'event' ? Buffer.from(record.raw).toString('hex') : '';
}
