/**
 * Finds texts that a value holds by looking at few of its units (Wu and Manber, 1994): of a window as long as the shortest text, the last two
 * units say how far the next text could begin at the earliest. For texts of some length, and not too many, several times faster than a walk
 * over every unit: 0.4 against 2 ns a unit on PowerShell's long fields.
 *
 *     texts  mimikatz, lazagne      window 7 units
 *     … w h o a m i / a l l …       "al" ends no beginning of a text: the window moves 6 units on
 *       └───── window ────┘
 */

import { TextAutomaton } from './text-automaton.js';
import type { ItemSink, TextItems, TextTable } from './text-table.js';
import { TextTrie } from './text-trie.js';
import { foldUnit } from './unit-fold.js';

const SLOTS = 8192;

/** Below this a window moves too little to be worth it. */
const WINDOW_MIN = 4;
/** A window no longer than this catches most of the gain, and keeps moves within a byte. */
const WINDOW_MAX = 32;
/** Beginnings of texts that may occupy the slots before moves get short. */
const PAIRS_MAX = SLOTS / 8;

export function canSkip(items: TextItems): boolean {
  const window = windowOf(items);
  return window >= WINDOW_MIN && items.size * (window - 1) <= PAIRS_MAX;
}

export class TextSkipper implements TextTable {
  readonly #window: number;
  /** By pair of units: how far the window may move; 0 = a text may begin where the window does. */
  readonly #moves = new Uint8Array(SLOTS);
  readonly #trie: TextTrie;
  readonly #items: TextItems;
  /** Made for the first value on which skipping does not pay: few are ever needed. */
  #automaton: TextAutomaton | undefined;

  /** Texts must fit `canSkip`. */
  constructor(items: TextItems) {
    this.#items = items;
    this.#window = windowOf(items);
    this.#trie = new TextTrie('start', items);
    this.#moves.fill(this.#window - 1);
    for (const text of items.keys()) {
      for (let end = 1; end < this.#window; end++) {
        const slot = slotOf(text.charCodeAt(end - 1), text.charCodeAt(end));
        this.#moves[slot] = Math.min(this.#moves[slot]!, this.#window - 1 - end);
      }
    }
  }

  /** A value full of beginnings that come to nothing would cost its length times that of the texts; such a value goes to the automaton. */
  find(value: string, sink: ItemSink): void {
    const moves = this.#moves;
    const last = this.#window - 1;
    let wasted = 0;
    let end = last;
    while (end < value.length) {
      const move = moves[slotOf(value.charCodeAt(end - 1), value.charCodeAt(end))]!;
      if (move > 0) {
        end += move;
        continue;
      }
      wasted += this.#trie.findAt(value, end - last, sink);
      if (wasted > value.length) {
        this.#automaton ??= new TextAutomaton(this.#items);
        return this.#automaton.findFrom(value, end - last, sink);
      }
      end++;
    }
  }
}

function windowOf(items: TextItems): number {
  let shortest = WINDOW_MAX;
  for (const text of items.keys()) shortest = Math.min(shortest, text.length);
  return shortest;
}

/** Letters of both cases get the same slot; so do a few other units, which only makes some moves shorter. */
function slotOf(before: number, unit: number): number {
  if ((before | unit) > 127) return (((foldUnit(before) | 0x20) << 6) ^ (foldUnit(unit) | 0x20)) & (SLOTS - 1);
  return (((before | 0x20) << 6) ^ (unit | 0x20)) & (SLOTS - 1);
}
