/**
 * Finds which of many texts a value is, begins with, ends with or holds, whatever their number and without regard to letter case. Values are
 * searched as they are: the tables fold unit by unit (`unit-fold.ts`).
 */

import { createPartsTable } from './parts-table.js';
import { TailTrie } from './tail-trie.js';

/** Where in a value the texts are sought. */
export type TextPlace = 'whole' | 'start' | 'end' | 'anywhere';

/** Texts with the items that each stands for. Empty texts only for `whole`: they are in every value and so say nothing. */
export type TextItems = ReadonlyMap<string, readonly number[]>;

/** Gets the items of every text found; the same item may come several times. */
export type ItemSink = (items: readonly number[]) => void;

export interface TextTable {
  find(value: string, sink: ItemSink): void;
}

export function createTextTable(place: TextPlace, items: TextItems): TextTable {
  return place === 'anywhere' ? createPartsTable(items) : new TailTrie(place, items);
}
