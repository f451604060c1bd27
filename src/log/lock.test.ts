/** One program at a time has the log of a folder. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EventLog } from '../app/ports.js';
import { openEventLog } from './event-log.js';

let folder: string;
const opened: EventLog[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainsight-log-'));
});

afterEach(async () => {
  for (const log of opened.splice(0)) await log.close();
  await rm(folder, { recursive: true });
});

async function open(): Promise<EventLog> {
  const log = await openEventLog(folder);
  opened.push(log);
  return log;
}

test('a second one is told who holds the log', async () => {
  await open();
  await expect(openEventLog(folder)).rejects.toMatchObject({
    code: 'LOG_LOCKED',
    message: expect.stringContaining('already open'),
  });
});

test.each(['', 'rubbish', '1', String(process.pid)])(
  'one left by a program that is gone is taken over: %j',
  async (pid) => {
    await writeFile(join(folder, 'lock.pid'), pid);
    await writeFile(join(folder, 'lock.sqlite'), '');
    expect((await open()).lastPosition).toBe(0);
  },
);

test('a killed program lets go of it', async () => {
  const lock = join(folder, 'lock.sqlite');
  const script = `new (require('libsql'))(${JSON.stringify(lock)}).exec('BEGIN EXCLUSIVE'); console.log('held'); setInterval(() => {}, 1e6)`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  await writeFile(join(folder, 'lock.pid'), String(child.pid));
  await expect(openEventLog(folder)).rejects.toMatchObject({
    code: 'LOG_LOCKED',
    message: expect.stringContaining(`process ${child.pid}`),
  });
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect((await open()).lastPosition).toBe(0);
});

test('of many that open at once exactly one wins', async () => {
  const tries = await Promise.allSettled(Array.from({ length: 10 }, () => open()));
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('closing frees it', async () => {
  const log = await open();
  await log.append([{ kind: 'event', raw: Buffer.from('a'), receivedMs: 77, eventMs: 1_000, sensor: 's' }]);
  await log.close();
  expect((await open()).lastPosition).toBe(1);
  expect(await readFile(join(folder, 'lock.pid'), 'utf8')).toBe(String(process.pid));
});

test('a folder that cannot be used says so', async () => {
  await copyFile('/dev/null', join(folder, 'file'));
  await expect(openEventLog(join(folder, 'file'))).rejects.toMatchObject({ code: 'LOG_UNREADABLE' });
});
