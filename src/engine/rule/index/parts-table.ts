/** Finds the texts that a value holds, each by what suits its length: the long ones are skipped to, the others asked for by their grams. */

import { GRAM_TEXT_MIN, GramTable } from './gram-table.js';
import { SHORT_TEXT_MAX, ShortTexts } from './short-texts.js';
import type { ItemSink, TextItems, TextTable } from './text-table.js';
import { TextSkipper } from './text-skipper.js';

/** Below this a window moves too little to be worth it. */
const SKIPPED_MIN = 8;
/** Unless that spares looking at a value a second time. */
const SKIPPED_ALONE_MIN = 6;

export class PartsTable implements TextTable {
  readonly #tables: readonly TextTable[];

  /** @param items  no empty text */
  constructor(items: TextItems) {
    let shortest = Infinity;
    for (const { length } of items.keys()) if (length > SHORT_TEXT_MAX) shortest = Math.min(shortest, length);
    const skippedMin = shortest >= SKIPPED_ALONE_MIN ? shortest : SKIPPED_MIN;
    const ofLength = (from: number, to: number): TextItems =>
      new Map([...items].filter(([{ length }]) => length >= from && length <= to));
    const short = ofLength(1, SHORT_TEXT_MAX);
    const middle = ofLength(GRAM_TEXT_MIN, skippedMin - 1);
    const long = ofLength(skippedMin, Infinity);
    this.#tables = [
      ...(short.size > 0 ? [new ShortTexts(short)] : []),
      ...(middle.size > 0 ? [new GramTable(middle)] : []),
      ...(long.size > 0 ? [new TextSkipper(long)] : []),
    ];
  }

  find(value: string, sink: ItemSink): void {
    for (const table of this.#tables) table.find(value, sink);
  }
}
