/** The tree of all texts as one table: built here, walked and turned into an automaton by `text-automaton.ts`. */

import type { TextItems } from './text-table.js';
import { UnitClasses } from './unit-classes.js';

export const DEAD = 0;
export const ROOT = 1;

export interface TrieCells {
  readonly classes: UnitClasses;
  /** Row by row, one row a state, one column a unit class; a cell is a state number. State 0 is the dead end, 1 the root. */
  readonly cells: Int32Array;
  readonly width: number;
  readonly states: number;
  /** By state: what is reported on entering it. Few states report, so a sparse map beats an array of lists. */
  readonly reports: Map<number, readonly number[]>;
}

/** @param backwards  texts are entered from their last unit on */
export function buildTrieCells(items: TextItems, backwards: boolean): TrieCells {
  const classes = new UnitClasses(items.keys());
  const width = classes.count;
  let statesMax = 2;
  for (const text of items.keys()) statesMax += text.length;
  const cells = new Int32Array(statesMax * width);
  const reports = new Map<number, readonly number[]>();
  let states = 2;
  for (const [text, reported] of items) {
    let state = ROOT;
    for (let step = 0; step < text.length; step++) {
      const cell = state * width + classes.of(text.charCodeAt(backwards ? text.length - 1 - step : step));
      if (cells[cell] === DEAD) cells[cell] = states++;
      state = cells[cell]!;
    }
    // Texts that differ in letter case only end in one state.
    const before = reports.get(state);
    reports.set(state, before === undefined ? reported : [...new Set([...before, ...reported])]);
  }
  return { classes, cells: cells.slice(0, states * width), width, states, reports };
}

/** The table in the form that is walked: offsets of rows in place of state numbers, negated (`~`) where the state reports something. */
export interface WalkTable {
  readonly classes: UnitClasses;
  readonly rows: Int32Array;
  /** By row offset. */
  readonly reports: ReadonlyMap<number, readonly number[]>;
  /** Row offset of the root. */
  readonly start: number;
}

export function walkTable({ classes, cells, width, reports }: TrieCells): WalkTable {
  const byOffset = new Map([...reports].map(([state, reported]) => [state * width, reported]));
  const rows = cells.map((state) => (reports.has(state) ? ~(state * width) : state * width));
  return { classes, rows, reports: byOffset, start: ROOT * width };
}
