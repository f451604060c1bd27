/** What is known of hosts' streams, through the running service: with every commit, over restarts, from the log alone. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { guid, HandClock, incoming, openLive, sysmon, type Live } from '../../../test/support/live-kit.js';
import { HostStream } from '../completeness/host-stream.js';

let folder: string;
let clock: HandClock;
let live: Live;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chainsight-streams-'));
  clock = new HandClock();
});
afterEach(async () => {
  await live.close();
  rmSync(folder, { recursive: true });
});

async function start(): Promise<void> {
  live = await openLive(folder, { parts: { clock } });
  await live.service.start();
}

async function restart(between: () => void = () => undefined): Promise<void> {
  await live.close();
  between();
  await start();
}

/** Takes the state's knowledge away, as an older program that had none would have left it. */
function change(sql: string): void {
  const database = new Libsql(join(folder, 'state.sqlite'));
  database.exec(sql);
  database.close();
}

async function send(host: string, ...numbers: readonly number[]): Promise<void> {
  clock.timeMs += 20_000;
  const records = numbers.map((number) => sysmon({ number, host, guid: guid(number), image: 'word.exe' }));
  expect(await live.service.intake.take(incoming(...records), 's')).toMatchObject({ kind: 'taken' });
  await live.service.intake.settled();
}

const missing = (host: string): number | undefined => live.state.queries.host(host)?.missing;
const stored = (host: string): string | undefined => live.state.queries.hostStream(host);

test('gaps are told with the events behind them, and close when these come late', async () => {
  await start();
  await send('a', 1, 2, 3, 9, 10);
  expect(missing('a')).toBe(5);
  await send('b', 5, 6);
  expect([missing('a'), missing('b')]).toEqual([5, 0]);
  await send('a', 4, 5, 6, 7, 8);
  expect(missing('a')).toBe(0);
});

test('a restart in between changes nothing', async () => {
  const story = async (between: () => Promise<void>): Promise<string | undefined> => {
    clock = new HandClock();
    await start();
    await send('a', 1, 2, 3);
    await between();
    await send('a', 9, 10);
    await between();
    await send('a', 5);
    const text = stored('a');
    await live.close();
    rmSync(folder, { recursive: true });
    return text;
  };
  const undisturbed = await story(async () => undefined);
  expect(HostStream.fromText(undisturbed ?? '').missing).toBe(4);
  expect(await story(restart)).toBe(undisturbed);
  await start();
});

test('a state without them is filled from the log, and so is a new one', async () => {
  await start();
  await send('a', 1, 2, 9);
  await send('a', 10, 11);
  const before = stored('a');
  await restart(() => change('DELETE FROM host_streams; DELETE FROM host_stream_texts'));
  // The next event brings with it what was read at the start.
  await send('b', 1);
  expect(stored('a')).toBe(before);
  await restart(() => {
    for (const end of ['', '-wal', '-shm']) rmSync(join(folder, `state.sqlite${end}`), { force: true });
  });
  expect(stored('a')).toBe(before);
});

test('hosts that are judged elsewhere are left to whoever judges them', async () => {
  await start();
  await send('a', 1, 9);
  await send('b', 1, 5);
  await live.close();
  live = await openLive(folder, { parts: { clock, elsewhere: (host) => (host === 'a' ? 1 : undefined) } });
  await live.service.start();
  await send('b', 6);
  // Had it known of `a`, this would go on with it.
  const records = [sysmon({ number: 20, host: 'a', guid: guid(20), image: 'word.exe' })];
  await live.service.intake.take(incoming(...records), 's');
  await live.service.intake.settled();
  expect([missing('a'), missing('b')]).toEqual([0, 3]);
});

test('a forgotten host begins anew, also after a restart', async () => {
  await start();
  await send('a', 1, 9);
  await send('b', 1, 3);
  await live.service.policy.forgetHost('a');
  expect(stored('a')).toBeUndefined();
  await send('a', 20, 21);
  expect(missing('a')).toBe(0);
  await restart();
  await send('a', 25);
  expect(missing('a')).toBe(3);
  await restart(() => change('DELETE FROM host_streams; DELETE FROM host_stream_texts'));
  await send('b', 4);
  expect([missing('a'), missing('b')]).toEqual([3, 1]);
});
