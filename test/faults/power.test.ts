/**
 * Power cuts over the whole way of an event: the log on a disk that loses, in any order, what was not synced, and a real state whose write-ahead log
 * loses any part of its end. What was acknowledged is there afterwards, nothing twice, and every score as without a cut.
 */

import { cpSync, existsSync, mkdirSync, statSync, truncateSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CutDisk } from '../support/cut-disk.js';
import { incoming, openLive, type Live } from '../support/live-kit.js';
import { amount, SEED, tell, TIMEOUT_MS } from './form.js';
import { expectSame } from './outcome-check.js';
import { outcomeOf, type Outcome } from './outcome.js';
import { unitsFrom } from '../support/random.js';
import { batch, EVENTS_IN_BATCH } from './story.js';

const CUTS_OF_STORY = 25;
const STORIES = amount(2, 80);
const BATCHES = 700;
const CALLERS = 4;
const STATE = 'state.sqlite';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'chainsight-power-'))));
afterAll(() => rm(folder, { recursive: true }));

/** What has happened to a machine so far. */
interface Machine {
  disk: CutDisk;
  data: string;
  readonly acknowledged: Set<number>;
}

interface Run {
  readonly live: Live;
  /** Bytes of the state's write-ahead log that nothing can take any more. */
  readonly safeBytes: number;
  isOver: boolean;
}

/** @param run  told as soon as it takes events */
async function feed(machine: Machine, onRun: (run: Run) => void): Promise<Live> {
  const never = new Promise<void>(() => undefined);
  let run: Run | undefined;
  const live = await openLive(machine.data, {
    log: { files: machine.disk, segmentBytes: 20_000, roomBytes: 3_000 },
    parts: {
      pause: {
        turn: async () => (run?.isOver ? never : nextTurn()),
        sleep: async (ms) => (run?.isOver ? never : wait(ms)),
      },
    },
  });
  run = { live, safeBytes: walBytes(machine.data), isOver: false };
  onRun(run);
  await live.service.start();
  const waiting = Array.from({ length: BATCHES }, (_, index) => index).filter(
    (index) => !machine.acknowledged.has(index),
  );
  const call = async (): Promise<void> => {
    for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
      const answer = await live.service.intake.take(incoming(...batch(index)), 'sender');
      expect(answer.kind).toBe('taken');
      machine.acknowledged.add(index);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, call));
  await live.service.intake.settled();
  return live;
}

function walBytes(data: string): number {
  const path = join(data, `${STATE}-wal`);
  return existsSync(path) ? statSync(path).size : 0;
}

/** Runs until the power fails. @returns false where everything was done before */
async function cutOnce(machine: Machine, random: () => number, next: string): Promise<boolean> {
  machine.disk.left = 2 + Math.floor(random() * 40);
  const mainMs = statSync(join(machine.data, STATE), { throwIfNoEntry: false })?.mtimeMs;
  let run: Run | undefined;
  let live: Live | undefined;
  let failure: unknown;
  feed(machine, (begun) => (run = begun)).then(
    (done) => (live = done),
    (error: unknown) => (failure = error),
  );
  while (machine.disk.left > 0 && live === undefined) {
    if (failure !== undefined) throw failure;
    await wait(1);
  }
  // What was on its way to the state may still get there.
  await wait(random() * 20);
  if (run !== undefined) run.isOver = true;
  mkdirSync(next);
  for (const name of [STATE, `${STATE}-wal`]) {
    if (existsSync(join(machine.data, name))) cpSync(join(machine.data, name), join(next, name));
  }
  // Where pages were copied back from it, the write-ahead log was synced before that.
  const isCopiedBack = mainMs === undefined || statSync(join(machine.data, STATE)).mtimeMs !== mainMs;
  const bytes = walBytes(next);
  const safeBytes = isCopiedBack ? bytes : Math.min(bytes, run?.safeBytes ?? bytes);
  if (bytes > safeBytes)
    truncateSync(join(next, `${STATE}-wal`), safeBytes + Math.floor(random() * (bytes - safeBytes)));
  run?.live.state.close();
  machine.disk = machine.disk.remains(random);
  machine.data = next;
  return live === undefined;
}

async function story(name: string, random: () => number, undisturbed: Outcome): Promise<number> {
  const machine: Machine = { disk: new CutDisk(), data: join(folder, name), acknowledged: new Set() };
  let cuts = 0;
  while (cuts < CUTS_OF_STORY && (await cutOnce(machine, random, join(folder, `${name}-${cuts + 1}`)))) cuts++;
  const survived = machine.acknowledged.size;
  const live = await feed(machine, () => undefined);
  const label = `seed ${SEED}, ${name}, ${survived} of ${BATCHES} batches acknowledged before the last run`;
  expect(cuts, label).toBe(CUTS_OF_STORY);
  expect(survived, label).toBeGreaterThan(20);
  expectSame(await outcomeOf(live), undisturbed, label);
  await live.close();
  return survived;
}

test(
  `${STORIES * CUTS_OF_STORY} power cuts lose nothing, double nothing, and change no score`,
  { timeout: TIMEOUT_MS },
  async () => {
    const calm = await feed(
      { disk: new CutDisk(), data: join(folder, 'calm'), acknowledged: new Set() },
      () => undefined,
    );
    const undisturbed = await outcomeOf(calm);
    await calm.close();
    let acknowledged = 0;
    for (let place = 0; place < STORIES; place++) {
      acknowledged += await story(`story-${place}`, unitsFrom(SEED + place), undisturbed);
    }
    expect(acknowledged).toBeGreaterThan(STORIES * 20);
    tell(
      'power',
      `${STORIES * CUTS_OF_STORY} power cuts, ${acknowledged * EVENTS_IN_BATCH} events acknowledged before one, 0 lost, 0 doubled, scores equal`,
    );
  },
);
