/** The same over HTTP: a real server, killed while four clients hand in events, and what `export` then finds in its folder. */

import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withLedgersChecked } from '../support/ledger.js';
import { amount, SEED, tell, TIMEOUT_MS } from './form.js';
import { unitsFrom } from '../support/random.js';
import {
  chainsight,
  exportsOf,
  killServers,
  newToken,
  sendEvents,
  startServer,
  stopped,
  type Exports,
  type Server,
} from './real-server.js';

const KILLS = amount(12, 60);
const CLIENTS = 4;
const EVENTS_IN_REQUEST = 8;

let folder: string;
let requests: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainsight-kill-server-'));
  const lines = (await chainsight('simulate', '--hosts', '2', '--hours', '1', '--seed', '5')).trimEnd().split('\n');
  requests = Array.from({ length: Math.ceil(lines.length / EVENTS_IN_REQUEST) }, (_, at) =>
    lines.slice(at * EVENTS_IN_REQUEST, (at + 1) * EVENTS_IN_REQUEST).join('\n'),
  );
});

afterAll(async () => {
  killServers();
  await rm(folder, { recursive: true });
});

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
      const answer = await sendEvents(server, token, requests[index]!).catch(() => undefined);
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

test(
  `${KILLS} kills of a server lose nothing, double nothing, and change no score`,
  { timeout: TIMEOUT_MS },
  async () => {
    const random = unitsFrom(SEED);
    const [calm, killed] = [join(folder, 'calm'), join(folder, 'killed')];
    const all = Array.from(requests.keys());

    const calmServer = await startServer(calm);
    await feed(calmServer, await newToken(calm, 'sensor'), [...all], () => undefined);
    expect(await stopped(calmServer, 'SIGTERM')).toBe(0);
    const expected = await exportsOf(calm);

    const token = await newToken(killed, 'sensor');
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
