/** The two forms of each part: a quick one for every run of the tests, and a long one by hand (`npm run faults -- --long`, scripts/faults.js). */

import { appendFileSync } from 'node:fs';

export const isLong = process.env['CHAINSIGHT_FAULTS'] === 'long';

export const TIMEOUT_MS = isLong ? 48 * 3_600_000 : 600_000;

export function amount(quick: number, long: number): number {
  return isLong ? long : quick;
}

const asked = process.env['CHAINSIGHT_FAULTS_SEED'];
/** `--seed`; `undefined` where nobody asked for any. */
export const CHOSEN_SEED = asked === undefined ? undefined : Number(asked) >>> 0;

/** Printed with every result; the same again with `--seed`. */
export const SEED = CHOSEN_SEED ?? Date.now() >>> 0;

/** One line of counts for whoever started the parts by hand. */
export function tell(part: string, counts: string): void {
  const path = process.env['CHAINSIGHT_FAULTS_REPORT'];
  if (path !== undefined) appendFileSync(path, `${part}: ${counts}, seed ${SEED}\n`);
}

/** Does the work for each of `count` places, `lanes` at a time. */
export async function inLanes(count: number, lanes: number, work: (place: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
