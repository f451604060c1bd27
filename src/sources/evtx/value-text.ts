/**
 * Values of binary XML as the text that Windows shows: decimal numbers, `0x` for the hex types, `{GUID}`, ISO times, `S-1-…`, hex bytes.
 * Types: [MS-EVEN6] 2.2.12.4 and the table in "Windows XML Event Log (EVTX) format" (J. Metz).
 */

import type { ChunkBytes } from './chunk-bytes.js';
import { Damage } from './damage.js';
import { filetimeText, systemTimeText } from './time-text.js';

export const VALUE_TYPE = {
  null: 0x00,
  string: 0x01,
  ansi: 0x02,
  int8: 0x03,
  uint8: 0x04,
  int16: 0x05,
  uint16: 0x06,
  int32: 0x07,
  uint32: 0x08,
  int64: 0x09,
  uint64: 0x0a,
  float: 0x0b,
  double: 0x0c,
  bool: 0x0d,
  binary: 0x0e,
  guid: 0x0f,
  size: 0x10,
  filetime: 0x11,
  systemTime: 0x12,
  sid: 0x13,
  hexInt32: 0x14,
  hexInt64: 0x15,
  binaryXml: 0x21,
  /** Added to any of the above: a list of them. */
  array: 0x80,
} as const;

const pairs: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).toUpperCase().padStart(2, '0'),
);

/** Windows-1252 where it differs from Latin-1 (0x80–0x9F): what Windows takes for text without a code page on Western systems. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/**
 * One value, `size` bytes at `offset`, which the caller has made sure are there. An empty value is `''`, whatever its type.
 * @throws Damage for a type that the format does not have or a size that the type cannot have
 */
export function valueText(chunk: ChunkBytes, type: number, offset: number, size: number): string {
  if (size === 0) return '';
  switch (type) {
    case VALUE_TYPE.null:
      return '';
    case VALUE_TYPE.string:
      return utf16Text(chunk, offset, size);
    case VALUE_TYPE.ansi:
      return ansiText(chunk.bytes, offset, size);
    case VALUE_TYPE.int8:
    case VALUE_TYPE.int16:
    case VALUE_TYPE.int32:
    case VALUE_TYPE.int64:
      return signedText(chunk.view, offset, size);
    case VALUE_TYPE.uint8:
    case VALUE_TYPE.uint16:
    case VALUE_TYPE.uint32:
    case VALUE_TYPE.uint64:
      return unsignedText(chunk.view, offset, size);
    case VALUE_TYPE.float:
    case VALUE_TYPE.double:
      return floatText(chunk.view, offset, size);
    case VALUE_TYPE.bool:
      return chunk.bytes.subarray(offset, offset + Math.min(size, 4)).some((byte) => byte !== 0) ? 'true' : 'false';
    case VALUE_TYPE.binary:
      return hexBytes(chunk.bytes, offset, size);
    case VALUE_TYPE.guid:
      return guidText(chunk.bytes, offset, size);
    case VALUE_TYPE.filetime:
      expectSize(size, 8, offset);
      return filetimeText(chunk.view.getUint32(offset + 4, true), chunk.view.getUint32(offset, true));
    case VALUE_TYPE.systemTime:
      expectSize(size, 16, offset);
      return systemTimeText(chunk.view, offset);
    case VALUE_TYPE.sid:
      return sidText(chunk.view, offset, size);
    case VALUE_TYPE.size:
    case VALUE_TYPE.hexInt32:
    case VALUE_TYPE.hexInt64:
      return hexText(chunk.view, offset, size);
    default:
      throw new Damage('damaged', offset, `has a value of the unknown type 0x${type.toString(16)}`);
  }
}

/** The items of a list value, each as its text; texts are told apart by the NUL that ends each, other types by their size. */
export function listTexts(chunk: ChunkBytes, type: number, offset: number, size: number): string[] {
  const item = type & ~VALUE_TYPE.array;
  if (item === VALUE_TYPE.string || item === VALUE_TYPE.ansi) return splitTexts(chunk, item, offset, size);
  const texts: string[] = [];
  for (let at = offset; at < offset + size;) {
    const itemSize = item === VALUE_TYPE.sid ? sidSize(chunk.view, at, offset + size - at) : itemBytes(item, size);
    if (itemSize > offset + size - at) throw new Damage('damaged', at, 'ends inside an item of a list');
    texts.push(valueText(chunk, item, at, itemSize));
    at += itemSize;
  }
  return texts;
}

/** Bytes of one item. Binary data has no marks between items, so the whole is one; `size` is as wide as the logging machine's pointers. */
function itemBytes(type: number, size: number): number {
  switch (type) {
    case VALUE_TYPE.int8:
    case VALUE_TYPE.uint8:
      return 1;
    case VALUE_TYPE.int16:
    case VALUE_TYPE.uint16:
      return 2;
    case VALUE_TYPE.int32:
    case VALUE_TYPE.uint32:
    case VALUE_TYPE.float:
    case VALUE_TYPE.bool:
    case VALUE_TYPE.hexInt32:
      return 4;
    case VALUE_TYPE.int64:
    case VALUE_TYPE.uint64:
    case VALUE_TYPE.double:
    case VALUE_TYPE.filetime:
    case VALUE_TYPE.hexInt64:
      return 8;
    case VALUE_TYPE.size:
      return size % 8 === 0 ? 8 : 4;
    case VALUE_TYPE.guid:
    case VALUE_TYPE.systemTime:
      return 16;
    default:
      return size;
  }
}

