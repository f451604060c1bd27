/**
 * Finds which texts begin at a place of a value, end at its end, or are all of it: one walk that stops at the first dead end. Only where texts
 * part ways there is a node; what is left of a single text is compared as it stands, so the table stays small.
 *
 *     texts  \cmd.exe, \net.exe, \net1.exe      walked from the end
 *     e ─ x ─ e ─ . ─┬─ d ── "mc\"
 *                    ├─ t ── "en\"
 *                    └─ 1 ── "ten\"
 */

import type { ItemSink, TextItems, TextTable } from './text-table.js';
import { UnitClasses } from './unit-classes.js';
import { foldUnit } from './unit-fold.js';

const DEAD = 0;
/** Of a cell: what the rest of it counts. */
const REPORTS = 1;
const TAIL = 2;
const FLAG_BITS = 2;

/** One text's units behind the last node, in the order of the walk and folded. */
interface Tail {
  readonly rest: string;
  readonly items: readonly number[];
}

/** A text in the order of the walk. */
interface Entry {
  readonly units: string;
  readonly items: readonly number[];
}

export class TailTrie implements TextTable {
  readonly #place: 'whole' | 'start' | 'end';
  readonly #classes: UnitClasses;
  /** One row a node, one column a unit class: offset of the next row or number of a tail, with flags. Row 0 is the root. */
  readonly #rows: Int32Array;
  readonly #tails: readonly Tail[];
  /** What ends at a node, by its row. */
  readonly #reports: ReadonlyMap<number, readonly number[]>;

  /** @param place  `end` walks backwards from the value's last unit */
  constructor(place: 'whole' | 'start' | 'end', items: TextItems) {
    this.#place = place;
    this.#classes = new UnitClasses(items.keys());
    const built = new TrieBuilder(this.#classes).build(entriesOf(items, place === 'end'));
    this.#rows = built.rows;
    this.#tails = built.tails;
    this.#reports = built.reports;
  }

  find(value: string, sink: ItemSink): void {
    if (this.#place === 'end') this.#walk(value, value.length - 1, -1, sink);
    else this.#walk(value, 0, 1, sink);
  }

  /**
   * Texts that begin at `from`, for tries of beginnings.
   *
   * @returns units looked at
   */
  findAt(value: string, from: number, sink: ItemSink): number {
    return this.#walk(value, from, 1, sink);
  }

  #walk(value: string, from: number, step: 1 | -1, sink: ItemSink): number {
    const rows = this.#rows;
    const { ascii } = this.#classes;
    const isWhole = this.#place === 'whole';
    const { length } = value;
    let row = 0;
    let at = from;
    for (; at >= 0 && at < length; at += step) {
      const unit = value.charCodeAt(at);
      const cell = rows[row + (unit < 128 ? ascii[unit]! : this.#classes.ofOther(unit))]!;
      if (cell === DEAD) return Math.abs(at - from) + 1;
      if ((cell & TAIL) !== 0) {
        const { rest, items } = this.#tails[cell >> FLAG_BITS]!;
        if (continues(value, at + step, step, rest, isWhole)) sink(items);
        return Math.abs(at - from) + 1 + rest.length;
      }
      row = cell >> FLAG_BITS;
      if ((cell & REPORTS) !== 0 && !isWhole) sink(this.#reports.get(row)!);
    }
    if (isWhole) {
      const found = this.#reports.get(row);
      if (found !== undefined) sink(found);
    }
    return Math.abs(at - from);
  }
}

/** Whether a value goes on as a text does, and ends with it if the text has to be all of it. */
function continues(value: string, from: number, step: 1 | -1, rest: string, isWhole: boolean): boolean {
  const left = step === 1 ? value.length - from : from + 1;
  if (left < rest.length || (isWhole && left !== rest.length)) return false;
  for (let index = 0, at = from; index < rest.length; index++, at += step) {
    const unit = value.charCodeAt(at);
    const sought = rest.charCodeAt(index);
    if (unit !== sought && foldUnit(unit) !== sought) return false;
  }
  return true;
}

function entriesOf(items: TextItems, isBackwards: boolean): Entry[] {
  const byUnits = new Map<string, readonly number[]>();
  for (const [text, reported] of items) {
    const folded = foldUnits(text);
    const units = isBackwards ? reversed(folded) : folded;
    const before = byUnits.get(units);
    byUnits.set(units, before === undefined ? reported : [...new Set([...before, ...reported])]);
  }
  return [...byUnits].map(([units, reported]) => ({ units, items: reported }));
}

export function foldUnits(text: string): string {
  let folded = '';
  for (let at = 0; at < text.length; at++) folded += String.fromCharCode(foldUnit(text.charCodeAt(at)));
  return folded;
}

function reversed(text: string): string {
  let backwards = '';
  for (let at = text.length - 1; at >= 0; at--) backwards += text[at]!;
  return backwards;
}

class TrieBuilder {
  readonly #classes: UnitClasses;
  readonly #width: number;
  #rows: Int32Array;
  #rowsEnd = 0;
  readonly #tails: Tail[] = [];
  readonly #reports = new Map<number, readonly number[]>();

  constructor(classes: UnitClasses) {
    this.#classes = classes;
    this.#width = classes.count;
    this.#rows = new Int32Array(this.#width * 16);
  }

  build(entries: readonly Entry[]): {
    readonly rows: Int32Array;
    readonly tails: readonly Tail[];
    readonly reports: ReadonlyMap<number, readonly number[]>;
  } {
    const open = [{ row: this.#addRow(), depth: 0, entries }];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      const byClass = new Map<number, Entry[]>();
      for (const entry of node.entries) {
        if (entry.units.length === node.depth) {
          this.#reports.set(node.row, entry.items);
          continue;
        }
        const column = this.#classes.of(entry.units.charCodeAt(node.depth));
        const siblings = byClass.get(column);
        if (siblings === undefined) byClass.set(column, [entry]);
        else siblings.push(entry);
      }
      for (const [column, children] of byClass) {
        const cell = node.row + column;
        if (children.length === 1) {
          this.#rows[cell] = this.#addTail(children[0]!, node.depth + 1);
          continue;
        }
        const row = this.#addRow();
        const endsHere = children.some(({ units }) => units.length === node.depth + 1);
        this.#rows[cell] = (row << FLAG_BITS) | (endsHere ? REPORTS : 0);
        open.push({ row, depth: node.depth + 1, entries: children });
      }
    }
    return { rows: this.#rows.slice(0, this.#rowsEnd), tails: this.#tails, reports: this.#reports };
  }

  #addTail({ units, items }: Entry, depth: number): number {
    return ((this.#tails.push({ rest: units.slice(depth), items }) - 1) << FLAG_BITS) | TAIL;
  }

  #addRow(): number {
    const row = this.#rowsEnd;
    this.#rowsEnd += this.#width;
    if (this.#rowsEnd > this.#rows.length) {
      const larger = new Int32Array(this.#rows.length * 2);
      larger.set(this.#rows);
      this.#rows = larger;
    }
    return row;
  }
}
