/** Where the keyboard is in a list whose rows come and go. */

interface Row {
  readonly id: string;
}

/** Place of the current row among other rows than before: it is followed; once it is gone, the next one that was below it takes its place. */
export function placeAfter(before: readonly Row[], current: number, rows: readonly Row[]): number {
  const places = new Map(rows.map(({ id }, index) => [id, index]));
  for (const { id } of before.slice(current)) {
    const place = places.get(id);
    if (place !== undefined) return place;
  }
  return Math.max(0, rows.length - 1);
}
