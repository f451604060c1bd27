/** Parts of a time that a field holds, in UTC: minute, hour, day, ISO week, month, year. Source: ISO 8601; days by the proleptic Gregorian calendar. */

import type { ValueTest } from '../document.js';

export type TimePart = (ValueTest & { readonly kind: 'time' })['part'];

/** `2024-05-01`, `2024-05-01 07:06:09.681`, `2024-05-01T07:06:09+02:00`. A time without a zone is UTC. */
const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,12})?)?\s?(?:(Z)|([+-])(\d{2}):?(\d{2}))?)?$/i;
const EPOCH = /^\d{1,14}$/;
/** A count of seconds since 1970 that is greater means milliseconds: 5138 against 1973. */
const EPOCH_SECONDS_MAX = 99_999_999_999;

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;

/** @returns `undefined` where the text is no time */
export function timePartIn(text: string, part: TimePart): number | undefined {
  const seconds = secondsIn(text.trim());
  if (seconds === undefined) return undefined;
  const day = Math.floor(seconds / DAY_S);
  const inDay = seconds - day * DAY_S;
  switch (part) {
    case 'minute':
      return Math.floor(inDay / MINUTE_S) % 60;
    case 'hour':
      return Math.floor(inDay / HOUR_S);
    case 'week':
      return isoWeek(day);
    default:
      return dateOf(day)[part];
  }
}

/** Seconds since 1970 in UTC. */
function secondsIn(text: string): number | undefined {
  if (text.length > 64) return undefined;
  if (EPOCH.test(text)) {
    const count = Number(text);
    return count > EPOCH_SECONDS_MAX ? count / 1000 : count;
  }
  const found = DATE_TIME.exec(text);
  if (found === null) return undefined;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((digits) => Number(digits ?? 0));
  if (month! < 1 || month! > 12 || day! < 1 || day! > 31 || hour! > 24 || minute! > 59 || second! > 60)
    return undefined;
  const zone = (Number(found[9] ?? 0) * HOUR_S + Number(found[10] ?? 0) * MINUTE_S) * (found[8] === '-' ? -1 : 1);
  return dayNumber(year!, month!, day!) * DAY_S + hour! * HOUR_S + minute! * MINUTE_S + second! - zone;
}

/** Days since 1970-01-01. The year is taken to begin in March, so that the day of the leap year is its last. */
function dayNumber(year: number, month: number, day: number): number {
  const fromMarch = month <= 2 ? year - 1 : year;
  const era = Math.floor(fromMarch / 400);
  const yearOfEra = fromMarch - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

function dateOf(dayNumberOfDate: number): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = dayNumberOfDate + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  };
}

/** A week belongs to the year of its Thursday. */
function isoWeek(day: number): number {
  const weekday = (((day + 3) % 7) + 7) % 7;
  const thursday = day - weekday + 3;
  return Math.floor((thursday - dayNumber(dateOf(thursday).year, 1, 1)) / 7) + 1;
}
