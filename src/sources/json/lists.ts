/**
 * Objects that hold a list of records among other names, as answers and exports do: Azure's batches, searches of Elasticsearch, Splunk and Defender,
 * osquery's snapshots and its batches. Each record is one of its own, with its own bytes.
 */

import { isTree, own } from '../normalise/tree.js';
import { decodeUtf8 } from '../text.js';
import { isBlank } from './scanner.js';

const PATHS: readonly (readonly string[])[] = [
  ['records'],
  ['results'],
  ['Results'],
  ['hits', 'hits'],
  ['snapshot'],
  ['data'],
  ['value'],
];

export interface ListedRecord {
  readonly value: unknown;
  readonly bytes: Uint8Array;
}

/**
 * @param value  what `bytes` are the JSON of
 * @returns the records in order; `undefined` where there is no such list
 */
export function listedRecords(value: unknown, bytes: Uint8Array): readonly ListedRecord[] | undefined {
  for (const path of PATHS) {
    let list = value;
    for (const name of path) list = isTree(list) ? own(list, name) : undefined;
    if (Array.isArray(list) && isTree(list[0])) return itemsAt(bytes, path, list);
  }
  return undefined;
}

function itemsAt(bytes: Uint8Array, path: readonly string[], list: readonly unknown[]): readonly ListedRecord[] {
  let start = pastBlanks(bytes, 0);
  for (const name of path) start = memberOf(bytes, start, name);
  let position = start + 1;
  return list.map((value: unknown) => {
    const from = pastSeparators(bytes, position);
    position = endOfValue(bytes, from);
    return { value, bytes: bytes.subarray(from, position) };
  });
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const LINE_FEED = 0x0a;
const CLOSE_BRACE = 0x7d;

/** Where the value of a name begins that an object has. Of names that come twice the last counts, as it does for `JSON.parse`. */
function memberOf(bytes: Uint8Array, object: number, name: string): number {
  let found = object;
  let position = pastSeparators(bytes, object + 1);
  while (position < bytes.byteLength && bytes[position] !== CLOSE_BRACE) {
    const end = endOfValue(bytes, position);
    const start = pastSeparators(bytes, end);
    if (JSON.parse(decodeUtf8(bytes.subarray(position, end))) === name) found = start;
    position = pastSeparators(bytes, endOfValue(bytes, start));
  }
  return found;
}

/** Behind a value of JSON that is known to be whole. */
function endOfValue(bytes: Uint8Array, start: number): number {
  let depth = 0;
  for (let position = start; position < bytes.byteLength; position++) {
    const byte = bytes[position] ?? 0;
    if (byte === QUOTE) {
      position = endOfString(bytes, position);
      if (depth === 0) return position + 1;
    } else if (isOpening(byte)) depth++;
    else if (isClosing(byte)) {
      if (depth <= 1) return depth === 0 ? position : position + 1;
      depth--;
    } else if (depth === 0 && (byte === COMMA || isSpace(byte))) return position;
  }
  return bytes.byteLength;
}

/** Offset of the closing quote. */
function endOfString(bytes: Uint8Array, start: number): number {
  let position = start + 1;
  while (position < bytes.byteLength && bytes[position] !== QUOTE) position += bytes[position] === BACKSLASH ? 2 : 1;
  return position;
}

/** Brackets and braces differ in one bit. */
function isOpening(byte: number): boolean {
  return (byte & 0xdf) === 0x5b;
}

function isClosing(byte: number): boolean {
  return (byte & 0xdf) === 0x5d;
}

function isSpace(byte: number): boolean {
  return isBlank(byte) || byte === LINE_FEED;
}

function pastBlanks(bytes: Uint8Array, start: number): number {
  let position = start;
  while (position < bytes.byteLength && isSpace(bytes[position] ?? 0)) position++;
  return position;
}

/** Blanks, and the one comma or colon among them. */
function pastSeparators(bytes: Uint8Array, start: number): number {
  const position = pastBlanks(bytes, start);
  const byte = bytes[position];
  return byte === COMMA || byte === COLON ? pastBlanks(bytes, position + 1) : position;
}
