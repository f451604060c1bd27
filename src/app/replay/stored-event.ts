/** Events from the bytes that the log holds, equal to those that the live server saw when the bytes came. */

import type { Event } from '../../engine/event/event.js';
import type { Decoder, Sink, Skip } from '../../sources/source.js';

export type DecoderMaker = (sink: Sink) => Decoder;

/** @returns the event, or why there is none: bytes that an earlier version could read, or damage that its checksum did not show */
export function decodeStored(raw: Uint8Array, receivedMs: number, decoder: DecoderMaker): Event | Skip {
  let found: Event | Skip | undefined;
  const sink: Sink = {
    event: (event) => (found ??= asReceived(event, receivedMs)),
    skip: (skip) => (found ??= skip),
  };
  const reading = decoder(sink);
  reading.push(raw);
  reading.end();
  return found ?? { reason: 'not-an-event', message: 'no record in these bytes', file: undefined, line: 0 };
}

export function isEvent(decoded: Event | Skip): decoded is Event {
  return !('reason' in decoded);
}

/**
 * What the engine gets, live and in every replay: an event without a time of its own has the time it came, and the place within a request, which the
 * log does not keep, is left out.
 */
export function asReceived(event: Event, receivedMs: number): Event {
  if (event.timeSource === 'none') {
    return { ...event, timeMs: receivedMs, timeSource: 'received', file: undefined, line: 0 };
  }
  return event.line === 0 && event.file === undefined ? event : { ...event, file: undefined, line: 0 };
}
