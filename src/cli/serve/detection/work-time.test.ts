import { expect, test } from 'vitest';
import type { LogFile } from '../../../log/files.js';
import { diskFiles } from '../../../log/files.js';
import { WorkTime } from './work-time.js';

const SYNC_MS = 30;

test('a sync in place is what a thread is busy with; one in the pool is waited for beside it', async () => {
  const time = new WorkTime();
  await (await openedBy(time, { datasync: () => Promise.resolve(busyFor(SYNC_MS)) })).datasync();
  const inPlace = time.spent(100);
  expect(inPlace.disk).toBeGreaterThanOrEqual(SYNC_MS);
  expect(inPlace.diskWait).toBeLessThan(SYNC_MS);
  expect(inPlace.judge).toBe(100 - inPlace.disk);

  await (await openedBy(time, { datasync: () => new Promise((resolve) => setTimeout(resolve, SYNC_MS)) })).datasync();
  const inPool = time.spent(100);
  expect(inPool.disk - inPlace.disk).toBeLessThan(SYNC_MS);
  expect(inPool.diskWait).toBeGreaterThanOrEqual(SYNC_MS - 1);
});

test('a disk that fails was waited for as well', async () => {
  const time = new WorkTime();
  const file = await openedBy(time, {
    datasync: () => new Promise((_, reject) => setTimeout(() => reject(new Error('EIO')), SYNC_MS)),
  });
  await expect(file.datasync()).rejects.toThrow('EIO');
  expect(time.spent(0).diskWait).toBeGreaterThanOrEqual(SYNC_MS - 1);
});

function openedBy(time: WorkTime, file: Partial<LogFile>): Promise<LogFile> {
  const files = time.files({ ...diskFiles, open: () => Promise.resolve(file as LogFile) });
  return files.open('any', 'write');
}

function busyFor(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}
