/**
 * Many events through a real server, at the pace it takes them: how what it holds grows with them. Processes start, act and end, on hosts that are filled to
 * their budget in the first half; the second half is measured, after a collection of what can be let go in each thread.
 */

import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { amount, isLong, tell, TIMEOUT_MS } from './form.js';
import { killServers, newToken, sendEvents, startServer, stopped, type Server } from './real-server.js';

const EVENTS = Number(process.env['CHAINSIGHT_SOAK_EVENTS'] ?? amount(3_000_000, 100_000_000));
/** Each has its full budget of processes after sixty thousand events. */
const HOSTS = amount(5, 50);
const EVENTS_IN_REQUEST = 2_000;
const SENDERS = 2;
/** A process lives for so many of its host's steps, of which each starts one, lets it act and ends one. */
const LIVES_STEPS = 50;
const STEP_MS = 60;
const SAMPLES = amount(60, 400);
/** 1 MiB in ten million events. */
const SLOPE_BYTES = (1024 * 1024) / 10_000_000;
/** What a slope is uncertain by, at most, so that it says anything: by hand the bound itself, in the quick form a leak of some bytes an event. */
const UNCERTAIN_BYTES = isLong ? SLOPE_BYTES : 5;
const START_MS = Date.UTC(2026, 0, 5, 9);
const PROBE = fileURLToPath(new URL('heap-probe.cjs', import.meta.url));

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'chainsight-soak-'))));
afterAll(async () => {
  killServers();
  await rm(folder, { recursive: true });
});

function guidAt(number: number, timeMs: number): string {
  const seconds = Math.floor(timeMs / 1000)
    .toString(16)
    .padStart(8, '0');
  return `{0badcafe-${seconds.slice(4)}-${seconds.slice(0, 4)}-0000-${number.toString(16).padStart(12, '0')}}`;
}

const EVENT_IDS = [1, 11, 3, 22, 11, 5] as const;
const LAST = EVENT_IDS.length - 1;
const EXPLORER = `,"ParentProcessGuid":"${guidAt(0xffff00, START_MS)}","ParentProcessId":"700","ParentImage":"C:\\\\Windows\\\\explorer.exe"`;

/** Event `number` of a host: a start below a root process, what it does, or the end of a process that was started some steps before. */
function soakEvent(host: number, number: number): string {
  const step = Math.floor(number / EVENT_IDS.length);
  const kind = number % EVENT_IDS.length;
  const process = kind === LAST ? Math.max(0, step - LIVES_STEPS) : step;
  const time = new Date(START_MS + (number * STEP_MS) / EVENT_IDS.length).toISOString();
  return (
    `{"EventID":${EVENT_IDS[kind]!},"SourceName":"Microsoft-Windows-Sysmon","Channel":"Microsoft-Windows-Sysmon/Operational",` +
    `"Hostname":"soak-${host}","RecordNumber":${number + 1},"UtcTime":"${time.slice(0, 10)} ${time.slice(11, -1)}",` +
    `"ProcessGuid":"${guidAt(process, START_MS + process * STEP_MS)}","ProcessId":"${4_000 + (process % 30_000)}",` +
    `"Image":"C:\\\\Tools\\\\a.exe","CommandLine":"a.exe","User":"CORP\\\\li"${kind === 0 ? EXPLORER : ''}}`
  );
}

interface Sample {
  readonly events: number;
  /** In all threads, once all that can be let go is. */
  readonly heldBytes: number;
  readonly residentBytes: number;
}

interface Slope {
  /** For each event. */
  readonly bytes: number;
  /** Three standard errors, larger by what looks one after another have in common. */
  readonly uncertainBytes: number;
}

/** Least squares over the second half: the first fills tables that have a bound. */
function slopeOf(samples: readonly Sample[], of: (sample: Sample) => number): Slope {
  const late = samples.slice(Math.floor(samples.length / 2));
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(late.map(({ events }) => events)), mean(late.map(of))];
  const spread = late.reduce((sum, { events }) => sum + (events - x) ** 2, 0);
  const bytes = late.reduce((sum, sample) => sum + (sample.events - x) * (of(sample) - y), 0) / spread;
  const residuals = late.map((sample) => of(sample) - y - bytes * (sample.events - x));
  const rest = residuals.reduce((sum, residual) => sum + residual ** 2, 0);
  // As if they were so many fewer: of a process that remembers its last value by a part (AR(1)), (1 - part) / (1 + part) of the looks are independent.
  const common = residuals.slice(1).reduce((sum, residual, at) => sum + residual * residuals[at]!, 0);
  const part = Math.min(0.9, Math.max(0, common / rest));
  const error = Math.sqrt(rest / (late.length - 2) / spread) * Math.sqrt((1 + part) / (1 - part));
  return { bytes, uncertainBytes: 3 * error };
}

