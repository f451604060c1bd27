/** Finds which texts begin at a place of a value, end at its end, or are all of it: one walk that stops at the first dead end. */

import type { ItemSink, TextItems, TextTable } from './text-table.js';
import { buildTrieCells, DEAD, type WalkTable, walkTable } from './trie-cells.js';

export class TextTrie implements TextTable {
  readonly #place: 'whole' | 'start' | 'end';
  readonly #table: WalkTable;

  /** @param place  `end` walks backwards from the value's last unit */
  constructor(place: 'whole' | 'start' | 'end', items: TextItems) {
    this.#place = place;
    this.#table = walkTable(buildTrieCells(items, place === 'end'));
  }

  find(value: string, sink: ItemSink): void {
    if (this.#place === 'start') this.findAt(value, 0, sink);
    else if (this.#place === 'end') this.#findBackwards(value, sink);
    else this.#findWhole(value, sink);
  }

  /**
   * Texts that begin at `from`.
   *
   * @returns units looked at
   */
  findAt(value: string, from: number, sink: ItemSink): number {
    const { classes, rows, reports, start } = this.#table;
    const { ascii } = classes;
    let row = start;
    let at = from;
    for (; at < value.length; at++) {
      const unit = value.charCodeAt(at);
      const next = rows[row + (unit < 128 ? ascii[unit]! : classes.ofOther(unit))]!;
      if (next === DEAD) break;
      row = next < 0 ? ~next : next;
      if (next < 0) sink(reports.get(row)!);
    }
    return at - from;
  }

  #findBackwards(value: string, sink: ItemSink): void {
    const { classes, rows, reports, start } = this.#table;
    const { ascii } = classes;
    let row = start;
    for (let at = value.length - 1; at >= 0; at--) {
      const unit = value.charCodeAt(at);
      const next = rows[row + (unit < 128 ? ascii[unit]! : classes.ofOther(unit))]!;
      if (next === DEAD) return;
      row = next < 0 ? ~next : next;
      if (next < 0) sink(reports.get(row)!);
    }
  }

  #findWhole(value: string, sink: ItemSink): void {
    const { classes, rows, reports, start } = this.#table;
    const { ascii } = classes;
    let row = start;
    for (let at = 0; at < value.length; at++) {
      const unit = value.charCodeAt(at);
      const next = rows[row + (unit < 128 ? ascii[unit]! : classes.ofOther(unit))]!;
      if (next === DEAD) return;
      row = next < 0 ? ~next : next;
    }
    const found = reports.get(row);
    if (found !== undefined) sink(found);
  }
}
