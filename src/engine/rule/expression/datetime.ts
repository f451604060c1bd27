/**
 * Dates and spans of time. A `Moment` is a wall-clock time with the offset of its zone, to the microsecond, years 1 to 9999 of the proleptic
 * Gregorian calendar; a `Duration` is a signed number of microseconds up to 999,999,999 days. Both as in Python's `datetime`.
 */

import { typeFailure } from './failure.js';

export const MICROS_PER_SECOND = 1_000_000;
export const MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND;
const DAY = BigInt(MICROS_PER_DAY);
const MAX_DURATION_DAYS = 999_999_999;
/** Days from 0001-01-01 to 9999-12-31. */
const LAST_DAY = 3_652_058;

export class Duration {
  /** @throws Failure beyond ±999,999,999 days */
  constructor(readonly micros: bigint) {
    const days = floorDivide(micros, DAY);
    if (days > BigInt(MAX_DURATION_DAYS) || days < BigInt(-MAX_DURATION_DAYS))
      throw typeFailure('a timedelta is out of range');
  }

  get days(): number {
    return Number(floorDivide(this.micros, DAY));
  }

  /** Within the day, 0 to 86,399. */
  get seconds(): number {
    return Math.floor(this.#withinDay / MICROS_PER_SECOND);
  }

  /** Within the second. */
  get microseconds(): number {
    return this.#withinDay % MICROS_PER_SECOND;
  }

  get totalSeconds(): number {
    return secondsOf(this.micros);
  }

  get #withinDay(): number {
    return Number(this.micros - floorDivide(this.micros, DAY) * DAY);
  }
}

/** The float nearest to a number of microseconds in seconds: text first, because the number may not fit a float's 53 bits. */
function secondsOf(micros: bigint): number {
  const magnitude = micros < 0n ? -micros : micros;
  const text = magnitude.toString().padStart(7, '0');
  const seconds = Number(`${text.slice(0, -6)}.${text.slice(-6)}`);
  return micros < 0n ? -seconds : seconds;
}

function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value % divisor < 0n ? quotient - 1n : quotient;
}

export interface CalendarDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

export class Moment {
  /**
   * @param dayNumber  days since 0001-01-01 on the wall clock
   * @param microOfDay  microseconds since midnight on the wall clock
   * @param offsetSeconds  of the zone, east positive
   */
  constructor(
    readonly dayNumber: number,
    readonly microOfDay: number,
    readonly offsetSeconds: number,
  ) {}

  get calendar(): CalendarDate {
    return calendarOf(this.dayNumber);
  }

  get hour(): number {
    return Math.floor(this.microOfDay / (3600 * MICROS_PER_SECOND));
  }

  get minute(): number {
    return Math.floor(this.microOfDay / (60 * MICROS_PER_SECOND)) % 60;
  }

  get second(): number {
    return Math.floor(this.microOfDay / MICROS_PER_SECOND) % 60;
  }

  get microsecond(): number {
    return this.microOfDay % MICROS_PER_SECOND;
  }

  get weekday(): string {
    return WEEKDAYS[this.dayNumber % 7] ?? '';
  }

  /** Only UTC has a name; a zone that is a mere offset has none. */
  get zoneName(): string | null {
    return this.offsetSeconds === 0 ? 'UTC' : null;
  }

  /** Microseconds since 0001-01-01 in UTC: what two moments are compared by. */
  get instant(): bigint {
    return this.#wall - BigInt(this.offsetSeconds) * BigInt(MICROS_PER_SECOND);
  }

  /** Seconds since 1970-01-01 in UTC. */
  get epochSeconds(): number {
    return secondsOf(this.instant - UNIX_EPOCH);
  }

  get midnight(): Moment {
    return new Moment(this.dayNumber, 0, this.offsetSeconds);
  }

  /** @throws Failure outside of the years 1 to 9999 */
  plus(duration: Duration, sign: 1n | -1n): Moment {
    const wall = this.#wall + sign * duration.micros;
    const dayNumber = Number(floorDivide(wall, DAY));
    if (dayNumber < 0 || dayNumber > LAST_DAY) throw typeFailure('a date is out of range');
    return new Moment(dayNumber, Number(wall - BigInt(dayNumber) * DAY), this.offsetSeconds);
  }

  get #wall(): bigint {
    return BigInt(this.dayNumber) * DAY + BigInt(this.microOfDay);
  }
}

/** 0001-01-01 was a Monday. */
const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Days before the year, counted from 0001-01-01. */
function daysBeforeYear(year: number): number {
  const past = year - 1;
  return past * 365 + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
}

const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function monthLength(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (MONTH_LENGTHS[month - 1] ?? 0);
}

/** Days since 0001-01-01, or undefined where there is no such date. */
export function dayNumberOf(year: number, month: number, day: number): number | undefined {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > monthLength(year, month)) return undefined;
  let days = daysBeforeYear(year) + day - 1;
  for (let earlier = 1; earlier < month; earlier++) days += monthLength(year, earlier);
  return days;
}

function calendarOf(dayNumber: number): CalendarDate {
  let year = Math.floor(dayNumber / 365.2425) + 1;
  while (daysBeforeYear(year) > dayNumber) year--;
  while (daysBeforeYear(year + 1) <= dayNumber) year++;
  let rest = dayNumber - daysBeforeYear(year);
  let month = 1;
  while (rest >= monthLength(year, month)) {
    rest -= monthLength(year, month);
    month++;
  }
  return { year, month, day: rest + 1 };
}

const EPOCH_DAY = dayNumberOf(1970, 1, 1) ?? 0;
const UNIX_EPOCH = BigInt(EPOCH_DAY) * DAY;

/** A moment in UTC from Unix milliseconds. */
export function momentOfUnixMs(unixMs: number): Moment {
  const micros = BigInt(Math.round(unixMs)) * 1000n + UNIX_EPOCH;
  const dayNumber = Number(floorDivide(micros, DAY));
  if (dayNumber < 0 || dayNumber > LAST_DAY) throw typeFailure('a date is out of range');
  return new Moment(dayNumber, Number(micros - BigInt(dayNumber) * DAY), 0);
}

export const MAX_DAY_NUMBER = LAST_DAY;
