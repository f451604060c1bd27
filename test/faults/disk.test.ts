/**
 * A disk that fails under a real server: writes and syncs that do not work, no room, read-only, slow. Events are refused with the cause, nothing
 * acknowledged is lost, and the service returns by itself when the fault goes.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync, appendFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { amount, tell, TIMEOUT_MS } from './form.js';
import { compileShim, EIO, ENOSPC, EROFS, expectSame, Sensor, tellCalmly } from './failing-disk.js';
import {
  chainsight,
  killServers,
  newToken,
  readiness,
  sendEvents,
  startServer,
  stopped,
  type Exports,
  type Server,
} from './real-server.js';

const ROUNDS = amount(1, 20);
/** How long a fault lasts, at least; the long form is longer than what the server does once a minute. */
const FAULT_MS = amount(1_000, 61_000);
const RETURN_MS = 60_000;

interface Fault {
  readonly name: string;
  /** For the shim; `FOLDER` is the data folder. */
  readonly lines: readonly string[];
  /** What the refusal says; `undefined` where events go on being taken. */
  readonly says: RegExp | undefined;
}

const shim = compileShim();
afterAll(() => shim !== undefined && rmSync(shim, { force: true }));

const FAULTS: readonly Fault[] = [
  { name: 'EIO on write', lines: [`write ${EIO} 0 /log/`], says: /EIO|disk I\/O error/ },
  { name: 'EIO on sync', lines: [`sync ${EIO} 0 /log/`], says: /EIO|disk I\/O error/ },
  { name: 'a full disk', lines: [`write ${ENOSPC} 0 FOLDER`], says: /MiB left|disk is full/ },
  {
    name: 'a file system that is read-only',
    lines: ['open', 'write', 'truncate'].map((operation) => `${operation} ${EROFS} 0 FOLDER`),
    // What fails first is told: the log with the system's word, or the state with SQLite's, which knows of no errno.
    says: /EROFS|readonly|read-only|unable to open|Writing the state .* failed: disk I\/O error/,
  },
  { name: 'a state that cannot be written', lines: [`write ${EIO} 0 state.sqlite`], says: /disk I\/O error/ },
  { name: 'a slow disk', lines: ['sync 0 400 FOLDER'], says: undefined },
];

let folder: string;
let requests: readonly string[];
let expected: Exports;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainsight-disk-'));
  ({ requests, expected } = await tellCalmly(join(folder, 'calm'), amount(4, 40)));
});

afterAll(async () => {
  killServers();
  await rm(folder, { recursive: true });
});

/** @returns milliseconds from the fault's end to the first acknowledgement */
async function suffer(
  sensor: Sensor,
  server: Server,
  fault: Fault,
  begin: () => void,
  end: () => void,
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<number> {
  await sensor.sendUntil(({ status }) => status === 202, RETURN_MS);
  begin();
  if (fault.says === undefined) {
    const { status, tookMs } = await sensor.send();
    expect([status, tookMs > 300], fault.name).toEqual([202, true]);
  } else {
    const { says } = fault;
    await sensor.sendUntil(({ status, detail }) => status === 503 && says.test(detail), RETURN_MS);
    const untilMs = performance.now() + FAULT_MS;
    let last = await sensor.send();
    while (performance.now() < untilMs) {
      await wait(50);
      last = await sensor.send();
    }
    expect(last, fault.name).toMatchObject({ status: 503, detail: expect.stringMatching(says) });
    expect(await readiness(server), fault.name).toMatch(says);
    await meanwhile();
  }
  end();
  const endMs = performance.now();
  await sensor.sendUntil(({ status }) => status === 202, RETURN_MS);
  const returnMs = performance.now() - endMs;
  while ((await readiness(server)) !== '') {
    if (performance.now() - endMs > RETURN_MS) throw new Error(`${fault.name}: ${await readiness(server)}`);
    await wait(50);
  }
  return returnMs;
}

test.skipIf(shim === undefined)(
  'a failing disk: refused with the cause, nothing lost, and taken again by itself',
  { timeout: TIMEOUT_MS },
  async () => {
    const data = join(folder, 'failing');
    const list = join(folder, 'faults');
    const server = await startServer(data, { LD_PRELOAD: shim, DISK_FAULTS: list });
    const sensor = new Sensor(server, requests, await newToken(data, 'sensor'));
    const returns: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      for (const fault of FAULTS) {
        const begin = (): void =>
          writeFileSync(list, fault.lines.map((line) => line.replace('FOLDER', data)).join('\n'));
        const returnMs = await suffer(sensor, server, fault, begin, () => rmSync(list));
        returns.push(`${fault.name} ${(returnMs / 1000).toFixed(1)} s`);
      }
    }
    const { refused } = sensor;
    await sensor.sendRest();
    expect(await stopped(server, 'SIGTERM')).toBe(0);
    await expectSame(data, expected, 'after all faults');
    tell('disk', `${returns.length} faults, ${refused} refusals, 0 lost; back after: ${returns.slice(-6).join(', ')}`);
  },
);

