/**
 * Searches long values line by line and keeps what was found in their long lines: of a value that is never the same (the context of a script,
 * a rendered message) most is (the command line of its host, a call trace). Comparing a line with one seen before takes a tenth of what
 * searching it does.
 */

import { Repetition } from './repetition.js';
import type { ItemSink, TextTable } from './text-table.js';
import { ValueCache } from './value-cache.js';

const LINE_MIN = 128;
/** Longer ones are rather data than lines. */
const VALUE_MAX = 8192;
/** Units of all lines that are kept; beyond it all are forgotten. */
const KEPT_MAX = 512 * 1024;

const NONE: readonly number[] = [];

export class KnownLines implements TextTable {
  readonly #table: TextTable;
  #known = new ValueCache<readonly number[]>();
  #kept = 0;
  readonly #repetition = new Repetition(VALUE_MAX);
  #found: number[] = [];
  readonly #collect = (items: readonly number[]): void => {
    this.#found.push(...items);
  };

  /** @param table  finds texts of which none holds a line's end */
  constructor(table: TextTable) {
    this.#table = table;
  }

  find(value: string, sink: ItemSink): void {
    const { length } = value;
    if (length < LINE_MIN || !this.#repetition.isWorthKeeping(length)) return this.#table.find(value, sink);
    let searched = 0;
    for (let start = 0, end = 0; start < length; start = end + 1) {
      end = value.indexOf('\n', start);
      if (end < 0) end = length;
      if (end - start < LINE_MIN) continue;
      if (searched < start) this.#table.find(value.slice(searched, start), sink);
      this.#findInLine(start === 0 && end === length ? value : value.slice(start, end), sink);
      searched = end;
    }
    if (searched < length) this.#table.find(searched === 0 ? value : value.slice(searched), sink);
  }

  #findInLine(line: string, sink: ItemSink): void {
    let found = this.#known.get(line);
    this.#repetition.count(found !== undefined);
    if (found === undefined) {
      this.#table.find(line, this.#collect);
      found = this.#found.length === 0 ? NONE : [...new Set(this.#found)];
      this.#found = [];
      this.#keep(line, found);
    }
    if (found.length > 0) sink(found);
  }

  #keep(line: string, found: readonly number[]): void {
    this.#kept += line.length;
    if (this.#kept > KEPT_MAX) {
      this.#known = new ValueCache();
      this.#kept = line.length;
    }
    // A text that is cut from another one holds on to all of it; this one is a copy, but for a unit that is put before it and cut off.
    this.#known.set(` ${line}`.slice(1), found);
  }
}
