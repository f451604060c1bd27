/** Lives of a server in memory, each from its number (lives/life.ts): nothing acknowledged is lost, every effect is there once, ledgers add up, a replay gives what was live. */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { beforeAll, expect, test } from 'vitest';
import { amount, CHOSEN_SEED, tell, TIMEOUT_MS } from './form.js';
import type { Lives } from './lives/program.js';

const LIVES = amount(20_000, 1_000_000);
/** The same lives in every run of the tests, so that one that is red stays red; by hand others, and those that a seed begins. */
const FIRST = CHOSEN_SEED ?? 1;
/** Processes: two take half the time, where nothing else wants the other processor. */
const LANES = 2;
/** As a program of its own: a test runner's way of loading modules, and measuring what is covered, cost half as much again. */
const PROGRAM = fileURLToPath(new URL('../../dist/faults/lives.mjs', import.meta.url));

beforeAll(() =>
  build({
    entryPoints: [fileURLToPath(new URL('lives/program.ts', import.meta.url))],
    outfile: PROGRAM,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  }),
);

const run = promisify(execFile);

async function live(first: number, count: number): Promise<Lives> {
  const parameters = ['--max-semi-space-size=64', PROGRAM, String(first), String(count)];
  const { stdout } = await run(process.execPath, parameters).catch((error: unknown) => {
    const [, seed = '?', reason = String(error)] = /life (\d+): ([^]*)/.exec(String(error)) ?? [];
    const again = `npm run faults -- --only simulation --seed ${seed}`;
    throw new Error(`life ${seed} (again with \`${again}\`): ${reason.slice(0, 20_000)}`);
  });
  return JSON.parse(stdout) as Lives;
}

test(
  'whatever crashes, fails, is sent again or sets the clock, acknowledged events have their effects, once',
  async () => {
    const share = LIVES / LANES;
    const all = await Promise.all(Array.from({ length: LANES }, (_, lane) => live(FIRST + lane * share, share)));
    const sum = (name: keyof Lives): number => all.reduce((total, lives) => total + lives[name], 0);
    const lives = sum('lives');
    const counts =
      `${lives} lives from ${FIRST} on, ${sum('shared')} of them of several detections, ${sum('kills')} kills, ${sum('powerCuts')} power cuts, ` +
      `${sum('crashes')} crashes, ${sum('diskFaults')} failed operations, ${sum('clockJumps')} clock jumps, ${sum('refusals')} refusals, ` +
      `${sum('snapshots')} snapshots, ${sum('takenUp')} taken up, ${sum('events')} events, ${sum('forgotten')} processes that left`;
    tell('simulation', `${counts}, ${sum('threats')} threats, none wrong`);
    expect(lives, counts).toBe(LIVES);
    for (const name of ['kills', 'powerCuts', 'crashes', 'diskFaults', 'clockJumps', 'refusals', 'takenUp'] as const)
      expect(sum(name), `${name}: ${counts}`).toBeGreaterThan(lives / 10);
    for (const name of ['shared', 'snapshots', 'threats', 'forgotten'] as const)
      expect(sum(name), `${name}: ${counts}`).toBeGreaterThan(lives / 2);
  },
  TIMEOUT_MS,
);
