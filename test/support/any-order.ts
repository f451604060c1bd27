/** The same events as they may come: in any order, and some of them again. */

import fc from 'fast-check';
import type { Event } from '../../src/engine/event/event.js';
import type { Policy } from '../../src/engine/policy.js';

export function inAnyOrder(events: readonly Event[]): fc.Arbitrary<Event[]> {
  return fc.shuffledSubarray([...events], { minLength: events.length });
}

interface Telling {
  readonly events: readonly Event[];
  readonly order: readonly Event[];
  readonly again: readonly Event[];
  readonly rules: Policy;
}

/** @param policies  one of which judges them */
export function tellings(events: readonly Event[], policies: readonly Policy[]): fc.Arbitrary<Telling> {
  return fc.record({
    events: fc.constant(events),
    order: inAnyOrder(events),
    again: fc.subarray([...events]),
    rules: fc.constantFrom(...policies),
  });
}
