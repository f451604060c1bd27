/**
 * Reads the dates and timedeltas that a rule writes: `d"2020-01-02T03:04:05.678+01:00"` and `t"P1DT2H"`. ISO 8601 in the shapes that
 * Python's dateutil 2.9 (`isoparse`) takes: year, year-month, calendar, week and ordinal dates, with or without dashes, any single
 * character before the time.
 */

import {
  dayNumberOf,
  Duration,
  isLeapYear,
  MAX_DAY_NUMBER,
  MICROS_PER_DAY,
  MICROS_PER_SECOND,
  Moment,
} from './datetime.js';
import { syntaxFailure, typeFailure } from './failure.js';

/** Thrown where a text is no date; the common and the uncommon shapes are tried one after the other. */
const NOT_A_DATE = Symbol('not a date');

/** @throws Failure of kind `syntax` where the text is no date, `type` where the date is out of range */
export function parseMoment(text: string): Moment {
  try {
    return readMoment(text);
  } catch (error) {
    if (error === NOT_A_DATE) throw syntaxFailure(`${JSON.stringify(text)} is not an ISO 8601 date`);
    throw error;
  }
}

function readMoment(text: string): Moment {
  if (/[^\0-\x7f]/.test(text)) throw NOT_A_DATE;
  const date = readDate(text);
  let time: TimeOfDay = { hour: 0, minute: 0, second: 0, micro: 0, offsetSeconds: 0 };
  // Whatever single character follows the date stands for the `T`.
  if (text.length > date.end) time = readTime(text.slice(date.end + 1));
  const nextDay = time.hour === 24;
  const hour = nextDay ? 0 : time.hour;
  const dayNumber = date.dayNumber ?? dayNumberOf(date.year, date.month, date.day);
  if (dayNumber === undefined || hour > 23 || hour < 0) throw NOT_A_DATE;
  if (time.minute > 59 || time.minute < 0 || time.second > 59 || time.second < 0) throw NOT_A_DATE;
  const micros = ((hour * 60 + time.minute) * 60 + time.second) * MICROS_PER_SECOND + time.micro;
  if (nextDay && dayNumber >= MAX_DAY_NUMBER) throw typeFailure('a date is out of range');
  return new Moment(nextDay ? dayNumber + 1 : dayNumber, micros, time.offsetSeconds);
}

interface DatePart {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** Set where the shape gives the day directly (weeks, days of the year). */
  readonly dayNumber?: number | undefined;
  /** Offset of what follows the date. */
  readonly end: number;
}

function readDate(text: string): DatePart {
  try {
    return readCommonDate(text);
  } catch (error) {
    if (error === NOT_A_DATE) return readUncommonDate(text);
    throw error;
  }
}

/** `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, `YYYYMMDD` */
function readCommonDate(text: string): DatePart {
  if (text.length < 4) throw NOT_A_DATE;
  const year = wholeNumber(text.slice(0, 4));
  let place = 4;
  if (place >= text.length) return { year, month: 1, day: 1, end: place };
  const dashed = text[place] === '-';
  if (dashed) place++;
  if (text.length - place < 2) throw NOT_A_DATE;
  const month = wholeNumber(text.slice(place, place + 2));
  place += 2;
  if (place >= text.length) {
    if (!dashed) throw NOT_A_DATE;
    return { year, month, day: 1, end: place };
  }
  if (dashed) {
    if (text[place] !== '-') throw NOT_A_DATE;
    place++;
  }
  if (text.length - place < 2) throw NOT_A_DATE;
  return { year, month, day: wholeNumber(text.slice(place, place + 2)), end: place + 2 };
}

/** `YYYY-Www`, `YYYYWww`, `YYYY-Www-D`, `YYYYWwwD`, `YYYY-DDD`, `YYYYDDD` */
function readUncommonDate(text: string): DatePart {
  if (text.length < 4) throw NOT_A_DATE;
  const year = wholeNumber(text.slice(0, 4));
  const dashed = text[4] === '-';
  let place = dashed ? 5 : 4;
  let dayNumber: number;
  if (text[place] === 'W') {
    const week = wholeNumber(text.slice(place + 1, place + 3));
    place += 3;
    let weekday = 1;
    if (text.length > place) {
      if ((text[place] === '-') !== dashed) throw NOT_A_DATE;
      if (dashed) place++;
      weekday = wholeNumber(text.slice(place, place + 1));
      place++;
    }
    dayNumber = dayOfWeekDate(year, week, weekday);
  } else {
    if (text.length - place < 3) throw NOT_A_DATE;
    const ordinal = wholeNumber(text.slice(place, place + 3));
    place += 3;
    const first = dayNumberOf(year, 1, 1);
    if (first === undefined || ordinal < 1 || ordinal > (isLeapYear(year) ? 366 : 365)) throw NOT_A_DATE;
    dayNumber = first + ordinal - 1;
  }
  return { year, month: 1, day: 1, dayNumber, end: place };
}

/** Week 1 is the one that holds January 4th; weeks begin on Monday. */
function dayOfWeekDate(year: number, week: number, weekday: number): number {
  if (week < 1 || week > 53 || weekday < 1 || weekday > 7) throw NOT_A_DATE;
  const fourth = dayNumberOf(year, 1, 4);
  if (fourth === undefined) throw NOT_A_DATE;
  const day = fourth - (fourth % 7) + (week - 1) * 7 + weekday - 1;
  if (day > MAX_DAY_NUMBER) throw typeFailure('a date is out of range');
  return day;
}

