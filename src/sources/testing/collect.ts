/** What a decoder gives for some bytes, collected; for tests. */

import type { Event } from '../../engine/event/event.js';
import type { Decoder, Sink, Skip } from '../source.js';
import { decodeUtf8, encodeUtf8 } from '../text.js';

export interface Collected {
  readonly events: Event[];
  readonly skips: Skip[];
  /** The raw bytes of each event as text, `undefined` where the format has none. */
  readonly raws: (string | undefined)[];
}

/** @param pieceBytes  hands the bytes in pieces of this size; all at once without it */
export function collect(
  create: (sink: Sink) => Decoder,
  content: string | Uint8Array,
  pieceBytes = Number.POSITIVE_INFINITY,
): Collected {
  const collected: Collected = { events: [], skips: [], raws: [] };
  const decoder = create({
    event(event, raw) {
      collected.events.push(event);
      collected.raws.push(raw === undefined ? undefined : decodeUtf8(raw));
    },
    skip: (skip) => collected.skips.push(skip),
  });
  const bytes = typeof content === 'string' ? encodeUtf8(content) : content;
  for (let from = 0; from < bytes.byteLength; from += pieceBytes) {
    decoder.push(bytes.subarray(from, Math.min(bytes.byteLength, from + pieceBytes)));
  }
  decoder.end();
  return collected;
}
