/** The same over HTTP: a real server, killed while four clients hand in events, and what `export` then finds in its folder. */

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withLedgersChecked } from '../support/ledger.js';
import type { Threat } from '../../src/engine/score/threat.js';
import { amount, SEED, tell, TIMEOUT_MS } from './form.js';
import { randomFrom } from './random.js';

const KILLS = amount(12, 60);
const CLIENTS = 4;
const EVENTS_IN_REQUEST = 8;
const PROGRAM = fileURLToPath(new URL('../../bin/chainsight.js', import.meta.url));
const run = promisify(execFile);

let folder: string;
let requests: readonly string[];
const running = new Set<ChildProcess>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainsight-kill-server-'));
  const lines = (await chainsight('simulate', '--hosts', '2', '--hours', '1', '--seed', '5')).trimEnd().split('\n');
  requests = Array.from({ length: Math.ceil(lines.length / EVENTS_IN_REQUEST) }, (_, at) =>
    lines.slice(at * EVENTS_IN_REQUEST, (at + 1) * EVENTS_IN_REQUEST).join('\n'),
  );
});

afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

async function chainsight(...parameters: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [PROGRAM, ...parameters], { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

interface Server {
  readonly url: string;
  readonly child: ChildProcess;
}

async function startServer(data: string): Promise<Server> {
  const url = `127.0.0.1:${await freePort()}`;
  const child = spawn(process.execPath, [PROGRAM, 'serve', '--data', data, '--listen', url], { stdio: 'ignore' });
  running.add(child);
  child.once('exit', () => running.delete(child));
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server ended with code ${child.exitCode}`);
    const answer = await fetch(`http://${url}/ready`).catch(() => undefined);
    if (answer?.status === 200) return { url: `http://${url}`, child };
    await wait(50);
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Hands in requests until all are acknowledged or the server is gone. @returns those that were acknowledged */
async function feed(
  server: Server,
  token: string,
  waiting: number[],
  onAck: (count: number) => void,
): Promise<number[]> {
  const acknowledged: number[] = [];
  const client = async (): Promise<void> => {
    for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
      const answer = await fetch(`${server.url}/api/v1/events`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
        body: requests[index]!,
      }).catch(() => undefined);
      // The status is sent once the events are on disk; the body may be lost with the server.
      if (answer === undefined) return;
      expect(answer.status).toBe(202);
      acknowledged.push(index);
      onAck(acknowledged.length);
      await answer.text().catch(() => '');
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return acknowledged;
}

async function stopped(server: Server, signal: NodeJS.Signals): Promise<number | null> {
  const exit = once(server.child, 'exit');
  server.child.kill(signal);
  const [code] = (await exit) as [number | null];
  return code;
}

interface Exports {
  readonly threats: readonly Threat[];
  readonly events: readonly { readonly id: string; readonly raw: string }[];
}

async function exportsOf(data: string): Promise<Exports> {
  const lines = async (what: string): Promise<unknown[]> =>
    (await chainsight('export', what, '--data', data))
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
  return { threats: (await lines('threats')) as Threat[], events: (await lines('events')) as Exports['events'] };
}

test(
  `${KILLS} kills of a server lose nothing, double nothing, and change no score`,
  { timeout: TIMEOUT_MS },
  async () => {
    const random = randomFrom(SEED);
    const [calm, killed] = [join(folder, 'calm'), join(folder, 'killed')];
    const tokenOf = async (data: string): Promise<string> =>
      (await chainsight('token', 'create', '--data', data, '--role', 'sensor', '--name', 'test')).trim();
    const all = Array.from(requests.keys());

    const calmServer = await startServer(calm);
    await feed(calmServer, await tokenOf(calm), [...all], () => undefined);
    expect(await stopped(calmServer, 'SIGTERM')).toBe(0);
    const expected = await exportsOf(calm);

    const token = await tokenOf(killed);
    const acknowledged = new Set<number>();
    for (let at = 0; at < KILLS; at++) {
      const server = await startServer(killed);
      const killAt = 1 + Math.floor((random() * all.length) / KILLS / 1.5);
      const waiting = all.filter((index) => !acknowledged.has(index));
      const gone = once(server.child, 'exit');
      const strike = (count: number): void => {
        if (count === killAt) void wait(random() * 15).then(() => server.child.kill('SIGKILL'));
      };
      for (const index of await feed(server, token, waiting, strike)) acknowledged.add(index);
      await gone;
    }
    const survived = acknowledged.size;
    const server = await startServer(killed);
    await feed(
      server,
      token,
      all.filter((index) => !acknowledged.has(index)),
      () => undefined,
    );
    expect(await stopped(server, 'SIGTERM')).toBe(0);
    const found = await exportsOf(killed);

    const label = `seed ${SEED}, ${survived} of ${all.length} requests acknowledged before the last run`;
    expect(survived, label).toBeLessThan(all.length);
    expect(new Set(found.events.map(({ id }) => id)).size, label).toBe(found.events.length);
    expect(found.events.map(({ raw }) => raw).toSorted(), label).toEqual(
      expected.events.map(({ raw }) => raw).toSorted(),
    );
    expect(found.threats, label).toEqual(expected.threats);
    expect(withLedgersChecked(found.threats).length, label).toBeGreaterThan(5);
    const replayed = JSON.parse(await chainsight('replay', '--data', killed, '--format', 'json')) as Exports;
    expect(replayed.threats, label).toEqual(expected.threats);
    tell(
      'kills-of-server',
      `${KILLS} kills of a real server, ${found.events.length} events, 0 lost, 0 doubled, scores equal, replay equal`,
    );
  },
);
