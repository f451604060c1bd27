/**
 * What a power cut may leave: everything that was synced, and of everything that was not, any part in any order. A disk in memory gives back such
 * remains; the log must hold all that it had acknowledged.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EventLog, LogRecord } from '../app/ports.js';
import { CutDisk, type Chance } from '../../test/support/cut-disk.js';
import { openEventLog } from './event-log.js';

function event(text: string): LogRecord {
  return { kind: 'event', raw: Buffer.from(text), receivedMs: 1, eventMs: 1, sensor: 's' };
}

async function texts(log: EventLog): Promise<string[]> {
  const found: string[] = [];
  for await (const batch of log.read()) {
    for (const { record } of batch) if (record.kind === 'event') found.push(Buffer.from(record.raw).toString());
  }
  return found;
}

/** Appends until the power fails or all is written, two calls at a time. @returns what was acknowledged */
async function appendUntilCut(log: EventLog, batches: readonly (readonly string[])[]): Promise<string[]> {
  const acknowledged: string[] = [];
  const append = async (batch: readonly string[]): Promise<void> => {
    await log.append(batch.map(event));
    acknowledged.push(...batch);
  };
  const appendAll = async (): Promise<void> => {
    for (let at = 0; at < batches.length; at += 2) await Promise.all(batches.slice(at, at + 2).map(append));
  };
  // A cut leaves promises that never settle; by then everything that can happen has.
  await Promise.race([appendAll(), new Promise((resolve) => setTimeout(resolve, 25))]);
  return acknowledged;
}

test('whatever a power cut leaves, all that was acknowledged is there, once, and the log goes on', async () => {
  const text = fc.oneof(
    { weight: 4, arbitrary: fc.string({ minLength: 1, maxLength: 900 }) },
    { weight: 1, arbitrary: fc.string({ minLength: 4_000, maxLength: 5_000, size: 'max' }) },
  );
  const batches = fc.array(fc.array(text, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 8 });
  const cuts = fc.array(fc.record({ after: fc.integer({ min: 1, max: 20 }), batches }), { minLength: 1, maxLength: 4 });
  let writes = 0;
  await fc.assert(
    fc.asyncProperty(
      cuts,
      fc.constantFrom(0, 100, 700, 5_000),
      fc.constantFrom(3_000, 30_000),
      fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
      async (rounds, roomBytes, segmentBytes, stream) => {
        const folder = await mkdtemp(join(tmpdir(), 'chainsight-cut-'));
        const chance: Chance = () => stream.next().value as number;
        let disk = new CutDisk();
        const expected: string[] = [];
        const written = new Set<string>();
        for (const { after, batches: given } of rounds) {
          const unique = given.map((batch) => batch.map((each) => `${++writes} ${each}`));
          for (const each of unique.flat()) written.add(each);
          const log = await openEventLog(folder, { files: disk, segmentBytes, roomBytes });
          disk.left = after;
          expected.push(...(await appendUntilCut(log, unique)));
          disk = disk.remains(chance);
          // The program is gone without a word; only its lock has to be given back by hand.
          await Promise.race([log.close(), new Promise((resolve) => setTimeout(resolve, 5))]);
          await rm(folder, { recursive: true });
        }
        const log = await openEventLog(folder, { files: disk });
        const found = await texts(log);
        expect(found.filter((each) => !written.has(each))).toEqual([]);
        expect(new Set(found).size).toBe(found.length);
        expect(expected.filter((each) => !found.includes(each))).toEqual([]);
        const before = log.lastPosition;
        expect(await log.append([event('after')])).toBe(before + 1);
        expect((await texts(log)).at(-1)).toBe('after');
        await log.close();
        await rm(folder, { recursive: true });
      },
    ),
    { numRuns: 80, endOnFailure: true },
  );
});

test.each([
  { behind: 'room', roomBytes: 60_000, isFull: false },
  { behind: 'no room', roomBytes: 0, isFull: false },
  { behind: 'no room, on a disk that has none for it', roomBytes: 60_000, isFull: true },
])(
  'what a failed sync left to be seen, but not on the disk, is on the disk before the log goes on with it: $behind',
  async ({ roomBytes, isFull }) => {
    const folder = await mkdtemp(join(tmpdir(), 'chainsight-cut-'));
    const disk = new CutDisk();
    const options = { files: disk, roomBytes };
    let writes = 0;
    /** On a full disk each group is written twice: with its room in vain, then without. */
    const fullAtTimes = (operation: string): Error | undefined =>
      isFull && operation === 'write' && ++writes % 2 === 1
        ? Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
        : undefined;
    const first = await openEventLog(folder, options);
    await first.append([event('too much for a room behind it '.repeat(500))]);
    disk.fault = fullAtTimes;
    await first.append([event('kept '.repeat(1_000))]);
    disk.fault = (operation) => (operation === 'sync' ? new Error('EIO: i/o error') : fullAtTimes(operation));
    await expect(first.append([event('shown '.repeat(1_000))])).rejects.toMatchObject({ code: 'LOG_FAILED' });
    await first.close();

    // As long as the disk fails, the log does not open.
    await expect(openEventLog(folder, options)).rejects.toMatchObject({ code: 'LOG_UNREADABLE' });
    disk.fault = () => undefined;
    const second = await openEventLog(folder, options);
    const shown = await texts(second);
    const after = disk.remains(() => 0.999);
    await second.close();
    const third = await openEventLog(folder, { files: after });
    expect(shown).toHaveLength(3);
    expect(await texts(third)).toEqual(shown);
    await third.close();
    await rm(folder, { recursive: true });
  },
);
