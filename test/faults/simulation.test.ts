/** Lives of a server in memory, each from its number (simulation.ts): nothing acknowledged is lost, every effect is there once, ledgers add up, a replay gives what was live. */

import { expect, test } from 'vitest';
import { amount, isLong, SEED, tell, TIMEOUT_MS } from './form.js';
import { simulate, type Life } from './simulation.js';

const LIVES = amount(20_000, 1_000_000);
/** The quick form ends here on a slow machine. */
const MOST_MS = isLong ? Number.POSITIVE_INFINITY : 40_000;

test(
  'whatever crashes, fails, is sent again or sets the clock, acknowledged events have their effects, once',
  async () => {
    const startMs = performance.now();
    const sums: Record<keyof Life, number> = { kills: 0, cuts: 0, diskFaults: 0, refusals: 0, events: 0, threats: 0 };
    let lives = 0;
    while (lives < LIVES && performance.now() - startMs < MOST_MS) {
      const seed = (SEED + lives) >>> 0;
      const life = await simulate(seed).catch((error: unknown) => {
        throw new Error(`life ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      });
      for (const key of Object.keys(sums) as (keyof Life)[]) sums[key] += life[key];
      lives++;
    }
    const { kills, cuts, diskFaults, refusals, events, threats } = sums;
    const counts = `${lives} lives, ${kills} kills, ${cuts} power cuts, ${diskFaults} failed operations, ${refusals} refusals, ${events} events`;
    tell('simulation', `${counts}, ${threats} threats, none wrong`);
    for (const count of [kills, cuts, diskFaults, refusals, threats]) expect(count, counts).toBeGreaterThan(lives / 20);
  },
  TIMEOUT_MS,
);
