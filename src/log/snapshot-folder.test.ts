/** What was written comes back as it was, or not at all; and whatever happens, the snapshots before are still there. */

import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SnapshotHead } from '../app/ports.js';
import { diskFiles } from './files.js';
import { diskSnapshotFiles, snapshotFolder, type SnapshotFiles } from './snapshot-folder.js';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'chainsight-snapshot-'))));
afterEach(() => rm(folder, { recursive: true }));

const CHUNKS = [Buffer.from('first'), Buffer.alloc(0), Buffer.from([0, 1, 2, 255])];
const head = (position: number): SnapshotHead => ({ position, identity: `v1 "${position}"` });
const file = (position: number): string => join(folder, `${String(position).padStart(20, '0')}.snapshot`);

async function readAll(position: number): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of snapshotFolder(folder).read(head(position))) chunks.push(Buffer.from(chunk));
  return chunks;
}

const positions = async (): Promise<number[]> => (await snapshotFolder(folder).list()).map(({ position }) => position);

test('gives back what was written, newest first, with nothing to begin with', async () => {
  const snapshots = snapshotFolder(join(folder, 'deep', 'folder'));
  expect(await snapshots.list()).toEqual([]);
  await snapshots.write(head(7), CHUNKS);
  await snapshots.write(head(10), []);
  expect(await snapshots.list()).toEqual([head(10), head(7)]);
  const chunks: Uint8Array[] = [];
  for await (const chunk of snapshots.read(head(7))) chunks.push(chunk);
  expect(chunks.map((chunk) => Buffer.from(chunk))).toEqual(CHUNKS);
});

test('keeps the last two, and none that lies further on than the newest: that one is of a log that is no more', async () => {
  const snapshots = snapshotFolder(folder);
  for (const position of [5, 500, 10, 12, 20]) await snapshots.write(head(position), CHUNKS);
  expect(await positions()).toEqual([20, 12]);
  expect(await readdir(folder)).toHaveLength(2);
  await snapshots.write({ position: 20, identity: 'v2' }, []);
  expect((await snapshots.list()).map(({ identity }) => identity)).toEqual(['v2', head(12).identity]);
});

test('is readable by its owner alone', async () => {
  await snapshotFolder(folder).write(head(1), CHUNKS);
  expect((await stat(file(1))).mode & 0o777).toBe(0o600);
});

describe('damage', () => {
  beforeEach(() => snapshotFolder(folder).write(head(3), CHUNKS));

  test('of any byte is found', async () => {
    const whole = await readFile(file(3));
    for (let at = 0; at < whole.length; at++) {
      const damaged = Buffer.from(whole);
      damaged[at]! ^= 0x41;
      await writeFile(file(3), damaged);
      await expect(readAll(3), `byte ${at}`).rejects.toMatchObject({ code: 'SNAPSHOT_DAMAGED' });
    }
  });

  test('by a cut anywhere, or by bytes behind its end, is found', async () => {
    const whole = await readFile(file(3));
    await writeFile(file(3), Buffer.concat([whole, Buffer.from([0])]));
    await expect(readAll(3)).rejects.toMatchObject({ code: 'SNAPSHOT_DAMAGED' });
    for (let length = whole.length - 1; length >= 0; length--) {
      await truncate(file(3), length);
      await expect(readAll(3), `length ${length}`).rejects.toMatchObject({ code: 'SNAPSHOT_DAMAGED' });
    }
    expect(await positions()).toEqual([]);
  });

  test('by frames in another order is found', async () => {
    const whole = await readFile(file(3));
    const [first, last] = [whole.indexOf('first') - 13, whole.indexOf(Buffer.from([0, 1, 2, 255])) - 13];
    const frames = [whole.subarray(0, first), whole.subarray(last, last + 17), whole.subarray(first + 18, last)];
    await writeFile(file(3), Buffer.concat([...frames, whole.subarray(first, first + 18), whole.subarray(last + 17)]));
    await expect(readAll(3)).rejects.toMatchObject({ code: 'SNAPSHOT_DAMAGED' });
  });

  test('of the head leaves it out; a file that is gone or is none of ours does no harm', async () => {
    await snapshotFolder(folder).write(head(2), CHUNKS);
    await snapshotFolder(folder).write(head(3), CHUNKS);
    const whole = await readFile(file(3));
    whole[30]! ^= 1;
    await writeFile(file(3), whole);
    await writeFile(join(folder, 'notes.snapshot'), 'x');
    await writeFile(file(9), 'CSSNAP');
    expect(await positions()).toEqual([2]);
    await expect(readAll(77)).rejects.toMatchObject({ code: 'SNAPSHOT_DAMAGED' });
  });
});

describe('a snapshot that cannot be written', () => {
  /** Fails at the `at`th operation that changes something. */
  function failing(at: number): { files: SnapshotFiles; isReached: () => boolean } {
    let left = at;
    const step = async <Result>(work: () => Promise<Result>): Promise<Result> => {
      if (--left === 0) throw new Error('EIO: no more');
      return work();
    };
    const files: SnapshotFiles = {
      ...diskSnapshotFiles,
      async open(path, mode) {
        const opened =
          mode === 'create' ? await step(() => diskFiles.open(path, mode)) : await diskFiles.open(path, mode);
        return {
          ...opened,
          write: (...given) => step(() => opened.write(...given)),
          sync: () => step(() => opened.sync()),
        };
      },
      rename: (from, to) => step(() => fs.rename(from, to)),
      syncFolder: (path) => step(() => diskFiles.syncFolder(path)),
    };
    return { files, isReached: () => left <= 0 };
  }

  test('at any place leaves those before it, and the next is written', async () => {
    await snapshotFolder(folder).write(head(1), CHUNKS);
    await snapshotFolder(folder).write(head(2), CHUNKS);
    let at = 1;
    for (; ; at++) {
      const { files, isReached } = failing(at);
      const writing = snapshotFolder(folder, { files }).write(head(3), CHUNKS);
      if (isReached()) await writing;
      else {
        const failed = await writing.then(
          () => undefined,
          (error: unknown) => error,
        );
        if (failed === undefined) break;
        expect(failed).toMatchObject({ code: 'SNAPSHOT_FAILED', message: expect.stringContaining('EIO') });
      }
      expect(await positions()).toEqual(expect.arrayContaining([2, 1]));
      expect(await readAll(2)).toEqual(CHUNKS);
    }
    expect(at).toBeGreaterThan(8);
    expect(await positions()).toEqual([3, 2]);
    expect(await readdir(folder)).toHaveLength(2);
  });

  test('for want of room takes none of what the log and the state need', async () => {
    const files: SnapshotFiles = {
      ...diskSnapshotFiles,
      space: () => Promise.resolve({ free: 9, total: 10 }),
    };
    await expect(snapshotFolder(folder, { files, reserveBytes: 10 }).write(head(3), CHUNKS)).rejects.toMatchObject({
      code: 'SNAPSHOT_FAILED',
      message: expect.stringContaining('nearly full'),
    });
    expect(await readdir(folder)).toEqual([]);
    await snapshotFolder(folder, { files, reserveBytes: 9 }).write(head(3), CHUNKS);
    expect(await positions()).toEqual([3]);
  });

  test('because what is to be kept fails leaves nothing behind', async () => {
    const chunks = function* (): Generator<Uint8Array> {
      yield CHUNKS[0]!;
      throw new Error('moved meanwhile');
    };
    await expect(snapshotFolder(folder).write(head(3), chunks())).rejects.toMatchObject({ code: 'SNAPSHOT_FAILED' });
    expect(await readdir(folder)).toEqual([]);
  });
});
