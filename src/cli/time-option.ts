/** `--from` and `--to`: a time, a day, or so long ago. */

import { InvalidArgumentError } from 'commander';

const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };
const ABSOLUTE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

export const TIME_HELP = 'a time (2026-11-01T00:00:00Z), a day (2026-11-01, UTC) or so long ago (-24h, -7d)';

/** @returns UTC milliseconds */
export function toTime(text: string): number {
  const ago = /^-(\d{1,6})([mhdw])$/.exec(text);
  if (ago !== null) return Date.now() - Number(ago[1]) * (UNITS_MS[ago[2] ?? ''] ?? 0);
  const timeMs = ABSOLUTE.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(timeMs)) throw new InvalidArgumentError(`It must be ${TIME_HELP}.`);
  return timeMs;
}
