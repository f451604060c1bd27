/** How often each rule fired, by rule id. */

export const NO_COUNTS: ReadonlyMap<string, number> = new Map();

export function addCount(counts: Map<string, number>, rule: string, by: number): void {
  counts.set(rule, (counts.get(rule) ?? 0) + by);
}
