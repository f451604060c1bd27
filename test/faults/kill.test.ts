/** `kill -9` at random moments while events are taken in: what was acknowledged is there afterwards, nothing twice, and every score as without a crash. */

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withLedgersChecked } from '../support/ledger.js';
import type { Threat } from '../../src/engine/score/threat.js';
import { randomFrom } from './random.js';
import type { Outcome } from './victim.js';
import { EVENTS_IN_BATCH } from './story.js';

const KILLS = 50;
const BATCHES = 1200;
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

test(`${KILLS} kills lose nothing, double nothing, and change no score`, { timeout: 600_000 }, async () => {
  const seed = Date.now() >>> 0;
  const random = randomFrom(seed);
  const { outcome: undisturbed } = await run(join(folder, 'undisturbed'), [], undefined);
  const acknowledged = new Set<number>();
  let inStart = 0;
  for (let at = 0; at < KILLS; at++) {
    // One in eight dies while it reads its log; the others after some batches, up to 8 ms later: between write, sync, answer, engine and commit.
    const kill = { afterAcks: random() < 0.125 ? 0 : 1 + Math.floor(random() * 8), delayMs: random() * 8 };
    const startKill = { afterAcks: 0, delayMs: 100 + random() * 500 };
    const result = await run(join(folder, 'killed'), [...acknowledged], kill.afterAcks === 0 ? startKill : kill);
    if (result.acknowledged.length === 0) inStart++;
    for (const batch of result.acknowledged) acknowledged.add(batch);
  }
  const survived = acknowledged.size;
  const { outcome } = await run(join(folder, 'killed'), [...acknowledged], undefined);

  const label = `seed ${seed}, ${survived} of ${BATCHES} batches acknowledged before the last run`;
  expect(survived, label).toBeGreaterThan(KILLS);
  expect(survived, label).toBeLessThan(BATCHES);
  expect(inStart, label).toBeLessThan(KILLS / 2);
  expect(new Set(outcome!.events).size, label).toBe(outcome!.events.length);
  expect(outcome!.events.toSorted(), label).toEqual(undisturbed!.events.toSorted());
  expect(outcome!.events, label).toHaveLength(BATCHES * EVENTS_IN_BATCH);
  expect(JSON.stringify(outcome!.threats), label).toBe(JSON.stringify(undisturbed!.threats));
  expect(outcome!.storedThreats, label).toEqual(undisturbed!.storedThreats);
  expect(outcome!.hosts, label).toEqual(undisturbed!.hosts);
  expect(outcome!.processes.toSorted(), label).toEqual(undisturbed!.processes.toSorted());
  expect(outcome!.damage, label).toBe(0);
  expect(outcome!.troubles, label).toEqual([]);
  expect(withLedgersChecked(outcome!.threats as readonly Threat[]).length, label).toBeGreaterThan(5);
});
