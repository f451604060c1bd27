/**
 * Finds which of many texts a value begins with, ends with or holds, whatever their number. Both sides must have been folded by the same
 * function before (`toLowerCase`): UTF-16 units are compared.
 */

import { TextAutomaton } from './text-automaton.js';
import { canSkip, TextSkipper } from './text-skipper.js';
import { TextTrie } from './text-trie.js';

/** Where in a value the texts are sought. */
export type TextPlace = 'start' | 'end' | 'anywhere';

/** Texts with the items that each stands for. Empty texts are in every value and so say nothing: the caller leaves them out. */
export type TextItems = ReadonlyMap<string, readonly number[]>;

/** Gets the items of every text found; the same item may come several times. */
export type ItemSink = (items: readonly number[]) => void;

export interface TextTable {
  find(value: string, sink: ItemSink): void;
}

export function createTextTable(place: TextPlace, items: TextItems): TextTable {
  if (place !== 'anywhere') return new TextTrie(place, items);
  return canSkip(items) ? new TextSkipper(items) : new TextAutomaton(items);
}
