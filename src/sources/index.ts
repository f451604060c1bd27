/** Formats by name: what files are read with, and how a file's format is told. */

import { createCsvDecoder } from './csv/csv.js';
import { createEvtxDecoder } from './evtx/index.js';
import { createJsonDecoder, type DecoderOptions } from './json/json.js';
import type { Decoder, Format, Sink } from './source.js';
import { beginsAsSyslog, withoutStructuredData } from './syslog.js';
import { decodeUtf8, detectEncoding } from './text.js';
import { createXmlDecoder } from './xml/xml.js';

export { decodeJsonBatch, decodeJsonLine, type BatchItem, type DecoderOptions } from './json/json.js';
export { isSkip, normalise, type Place } from './normalise/normalise.js';

export function createDecoder(format: Format, sink: Sink, options: DecoderOptions = {}): Decoder {
  switch (format) {
    case 'json':
      return createJsonDecoder(sink, options);
    case 'xml':
      return createXmlDecoder(sink, options);
    case 'csv':
      return createCsvDecoder(sink, options);
    case 'evtx':
      return createEvtxDecoder(sink, options);
  }
}

const EVTX_SIGNATURE = [0x45, 0x6c, 0x66, 0x46, 0x69, 0x6c, 0x65, 0x00];

const BY_EXTENSION: ReadonlyMap<string, Format> = new Map([
  ['evtx', 'evtx'],
  ['xml', 'xml'],
  ['json', 'json'],
  ['jsonl', 'json'],
  ['ndjson', 'json'],
  ['csv', 'csv'],
  ['tsv', 'csv'],
]);

/** More than syslog's header and structured data take up before what they carry; a first chunk may be a megabyte. */
const LINE_BYTES_MAX = 4096;

/**
 * By what the bytes say first, then by the file's name.
 *
 * @param firstBytes  the beginning of the content, unpacked; 64 bytes are enough, or a line that begins with syslog's header; fewer (a file that short, or none yet) will do
 * @param fileName    with or without a path; an extension of a packing (`.gz`) is passed over. `''` where there is no name
 * @returns `undefined` where neither tells: a file that is not read
 */
export function detectFormat(firstBytes: Uint8Array, fileName: string): Format | undefined {
  if (firstBytes.byteLength >= 8 && EVTX_SIGNATURE.every((byte, index) => firstBytes[index] === byte)) return 'evtx';
  const { markBytes } = detectEncoding(firstBytes);
  const content = firstBytes.subarray(markBytes);
  const start = content.findIndex((byte) => byte > 0x20);
  const first = content[start];
  const line = start < 0 ? '' : firstLine(content.subarray(start, start + LINE_BYTES_MAX));
  // No name of XML begins with a digit: `<14>` is syslog's priority, and what it stands before may be either.
  if (first === 0x3c && !/^<\d/.test(line)) return 'xml';
  const parts = fileName.toLowerCase().split('.');
  if (parts.at(-1) === 'gz' || parts.at(-1) === 'zip') parts.pop();
  const named = parts.length > 1 ? BY_EXTENSION.get(parts.at(-1) ?? '') : undefined;
  // A `.csv` may well begin with a bracket in quotes or not; any other name yields to the bracket.
  if ((first === 0x7b || first === 0x5b) && named !== 'csv') return 'json';
  if (first === 0x3c || named === undefined) return afterPrefix(line) ?? named;
  return named;
}

/** The first line of what is at hand; UTF-16 without its zeros will do. */
function firstLine(content: Uint8Array): string {
  return decodeUtf8(content.filter((byte) => byte !== 0)).split('\n', 1)[0] ?? '';
}

/** Of a line that begins as syslog's lines do: what stands behind its priority, time and host. */
function afterPrefix(line: string): Format | undefined {
  if (!beginsAsSyslog(line)) return undefined;
  const [mark] = /<Event[\s>]|\{/.exec(withoutStructuredData(line)) ?? [];
  return mark === undefined ? undefined : mark === '{' ? 'json' : 'xml';
}
