/**
 * Finds every text that a value holds, for many texts that are too short to be skipped to: each is filed under a few of its units (a gram),
 * and every second place of a value is asked whether a known gram ends there. One bit in a small table decides nearly every place; only where
 * the gram is known the text around it is compared.
 *
 *     text   -encod      filed under "-enc" and "enco": wherever it stands, one of the two ends at an even place
 *     value  p o w e r s h e l l   - e n c o d …
 *                 ▲       ▲       ▲       ▲ "-enc": compare the text with what stands here
 *
 * An automaton takes one step for each unit, and each step waits for the one before and for a table of megabytes.
 */

import { foldUnits } from './tail-trie.js';
import type { ItemSink, TextItems, TextTable } from './text-table.js';
import { TextAutomaton } from './text-automaton.js';
import { foldUnit } from './unit-fold.js';

/** Comparisons for one value, in units for each of its own; beyond that it was made to be slow, and goes to the automaton. */
const WASTE_MAX = 24;
const WASTE_FREE = 512;

/** Shortest text: a gram of two units at either parity. */
export const GRAM_TEXT_MIN = 3;

/** A text and where its gram ends in it. */
interface Filed {
  readonly text: string;
  readonly gramEnd: number;
  readonly items: readonly number[];
}

export class GramTable implements TextTable {
  readonly #items: TextItems;
  /** Texts of three units, of four, and longer ones: by grams of two, three and four units. */
  readonly #twos: Grams;
  readonly #threes: Grams;
  readonly #fours: Grams;
  #automaton: TextAutomaton | undefined;

  /** @param items  texts of at least `GRAM_TEXT_MIN` units */
  constructor(items: TextItems) {
    this.#items = items;
    const folded = new Map<string, readonly number[]>();
    for (const [text, reported] of items) {
      const units = foldUnits(text);
      folded.set(units, [...new Set([...(folded.get(units) ?? []), ...reported])]);
    }
    const ofLength = (from: number, to: number): Map<string, readonly number[]> =>
      new Map([...folded].filter(([text]) => text.length >= from && text.length <= to));
    this.#twos = new Grams(2, ofLength(3, 3));
    this.#threes = new Grams(3, ofLength(4, 4));
    this.#fours = new Grams(4, ofLength(5, Infinity));
  }

  find(value: string, sink: ItemSink): void {
    const twos = this.#twos;
    const threes = this.#threes;
    const fours = this.#fours;
    // Read from the objects at each place, these would cost as much again as the look itself.
    const twoBits = twos.bits;
    const threeBits = threes.bits;
    const fourBits = fours.bits;
    const twoShift = twos.shift;
    const threeShift = threes.shift;
    const fourShift = fours.shift;
    const hasShorter = twos.count + threes.count > 0;
    const { length } = value;
    let gram = 0;
    let left = length * WASTE_MAX + WASTE_FREE;
    for (let at = 1; at < length; at += 2) {
      const before = value.charCodeAt(at - 1);
      const unit = value.charCodeAt(at);
      gram =
        (before | unit) < 128
          ? (gram << 16) | (ASCII_FOLD[before]! << 8) | ASCII_FOLD[unit]!
          : (gram << 16) | ((foldUnit(before) & 0xff) << 8) | (foldUnit(unit) & 0xff);
      const bit = Math.imul(gram, SPREAD) >>> fourShift;
      if (((fourBits[bit >>> 5]! >>> (bit & 31)) & 1) !== 0) left -= fours.compare(gram, value, at + 1, sink);
      if (!hasShorter) {
        if (left < 0) return this.#findSlowly(value, at, sink);
        continue;
      }
      const threeBit = Math.imul(gram & 0xff_ffff, SPREAD) >>> threeShift;
      if (((threeBits[threeBit >>> 5]! >>> (threeBit & 31)) & 1) !== 0) {
        left -= threes.compare(gram & 0xff_ffff, value, at + 1, sink);
      }
      const twoBit = Math.imul(gram & 0xffff, SPREAD) >>> twoShift;
      if (((twoBits[twoBit >>> 5]! >>> (twoBit & 31)) & 1) !== 0) {
        left -= twos.compare(gram & 0xffff, value, at + 1, sink);
      }
      if (left < 0) return this.#findSlowly(value, at, sink);
    }
  }

