/**
 * Maps UTF-16 units to small class numbers, so that transition tables have one column for each unit that some text holds, and one (0) for
 * all others, instead of 65,536.
 */
export class UnitClasses {
  /** Column count: the classes and the one for "no text holds it". */
  readonly count: number;
  /** Class by unit; units beyond its end are of class 0. As long as the greatest unit needs: 128 entries for plain ASCII texts. */
  readonly table: Uint16Array;

  constructor(texts: Iterable<string>) {
    const units = new Set<number>();
    let greatest = 0;
    for (const text of texts) {
      for (let at = 0; at < text.length; at++) {
        const unit = text.charCodeAt(at);
        units.add(unit);
        if (unit > greatest) greatest = unit;
      }
    }
    this.table = new Uint16Array(greatest + 1);
    let next = 1;
    for (const unit of [...units].sort((a, b) => a - b)) this.table[unit] = next++;
    this.count = next;
  }

  of(unit: number): number {
    return this.table[unit] ?? 0;
  }
}
