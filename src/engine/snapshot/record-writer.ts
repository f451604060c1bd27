/**
 * Numbers and texts as bytes, in chunks of whole records. Texts that are repeated are written once and referred to afterwards; what comes first
 * in a chunk are all its new texts, so that a reader makes one long text of them and cuts it.
 *
 *     u32 narrow · u32 wide · narrow texts (a byte each unit) · wide texts (two bytes each unit, little-endian) · numbers
 *
 * `RecordReader` reads them in the same order; neither knows what they mean.
 */

import { assert } from '../base/assert.js';

/** A chunk is given out as soon as it is at least so large. */
const CHUNK_BYTES = 512 * 1024;
/** Buffers begin with so much, and grow: most engines are small. */
const FIRST_BYTES = 4096;
/** Texts that can be referred to: so many of the last new ones, by their places in a ring. */
export const TEXTS_MAX = 1 << 16;
/** Slots of the table that finds them, four for each, to begin with. */
const FIRST_SLOTS = 4096;
/** Units that a text is looked up by: so many at its end, and as many all over the rest. */
const SAMPLED = 32;
export const HEADER_BYTES = 8;
/** Values within values: what plugins remember, and policies. */
const DEPTH_MAX = 32;

/** Tags of `value`. */
export const VALUE = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  number: 4,
  text: 5,
  list: 6,
  object: 7,
  map: 8,
  set: 9,
} as const;

export class RecordWriter {
  #bytes = new Uint8Array(FIRST_BYTES);
  #length = 0;
  #narrow = new Uint8Array(FIRST_BYTES);
  #narrowLength = 0;
  #wide = new Uint8Array(FIRST_BYTES);
  #wideLength = 0;
  readonly #texts = new TextRing();
  readonly #double = new Float64Array(1);
  readonly #pair = new Uint32Array(this.#double.buffer);
  readonly #eight = new Uint8Array(this.#double.buffer);

