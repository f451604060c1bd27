/** The bound on the work of one match. */

import { typeFailure } from '../failure.js';
import type { Failure } from '../failure.js';

/** Steps of the backtracking matcher for one text: a few dozen milliseconds at most. */
export const MAX_STEPS = 1_000_000;
/** Visits to automaton nodes for one text. Linear in the text, but a large pattern can make the factor large. */
export const MAX_VISITS = 20_000_000;

export function limitReached(): Failure {
  return typeFailure('matching the pattern took too many steps; make it simpler or its repeats more specific');
}