  /** Texts whose gram ends later than `from`; they may begin long before it. */
  #findSlowly(value: string, from: number, sink: ItemSink): void {
    let longest = 0;
    for (const text of this.#items.keys()) longest = Math.max(longest, text.length);
    this.#automaton ??= new TextAutomaton(this.#items);
    this.#automaton.findFrom(value, Math.max(0, from - longest), sink);
  }
}

/** Folded ASCII; a typed array is read faster than two comparisons are made. */
const ASCII_FOLD = Uint8Array.from({ length: 128 }, (_, unit) => foldUnit(unit));

/** Bits of the table for each gram in it: two in a hundred places are looked at for nothing. */
const BITS_PER_GRAM = 32;
const BITS_MIN = 1024;

/** Spreads grams over the table; 2^32 divided by the golden ratio. */
const SPREAD = 0x9e3779b1;

/** Grams of one length with the texts that hold them. */
class Grams {
  /** One for each slot that a gram may have; where it is 0 a gram is none of them. */
  readonly bits: Uint32Array;
  /** From a gram, spread, to its slot. */
  readonly shift: number;
  readonly #byGram = new Map<number, Filed[]>();

  constructor(length: number, texts: ReadonlyMap<string, readonly number[]>) {
    for (const filed of file(length, texts)) {
      const gram = gramBefore(filed.text, filed.gramEnd, length);
      const others = this.#byGram.get(gram);
      if (others === undefined) this.#byGram.set(gram, [filed]);
      else others.push(filed);
    }
    const size = 2 ** Math.ceil(Math.log2(Math.max(BITS_MIN, this.count * BITS_PER_GRAM)));
    this.bits = new Uint32Array(size / 32);
    this.shift = 32 - Math.log2(size);
    for (const gram of this.#byGram.keys()) {
      const bit = Math.imul(gram, SPREAD) >>> this.shift;
      this.bits[bit >>> 5]! |= 1 << (bit & 31);
    }
  }

  get count(): number {
    return this.#byGram.size;
  }

  /** @returns units looked at */
  compare(gram: number, value: string, end: number, sink: ItemSink): number {
    const filed = this.#byGram.get(gram);
    if (filed === undefined) return 1;
    let looked = 1;
    for (const { text, gramEnd, items } of filed) {
      const same = countSame(text, value, end - gramEnd);
      looked += same;
      if (same === text.length) sink(items);
    }
    return looked;
  }
}

/** The gram that ends before `end`: low bytes of folded units. Others with the same bytes are told apart when the text is compared. */
function gramBefore(folded: string, end: number, length: number): number {
  let gram = 0;
  for (let at = end - length; at < end; at++) gram = (gram << 8) | (folded.charCodeAt(at) & 0xff);
  return gram;
}

/** Units of `text` that stand in `value` from `start` on; all of them = it is there. */
export function countSame(text: string, value: string, start: number): number {
  if (start < 0 || start + text.length > value.length) return 0;
  for (let index = 0; index < text.length; index++) {
    const unit = value.charCodeAt(start + index);
    const sought = text.charCodeAt(index);
    if (unit !== sought && foldUnit(unit) !== sought) return index;
  }
  return text.length;
}

/** Files each text twice, at an even and an odd place of it, under the gram there that the fewest texts hold: what many rules look for is common. */
function file(length: number, texts: ReadonlyMap<string, readonly number[]>): Filed[] {
  const holders = new Map<number, number>();
  for (const text of texts.keys()) {
    for (let end = length; end <= text.length; end++) {
      const gram = gramBefore(text, end, length);
      holders.set(gram, (holders.get(gram) ?? 0) + 1);
    }
  }
  return [...texts].flatMap(([text, items]) =>
    [length, length + 1].map((first) => {
      let gramEnd = first;
      let fewest = Infinity;
      for (let end = first; end <= text.length; end += 2) {
        const held = holders.get(gramBefore(text, end, length))! + commonness(text, end, length);
        if (held < fewest) {
          fewest = held;
          gramEnd = end;
        }
      }
      return { text, gramEnd, items };
    }),
  );
}

/** Letters and signs of nearly all values. */
const COMMON_UNITS = new Set('etaoinsr. \\');

function commonness(text: string, end: number, length: number): number {
  let common = 0;
  for (let at = end - length; at < end; at++) if (COMMON_UNITS.has(text[at]!)) common++;
  return common / 2;
}