const TOLD = /the state in .* failed: (?:disk I\/O error|.* The disk cannot read the file)/;

/** Less than the minute after which the server writes the state anew, and with that would forget what it read wrongly. */
const FORGOTTEN_MS = 30_000;

test.skipIf(shim === undefined)(
  'a state that cannot be read: people are told so, the server stays, and goes on by itself',
  { timeout: TIMEOUT_MS },
  async () => {
    const data = join(folder, 'unreadable');
    const list = join(folder, 'read-faults');
    const server = await startServer(data, { LD_PRELOAD: shim, DISK_FAULTS: list });
    const sensor = new Sensor(server, requests, await newToken(data, 'sensor'));
    const authorization = `Bearer ${await newToken(data, 'viewer')}`;
    const ask = (path: string): Promise<Response> =>
      fetch(`${server.url}/api/v1${path}`, { headers: { authorization } });
    const listening = new AbortController();
    const stream = await fetch(`${server.url}/api/v1/stream`, { headers: { authorization }, signal: listening.signal });
    let heard = '';
    const hearing = (async () => {
      for await (const bytes of stream.body!) heard += Buffer.from(bytes as Uint8Array).toString();
    })().catch(() => undefined);

    await sensor.sendUntil(({ status }) => status === 202, RETURN_MS);
    expect((await ask('/threats')).status).toBe(200);
    writeFileSync(list, `read ${EIO} 0 state.sqlite`);
    const untilMs = performance.now() + 3 * FAULT_MS;
    const told = new Map<string, number>();
    while (performance.now() < untilMs) {
      const { status, detail } = await sensor.send();
      if (status !== 202) expect([status, detail]).toEqual([503, expect.stringMatching(TOLD)]);
      for (const path of ['/threats', '/hosts', '/statistics', '/threats/unknown']) {
        const answer = await ask(path);
        const text = await answer.text();
        if (answer.status === 503) expect(text).toMatch(TOLD);
        told.set(`${path} ${answer.status}`, (told.get(`${path} ${answer.status}`) ?? 0) + 1);
      }
      await wait(20);
    }
    expect([...told.keys()].filter((what) => !/ (?:200|404|503)$/.test(what))).toEqual([]);
    expect([...told.keys()].filter((what) => what.endsWith('503')).length).toBeGreaterThan(0);
    rmSync(list);
    heard = '';
    await sensor.sendUntil(({ status }) => status === 202, FORGOTTEN_MS);
    const endMs = performance.now();
    while (!/event: (?:host|reset)/.test(heard)) {
      if (performance.now() - endMs > RETURN_MS)
        throw new Error(`the stream says no more than ${JSON.stringify(heard)}`);
      await sensor.send();
      await wait(100);
    }
    expect((await ask('/threats')).status).toBe(200);
    listening.abort();
    await hearing;
    await sensor.sendRest();
    expect(await stopped(server, 'SIGTERM')).toBe(0);
    await expectSame(data, expected, 'after the state could not be read');
    tell('disk', `a state that cannot be read: ${sensor.refused} refusals, 0 lost, answers ${[...told].join('; ')}`);
  },
);

test.skipIf(shim === undefined)(
  'a state that opens for reading alone where detection begins again: told so, and opened for writing when it can be',
  { timeout: TIMEOUT_MS },
  async () => {
    const data = join(folder, 'read-only');
    const list = join(folder, 'read-only-faults');
    const server = await startServer(data, { LD_PRELOAD: shim, DISK_FAULTS: list });
    const sensor = new Sensor(server, requests, await newToken(data, 'sensor'));
    await sensor.sendUntil(({ status }) => status === 202, RETURN_MS);
    // With nothing left to store a state that can only be read would not be noticed until the next event.
    await wait(1_000);
    const opening = `open ${EROFS} 0 state.sqlite`;
    writeFileSync(list, `write ${EIO} 0 /log/\n${opening}`);
    await sensor.sendUntil(({ status }) => status === 503, RETURN_MS);
    writeFileSync(list, opening);
    const told = /state\.sqlite cannot be opened: it can be read but not written/;
    await sensor.sendUntil(({ status, detail }) => status === 503 && told.test(detail), RETURN_MS);
    rmSync(list);
    const endMs = performance.now();
    await sensor.sendUntil(({ status }) => status === 202, RETURN_MS);
    const returnMs = performance.now() - endMs;
    await sensor.sendRest();
    expect(await stopped(server, 'SIGTERM')).toBe(0);
    await expectSame(data, expected, 'after the state could not be opened for writing');
    tell('disk', `a state opened for reading: back after ${(returnMs / 1000).toFixed(1)} s`);
  },
);

