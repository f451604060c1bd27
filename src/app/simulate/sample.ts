/** The sample of the console's first page: one host, a quarter of an hour of work, and an attack in it. */

import { simulate, type Truth } from './simulate.js';

/** Names that no real host has: what starts so can be taken away again with one click. */
export const SAMPLE_HOST_PREFIX = 'sample-ws-';

const SAMPLE_HOURS = 0.75;

export interface Sample {
  readonly lines: readonly string[];
  readonly truth: readonly Truth[];
}

/** @param endMs  when the sample ends: now, so that a fresh console shows it */
export function sampleAttack(endMs: number): Sample {
  const { lines, truth } = simulate({
    hosts: 1,
    hours: SAMPLE_HOURS,
    seed: `sample ${Math.floor(endMs / 60_000)}`,
    attacks: ['phishing-macro'],
    noise: 1,
    startMs: endMs - SAMPLE_HOURS * 3_600_000,
    nameOf: (index) => `${SAMPLE_HOST_PREFIX}${String(index + 1).padStart(2, '0')}`,
  });
  return { lines: [...lines], truth };
}
