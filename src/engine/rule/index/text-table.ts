/**
 * Finds which of many texts a value begins with, ends with or holds, in one walk over the value whatever their number.
 *
 *     texts  she, he      value  u s h e        anywhere: a walk that falls back to the longest
 *     s ─ h ─ e●               → reports she, he  suffix still possible (Aho and Corasick, 1975)
 *     h ─ e●                                     start, end: a plain trie that stops at the first dead end
 *
 * Both sides must have been folded by the same function before (`toLowerCase`); this file compares UTF-16 units.
 */

import { assert } from '../../base/assert.js';
import { UnitClasses } from './unit-classes.js';

/** Where in a value the texts are sought. */
export type TextPlace = 'start' | 'end' | 'anywhere';

/** Gets the items of every text found; the same item may come several times. */
export type ItemSink = (items: readonly number[]) => void;

/** Texts with the items that each stands for. */
export type TextItems = ReadonlyMap<string, readonly number[]>;

const DEAD = 0;
const ROOT = 1;

export class TextTable {
  readonly #place: TextPlace;
  readonly #classes: UnitClasses;
  /**
   * Row by row, one row a state, one column a unit class; a cell is the offset of the next row, negated (`~`) where the next state
   * reports something. Offsets in place of state numbers save a multiplication for each unit.
   */
  readonly #rows: Int32Array;
  /** By state: everything reported on entering it. Few states report, so a sparse map beats an array of lists. */
  readonly #reports: ReadonlyMap<number, readonly number[]>;

  /** Empty texts are found in every value and so say nothing: the caller leaves them out. */
  constructor(place: TextPlace, items: TextItems) {
    this.#place = place;
    this.#classes = new UnitClasses(items.keys());
    const trie = buildTrie(items, this.#classes, place === 'end');
    if (place === 'anywhere') addFallbacks(trie);
    this.#reports = new Map([...trie.reports].map(([state, reported]) => [state * trie.width, reported]));
    this.#rows = trie.cells.slice(0, trie.states * trie.width);
    for (let at = 0; at < this.#rows.length; at++) {
      const offset = this.#rows[at]! * trie.width;
      this.#rows[at] = this.#reports.has(offset) ? ~offset : offset;
    }
  }

  /** Bytes of the transition table, for those who watch memory. */
  get sizeBytes(): number {
    return this.#rows.byteLength;
  }

  /** O(value length) plus what is found. */
  find(value: string, sink: ItemSink): void {
    if (this.#place === 'anywhere') this.#scan(value, sink);
    else this.#walk(value, sink);
  }

  #scan(value: string, sink: ItemSink): void {
    const rows = this.#rows;
    const classes = this.#classes.table;
    const known = classes.length;
    const start = this.#classes.count * ROOT;
    let row = start;
    for (let at = 0; at < value.length; at++) {
      const unit = value.charCodeAt(at);
      const next = rows[row + (unit < known ? classes[unit]! : 0)]!;
      if (next >= 0) {
        row = next;
        continue;
      }
      row = ~next;
      sink(this.#reports.get(row)!);
    }
  }

  #walk(value: string, sink: ItemSink): void {
    const rows = this.#rows;
    const backwards = this.#place === 'end';
    const length = value.length;
    let row = this.#classes.count * ROOT;
    for (let step = 0; step < length; step++) {
      const unit = value.charCodeAt(backwards ? length - 1 - step : step);
      const next = rows[row + this.#classes.of(unit)]!;
      if (next === DEAD) return;
      row = next < 0 ? ~next : next;
      if (next < 0) sink(this.#reports.get(row)!);
    }
  }
}

interface Trie {
  /** `states * width` cells in use; a cell is a state number here. State 0 is the dead end, 1 the root. */
  readonly cells: Int32Array;
  readonly width: number;
  states: number;
  readonly reports: Map<number, readonly number[]>;
}

function buildTrie(items: TextItems, classes: UnitClasses, backwards: boolean): Trie {
  let statesMax = 2;
  for (const text of items.keys()) statesMax += text.length;
  const width = classes.count;
  const trie: Trie = { cells: new Int32Array(statesMax * width), width, states: 2, reports: new Map() };
  for (const [text, reported] of items) {
    assert(text.length > 0, 'a text to be sought is not empty');
    let state = ROOT;
    for (let step = 0; step < text.length; step++) {
      const unit = text.charCodeAt(backwards ? text.length - 1 - step : step);
      const cell = state * width + classes.of(unit);
      if (trie.cells[cell] === DEAD) trie.cells[cell] = trie.states++;
      state = trie.cells[cell]!;
    }
    trie.reports.set(state, reported);
  }
  return trie;
}

/** Turns the trie into the automaton: missing transitions go where the longest proper suffix would go; reports of suffixes are added. */
function addFallbacks(trie: Trie): void {
  const { cells, width } = trie;
  const fallback = new Int32Array(trie.states);
  const queue: number[] = [];
  for (let column = 0; column < width; column++) {
    const child = cells[ROOT * width + column]!;
    if (child === DEAD) {
      cells[ROOT * width + column] = ROOT;
      continue;
    }
    fallback[child] = ROOT;
    queue.push(child);
  }
  for (let head = 0; head < queue.length; head++) {
    const state = queue[head]!;
    const shorter = fallback[state]!;
    const inherited = trie.reports.get(shorter);
    if (inherited !== undefined) {
      trie.reports.set(state, [...new Set([...(trie.reports.get(state) ?? []), ...inherited])]);
    }
    for (let column = 0; column < width; column++) {
      const child = cells[state * width + column]!;
      const detour = cells[shorter * width + column]!;
      if (child === DEAD) {
        cells[state * width + column] = detour;
        continue;
      }
      fallback[child] = detour;
      queue.push(child);
    }
  }
}
