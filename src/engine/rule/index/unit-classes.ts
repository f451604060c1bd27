/**
 * Maps UTF-16 units to small class numbers, so that transition tables have one column for each unit that some text holds, and one (0) for
 * all others, instead of 65,536. Units that differ in letter case only are one class, so that values are searched as they are.
 */

import { foldUnit } from './unit-fold.js';

export class UnitClasses {
  /** Column count: the classes and the one for "no text holds it". */
  readonly count: number;
  /** Class of each ASCII unit. */
  readonly ascii = new Uint16Array(128);
  readonly #others = new Map<number, number>();

  constructor(texts: Iterable<string>) {
    const units = new Set<number>();
    for (const text of texts) for (let at = 0; at < text.length; at++) units.add(foldUnit(text.charCodeAt(at)));
    const ordered = [...units].sort((a, b) => a - b);
    for (const [index, unit] of ordered.entries()) if (unit >= 128) this.#others.set(unit, index + 1);
    for (let unit = 0; unit < 128; unit++) this.ascii[unit] = ordered.indexOf(foldUnit(unit)) + 1;
    this.count = ordered.length + 1;
  }

  of(unit: number): number {
    return unit < 128 ? this.ascii[unit]! : this.ofOther(unit);
  }

  /** For units from 128 on. */
  ofOther(unit: number): number {
    const folded = foldUnit(unit);
    return folded < 128 ? this.ascii[folded]! : (this.#others.get(folded) ?? 0);
  }
}