function splitTexts(chunk: ChunkBytes, type: number, offset: number, size: number): string[] {
  const all = type === VALUE_TYPE.string ? chunk.text(offset, size >> 1) : latinText(chunk.bytes, offset, size);
  const texts = all.split('\0');
  if (texts.at(-1) === '') texts.pop();
  return texts;
}

/** Writers count a closing NUL in or not; it is not part of the text. */
function utf16Text(chunk: ChunkBytes, offset: number, size: number): string {
  let units = size >> 1;
  while (units > 0 && chunk.view.getUint16(offset + units * 2 - 2, true) === 0) units--;
  return chunk.text(offset, units);
}

function ansiText(bytes: Uint8Array, offset: number, size: number): string {
  let length = size;
  while (length > 0 && bytes[offset + length - 1] === 0) length--;
  return latinText(bytes, offset, length);
}

function latinText(bytes: Uint8Array, offset: number, size: number): string {
  let text = '';
  for (let at = offset; at < offset + size; at++) {
    const byte = bytes[at]!;
    text += byte >= 0x80 && byte < 0xa0 ? WINDOWS_1252[byte - 0x80]! : String.fromCharCode(byte);
  }
  return text;
}

/** Whole numbers are read by the size they have, not the one their type names: writers mix them, and nothing is lost. */
function signedText(view: DataView, offset: number, size: number): string {
  if (size === 4) return String(view.getInt32(offset, true));
  if (size === 1) return String(view.getInt8(offset));
  if (size === 2) return String(view.getInt16(offset, true));
  expectSize(size, 8, offset);
  return String(view.getBigInt64(offset, true));
}

function unsignedText(view: DataView, offset: number, size: number): string {
  if (size === 4) return String(view.getUint32(offset, true));
  if (size === 1) return String(view.getUint8(offset));
  if (size === 2) return String(view.getUint16(offset, true));
  expectSize(size, 8, offset);
  const high = view.getUint32(offset + 4, true);
  return high < 0x20_0000
    ? String(high * 0x1_0000_0000 + view.getUint32(offset, true))
    : String(view.getBigUint64(offset, true));
}

function hexText(view: DataView, offset: number, size: number): string {
  if (size === 4) return `0x${view.getUint32(offset, true).toString(16)}`;
  if (size === 1) return `0x${view.getUint8(offset).toString(16)}`;
  if (size === 2) return `0x${view.getUint16(offset, true).toString(16)}`;
  expectSize(size, 8, offset);
  const high = view.getUint32(offset + 4, true);
  const low = view.getUint32(offset, true).toString(16);
  return high === 0 ? `0x${low}` : `0x${high.toString(16)}${low.padStart(8, '0')}`;
}

/** The shortest text that reads back as the same number; not-a-number and infinities as XML Schema spells them. */
function floatText(view: DataView, offset: number, size: number): string {
  if (size !== 4) expectSize(size, 8, offset);
  const value = size === 4 ? view.getFloat32(offset, true) : view.getFloat64(offset, true);
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'INF' : '-INF';
  if (size === 8) return String(value);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}

function hexBytes(bytes: Uint8Array, offset: number, size: number): string {
  let text = '';
  for (let at = offset; at < offset + size; at++) text += pairs[bytes[at]!]!;
  return text;
}

function guidText(bytes: Uint8Array, offset: number, size: number): string {
  expectSize(size, 16, offset);
  const pair = (index: number): string => pairs[bytes[offset + index]!]!;
  return (
    `{${pair(3)}${pair(2)}${pair(1)}${pair(0)}-${pair(5)}${pair(4)}-${pair(7)}${pair(6)}-${pair(8)}${pair(9)}-` +
    `${pair(10)}${pair(11)}${pair(12)}${pair(13)}${pair(14)}${pair(15)}}`
  );
}

/** Source: [MS-DTYP] 2.4.2: revision, number of sub-authorities, 48-bit authority (big-endian), sub-authorities (little-endian). */
function sidText(view: DataView, offset: number, size: number): string {
  const end = offset + sidSize(view, offset, size);
  const authority = view.getUint16(offset + 2) * 0x1_0000_0000 + view.getUint32(offset + 4);
  let text = `S-${view.getUint8(offset)}-${authority < 0x1_0000_0000 ? authority : `0x${authority.toString(16)}`}`;
  for (let at = offset + 8; at < end; at += 4) text += `-${view.getUint32(at, true)}`;
  return text;
}

function sidSize(view: DataView, offset: number, size: number): number {
  const needed = size < 8 ? 8 : 8 + 4 * view.getUint8(offset + 1);
  if (needed > size)
    throw new Damage('damaged', offset, `has a security identifier of ${needed} bytes in a value of ${size}`);
  return needed;
}

function expectSize(size: number, expected: number, offset: number): void {
  if (size !== expected)
    throw new Damage('damaged', offset, `has a value of ${size} bytes where its type has ${expected}`);
}