interface TimeOfDay {
  hour: number;
  minute: number;
  second: number;
  micro: number;
  offsetSeconds: number;
}

function readTime(text: string): TimeOfDay {
  if (text.length < 2) throw NOT_A_DATE;
  const time: TimeOfDay = { hour: 0, minute: 0, second: 0, micro: 0, offsetSeconds: 0 };
  const parts: ('hour' | 'minute' | 'second')[] = ['hour', 'minute', 'second'];
  let place = 0;
  let colons = false;
  for (let step = 0; step <= 5 && place < text.length; step++) {
    if ('-+Zz'.includes(text[place] ?? '?')) {
      time.offsetSeconds = readOffset(text.slice(place));
      place = text.length;
      break;
    }
    if (step === 1 && text[place] === ':') {
      colons = true;
      place++;
    } else if (step === 2 && colons) {
      if (text[place] !== ':') throw NOT_A_DATE;
      place++;
    }
    const part = parts[step];
    if (part !== undefined) {
      time[part] = wholeNumber(text.slice(place, place + 2));
      place += 2;
    } else if (step === 3) {
      const fraction = /^[.,](\d+)/.exec(text.slice(place));
      if (fraction === null) continue;
      time.micro = Number((fraction[1] ?? '').slice(0, 6).padEnd(6, '0'));
      place += fraction[0].length;
    }
  }
  if (place < text.length) throw NOT_A_DATE;
  if (time.hour === 24 && (time.minute !== 0 || time.second !== 0 || time.micro !== 0)) throw NOT_A_DATE;
  return time;
}

/** `Z`, `±HH`, `±HHMM`, `±HH:MM`; seconds east of Greenwich. */
function readOffset(text: string): number {
  if (text === 'Z' || text === 'z') return 0;
  if (![3, 5, 6].includes(text.length)) throw NOT_A_DATE;
  const sign = text[0] === '-' ? -1 : text[0] === '+' ? 1 : undefined;
  if (sign === undefined) throw NOT_A_DATE;
  const hours = wholeNumber(text.slice(1, 3));
  const minutes = text.length === 3 ? 0 : wholeNumber(text.slice(text[3] === ':' ? 4 : 3));
  if (hours === 0 && minutes === 0) return 0;
  if (minutes > 59 || hours > 23) throw NOT_A_DATE;
  const seconds = sign * (hours * 60 + minutes) * 60;
  if (Math.abs(seconds) >= 86_400) throw NOT_A_DATE;
  return seconds;
}

/** A whole number as loosely as Python's `int` reads one: spaces around it, a sign and single underscores are allowed. */
function wholeNumber(text: string): number {
  if (!/^[ \t-\r]*[+-]?\d+(?:_\d+)*[ \t-\r]*$/.test(text)) throw NOT_A_DATE;
  return Number(text.replaceAll(/[ \t-\r_]/g, ''));
}

/** Weeks, days, hours, minutes, seconds, in this order, each optional and with a fraction if need be; at least a `T` after the `P`. */
export const DURATION =
  /^P(?=\w)(?:(\d+(?:[,.]\d+)?)W)?(?:(\d+(?:[,.]\d+)?)D)?(?:T(?:(\d+(?:[,.]\d+)?)H)?(?:(\d+(?:[,.]\d+)?)M)?(?:(\d+(?:[,.]\d+)?)S)?)?$/;

/** Microseconds of a unit, smallest unit first: the order in which Python adds up the fractions. */
const UNITS = [
  { group: 5, micros: MICROS_PER_SECOND },
  { group: 4, micros: 60 * MICROS_PER_SECOND },
  { group: 3, micros: 3600 * MICROS_PER_SECOND },
  { group: 2, micros: MICROS_PER_DAY },
  { group: 1, micros: 7 * MICROS_PER_DAY },
];

/** @throws Failure of kind `syntax` where the text is no timedelta, `type` where it is too long */
export function parseDuration(text: string): Duration {
  const match = DURATION.exec(text);
  if (match === null)
    throw syntaxFailure(`${JSON.stringify(text)} is not an ISO 8601 timedelta (weeks, days, hours, minutes, seconds)`);
  let whole = 0n;
  let leftover = 0;
  for (const { group, micros } of UNITS) {
    const amount = Number((match[group] ?? '0').replace(',', '.'));
    if (!Number.isFinite(amount)) throw typeFailure('a timedelta is out of range');
    whole += BigInt(Math.trunc(amount)) * BigInt(micros);
    const part = (amount - Math.trunc(amount)) * micros;
    whole += BigInt(Math.trunc(part));
    leftover += part - Math.trunc(part);
  }
  return new Duration(whole + BigInt(roundHalfEven(leftover, whole % 2n !== 0n)));
}

/** Half to even, where "even" is judged of the sum with the whole part. */
function roundHalfEven(value: number, wholeIsOdd: boolean): number {
  const rounded = Math.round(value);
  if (Math.abs(rounded - value) !== 0.5) return rounded;
  const odd = wholeIsOdd ? 1 : 0;
  return 2 * Math.round((value + odd) * 0.5) - odd;
}
