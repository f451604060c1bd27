/** `kill -9` at random moments while events are taken in: what was acknowledged is there afterwards, nothing twice, and every score as without a crash. */

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { amount, inLanes, SEED, tell, TIMEOUT_MS } from './form.js';
import { unitsFrom } from '../support/random.js';
import { expectSame } from './outcome-check.js';
import type { Outcome } from './outcome.js';
import { EVENTS_IN_BATCH } from './story.js';

/** Together with those of kill-server.test.ts: 200, and 10,000 by hand. */
const KILLS_OF_STORY = 47;
const KILLS = KILLS_OF_STORY * amount(4, 212);
/** Folders that are killed at the same time. */
const LANES = 2;
const BATCHES = 1_000;
/** Where node finds the packages of the checkout. */
const VICTIM = fileURLToPath(new URL('../../dist/faults/victim.mjs', import.meta.url));

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainsight-kill-'));
  await build({
    entryPoints: [fileURLToPath(new URL('victim.ts', import.meta.url))],
    outfile: VICTIM,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
});

afterAll(() => rm(folder, { recursive: true }));

interface Kill {
  /** Batches acknowledged in this run before the blow; 0: while it starts. */
  readonly afterAcks: number;
  readonly delayMs: number;
}

interface RunResult {
  readonly acknowledged: readonly number[];
  readonly outcome: Outcome | undefined;
}

/** Runs the victim to its end, or until it is killed. */
function run(data: string, acknowledged: readonly number[], kill: Kill | undefined): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [VICTIM, data, String(BATCHES), JSON.stringify(acknowledged)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const heard: number[] = [];
    let outcome: Outcome | undefined;
    const strike = (): void => void setTimeout(() => child.kill('SIGKILL'), kill?.delayMs);
    if (kill?.afterAcks === 0) strike();
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [word, rest] = [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)];
      if (word === 'ack') {
        heard.push(Number(rest));
        if (heard.length === kill?.afterAcks) strike();
      } else if (word === 'end') outcome = JSON.parse(rest) as Outcome;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code !== 0 && signal !== 'SIGKILL') reject(new Error(`the victim ended by itself with code ${code}`));
      else resolve({ acknowledged: heard, outcome });
    });
  });
}

interface Survival {
  readonly acknowledged: number;
  readonly inStart: number;
}

/** One folder that is killed again and again, and what it holds in the end. */
async function killOften(name: string, random: () => number, undisturbed: Outcome): Promise<Survival> {
  const data = join(folder, name);
  const acknowledged = new Set<number>();
  let inStart = 0;
  for (let at = 0; at < KILLS_OF_STORY; at++) {
    // One in eight dies while it reads its log; the others after some batches, up to 8 ms later: between write, sync, answer, engine and commit.
    const kill = { afterAcks: random() < 0.125 ? 0 : 1 + Math.floor(random() * 8), delayMs: random() * 8 };
    const startKill = { afterAcks: 0, delayMs: 100 + random() * 500 };
    const result = await run(data, [...acknowledged], kill.afterAcks === 0 ? startKill : kill);
    if (result.acknowledged.length === 0) inStart++;
    for (const batch of result.acknowledged) acknowledged.add(batch);
  }
  const survived = acknowledged.size;
  const { outcome } = await run(data, [...acknowledged], undefined);
  await rm(data, { recursive: true });

  const label = `seed ${SEED}, ${name}, ${survived} of ${BATCHES} batches acknowledged before the last run`;
  expect(survived, label).toBeGreaterThan(KILLS_OF_STORY / 2);
  expect(survived, label).toBeLessThan(BATCHES);
  expectSame(outcome!, undisturbed, label);
  expect(outcome!.events, label).toHaveLength(BATCHES * EVENTS_IN_BATCH);
  expect(outcome!.damage, label).toBe(0);
  return { acknowledged: survived, inStart };
}

test(`${KILLS} kills lose nothing, double nothing, and change no score`, { timeout: TIMEOUT_MS }, async () => {
  const { outcome: undisturbed } = await run(join(folder, 'undisturbed'), [], undefined);
  const survivals: Survival[] = [];
  await inLanes(KILLS / KILLS_OF_STORY, LANES, async (place) => {
    survivals.push(await killOften(`story ${place}`, unitsFrom(SEED + place), undisturbed!));
  });
  const sum = (count: (survival: Survival) => number): number =>
    survivals.reduce((total, survival) => total + count(survival), 0);
  const inStart = sum((survival) => survival.inStart);
  tell(
    'kills',
    `${KILLS} kills of a live service, ${inStart} of them before it took events, ` +
      `${sum(({ acknowledged }) => acknowledged) * EVENTS_IN_BATCH} events acknowledged before a kill, 0 lost, 0 doubled, scores equal`,
  );
  expect(inStart, `seed ${SEED}`).toBeLessThan(KILLS / 2);
});
