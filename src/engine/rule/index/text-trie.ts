/** Finds which texts begin at a place of a value, or end at its end: one walk that stops at the first dead end. */

import type { ItemSink, TextItems, TextTable } from './text-table.js';
import { buildTrieCells, DEAD, type WalkTable, walkTable } from './trie-cells.js';

export class TextTrie implements TextTable {
  readonly #backwards: boolean;
  readonly #table: WalkTable;

  /** @param place  `end` walks backwards from the value's last unit */
  constructor(place: 'start' | 'end', items: TextItems) {
    this.#backwards = place === 'end';
    this.#table = walkTable(buildTrieCells(items, this.#backwards));
  }

  find(value: string, sink: ItemSink): void {
    this.findAt(value, this.#backwards ? value.length - 1 : 0, sink);
  }

  /**
   * Texts that begin at `from` (end there, if it walks backwards).
   *
   * @returns units looked at
   */
  findAt(value: string, from: number, sink: ItemSink): number {
    const { classes, rows, reports, start } = this.#table;
    const step = this.#backwards ? -1 : 1;
    let row = start;
    let at = from;
    for (; at >= 0 && at < value.length; at += step) {
      const next = rows[row + classes.of(value.charCodeAt(at))]!;
      if (next === DEAD) break;
      row = next < 0 ? ~next : next;
      if (next < 0) sink(reports.get(row)!);
    }
    return Math.abs(at - from);
  }
}
