/**
 * Finds texts that a value holds by looking at few of its units (Wu and Manber, 1994): of a window as long as the shortest text, the last two
 * or three units (a block) say how far the next text could begin at the earliest. The longer the texts, the fewer units are looked at.
 *
 *     texts  mimikatz, lazagne      window 7 units
 *     … w h o a m i / a l l …       "ll" ends no beginning of a text: the window moves 6 units on
 *       └───── window ────┘
 */

import { TailTrie } from './tail-trie.js';
import { TextAutomaton } from './text-automaton.js';
import type { ItemSink, TextItems, TextTable } from './text-table.js';
import { foldUnit } from './unit-fold.js';

/** Blocks of two units are read faster, but many texts hold most of them. */
const SHORT_BLOCK_BLOCKS_MAX = 512;
/** A window no longer than this catches most of the gain, and keeps moves within a byte. */
const WINDOW_MAX = 32;
/** Slots for each block of a text: one in sixteen windows stops for nothing, but for blocks that values really share with texts. */
const SLOTS_PER_BLOCK = 16;
const SLOTS_MIN = 8192;
const SLOTS_MAX = 65_536;
/** Units of a value walked for nothing, for each that it has; beyond that it was made to be slow, and goes to the automaton. */
const WASTE_MAX = 24;
const WASTE_FREE = 512;

export class TextSkipper implements TextTable {
  readonly #window: number;
  /** Units of a block. */
  readonly #block: 2 | 3;
  /** By block: how far the window may move; 0 = a text may begin where the window does. */
  readonly #moves: Uint8Array;
  readonly #mask: number;
  readonly #trie: TailTrie;
  readonly #items: TextItems;
  /** Made for the first value on which skipping does not pay: few are ever needed. */
  #automaton: TextAutomaton | undefined;

  /** @param items  texts of at least three units */
  constructor(items: TextItems) {
    this.#items = items;
    this.#window = windowOf(items);
    this.#trie = new TailTrie('start', items);
    this.#block = items.size * (this.#window - 1) <= SHORT_BLOCK_BLOCKS_MAX ? 2 : 3;
    const move = this.#window - this.#block + 1;
    const size = 2 ** Math.ceil(Math.log2(items.size * move * SLOTS_PER_BLOCK));
    this.#mask = Math.min(SLOTS_MAX, Math.max(SLOTS_MIN, size)) - 1;
    this.#moves = new Uint8Array(this.#mask + 1).fill(move);
    const slotOf = this.#block === 2 ? slotOfTwo : slotOfThree;
    for (const text of items.keys()) {
      for (let end = this.#block - 1; end < this.#window; end++) {
        const slot = slotOf(text, end) & this.#mask;
        this.#moves[slot] = Math.min(this.#moves[slot]!, this.#window - 1 - end);
      }
    }
  }

  find(value: string, sink: ItemSink): void {
    if (this.#block === 2) this.#findByTwo(value, sink);
    else this.#findByThree(value, sink);
  }

  // Twice the same but for the block: which one it is, asked at each window, would cost a third of the time.

  #findByTwo(value: string, sink: ItemSink): void {
    const moves = this.#moves;
    const mask = this.#mask;
    const { length } = value;
    let left = length * WASTE_MAX + WASTE_FREE;
    let end = this.#window - 1;
    while (end < length) {
      const first = value.charCodeAt(end - 1);
      const second = value.charCodeAt(end);
      const slot = (first | second) < 128 ? ((first | 0x20) << 6) ^ (second | 0x20) : slotOfTwo(value, end);
      const move = moves[slot & mask]!;
      if (move > 0) {
        end += move;
        continue;
      }
      left -= this.#trie.findAt(value, end - this.#window + 1, sink);
      if (left < 0) return this.#findSlowly(value, end, sink);
      end++;
    }
  }

  #findByThree(value: string, sink: ItemSink): void {
    const moves = this.#moves;
    const mask = this.#mask;
    const { length } = value;
    let left = length * WASTE_MAX + WASTE_FREE;
    let end = this.#window - 1;
    while (end < length) {
      const first = value.charCodeAt(end - 2);
      const second = value.charCodeAt(end - 1);
      const third = value.charCodeAt(end);
      const slot =
        (first | second | third) < 128
          ? ((first | 0x20) << 10) ^ ((second | 0x20) << 5) ^ (third | 0x20)
          : slotOfThree(value, end);
      const move = moves[slot & mask]!;
      if (move > 0) {
        end += move;
        continue;
      }
      left -= this.#trie.findAt(value, end - this.#window + 1, sink);
      if (left < 0) return this.#findSlowly(value, end, sink);
      end++;
    }
  }

  /** A value full of beginnings that come to nothing would cost its length times that of the texts; the automaton takes one step for each unit. */
  #findSlowly(value: string, end: number, sink: ItemSink): void {
    this.#automaton ??= new TextAutomaton(this.#items);
    this.#automaton.findFrom(value, end - this.#window + 1, sink);
  }
}

function windowOf(items: TextItems): number {
  let shortest = WINDOW_MAX;
  for (const text of items.keys()) shortest = Math.min(shortest, text.length);
  return shortest;
}

/** Letters of both cases get the same slot; so do a few other units, which only makes some moves shorter. */
function slotOfTwo(text: string, end: number): number {
  const first = text.charCodeAt(end - 1);
  const second = text.charCodeAt(end);
  if ((first | second) > 127) return ((foldUnit(first) | 0x20) << 6) ^ (foldUnit(second) | 0x20);
  return ((first | 0x20) << 6) ^ (second | 0x20);
}

function slotOfThree(text: string, end: number): number {
  const first = text.charCodeAt(end - 2);
  const second = text.charCodeAt(end - 1);
  const third = text.charCodeAt(end);
  if ((first | second | third) > 127) {
    return ((foldUnit(first) | 0x20) << 10) ^ ((foldUnit(second) | 0x20) << 5) ^ (foldUnit(third) | 0x20);
  }
  return ((first | 0x20) << 10) ^ ((second | 0x20) << 5) ^ (third | 0x20);
}
