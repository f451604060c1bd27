/** How groups of records lie in a file: in whole blocks, with zeros behind them, wherever the one before ended. */

import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { event, filesWith, logsOfEachTest, texts } from '../../test/support/log-kit.js';
import { BLOCK_BYTES } from './block-memory.js';
import { openEventLog } from './event-log.js';

const logs = logsOfEachTest();
const { open } = logs;

async function firstSegment(): Promise<string> {
  const name = (await readdir(logs.folder)).filter((each) => each.endsWith('.log')).sort()[0];
  return join(logs.folder, name!);
}

test('records go over the zeros behind them, and a log that is closed ends with its last record', async () => {
  const log = await open({ roomBytes: 10_000 });
  await log.append([event('first')]);
  const path = await firstSegment();
  const { length } = await readFile(path);
  expect(length).toBeGreaterThan(10_000);
  for (let at = 0; at < 50; at++) await log.append([event('one more')]);
  expect((await readFile(path)).length).toBe(length);
  await log.close();
  const bytes = await readFile(path);
  expect(bytes.length).toBeLessThan(length);
  expect(bytes.at(-1)).not.toBe(0);
  expect((await texts(await open())).map(([position]) => position)).toHaveLength(51);
});

test('no zeros are written behind a group that would use them up at once, but to the end of its block', async () => {
  const log = await open({ roomBytes: 100_000 });
  await log.append([event('a'.repeat(20_000))]);
  const path = await firstSegment();
  const bytes = await readFile(path);
  expect(bytes.length).toBe(5 * BLOCK_BYTES);
  expect(bytes.at(-1)).toBe(0);
  await log.append([event('a'.repeat(BLOCK_BYTES))]);
  expect((await readFile(path)).length).toBeGreaterThan(120_000);
  await log.close();
  expect(await texts(await open())).toHaveLength(2);
});

test('groups of any size stand behind each other, wherever in a block one ends and whenever the log is opened', async () => {
  const size = fc.oneof(
    fc.integer({ min: 1, max: 300 }),
    fc.integer({ min: BLOCK_BYTES - 200, max: BLOCK_BYTES + 50 }),
    fc.integer({ min: 60_000, max: 300_000 }),
  );
  const groups = fc.array(fc.record({ size, isReopened: fc.boolean() }), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(groups, fc.constantFrom(0, 1024 * 1024), async (given, roomBytes) => {
      const own = await mkdtemp(join(logs.folder, 'own-'));
      const options = { roomBytes, segmentBytes: 400_000 };
      let log = await openEventLog(own, options);
      for (const [at, { size: length, isReopened }] of given.entries()) {
        if (isReopened) {
          await log.close();
          log = await openEventLog(own, options);
          expect(log.cut).toBeUndefined();
        }
        await log.append([event(String(at).padEnd(length, 'x'))]);
      }
      const found = await texts(log);
      await log.close();
      expect(log.damage).toEqual([]);
      expect(found.map(([, each]) => each)).toEqual(given.map((each, at) => String(at).padEnd(each.size, 'x')));
    }),
    { numRuns: 60, seed: 5 },
  );
});

test('a disk that is full in a group that begins within a block takes nothing of what stands before it', async () => {
  let isFull = false;
  const files = filesWith((file) => ({
    write: async (source, offset, length, position) => {
      if (!isFull) return file.write(source, offset, length, position);
      if (length > 1_000) return file.write(source, offset, 1_000, position);
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    },
  }));
  const log = await open({ files, roomBytes: 0 });
  await log.append([event('kept'.repeat(300))]);
  isFull = true;
  await expect(log.append([event('refused'.repeat(400))])).rejects.toThrow(/MiB left/);
  isFull = false;
  await log.close();
  const again = await open({ files });
  expect(await texts(again)).toEqual([[1, 'kept'.repeat(300)]]);
  expect(again.cut).toBeUndefined();
  expect(await again.append([event('later')])).toBe(2);
});

test('a group is written from memory of its own, whatever the one before was', async () => {
  const log = await open();
  const bodies = ['long '.repeat(500), 'short', 'x'.repeat(5 * 1024 * 1024), 'short again', 'long again '.repeat(700)];
  for (const body of bodies) await log.append([event(body)]);
  await log.close();
  expect((await texts(await open())).map(([, text]) => text)).toEqual(bodies);
});
