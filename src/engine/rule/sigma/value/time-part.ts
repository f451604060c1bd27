/** Parts of a time that a field holds, in UTC: minute, hour, day, ISO week, month, year. Source: ISO 8601; days by the proleptic Gregorian calendar. */

import type { ValueTest } from '../document.js';

export type TimePart = (ValueTest & { readonly kind: 'time' })['part'];

/** `2024-05-01`, `2024-05-01 07:06:09.681`, `2024-05-01T07:06:09+02:00`. A time without a zone is UTC. */
const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,12})?)?\s?(?:(Z)|([+-])(\d{2}):?(\d{2}))?)?$/i;
const EPOCH = /^\d{1,14}$/;
/** A count of seconds since 1970 that is greater means milliseconds: 5138 against 1973. */
const EPOCH_SECONDS_MAX = 99_999_999_999;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** @returns `undefined` where the text is no time */
export function timePartIn(text: string, part: TimePart): number | undefined {
  const ms = millisecondsIn(text.trim());
  if (ms === undefined) return undefined;
  const time = new Date(ms);
  switch (part) {
    case 'minute':
      return time.getUTCMinutes();
    case 'hour':
      return time.getUTCHours();
    case 'day':
      return time.getUTCDate();
    case 'week':
      return isoWeek(ms);
    case 'month':
      return time.getUTCMonth() + 1;
    case 'year':
      return time.getUTCFullYear();
  }
}

/** Milliseconds since 1970 in UTC. */
function millisecondsIn(text: string): number | undefined {
  if (text.length > 64) return undefined;
  if (EPOCH.test(text)) {
    const count = Number(text);
    return count > EPOCH_SECONDS_MAX ? count : count * 1000;
  }
  const found = DATE_TIME.exec(text);
  if (found === null) return undefined;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((digits) => Number(digits ?? 0));
  if (month! < 1 || month! > 12 || day! < 1 || day! > 31 || hour! > 24 || minute! > 59 || second! > 60)
    return undefined;
  const zone = (Number(found[9] ?? 0) * HOUR_MS + Number(found[10] ?? 0) * MINUTE_MS) * (found[8] === '-' ? -1 : 1);
  return dayStart(year!, month! - 1, day!) + hour! * HOUR_MS + minute! * MINUTE_MS + second! * 1000 - zone;
}

/** `Date.UTC` takes the years 0 to 99 for those of the last century but one. */
function dayStart(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month, day);
}

/** A week belongs to the year of its Thursday. */
function isoWeek(ms: number): number {
  const fromMonday = (new Date(ms).getUTCDay() + 6) % 7;
  const thursday = ms - fromMonday * DAY_MS + 3 * DAY_MS;
  return Math.floor((thursday - dayStart(new Date(thursday).getUTCFullYear(), 0, 1)) / DAY_MS / 7) + 1;
}
