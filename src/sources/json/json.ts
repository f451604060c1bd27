/** JSON in every framing that shippers and exports use, to events. The framing is `framer.ts`, the shapes are `../normalise`. */

import type { Event } from '../../engine/event/event.js';
import { cannotExceed } from '../normalise/limits.js';
import { isSkip, normalise, type Place } from '../normalise/normalise.js';
import { DEFAULT_LIMITS, type Decoder, type Skip, type Sink, type SourceLimits } from '../source.js';
import { createTextInput, decodeUtf8 } from '../text.js';
import { JsonFramer } from './framer.js';
import { listedRecords } from './lists.js';

export interface DecoderOptions {
  /** Named by events and skips. */
  readonly file?: string | undefined;
  readonly limits?: SourceLimits | undefined;
  /** The sender, for wires that do not name the host; used only where a record names none. */
  readonly host?: string | undefined;
  /** Events name no line: for bytes that are no file, where nobody could look it up. */
  readonly isUnplaced?: boolean | undefined;
  /** Of JSON lines: asked before a line is parsed; true where somebody else takes its bytes, which are valid during the call only. */
  readonly divert?: ((bytes: Uint8Array, line: number) => boolean) | undefined;
}

/** Every event comes with its raw bytes, which are valid during the call only. */
export function createJsonDecoder(sink: Sink, options: DecoderOptions = {}): Decoder {
  const { file, host, limits = DEFAULT_LIMITS, divert, isUnplaced = false } = options;
  const framer = new JsonFramer(
    {
      record(value, bytes, line, isWithinLimits) {
        tell(sink, value, bytes, { file, line: isUnplaced ? 0 : line, host }, limits, isWithinLimits);
      },
      broken(reason, message, line) {
        sink.skip({ reason, message, file, line });
      },
      divert,
    },
    limits,
  );
  return createTextInput(framer);
}

/**
 * One line that `divert` took.
 *
 * @returns false where it is not one object after all: only a decoder of the whole file can tell what it is
 */
export function decodeJsonLine(bytes: Uint8Array, line: number, sink: Sink, options: DecoderOptions = {}): boolean {
  const { file, host, limits = DEFAULT_LIMITS } = options;
  const text = decodeUtf8(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return false;
  }
  tell(sink, value, bytes, { file, line, host }, limits, cannotExceed(text, limits));
  return true;
}

/** One record, or those in its list where it is no event itself. */
function tell(
  sink: Sink,
  value: unknown,
  bytes: Uint8Array,
  place: Place,
  limits: SourceLimits,
  isWithinLimits: boolean,
): void {
  const result = normalise(value, place, bytes, limits, isWithinLimits);
  if (!isSkip(result)) return sink.event(result, bytes);

  // Of what is known to be no event, each row would be told.
  const listed = result.reason === 'unsupported' ? undefined : listedRecords(value, bytes);
  if (listed === undefined) return sink.skip(result);
  for (const record of listed) {
    const each = normalise(record.value, place, record.bytes, limits);
    if (isSkip(each)) sink.skip(each);
    else sink.event(each, record.bytes);
  }
}

export type BatchItem =
  | { readonly event: Event; /** A view of the body, valid as long as the body is. */ readonly raw: Uint8Array }
  | { readonly skip: Skip };

/**
 * A whole request body: lines or an array. The index in `items` is the number that a sender is told: an element of the array, or a line that
 * is not blank, in order from 0.
 */
export function decodeJsonBatch(
  bytes: Uint8Array,
  limits: SourceLimits = DEFAULT_LIMITS,
  options: Pick<DecoderOptions, 'file' | 'host'> = {},
): { readonly items: readonly BatchItem[] } {
  const items: BatchItem[] = [];
  const decoder = createJsonDecoder(
    {
      // Handed in as one piece, records are views of the body, or of a buffer that nobody writes to any more.
      event: (event, raw) => items.push({ event, raw: raw ?? bytes }),
      skip: (skip) => items.push({ skip }),
    },
    { ...options, limits },
  );
  decoder.push(bytes);
  decoder.end();
  return { items };
}
