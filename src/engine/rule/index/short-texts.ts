/** Finds texts of one or two units in a value: each place is asked for them, by one bit for each pair of units. */

import { countSame } from './gram-table.js';
import { foldUnits } from './tail-trie.js';
import type { ItemSink, TextItems, TextTable } from './text-table.js';
import { foldUnit } from './unit-fold.js';

/** Longest text. */
export const SHORT_TEXT_MAX = 2;
/** As many texts without letters are sought one by one: a plain search is ten times as fast as a look at each place. */
const ONE_BY_ONE_MAX = 4;

export class ShortTexts implements TextTable {
  readonly #oneByOne: readonly (readonly [string, readonly number[]])[];
  /** One bit for each pair of low bytes, and for each single one. */
  readonly #pairs = new Uint32Array(2048);
  readonly #singles = new Uint8Array(256);
  readonly #byPair = new Map<number, (readonly [string, readonly number[]])[]>();
  readonly #bySingle = new Map<number, readonly number[]>();

  constructor(items: TextItems) {
    const isOneByOne = items.size <= ONE_BY_ONE_MAX && [...items.keys()].every(isCaseless);
    this.#oneByOne = isOneByOne ? [...items] : [];
    if (isOneByOne) return;
    for (const [text, reported] of items) this.#file(foldUnits(text), reported);
  }

  find(value: string, sink: ItemSink): void {
    for (const [text, items] of this.#oneByOne) if (value.includes(text)) sink(items);
    if (this.#oneByOne.length === 0) this.#findAtEachPlace(value, sink);
  }

  #file(text: string, items: readonly number[]): void {
    if (text.length === 1) {
      const unit = text.charCodeAt(0);
      this.#singles[unit & 0xff] = 1;
      this.#bySingle.set(unit, [...(this.#bySingle.get(unit) ?? []), ...items]);
      return;
    }
    const pair = ((text.charCodeAt(0) & 0xff) << 8) | (text.charCodeAt(1) & 0xff);
    this.#pairs[pair >>> 5]! |= 1 << (pair & 31);
    this.#byPair.set(pair, [...(this.#byPair.get(pair) ?? []), [text, items]]);
  }

  #findAtEachPlace(value: string, sink: ItemSink): void {
    const pairs = this.#pairs;
    const singles = this.#singles;
    let pair = 0;
    for (let at = 0; at < value.length; at++) {
      const unit = foldUnit(value.charCodeAt(at));
      pair = ((pair << 8) | (unit & 0xff)) & 0xffff;
      if (singles[unit & 0xff] === 1) {
        const items = this.#bySingle.get(unit);
        if (items !== undefined) sink(items);
      }
      if (((pairs[pair >>> 5]! >>> (pair & 31)) & 1) === 0) continue;
      for (const [text, items] of this.#byPair.get(pair)!) if (countSame(text, value, at - 1) === 2) sink(items);
    }
  }
}

/** Nothing but ASCII signs and digits: only they themselves fold to them. */
function isCaseless(text: string): boolean {
  return /^[\0-\x40[-`{-\x7f]*$/.test(text);
}
