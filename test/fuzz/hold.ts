/**
 * What holds a parser to its promise: as many inputs as the suite has time for, each given, timed and, where it breaks something, named; and memory that does
 * not grow with their number. `FUZZ_SEED` and `FUZZ_CASES` ask for others; the seed is part of every failure's text.
 */

import { expect } from 'vitest';
import { heldBytes } from '../support/heap.js';
import { randomFrom, type Random } from '../support/random.js';

export const SEED = Number(process.env['FUZZ_SEED'] ?? 20_241_105);
export const CASES = Number(process.env['FUZZ_CASES'] ?? 500_000);
/** For what takes a millisecond or more an input: the full number is for a run by hand, `FUZZ_CASES=500000`. */
export const SLOW_CASES = Number(process.env['FUZZ_CASES'] ?? 5_000);
console.info(`fuzz: seed ${SEED}, ${CASES} inputs a parser, ${SLOW_CASES} a slow one`);

const SLOWEST_MS = 1000;
/** Caches that have a bound fill; half a hundred bytes for each input would be more. */
const GROWTH_BYTES = 16 * 1024 * 1024;

/**
 * Runs `parse` on every input.
 *
 * @returns how many inputs there were
 * @throws Error  that names seed and case of the first input that throws, or is slow, or says how memory grew
 */
export function hold(
  input: (random: Random) => unknown,
  parse: (input: unknown, random: Random) => void,
  cases = CASES,
): number {
  const growth = new Growth(cases);
  const { stackTraceLimit } = Error;
  // Most inputs are refused, and to note for each of these errors how the code came there takes a quarter of the time: the line that threw is enough.
  Error.stackTraceLimit = 1;
  try {
    for (let index = 0; index < cases; index++) {
      const random = randomFrom(SEED + index);
      const value = input(random);
      const started = performance.now();
      try {
        parse(value, random);
        // Another program may have had the processor: what seems slow is measured again, by the time that it computes.
        if (performance.now() - started > SLOWEST_MS)
          expect(computingMs(() => parse(value, random))).toBeLessThan(SLOWEST_MS);
      } catch (error) {
        throw new Error(`seed ${SEED}, case ${index}: ${shown(value)}`, { cause: error });
      }
      growth.after(index);
    }
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  return endOf(cases, growth);
}

/** The same where an answer takes its turn; time is what the whole process computed meanwhile. */
export async function holdEach(
  input: (random: Random) => unknown,
  ask: (input: unknown) => Promise<void>,
  cases: number,
): Promise<number> {
  const growth = new Growth(cases);
  for (let index = 0; index < cases; index++) {
    const value = input(randomFrom(SEED + index));
    const { user, system } = process.cpuUsage();
    try {
      await ask(value);
      const spent = process.cpuUsage();
      expect((spent.user + spent.system - user - system) / 1000).toBeLessThan(SLOWEST_MS);
    } catch (error) {
      throw new Error(`seed ${SEED}, case ${index}: ${shown(value)}`, { cause: error });
    }
    if (growth.isDueAfter(index)) await unpackersClosed();
    growth.after(index);
  }
  await unpackersClosed();
  return endOf(cases, growth);
}

/** What unpacks holds memory outside of the heap, and lets go of it some turns after it was collected. */
async function unpackersClosed(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    heldBytes();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function endOf(cases: number, growth: Growth): number {
  expect(Object.keys(Object.prototype)).toEqual([]);
  growth.end();
  return cases;
}

/** From a fifth of the inputs on: by then code is compiled, and caches hold what they may. */
class Growth {
  #held = 0;

  constructor(private readonly cases: number) {}

  isDueAfter(index: number): boolean {
    return index === Math.floor(this.cases / 5);
  }

  after(index: number): void {
    if (this.isDueAfter(index)) this.#held = heldBytes();
  }

  end(): void {
    const grown = heldBytes() - this.#held;
    if (grown > GROWTH_BYTES)
      throw new Error(`${grown} bytes more are held than after a fifth of ${this.cases} inputs`);
  }
}

function computingMs(run: () => void): number {
  const started = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}

function shown(value: unknown): string {
  const text = value instanceof Uint8Array ? new TextDecoder().decode(value.subarray(0, 4000)) : value;
  const shown = JSON.stringify(text) ?? String(value);
  return shown.length > 4000 ? `${shown.slice(0, 4000)}… (${shown.length} characters)` : shown;
}
