/** Tells whether a body is one object a line, without reading what is in them. */

import { beginOfRecords } from '../../../sources/json/batch.js';

const NEW_LINE = 0x0a;
const OPENING = 0x7b;
const CLOSING = 0x7d;
const SPACE = 0x20;

/** @returns the lines that are not blank, with their ends, or `undefined` where some line does not begin and end as an object does, or holds several */
export function linesOfObjects(bytes: Uint8Array): readonly Uint8Array[] | undefined {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(NEW_LINE, start);
    const end = found < 0 ? bytes.length : found + 1;
    let first = start;
    while (first < end && bytes[first]! <= SPACE) first++;
    if (first < end) {
      let last = end - 1;
      while (bytes[last]! <= SPACE) last--;
      if (bytes[first] !== OPENING || bytes[last] !== CLOSING) return undefined;
      if (beginOfRecords(bytes, first) !== undefined) return undefined;
      lines.push(bytes.subarray(start, end));
    }
    start = end;
  }
  return lines;
}
