/** Finds the texts that a value holds, each by what suits its length: the long ones are skipped to, the others asked for by their grams. */

import { GRAM_TEXT_MIN, GramTable } from './gram-table.js';
import { KnownLines } from './known-lines.js';
import { SHORT_TEXT_MAX, ShortTexts } from './short-texts.js';
import type { ItemSink, TextItems, TextTable } from './text-table.js';
import { TextSkipper } from './text-skipper.js';

/** Below this a window moves too little to be worth it. */
const SKIPPED_MIN = 8;
/** Unless that spares looking at a value a second time. */
const SKIPPED_ALONE_MIN = 6;
/** A few texts hold so few blocks that even short moves are nearly always whole ones. */
const FEW = 32;
const FEW_SKIPPED_MIN = 5;

/** @param items  no empty text */
export function createPartsTable(items: TextItems): TextTable {
  let shortest = Infinity;
  for (const { length } of items.keys()) if (length > SHORT_TEXT_MAX) shortest = Math.min(shortest, length);
  const skippedMin = shortest >= SKIPPED_ALONE_MIN ? shortest : SKIPPED_MIN;
  const ofLength = (from: number, to: number): TextItems =>
    new Map([...items].filter(([{ length }]) => length >= from && length <= to));
  const short = ofLength(1, SHORT_TEXT_MAX);
  const middle = ofLength(GRAM_TEXT_MIN, skippedMin - 1);
  const long = ofLength(skippedMin, Infinity);
  const tables = [
    ...(short.size > 0 ? [new ShortTexts(short)] : []),
    ...(middle.size > 0 ? [tableForMiddle(middle, shortest)] : []),
    ...(long.size > 0 ? [new TextSkipper(long)] : []),
  ];
  const [only] = tables;
  const table = tables.length === 1 ? only! : new SeveralTables(tables);
  return [...items.keys()].some((text) => text.includes('\n')) ? table : new KnownLines(table);
}

function tableForMiddle(items: TextItems, shortest: number): TextTable {
  return items.size <= FEW && shortest >= FEW_SKIPPED_MIN ? new TextSkipper(items) : new GramTable(items);
}

class SeveralTables implements TextTable {
  readonly #tables: readonly TextTable[];

  constructor(tables: readonly TextTable[]) {
    this.#tables = tables;
  }

  find(value: string, sink: ItemSink): void {
    for (const table of this.#tables) table.find(value, sink);
  }
}