/** Asks all threads of the server. */
async function take(server: Server, path: string, told: number): Promise<readonly Omit<Sample, 'events'>[]> {
  server.child.kill('SIGUSR2');
  for (;;) {
    await wait(20);
    const lines = readFileSync(path, { encoding: 'utf8', flag: 'a+' }).split('\n').slice(told, -1);
    // The one that serves HTTP, and at least one detection.
    if (lines.length >= THREADS) return lines.map((line) => JSON.parse(line) as Omit<Sample, 'events'>);
  }
}

const THREADS = 2;

test('what is held in memory does not grow with the events that were seen', { timeout: TIMEOUT_MS }, async () => {
  const data = join(folder, 'data');
  const probe = join(folder, 'probe');
  const server = await startServer(data, {
    NODE_OPTIONS: `--require ${PROBE}`,
    CHAINSIGHT_HEAP_PROBE: probe,
    CHAINSIGHT_DETECTION_THREADS: '1',
  });
  const tokens = await Promise.all(Array.from({ length: SENDERS }, () => newToken(data, 'sensor')));
  const samples: Sample[] = [];
  const next = Array.from({ length: HOSTS }, () => 0);
  let sent = 0;
  let told = 0;
  /** While memory is looked at, nothing is sent. */
  let pause: Promise<void> | undefined;
  const look = async (): Promise<void> => {
    const threads = await take(server, probe, told);
    told += threads.length;
    const heldBytes = threads.reduce((sum, thread) => sum + thread.heldBytes, 0);
    samples.push({ events: sent, heldBytes, residentBytes: threads[0]!.residentBytes });
  };
  const sender = async (place: number): Promise<void> => {
    for (let turn = place; sent < EVENTS; turn += SENDERS) {
      await pause;
      const host = turn % HOSTS;
      const first = next[host]!;
      next[host] = first + EVENTS_IN_REQUEST;
      const body = Array.from({ length: EVENTS_IN_REQUEST }, (_, at) => soakEvent(host, first + at)).join('\n');
      for (;;) {
        const answer = await sendEvents(server, tokens[place]!, body);
        await answer.text();
        if (answer.status === 202) break;
        expect(answer.status).toBe(429);
        await wait(50);
      }
      sent += EVENTS_IN_REQUEST;
      if (pause !== undefined || sent < ((samples.length + 1) * EVENTS) / SAMPLES) continue;
      pause = look();
      await pause;
      pause = undefined;
    }
  };
  const startMs = performance.now();
  await Promise.all(Array.from({ length: SENDERS }, (_, place) => sender(place)));
  const seconds = (performance.now() - startMs) / 1000;
  expect(await stopped(server, 'SIGTERM')).toBe(0);
  const held = slopeOf(samples, ({ heldBytes }) => heldBytes);
  const resident = slopeOf(samples, ({ residentBytes }) => residentBytes);
  const perTenMillion = ({ bytes, uncertainBytes }: Slope): string =>
    `${(bytes * 10).toFixed(2)} ± ${(uncertainBytes * 10).toFixed(2)} MB`;
  const mebibytes = (bytes: number): number => Math.round(bytes / 1024 / 1024);
  const last = samples.at(-1)!;
  const line =
    `${sent} events at ${Math.round(sent / seconds)}/s; for ten million in the second half ${perTenMillion(held)} held, ${perTenMillion(resident)} resident; ` +
    `${mebibytes(last.heldBytes)} MiB held, ${mebibytes(last.residentBytes)} MiB resident at the end`;
  tell('soak', line);
  expect(held.uncertainBytes, line).toBeLessThan(UNCERTAIN_BYTES);
  // What varies from one look to the next is not growth.
  expect(held.bytes - held.uncertainBytes, line).toBeLessThan(SLOPE_BYTES);
  // Resident memory follows after millions of events: allocators and the pages of the state fill first.
  if (isLong) expect(resident.bytes - resident.uncertainBytes, line).toBeLessThan(SLOPE_BYTES);
});
