/** Many events through a real server, at the pace it takes them: how memory grows with them. By hand only: a slope needs millions. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { guid, sysmon } from '../support/live-kit.js';
import { isLong, tell, TIMEOUT_MS } from './form.js';
import { killServers, newToken, sendEvents, startServer, stopped } from './real-server.js';

const EVENTS = Number(process.env['CHAINSIGHT_SOAK_EVENTS'] ?? 100_000_000);
const HOSTS = 50;
const EVENTS_IN_REQUEST = 500;
const SENDERS = 2;
/** A process lives for so many of its host's steps, of which each starts one, lets one act and ends one. */
const LIVES_STEPS = 50;
const SAMPLES = 200;
/** 1 MiB in ten million events, and what a reading of resident memory varies by. */
const SLOPE_BYTES = (1024 * 1024) / 10_000_000;
const NOISE_BYTES = 48 * 1024 * 1024;

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'chainsight-soak-'))));
afterAll(async () => {
  killServers();
  await rm(folder, { recursive: true });
});

/** Event `number` of a host: a start, a deed, or the end of a process that was started some steps before. */
function soakEvent(host: number, number: number): string {
  const step = Math.floor(number / 3);
  const kind = number % 3;
  const process = kind === 2 ? Math.max(0, step - LIVES_STEPS) : step;
  const about = {
    number: number + 1,
    host: `soak-${host}`,
    guid: guid(process),
    pid: 4_000 + (process % 30_000),
    image: 'a.exe',
  };
  return JSON.stringify(sysmon({ ...about, eventId: [1, 11, 5][kind]! }));
}

/** Bytes for each event by the least squares of the second half: the first fills tables that have a bound. */
function slopeOf(samples: readonly { readonly events: number; readonly bytes: number }[]): number {
  const late = samples.slice(Math.floor(samples.length / 2));
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(late.map(({ events }) => events)), mean(late.map(({ bytes }) => bytes))];
  const above = late.reduce((sum, { events, bytes }) => sum + (events - x) * (bytes - y), 0);
  return above / late.reduce((sum, { events }) => sum + (events - x) ** 2, 0);
}

test.runIf(isLong)('memory does not grow with the events that were seen', { timeout: TIMEOUT_MS }, async () => {
  const data = join(folder, 'data');
  const server = await startServer(data);
  const token = await newToken(data, 'sensor');
  const samples: { events: number; bytes: number }[] = [];
  const next = Array.from({ length: HOSTS }, () => 0);
  let sent = 0;
  const sender = async (place: number): Promise<void> => {
    for (let turn = place; sent < EVENTS; turn += SENDERS) {
      const host = turn % HOSTS;
      const first = next[host]!;
      next[host] = first + EVENTS_IN_REQUEST;
      const body = Array.from({ length: EVENTS_IN_REQUEST }, (_, at) => soakEvent(host, first + at)).join('\n');
      for (;;) {
        const answer = await sendEvents(server, token, body);
        await answer.text();
        if (answer.status === 202) break;
        expect(answer.status).toBe(429);
        await wait(100);
      }
      sent += EVENTS_IN_REQUEST;
      if (sent < ((samples.length + 1) * EVENTS) / SAMPLES) continue;
      const metrics = await (await fetch(`${server.url}/metrics`)).text();
      const bytes = Number(/^chainsight_memory_resident_bytes (\S+)$/m.exec(metrics)?.[1]);
      samples.push({ events: sent, bytes });
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, (_, place) => sender(place)));
  expect(await stopped(server, 'SIGTERM')).toBe(0);
  const slope = slopeOf(samples);
  const line = `${sent} events, ${(slope * 10).toFixed(2)} MB for ten million in the second half, ${Math.round(samples.at(-1)!.bytes / 1024 / 1024)} MiB at the end`;
  tell('soak', line);
  expect(slope * (sent / 2), line).toBeLessThan(SLOPE_BYTES * (sent / 2) + NOISE_BYTES);
});
