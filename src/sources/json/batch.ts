/** Azure's batches (Monitor's diagnostic settings, Event Hubs): one object with its records in a list, `{"records":[{…},{…}]}`. */

import { encodeUtf8 } from '../text.js';
import { isBlank } from './scanner.js';

/** Without their blanks, the bytes before the first record. */
const BEGINNING = encodeUtf8('{"records":[');
/** Indented as it may be; nobody needs more, and it bounds what is waited for. */
const BLANKS_MAX = 64;

/**
 * Only where `records` is the first name: what else an object is must be told before it is read, and by whoever deals its lines out.
 * For any other object this is over at the second or third byte.
 *
 * @param start  where the object's brace stands
 * @returns offset of the first byte behind `[`; 0 where more bytes have to tell; `undefined` where it is something else
 */
export function beginOfRecords(bytes: Uint8Array, start: number): number | undefined {
  let seen = 0;
  let blanks = 0;
  for (let position = start; position < bytes.byteLength; position++) {
    const byte = bytes[position] ?? 0;
    if (byte === BEGINNING[seen]) {
      if (++seen === BEGINNING.byteLength) return position + 1;
    } else if ((!isBlank(byte) && byte !== 0x0a) || isInName(seen) || ++blanks > BLANKS_MAX) return undefined;
  }
  return 0;
}

/** Between the quotes of `"records"`, where a blank belongs to the name. */
function isInName(seen: number): boolean {
  return seen > 1 && seen < BEGINNING.byteLength - 2;
}
