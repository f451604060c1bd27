/** Room for new objects of a thread that judges events, in which an event lives and dies if it is large enough. */

import { totalmem } from 'node:os';

/**
 * MiB. With what V8 grants by itself, 48 MiB, events are copied several times while they are read and judged. Of a busy detection thread, where they live
 * until their effects are stored, that takes a third of the time.
 */
const MOST_MIB = 192;
const LEAST_MIB = 48;
/** Part of the machine's memory that all threads may take for it. */
const PART = 1 / 32;

/**
 * @param threads  that judge events beside each other
 * @returns MiB for each of them
 */
export function youngSpaceMib(threads: number): number {
  const share = (Math.min(totalmem(), process.constrainedMemory() || Infinity) * PART) / threads / 1024 / 1024;
  return Math.round(Math.max(LEAST_MIB, Math.min(MOST_MIB, share)));
}
