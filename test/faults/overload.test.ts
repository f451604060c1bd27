/**
 * Far more than can be judged, from many connections at once, and a quiet host beside them that has the same token: every event that was offered is stored
 * or was refused, memory has a bound, the API answers, what waits is judged in the end, and the quiet host's events are seen in time.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sysmon, guid } from '../support/live-kit.js';
import { amount, isLong, tell, TIMEOUT_MS } from './form.js';
import { countLines, killServers, newToken, sendEvents, startServer, stopped, type Server } from './real-server.js';

const FLOOD_MS = amount(8_000, 300_000);
/** More than one host may have waiting: some are refused, the others wait for their turn. */
const CONNECTIONS = 96;
const LOUD_HOSTS = 6;
/** Numbers of records that no other connection gives. */
const NUMBERS_EACH = 10_000_000;
const EVENTS_IN_REQUEST = 400;
/** The promises; the quick form, on machines that do other things as well, only looks for what is far off. */
const API_P99_MS = amount(3_000, 500);
const QUIET_MS = amount(10_000, 2_000);
const MEMORY_BYTES = amount(1_500, 1_200) * 1024 * 1024;
const DRAINED_MS = 120_000;
/** After the start's own growth. */
const GROWTH_BYTES = 600 * 1024 * 1024;

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'chainsight-overload-'))));
afterAll(async () => {
  killServers();
  await rm(folder, { recursive: true });
});

interface Counts {
  offered: number;
  stored: number;
  refused: number;
}

/** Text of one host's next events: new processes, one after another. */
function body(host: string, first: number, count: number): string {
  const lines: string[] = [];
  for (let number = first; number < first + count; number++) {
    lines.push(
      JSON.stringify(sysmon({ number, host, guid: guid(number), pid: 4_000 + (number % 20_000), image: 'a.exe' })),
    );
  }
  return lines.join('\n');
}

/** Offers until the time is over, and never waits when it is refused. */
async function flood(server: Server, token: string, at: number, untilMs: number, counts: Counts): Promise<void> {
  const host = `loud-${at % LOUD_HOSTS}`;
  for (let first = at * NUMBERS_EACH; performance.now() < untilMs; first += EVENTS_IN_REQUEST) {
    counts.offered += EVENTS_IN_REQUEST;
    const answer = await sendEvents(server, token, body(host, first, EVENTS_IN_REQUEST));
    if (answer.status === 202) {
      const { accepted, duplicates } = (await answer.json()) as { accepted: number; duplicates: number };
      counts.stored += accepted - duplicates;
      continue;
    }
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    await answer.text();
    counts.refused += EVENTS_IN_REQUEST;
  }
}

/** A host with one event a second, tried again when it is refused. @returns for each how long it took to be seen */
async function whisper(server: Server, tokens: Tokens, untilMs: number, counts: Counts): Promise<number[]> {
  const seenMs: number[] = [];
  for (let number = 1; performance.now() < untilMs; number++) {
    const startMs = performance.now();
    const host = `quiet-${number}`;
    while ((await sendEvents(server, tokens.sensor, body(host, 1, 1))).status !== 202) await wait(100);
    counts.offered++;
    counts.stored++;
    // A host is listed once its first event has gone all the way.
    while (!(await hostNames(server, tokens.viewer, host)).includes(host)) await wait(50);
    seenMs.push(performance.now() - startMs);
    await wait(Math.max(0, 1_000 - (performance.now() - startMs)));
  }
  return seenMs;
}

interface Tokens {
  readonly viewer: string;
  readonly sensor: string;
}

async function get(server: Server, token: string, path: string): Promise<unknown> {
  const answer = await fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  expect(answer.status, path).toBe(200);
  return answer.json();
}

async function hostNames(server: Server, viewer: string, name: string): Promise<readonly string[]> {
  const { items } = (await get(server, viewer, `/api/v1/hosts?text=${name}&limit=10`)) as { items: { name: string }[] };
  return items.map((item) => item.name);
}

