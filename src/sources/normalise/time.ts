/**
 * Times as Windows sensors and their shippers write them, to UTC milliseconds. Fractions beyond milliseconds are cut off, as every shipper
 * does. Which of a record's times is believed is decided where the shapes are read; docs/reference/events.md#time lists the order.
 */

import type { TimeSource } from '../../engine/event/event.js';
import { isTree, own } from './tree.js';

export interface TimeReading {
  readonly timeMs: number;
  readonly timeSource: TimeSource;
}

export const NO_TIME: TimeReading = { timeMs: 0, timeSource: 'none' };

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Days since 1970-01-01. Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil. */
function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Two decimal digits at `index`, or a number too large to pass any range check. */
function twoDigits(text: string, index: number): number {
  const tens = text.charCodeAt(index) - 48;
  const ones = text.charCodeAt(index + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : 1000;
}

/** Where `parseCivil` stopped: the zone, if any, begins there. Only read right after a call. */
let zoneIndex = 0;

/** `YYYY-MM-DD HH:MM:SS[.fraction]` with `-` or `/`, a space or `T`, `.` or `,`; as if it were UTC. NaN for anything else. */
function parseCivil(text: string): number {
  if (text.length < 19) return NaN;
  const dateMark = text.charCodeAt(4);
  if ((dateMark !== 45 && dateMark !== 47) || text.charCodeAt(7) !== dateMark) return NaN;
  const timeMark = text.charCodeAt(10);
  if (timeMark !== 32 && timeMark !== 84 && timeMark !== 116) return NaN;
  if (text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return NaN;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  // Before 1970 lies only FILETIME's zero, which means "not set".
  if (year < 1970 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return NaN;
  if (hour > 23 || minute > 59 || second > 60) return NaN;
  let index = 19;
  let milliseconds = 0;
  const fractionMark = text.charCodeAt(19);
  if (fractionMark === 46 || fractionMark === 44) {
    let unit = 100;
    for (index = 20; index < text.length; index++) {
      const digit = text.charCodeAt(index) - 48;
      if (digit < 0 || digit > 9) break;
      milliseconds += digit * unit;
      unit = unit === 100 ? 10 : unit === 10 ? 1 : 0;
    }
    if (index === 20) return NaN;
  }
  zoneIndex = index;
  return daysFromCivil(year, month, day) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000 + milliseconds;
}

/** Sysmon's `UtcTime`, without a zone or with `Z`: UTC milliseconds, or NaN. */
export function parseUtcTime(value: unknown): number {
  if (typeof value !== 'string') return NaN;
  const timeMs = parseCivil(value);
  if (timeMs !== timeMs || zoneIndex === value.length) return timeMs;
  return readTime(value)?.timeMs ?? NaN;
}

export interface ClockReading {
  /** UTC where `zoned`, otherwise the local time read as if it were UTC. */
  readonly timeMs: number;
  readonly zoned: boolean;
}

const ZONE = /^ ?(?:Z|UTC|GMT|([+-])(\d\d):?(\d\d)?)$/i;
const DOTNET_DATE = /^\/Date\((-?\d{1,16})(?:[+-]\d{4})?\)\/$/;
const EPOCH = /^\d{9,19}(?:\.\d{1,9})?$/;
const MERIDIEM = /^(\d{1,2})\/(\d{1,2})\/(\d{4}),? (\d{1,2}):(\d\d):(\d\d)(?:\.\d+)? ([AP])M$/i;

/**
 * A time in any form that shippers use: ISO with or without zone, .NET's `/Date(ms)/`, PowerShell's `{value, DateTime}`, seconds to
 * nanoseconds since 1970 as number or text, `M/D/YYYY h:mm:ss AM`. `undefined` for anything else.
 */
export function readTime(value: unknown): ClockReading | undefined {
  if (typeof value === 'string') return readTimeText(value);
  if (typeof value === 'number') return readEpoch(value);
  if (isTree(value)) {
    const inner = own(value, 'value') ?? own(value, 'SystemTime');
    return typeof inner === 'string' || typeof inner === 'number' ? readTime(inner) : undefined;
  }
  return undefined;
}

function readTimeText(text: string): ClockReading | undefined {
  if (text.length > 64) return undefined;
  const civil = parseCivil(text);
  if (civil === civil) {
    if (zoneIndex === text.length) return { timeMs: civil, zoned: false };
    const zone = ZONE.exec(text.slice(zoneIndex));
    if (zone === null) return undefined;
    const offset = (Number(zone[2] ?? 0) * 60 + Number(zone[3] ?? 0)) * MINUTE_MS;
    return { timeMs: zone[1] === '-' ? civil + offset : civil - offset, zoned: true };
  }
  const dotnet = DOTNET_DATE.exec(text);
  if (dotnet !== null) return { timeMs: Number(dotnet[1]), zoned: true };
  if (EPOCH.test(text)) return readEpoch(Number(text));
  const meridiem = MERIDIEM.exec(text);
  if (meridiem === null) return undefined;
  const [, month = '', day = '', year = '', hour = '', minute = '', second = '', half = ''] = meridiem;
  const hours = (Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  const pad = (digits: string | number): string => String(digits).padStart(2, '0');
  const timeMs = parseCivil(`${year}-${pad(month)}-${pad(day)} ${pad(hours)}:${minute}:${second}`);
  return timeMs === timeMs ? { timeMs, zoned: false } : undefined;
}

/** The unit is told by the size: each of these ranges begins in 1973 in its own unit. */
function readEpoch(epoch: number): ClockReading | undefined {
  if (!(epoch >= 1e8 && epoch < 1e20)) return undefined;
  const milliseconds = epoch < 1e11 ? epoch * 1e3 : epoch < 1e14 ? epoch : epoch < 1e17 ? epoch / 1e3 : epoch / 1e6;
  return { timeMs: Math.floor(milliseconds), zoned: true };
}

/** What a record says of its time, beside Sysmon's `UtcTime`. */
export interface TimeClaims {
  /** `System/TimeCreated/@SystemTime`: UTC, with or without zone. */
  readonly system?: unknown;
  /** `@timestamp`, `TimeCreated`, `TimeGenerated`: a clock that somebody copied; without zone it is local. */
  readonly stamp?: unknown;
  /** NXLog's `EventTime`: local where it has no zone. */
  readonly local?: unknown;
  /** NXLog's `EventReceivedTime`, by the same local clock as `local`. */
  readonly localReceived?: unknown;
  /** When the record passed on, in UTC, by a shipper that had `localReceived` too: together they tell the zone. */
  readonly forwarded?: unknown;
}

export function chooseTime(claims: TimeClaims): TimeReading {
  const system = readTime(claims.system);
  if (system !== undefined) return { timeMs: system.timeMs, timeSource: 'system' };
  const stamp = readTime(claims.stamp);
  if (stamp?.zoned === true) return { timeMs: stamp.timeMs, timeSource: 'timestamp' };
  const local = readTime(claims.local);
  if (local?.zoned === true) return { timeMs: local.timeMs, timeSource: 'timestamp' };
  const forwarded = readTime(claims.forwarded);
  if (local !== undefined) {
    const zoneMs = zoneOf(readTime(claims.localReceived), forwarded);
    if (zoneMs !== undefined) return { timeMs: local.timeMs + zoneMs, timeSource: 'timestamp' };
    if (forwarded === undefined) return { timeMs: local.timeMs, timeSource: 'local' };
  }
  if (forwarded?.zoned === true) return { timeMs: forwarded.timeMs, timeSource: 'timestamp' };
  const last = stamp ?? local ?? forwarded;
  return last === undefined ? NO_TIME : { timeMs: last.timeMs, timeSource: 'local' };
}

/**
 * How far a local clock is behind UTC, from one moment that is known by both. Zones are whole quarters of an hour; what remains is the
 * delay between the two notes, and where it is more than four minutes the pair does not tell the zone.
 */
function zoneOf(local: ClockReading | undefined, utc: ClockReading | undefined): number | undefined {
  if (local === undefined || utc === undefined || local.zoned || !utc.zoned) return undefined;
  const difference = utc.timeMs - local.timeMs;
  const zoneMs = Math.round(difference / (15 * MINUTE_MS)) * 15 * MINUTE_MS;
  const isZone = zoneMs >= -14 * 60 * MINUTE_MS && zoneMs <= 12 * 60 * MINUTE_MS;
  return isZone && Math.abs(difference - zoneMs) <= 4 * MINUTE_MS ? zoneMs : undefined;
}
