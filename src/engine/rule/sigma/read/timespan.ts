/** Time spans of correlations. */

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
/** Longer than anybody keeps state for. */
const TIMESPAN_MAX_MS = 366 * 86_400_000;

/**
 * A whole number and a unit: `90m`. Weeks are not in the specification, but other readers have them; their months and years have no fixed
 * length and are refused.
 *
 * @returns milliseconds, at least 1,000; `undefined` where the value is no time span
 */
export function parseTimespan(value: unknown): number | undefined {
  const match = typeof value === 'string' ? /^\s*(\d{1,9})\s*([smhdw])\s*$/.exec(value) : null;
  if (match === null) return undefined;
  const timespan = Number(match[1]) * UNIT_MS[match[2]!]!;
  return timespan > 0 && timespan <= TIMESPAN_MAX_MS ? timespan : undefined;
}
