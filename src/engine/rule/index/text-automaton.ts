/**
 * Finds every text that a value holds in one walk over all its units, whatever the number of texts and whatever the value: the trie with, in
 * each state, the way to the longest proper suffix that is still possible (Aho and Corasick, 1975).
 *
 *     texts  she, he, hers          value  u s h e r s
 *     s ─ h ─ e●                           after "she" the walk goes on as if it had read "he"
 *     h ─ e● ─ r ─ s●                      → reports she, he, hers
 */

import type { ItemSink, TextItems, TextTable } from './text-table.js';
import { buildTrieCells, DEAD, ROOT, type TrieCells, type WalkTable, walkTable } from './trie-cells.js';

export class TextAutomaton implements TextTable {
  readonly #table: WalkTable;

  constructor(items: TextItems) {
    const trie = buildTrieCells(items, false);
    addFallbacks(trie);
    this.#table = walkTable(trie);
  }

  find(value: string, sink: ItemSink): void {
    this.findFrom(value, 0, sink);
  }

  /** Texts that begin at `from` or later. */
  findFrom(value: string, from: number, sink: ItemSink): void {
    const { classes, rows, reports, start } = this.#table;
    const { ascii } = classes;
    let row = start;
    for (let at = from; at < value.length; at++) {
      const unit = value.charCodeAt(at);
      const next = rows[row + (unit < 128 ? ascii[unit]! : classes.ofOther(unit))]!;
      if (next >= 0) {
        row = next;
        continue;
      }
      row = ~next;
      sink(reports.get(row)!);
    }
  }
}

/** Missing transitions go where the longest proper suffix would go; what a suffix reports is reported as well. */
function addFallbacks(trie: TrieCells): void {
  const { cells, width, reports } = trie;
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
    const inherited = reports.get(shorter);
    if (inherited !== undefined) reports.set(state, [...new Set([...(reports.get(state) ?? []), ...inherited])]);
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