  /** To be asked after each record: whether a chunk is to be taken. */
  get isFull(): boolean {
    return this.#length + this.#narrowLength + this.#wideLength >= CHUNK_BYTES;
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** What was written since the last call, to keep. */
  take(): Uint8Array {
    const chunk = new Uint8Array(HEADER_BYTES + this.#narrowLength + this.#wideLength + this.#length);
    const view = new DataView(chunk.buffer);
    view.setUint32(0, this.#narrowLength, true);
    view.setUint32(4, this.#wideLength, true);
    chunk.set(this.#narrow.subarray(0, this.#narrowLength), HEADER_BYTES);
    chunk.set(this.#wide.subarray(0, this.#wideLength), HEADER_BYTES + this.#narrowLength);
    chunk.set(this.#bytes.subarray(0, this.#length), HEADER_BYTES + this.#narrowLength + this.#wideLength);
    this.#length = 0;
    this.#narrowLength = 0;
    this.#wideLength = 0;
    return chunk;
  }

  /** A whole number from 0 up to 2^53 - 1: seven bits a byte, the least first. */
  uint(value: number): void {
    if (this.#length + 9 > this.#bytes.length) this.#bytes = grown(this.#bytes, 9);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = rest < 0x8000_0000 ? rest >>> 7 : Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  flag(value: boolean): void {
    this.uint(value ? 1 : 0);
  }

  /** Any number at all. */
  number(value: number): void {
    if (value >= 0 && value < 0xffff_ffff && value >>> 0 === value && !Object.is(value, -0)) this.uint(value + 1);
    else {
      this.uint(0);
      this.double(value);
    }
  }

  /** Eight bytes: shorter than `number` where that is seldom small. */
  double(value: number): void {
    this.#double[0] = value;
    this.#writeEight();
  }

  /** Two whole numbers below 2^32, in eight bytes: the identity of a record. */
  pair(high: number, low: number): void {
    this.#pair[0] = high;
    this.#pair[1] = low;
    this.#writeEight();
  }

  /** A text that may come again. */
  text(value: string): void {
    const known = this.#texts.placeOf(value);
    if (known >= 0) this.uint(known + 2);
    else this.freshText(value);
  }

  /** A text that will hardly come again, such as an identity. */
  freshText(value: string): void {
    const { length } = value;
    if (this.#narrowLength + length > this.#narrow.length) this.#narrow = grown(this.#narrow, length);
    let at = this.#narrowLength;
    for (let index = 0; index < length; index++) {
      const unit = value.charCodeAt(index);
      if (unit > 0xff) {
        this.#wideText(value);
        return;
      }
      this.#narrow[at++] = unit;
    }
    this.#narrowLength = at;
    this.uint(0);
    this.uint(length);
  }

  optionalText(value: string | undefined): void {
    this.flag(value !== undefined);
    if (value !== undefined) this.text(value);
  }

  /** Plain data of any depth that people write: texts, numbers, lists, maps, sets, objects without a class. */
  value(value: unknown, depth = 0): void {
    assert(depth < DEPTH_MAX, 'what is to be kept is not nested without end');
    if (value === undefined) this.uint(VALUE.undefined);
    else if (value === null) this.uint(VALUE.null);
    else if (typeof value === 'boolean') this.uint(value ? VALUE.true : VALUE.false);
    else if (typeof value === 'number') {
      this.uint(VALUE.number);
      this.number(value);
    } else if (typeof value === 'string') {
      this.uint(VALUE.text);
      this.text(value);
    } else if (Array.isArray(value)) {
      this.#sized(VALUE.list, value.length);
      for (const each of value) this.value(each, depth + 1);
    } else if (value instanceof Map) {
      this.#sized(VALUE.map, value.size);
      for (const [key, each] of value) {
        this.value(key, depth + 1);
        this.value(each, depth + 1);
      }
    } else if (value instanceof Set) {
      this.#sized(VALUE.set, value.size);
      for (const each of value) this.value(each, depth + 1);
    } else {
      assert(typeof value === 'object', 'what is to be kept is plain data');
      const entries = Object.entries(value);
      this.#sized(VALUE.object, entries.length);
      for (const [key, each] of entries) {
        this.text(key);
        this.value(each, depth + 1);
      }
    }
  }

  #writeEight(): void {
    if (this.#length + 8 > this.#bytes.length) this.#bytes = grown(this.#bytes, 8);
    // The byte order of whatever machine this is: a snapshot is read where it was written.
    for (let index = 0; index < 8; index++) this.#bytes[this.#length++] = this.#eight[index]!;
  }

  #sized(tag: number, size: number): void {
    this.uint(tag);
    this.uint(size);
  }

  #wideText(value: string): void {
    const { length } = value;
    if (this.#wideLength + length * 2 > this.#wide.length) this.#wide = grown(this.#wide, length * 2);
    for (let index = 0; index < length; index++) {
      const unit = value.charCodeAt(index);
      this.#wide[this.#wideLength++] = unit & 0xff;
      this.#wide[this.#wideLength++] = unit >>> 8;
    }
    this.uint(1);
    this.uint(length);
  }
}

/**
 * Which of the last new texts a text is. Not all are found: where several share a slot, the later take it, and the earlier are written again. That
 * costs some bytes, but neither a hash of every text as a whole nor memory for each: a map of them took half of the time.
 */
class TextRing {
  readonly #ring: string[] = [];
  #next = 0;
  /** Two neighbours for each hash; place in the ring + 1. */
  #slots = new Uint32Array(FIRST_SLOTS);

  /** @returns -1 for one that is not found, and that is the newest from now on */
  placeOf(text: string): number {
    const hash = sampledHash(text);
    const slot = this.#slotOf(hash);
    const [first, second] = [this.#slots[slot]!, this.#slots[slot + 1]!];
    if (first > 0 && this.#ring[first - 1] === text) return first - 1;
    if (second > 0 && this.#ring[second - 1] === text) return second - 1;
    if (this.#next === this.#slots.length / 4) this.#grow();
    this.#ring[this.#next] = text;
    this.#enter(hash, this.#next);
    this.#next = (this.#next + 1) % TEXTS_MAX;
    return -1;
  }

  #slotOf(hash: number): number {
    return hash & (this.#slots.length - 2);
  }

  #enter(hash: number, place: number): void {
    const slot = this.#slotOf(hash);
    this.#slots[slot + 1] = this.#slots[slot]!;
    this.#slots[slot] = place + 1;
  }

  /** Until there is a place for each of the texts that the ring holds at most. */
  #grow(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (const [place, text] of this.#ring.entries()) this.#enter(sampledHash(text), place);
  }
}

function sampledHash(text: string): number {
  const { length } = text;
  const tail = Math.max(0, length - SAMPLED);
  const step = Math.max(1, Math.floor(tail / SAMPLED));
  let hash = length;
  for (let index = length - 1; index >= tail; index--) hash = Math.imul(hash ^ text.charCodeAt(index), 0x9e3779b1);
  hash ^= hash >>> 15;
  for (let index = tail - 1; index >= 0; index -= step) hash = Math.imul(hash ^ text.charCodeAt(index), 0x9e3779b1);
  return hash ^ (hash >>> 15);
}

function grown(bytes: Uint8Array<ArrayBuffer>, by: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(bytes.length * 2, bytes.length + by));
  larger.set(bytes);
  return larger;
}
