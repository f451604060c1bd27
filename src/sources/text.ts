/**
 * Text as bytes, for the sources that read text: UTF-8 as it is, with or without a byte-order mark, and UTF-16 (what PowerShell 5 writes
 * by default) turned into UTF-8. Bytes that are no UTF-8 become U+FFFD where a text is made of them; nothing fails.
 */

import type { Decoder } from './source.js';

/** The part of the web standard that is used here; it is in every runtime, but in no library that a pure folder may name. */
declare const TextDecoder: new (
  label: string,
  options: { ignoreBOM: boolean },
) => { decode(bytes?: Uint8Array, options?: { stream: boolean }): string };
declare const TextEncoder: new () => { encode(text: string): Uint8Array };

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

export function decodeUtf8(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

export function concat(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.byteLength === 0) return second;
  if (second.byteLength === 0) return first;
  const joined = new Uint8Array(first.byteLength + second.byteLength);
  joined.set(first);
  joined.set(second, first.byteLength);
  return joined;
}

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** The encoding, and how many bytes of a byte-order mark stand before the text. Needs the first three bytes, or all if there are fewer. */
export function detectEncoding(first: Uint8Array): { readonly encoding: Encoding; readonly markBytes: number } {
  const [one, two, three] = first;
  if (one === 0xff && two === 0xfe) return { encoding: 'utf-16le', markBytes: 2 };
  if (one === 0xfe && two === 0xff) return { encoding: 'utf-16be', markBytes: 2 };
  if (one === 0xef && two === 0xbb && three === 0xbf) return { encoding: 'utf-8', markBytes: 3 };
  // Text of these formats begins with an ASCII character that can be seen, or with white space.
  if (isTextByte(one) && two === 0) return { encoding: 'utf-16le', markBytes: 0 };
  if (one === 0 && isTextByte(two)) return { encoding: 'utf-16be', markBytes: 0 };
  return { encoding: 'utf-8', markBytes: 0 };
}

function isTextByte(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}

/** Puts bytes of any of these encodings into `reader` as UTF-8 without a mark. UTF-8 passes through without a copy. */
export function createTextInput(reader: Decoder): Decoder {
  let head: Uint8Array | undefined = new Uint8Array(0);
  let utf16: { decode(bytes?: Uint8Array, options?: { stream: boolean }): string } | undefined;

  const pass = (chunk: Uint8Array): void => {
    if (utf16 === undefined) reader.push(chunk);
    else reader.push(encodeUtf8(utf16.decode(chunk, { stream: true })));
  };
  const begin = (first: Uint8Array): void => {
    const { encoding, markBytes } = detectEncoding(first);
    head = undefined;
    if (encoding !== 'utf-8') utf16 = new TextDecoder(encoding, { ignoreBOM: true });
    if (first.byteLength > markBytes) pass(first.subarray(markBytes));
  };
  return {
    push(chunk) {
      if (head === undefined) return pass(chunk);
      head = concat(head, chunk);
      if (head.byteLength >= 3) begin(head);
    },
    end() {
      if (head !== undefined) begin(head);
      if (utf16 !== undefined) reader.push(encodeUtf8(utf16.decode()));
      reader.end();
    },
  };
}

/** What reads text rather than bytes. */
export interface TextReader {
  push(text: string): void;
  end(): void;
}

/** UTF-8 to text, over the places where pieces were cut. */
export function createTextDecoder(reader: TextReader): Decoder {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return {
    push: (chunk) => reader.push(decoder.decode(chunk, { stream: true })),
    end() {
      reader.push(decoder.decode());
      reader.end();
    },
  };
}