/** @returns how long each answer took */
async function watchApi(server: Server, viewer: string, untilMs: number): Promise<number[]> {
  const tookMs: number[] = [];
  while (performance.now() < untilMs) {
    const startMs = performance.now();
    await get(server, viewer, '/api/v1/threats?limit=20');
    tookMs.push(performance.now() - startMs);
    await wait(50);
  }
  return tookMs;
}

async function metric(server: Server, viewer: string, name: string): Promise<number> {
  const answer = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${viewer}` } });
  return Number(new RegExp(`^chainsight_${name} (\\S+)$`, 'm').exec(await answer.text())?.[1]);
}

async function watchMemory(server: Server, viewer: string, untilMs: number): Promise<number[]> {
  const bytes: number[] = [];
  while (performance.now() < untilMs) {
    bytes.push(await metric(server, viewer, 'memory_resident_bytes'));
    await wait(500);
  }
  return bytes;
}

test(
  'a flood: offered is stored and refused, exactly; the rest of the server goes on',
  { timeout: TIMEOUT_MS },
  async () => {
    const data = join(folder, 'data');
    const server = await startServer(data);
    const tokens = { viewer: await newToken(data, 'viewer'), sensor: await newToken(data, 'sensor') };
    const counts: Counts = { offered: 0, stored: 0, refused: 0 };
    const untilMs = performance.now() + FLOOD_MS;
    const [memory, apiMs, quietMs] = await Promise.all([
      watchMemory(server, tokens.viewer, untilMs),
      watchApi(server, tokens.viewer, untilMs),
      whisper(server, tokens, untilMs, counts),
      ...Array.from({ length: CONNECTIONS }, (_, at) => flood(server, tokens.sensor, at, untilMs, counts)),
    ]);
    const endMs = performance.now();
    while ((await metric(server, tokens.viewer, 'events_waiting')) > 0) {
      expect(performance.now() - endMs, 'time until nothing waits any more').toBeLessThan(DRAINED_MS);
      await wait(50);
    }
    const drainedMs = performance.now() - endMs;
    // What was judged is stored a moment later.
    const eventsInApi = async (): Promise<number> =>
      ((await get(server, tokens.viewer, '/api/v1/statistics')) as { events: number }).events;
    for (let at = 0; at < 50 && (await eventsInApi()) !== counts.stored; at++) await wait(100);
    const inApi = await eventsInApi();
    expect(await stopped(server, 'SIGTERM')).toBe(0);
    const inLog = await countLines('export', 'events', '--data', data);

    const p99 = apiMs.toSorted((one, other) => one - other)[Math.floor(apiMs.length * 0.99)]!;
    const slowest = Math.max(...quietMs);
    const most = Math.max(...memory);
    const line =
      `${counts.offered} events offered in ${FLOOD_MS / 1000} s, ${counts.stored} stored, ${counts.refused} refused; ` +
      `API p99 ${Math.round(p99)} ms of ${apiMs.length}, quiet host at most ${Math.round(slowest)} ms of ${quietMs.length}, ` +
      `most memory ${Math.round(most / 1024 / 1024)} MiB, nothing waits after ${Math.round(drainedMs)} ms`;
    tell('overload', line);
    expect(counts.stored + counts.refused, line).toBe(counts.offered);
    expect(inLog, line).toBe(counts.stored);
    expect(inApi, line).toBe(counts.stored);
    expect(counts.refused, line).toBeGreaterThan(0);
    expect(quietMs.length, line).toBeGreaterThan(0);
    expect(p99, line).toBeLessThan(API_P99_MS);
    expect(slowest, line).toBeLessThan(QUIET_MS);
    expect(most, line).toBeLessThan(MEMORY_BYTES);
    if (isLong) expect(most - memory[Math.floor(memory.length / 5)]!, line).toBeLessThan(GROWTH_BYTES);
  },
);