/** A small file system of its own. */
function mountSmall(): string | undefined {
  const mount = join(tmpdir(), `chainsight-small-${process.pid}`);
  try {
    mkdirSync(mount);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', mount], { stdio: 'pipe' });
    return mount;
  } catch (error) {
    rmSync(mount, { recursive: true, force: true });
    console.warn(`SKIPPED: a disk that is really full needs the right to mount: ${String(error)}`);
    return undefined;
  }
}

/** Writes to `ballast` until so many bytes of the small file system are left. */
function fillSmall(ballast: string, leftBytes: number): void {
  const piece = Buffer.alloc(256 * 1024, 1);
  const { bavail, bsize } = statfsSync(small!);
  // The last pieces may not fit any more: then it is full.
  for (let left = bavail * bsize - leftBytes; left > 0; left -= piece.length) {
    try {
      appendFileSync(ballast, piece);
    } catch {
      return;
    }
  }
}

const small = process.platform === 'linux' ? mountSmall() : undefined;
afterAll(() => {
  if (small === undefined) return;
  execFileSync('umount', ['-l', small]);
  rmSync(small, { recursive: true });
});

test.skipIf(small === undefined)(
  'a file system without room: refused with the cause, nothing lost, and taken again by itself',
  { timeout: TIMEOUT_MS },
  async () => {
    const data = join(small!, 'data');
    const ballast = join(small!, 'ballast');
    const server = await startServer(data);
    const sensor = new Sensor(server, requests, await newToken(data, 'sensor'));
    const fill = (): void => fillSmall(ballast, 0);
    const fault = { name: 'a full file system', lines: [], says: /MiB left|disk is full/ };
    // That it is used for the first time cannot be noted, and is no reason to turn its sensor away with another one.
    const unused = await newToken(data, 'sensor');
    const meanwhile = async (): Promise<void> =>
      expect((await sendEvents(server, unused, requests.at(-1)!)).status).toBe(503);
    const returnMs = await suffer(sensor, server, fault, fill, () => rmSync(ballast), meanwhile);
    const { refused } = sensor;
    await sensor.sendRest();
    expect(await stopped(server, 'SIGTERM')).toBe(0);
    await expectSame(data, expected, 'after the disk was full');
    tell('disk', `a full tmpfs: ${refused} refusals, 0 lost, back after ${(returnMs / 1000).toFixed(1)} s`);
  },
);

test.skipIf(small === undefined)(
  'a disk that is full but for the reserve: no more events, while people still change what they must, and each change is in the audit log',
  { timeout: TIMEOUT_MS },
  async () => {
    const data = join(small!, 'reserve');
    const ballast = join(small!, 'reserve-ballast');
    const server = await startServer(data);
    const sensor = new Sensor(server, requests, await newToken(data, 'sensor'));
    const admin = await newToken(data, 'admin');
    const change = (method: 'POST' | 'DELETE', path: string, body?: object): Promise<Response> =>
      fetch(`${server.url}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${admin}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    await sensor.sendUntil(({ status }) => status === 202, RETURN_MS);
    // Of a small file system a twentieth is left alone by the log.
    fillSmall(ballast, statfsSync(small!).blocks * statfsSync(small!).bsize * 0.04);
    await sensor.sendUntil(({ status, detail }) => status === 503 && /MiB left/.test(detail), RETURN_MS);
    const ids: string[] = [];
    for (let at = 0; at < 40; at++) {
      const answer = await change('POST', '/tokens', { name: `made in need ${at}`, role: 'viewer', hosts: [] });
      expect(answer.status, await answer.clone().text()).toBe(201);
      ids.push(((await answer.json()) as { token: { id: string } }).token.id);
    }
    expect((await change('DELETE', `/tokens/${ids[0]!}`)).status).toBe(204);
    expect((await sensor.send()).status).toBe(503);
    const audit = await chainsight('audit', 'list', '--data', data, '--format', 'ndjson');
    expect(audit.split('\n').filter((line) => line.includes('made in need')).length).toBeGreaterThanOrEqual(40);
    await chainsight('audit', 'verify', '--data', data);
    rmSync(ballast);
    await sensor.sendUntil(({ status }) => status === 202, RETURN_MS);
    expect(await stopped(server, 'SIGTERM')).toBe(0);
    await chainsight('audit', 'verify', '--data', data);
    tell(
      'disk',
      `all but the reserve full: ${sensor.refused} refusals, ${ids.length + 1} changes of people, all in the audit log`,
    );
  },
);
