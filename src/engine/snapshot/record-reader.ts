/** Reads what `RecordWriter` wrote. Every length and reference is checked: bytes that say something else end in a `SnapshotFault`, never in anything worse. */

import { HEADER_BYTES, TEXTS_MAX, VALUE } from './record-writer.js';

/** These bytes are no snapshot that this program wrote under these circumstances. Whoever restores takes it for an answer, not for a bug. */
export class SnapshotFault extends Error {
  override readonly name = 'SnapshotFault';
}

/** Units made into text at once: an engine passes only so many arguments. */
const UNITS_AT_ONCE = 8192;
const DEPTH_MAX = 32;

/** The part of the web standard that is used here; it is in every runtime, but in no library that a pure folder may name. */
declare const TextDecoder: new () => { decode(bytes: Uint8Array): string };

const UTF8 = new TextDecoder();

export class RecordReader {
  #bytes = new Uint8Array(0);
  #at = 0;
  #narrow = '';
  #narrowAt = 0;
  #wide = '';
  #wideAt = 0;
  /** A ring, as the writer's. */
  readonly #texts: string[] = [];
  #nextText = 0;
  readonly #double = new Float64Array(1);
  readonly #pair = new Uint32Array(this.#double.buffer);
  readonly #eight = new Uint8Array(this.#double.buffer);

  /** All of the chunk is read, and another is to be given. */
  get isEmpty(): boolean {
    return this.#at >= this.#bytes.length;
  }

  give(chunk: Uint8Array): void {
    demand(this.isEmpty, 'a chunk holds more than is asked of it');
    demand(chunk.length >= HEADER_BYTES, 'a chunk is too short');
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const narrowEnd = HEADER_BYTES + view.getUint32(0, true);
    const wideLength = view.getUint32(4, true);
    demand(wideLength % 2 === 0 && narrowEnd + wideLength <= chunk.length, 'the texts of a chunk do not fit in it');
    this.#narrow = narrowText(chunk.subarray(HEADER_BYTES, narrowEnd));
    this.#narrowAt = 0;
    this.#wide = wideText(chunk.subarray(narrowEnd, narrowEnd + wideLength));
    this.#wideAt = 0;
    this.#bytes = chunk.subarray(narrowEnd + wideLength) as Uint8Array<ArrayBuffer>;
    this.#at = 0;
  }

  uint(): number {
    let value = 0;
    let unit = 1;
    for (;;) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new SnapshotFault('a chunk ends within a record');
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) break;
      unit *= 0x80;
      if (unit > Number.MAX_SAFE_INTEGER) throw new SnapshotFault('a number is longer than numbers are');
    }
    demand(value <= Number.MAX_SAFE_INTEGER, 'a number is larger than numbers are');
    return value;
  }

  /** @param end  one more than the greatest that makes sense */
  below(end: number): number {
    const value = this.uint();
    if (value >= end) throw new SnapshotFault('a reference leads nowhere');
    return value;
  }

  flag(): boolean {
    return this.below(2) === 1;
  }

  number(): number {
    const value = this.uint();
    return value === 0 ? this.double() : value - 1;
  }

  double(): number {
    this.#readEight();
    return this.#double[0]!;
  }

  pair(): { readonly high: number; readonly low: number } {
    this.#readEight();
    return { high: this.#pair[0]!, low: this.#pair[1]! };
  }

  text(): string {
    const form = this.uint();
    if (form >= 2) {
      const known = this.#texts[form - 2];
      if (known === undefined) throw new SnapshotFault('a text is referred to that is not there');
      return known;
    }
    const text = this.#freshText(form);
    this.#texts[this.#nextText] = text;
    this.#nextText = (this.#nextText + 1) % TEXTS_MAX;
    return text;
  }

  freshText(): string {
    return this.#freshText(this.below(2));
  }

  optionalText(): string | undefined {
    return this.flag() ? this.text() : undefined;
  }

  value(depth = 0): unknown {
    demand(depth < DEPTH_MAX, 'values are nested too deep');
    switch (this.uint()) {
      case VALUE.undefined:
        return undefined;
      case VALUE.null:
        return null;
      case VALUE.false:
        return false;
      case VALUE.true:
        return true;
      case VALUE.number:
        return this.number();
      case VALUE.text:
        return this.text();
      case VALUE.list:
        return this.list(() => this.value(depth + 1));
      case VALUE.object:
        return Object.fromEntries(this.list(() => [this.text(), this.value(depth + 1)] as const));
      case VALUE.map:
        return new Map(this.list(() => [this.value(depth + 1), this.value(depth + 1)] as const));
      case VALUE.set:
        return new Set(this.list(() => this.value(depth + 1)));
      default:
        throw new SnapshotFault('a value is of an unknown kind');
    }
  }

  /** A number of things, and then these. */
  list<Item>(read: () => Item): Item[] {
    const items: Item[] = [];
    // Nothing is made for a number that is not followed by as much.
    for (let left = this.uint(); left > 0; left--) items.push(read());
    return items;
  }

  #readEight(): void {
    const end = this.#at + 8;
    demand(end <= this.#bytes.length, 'a chunk ends within a record');
    for (let index = 0; index < 8; index++) this.#eight[index] = this.#bytes[this.#at++]!;
  }

  #freshText(form: number): string {
    const length = this.uint();
    if (form === 0) {
      const end = this.#narrowAt + length;
      demand(end <= this.#narrow.length, 'a text is longer than its chunk');
      const text = this.#narrow.slice(this.#narrowAt, end);
      this.#narrowAt = end;
      return text;
    }
    const end = this.#wideAt + length;
    demand(end <= this.#wide.length, 'a text is longer than its chunk');
    const text = this.#wide.slice(this.#wideAt, end);
    this.#wideAt = end;
    return text;
  }
}

export function demand(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new SnapshotFault(reason);
}

function narrowText(bytes: Uint8Array): string {
  // Nearly always. Unit by unit it was a fifth of what taking up a million processes takes.
  if (isAscii(bytes)) return UTF8.decode(bytes);
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += UNITS_AT_ONCE) {
    parts.push(String.fromCharCode.apply(null, bytes.subarray(at, at + UNITS_AT_ONCE) as unknown as number[]));
  }
  return parts.join('');
}

function isAscii(bytes: Uint8Array): boolean {
  let all = 0;
  for (let at = 0; at < bytes.length; at++) all |= bytes[at]!;
  return all < 0x80;
}

function wideText(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += UNITS_AT_ONCE * 2) {
    const end = Math.min(bytes.length, at + UNITS_AT_ONCE * 2);
    const units = new Uint16Array((end - at) / 2);
    for (let index = 0; index < units.length; index++) {
      units[index] = bytes[at + index * 2]! | (bytes[at + index * 2 + 1]! << 8);
    }
    parts.push(String.fromCharCode.apply(null, units as unknown as number[]));
  }
  return parts.join('');
}
