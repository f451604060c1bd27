/** Lives one after another, in a process of their own: what happened in all of them, as JSON. Arguments: the number of the first one, how many. */

import { COUNTS, simulate, type Life } from './life.js';

export interface Lives extends Life {
  readonly lives: number;
}

async function main(first: number, count: number): Promise<void> {
  const sums = Object.fromEntries(COUNTS.map((name) => [name, 0])) as Life;
  for (let at = 0; at < count; at++) {
    const seed = (first + at) >>> 0;
    const life = await simulate(seed).catch((error: unknown) => {
      throw new Error(`life ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    });
    for (const name of COUNTS) sums[name] += life[name];
  }
  const lives: Lives = { lives: count, ...sums };
  console.log(JSON.stringify(lives));
}

const [first, count] = process.argv.slice(2).map(Number);
await main(first!, count!);
