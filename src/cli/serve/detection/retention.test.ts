import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LogStart } from '../../../app/ports.js';
import { openEventLog, type RetainingLog } from '../../../log/event-log.js';
import type { ServerLogger } from '../../../server/parts.js';
import { Retention } from './retention.js';

const DAY_MS = 86_400_000;
const SEGMENT_BYTES = 4096;
const KIB_IN_GIB = 1 / (1024 * 1024);
/** What several segments fit in, and thirty events of 300 bytes do not. */
const KEPT = { 'retention.days': 0, 'retention.gibibytes': 8 * KIB_IN_GIB };

let folder: string;
let log: RetainingLog;
let told: string[];
const logger: ServerLogger = {
  info: (_fields, message) => void told.push(message),
  warn: (_fields, message) => void told.push(message),
  error: (_fields, message) => void told.push(message),
};

beforeEach(async () => {
  told = [];
  folder = mkdtempSync(join(tmpdir(), 'chainsight-retention-'));
  log = await openEventLog(folder, { segmentBytes: SEGMENT_BYTES, roomBytes: 0 });
});

afterEach(async () => {
  await log.close();
  rmSync(folder, { recursive: true });
});

async function fill(count: number, receivedMs = (at: number): number => at): Promise<void> {
  for (let next = 0; next < count; next++) {
    const at = log.lastPosition + 1;
    const raw = Buffer.alloc(300, 0x61);
    await log.append([{ kind: 'event', raw, receivedMs: receivedMs(at), eventMs: 0, sensor: 's' }]);
  }
}

/** A state that takes three steps to forget, unless something is wrong with it. */
class FakeState {
  readonly starts: LogStart[] = [];
  steps = 0;
  failure: Error | undefined;

  *forget(start: LogStart): Generator<void> {
    this.starts.push(start);
    if (this.failure !== undefined) throw this.failure;
    for (let step = 0; step < 3; step++) {
      this.steps++;
      yield;
    }
  }
}

function retention(state: FakeState, settings = KEPT, sleep = (): Promise<void> => Promise.resolve()): Retention {
  const pause = { turn: () => Promise.resolve(), sleep };
  return new Retention({ log, state, partitions: 1, settings, logger, pause });
}

const restOfTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

test('once events are gone from the log, the state forgets up to the first that is kept', async () => {
  const state = new FakeState();
  await fill(100);
  await retention(state).run(100);
  await restOfTurn();
  const start = await log.start();
  expect(start!.position).toBeGreaterThan(50);
  expect(state.starts).toEqual([{ position: start!.position, receivedMs: start!.position }]);
  expect(state.steps).toBe(3);
  expect(told).toEqual(['events that have had their time are removed']);
});

test('by days the same', async () => {
  const state = new FakeState();
  const nowMs = Date.now();
  await fill(100, (at) => nowMs - (100 - at) * DAY_MS);
  await retention(state, { 'retention.days': 30, 'retention.gibibytes': 0 }).run(100);
  const [start] = state.starts;
  expect(start!.receivedMs).toBeLessThanOrEqual(nowMs - 30 * DAY_MS);
  // Whole segments go, of thirteen events at most.
  expect(start!.receivedMs).toBeGreaterThan(nowMs - 44 * DAY_MS);
});

test('the state is gone through again when an eighth of what is kept is gone since', async () => {
  const state = new FakeState();
  const kept = retention(state, { ...KEPT, 'retention.gibibytes': 64 * KIB_IN_GIB });
  await fill(400);
  await kept.run(log.lastPosition);
  const first = (await log.start())!.position;
  // One segment of some twelve records goes, of two hundred.
  await fill(13);
  await kept.run(log.lastPosition);
  expect((await log.start())!.position).toBeGreaterThan(first);
  expect(state.starts).toHaveLength(1);
  await fill(26);
  await kept.run(log.lastPosition);
  expect(state.starts.map(({ position }) => position)).toEqual([first, (await log.start())!.position]);
});

test('without a limit, and without records, nothing is asked of the state', async () => {
  const state = new FakeState();
  await retention(state).run(0);
  await fill(100);
  await retention(state, { 'retention.days': 0, 'retention.gibibytes': 0 }).run(100);
  expect(state.starts).toEqual([]);
});

test('a stop waits for the step under way, and leaves the rest', async () => {
  const state = new FakeState();
  let wake = (): void => undefined;
  const kept = retention(state, KEPT, () => new Promise((resolve) => (wake = resolve)));
  await fill(100);
  await kept.run(100);
  const stopped = kept.stop();
  wake();
  await stopped;
  expect(state.steps).toBe(1);
});

test('a state that cannot forget is told, and asked again the next time', async () => {
  const state = new FakeState();
  state.failure = new Error('disk I/O error');
  const kept = retention(state);
  await fill(100);
  await kept.run(100);
  await restOfTurn();
  expect(told.at(-1)).toBe('the state could not forget events that are gone; tried again later');
  state.failure = undefined;
  await kept.run(100);
  await restOfTurn();
  expect(state.steps).toBe(3);
});
