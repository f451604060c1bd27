/** Windows event XML, as Event Viewer, `wevtutil` and event collectors write it, to events. */

import { isSkip, normalise } from '../normalise/normalise.js';
import { DEFAULT_LIMITS, type Decoder, type Sink, type SourceLimits } from '../source.js';
import { createTextDecoder, createTextInput } from '../text.js';
import { XmlReader } from './reader.js';

export interface XmlDecoderOptions {
  readonly file?: string | undefined;
  readonly limits?: SourceLimits | undefined;
  /** The sender; used only where a record names no computer. */
  readonly host?: string | undefined;
}

/** `line` of events and skips is where `<Event` stands. Events come without raw bytes: a record is no line that could be read again. */
export function createXmlDecoder(sink: Sink, options: XmlDecoderOptions = {}): Decoder {
  const { file, host, limits = DEFAULT_LIMITS } = options;
  const reader = new XmlReader(
    {
      record(tree, line) {
        const result = normalise(tree, { file, line, host }, undefined, limits);
        if (isSkip(result)) sink.skip(result);
        else sink.event(result, undefined);
      },
      broken(reason, message, line) {
        sink.skip({ reason, message, file, line });
      },
    },
    limits,
  );
  return createTextInput(createTextDecoder(reader));
}
