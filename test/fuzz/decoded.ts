/** What a decoder may give: an event or a skip, each as it should be. */

import { ACTIONS } from '../../src/engine/event/action.js';
import type { Event } from '../../src/engine/event/event.js';
import { DEFAULT_LIMITS, SKIP_REASONS, type Skip } from '../../src/sources/source.js';

/** Small ones: what a parser does with size is tested beside it. */
export const LIMITS = { ...DEFAULT_LIMITS, maxRecordBytes: 16_384 };

export function checkEvent(event: Event): void {
  const isRight =
    event.idHigh >>> 0 === event.idHigh &&
    event.idLow >>> 0 === event.idLow &&
    Number.isSafeInteger(event.timeMs) &&
    Number.isInteger(event.eventId) &&
    event.eventId >= 0 &&
    event.eventId <= 0xffff &&
    Number.isSafeInteger(event.loggerPid) &&
    typeof event.host === 'string' &&
    event.host === event.host.toLowerCase() &&
    typeof event.fields === 'object' &&
    (event.action === undefined || ACTIONS.includes(event.action));
  if (!isRight) throw new Error(`no event as it should be: ${JSON.stringify(event)}`);
}

export function checkSkip(skip: Skip): void {
  // A message must be safe to print: one line of a person's length, without control characters.
  const isRight =
    SKIP_REASONS.includes(skip.reason) && /^[\x20-\x7e…]{3,300}$/u.test(skip.message) && Number.isInteger(skip.line);
  if (!isRight) throw new Error(`no skip as it should be: ${JSON.stringify(skip)}`);
}

export const CHECKS = { event: checkEvent, skip: checkSkip };
