/**
 * One decoded record from a host. `src/sources` makes events; nobody changes them afterwards.
 * Terms: docs/architecture.md. Which fields an action has: docs/reference/events.md.
 */

import type { Action } from './action.js';

/**
 * The sensor's own fields under the sensor's own names (`Image`, `CommandLine`), whatever envelope carried them. Names that exist in
 * Sysmon's schema are spelled as there (`SourceProcessGuid`, never `SourceProcessGUID`). Values are what the record held: text, number,
 * boolean, null, list, map; text is an attacker's. May have `Object.prototype`: read own properties only (`fieldOf`).
 */
export type Fields = Readonly<Record<string, unknown>>;

/** Which clock `timeMs` was read from, best first. Hosts whose clocks disagree are shown as such. */
export type TimeSource = 'utc' | 'system' | 'timestamp' | 'local' | 'received' | 'none';

/** Which sensor wrote the event; decides identity when two report the same process. */
export type Sensor = 'sysmon' | 'security' | 'other';

export interface Event {
  /**
   * Record identity, two unsigned 32-bit halves: a hash of host, channel, record number, event id and time; of the whole content where
   * the record has no number. Equal identity = the same record seen again (a shipper's retry): it takes effect once.
   */
  readonly idHigh: number;
  readonly idLow: number;
  /** The machine the event is about (`Computer`), lower case, with its domain where given; `''` where the record names none. */
  readonly host: string;
  /** The same name in the letters of the record, for rules that tell letter case apart. */
  readonly computer: string;
  /** UTC milliseconds as the sensor set it, not our clock; 0 with `timeSource: 'none'`. */
  readonly timeMs: number;
  readonly timeSource: TimeSource;
  readonly sensor: Sensor;
  /** `Microsoft-Windows-Sysmon`, …; `''` where unknown. */
  readonly provider: string;
  /** `Microsoft-Windows-Sysmon/Operational`, `Security`, …; `''` where unknown. */
  readonly channel: string;
  readonly eventId: number;
  /** The number that the channel's log gave the record (`EventRecordID`); 0 where the record has none. */
  readonly recordNumber: number;
  /** Pid of the process that logged the record (never the subject, but for PowerShell, which logs about itself); 0 where unknown. */
  readonly loggerPid: number;
  /** `undefined` for events of channels that no action stands for (PowerShell, System, …): kept and matched all the same. */
  readonly action: Action | undefined;
  readonly fields: Fields;
  /** File path or `undefined` for events that came over the network. */
  readonly file: string | undefined;
  /** 1-based line (text formats) or record number (EVTX), 0 where neither exists. */
  readonly line: number;
}

/** An own field of the event, `undefined` where absent; never something inherited from `Object.prototype`. */
export function fieldOf(event: Event, name: string): unknown {
  return Object.hasOwn(event.fields, name) ? event.fields[name] : undefined;
}

/** A field as text: strings as they are, numbers and booleans in their JSON form, everything else `undefined`. */
export function textOf(event: Event, name: string): string | undefined {
  const value = fieldOf(event, name);
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return undefined;
}

/** A whole number from decimal or `0x` text or a number; `undefined` for anything else. */
export function integerOf(event: Event, name: string): number | undefined {
  return toInteger(fieldOf(event, name));
}

/** Sysmon writes ids as decimal text, Security 4688 as `0x` text, JSON shippers as numbers. */
export function toInteger(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value !== 'string' || value.length === 0 || value.length > 18) return undefined;
  if (!/^(?:0x[0-9a-f]+|\d+)$/i.test(value)) return undefined;
  const parsed = Number(value);
  return Number.isSafeInteger(parsed) ? parsed : undefined;
}
