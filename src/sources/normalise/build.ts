/** The last step, the same for every shape: sensor, action, names, time and identity, put together as an `Event`. */

import type { Action } from '../../engine/event/action.js';
import { sysmonAction } from '../../engine/event/action.js';
import { toInteger, type Event, type Sensor } from '../../engine/event/event.js';
import { restoreAudit, restoreKeywords } from './digits.js';
import { hostName, type HostName } from './host.js';
import { contentIdentity, numberedIdentity, treeIdentity } from './identity.js';
import { completeSecurity } from './security.js';
import { completeSysmon } from './sysmon.js';
import { chooseTime, parseUtcTime, type TimeClaims, type TimeReading } from './time.js';
import { isTree, own, textIn } from './tree.js';

/** Where a record stands, and what is known of it from outside. */
export interface Place {
  readonly file: string | undefined;
  /** 1-based line (text) or record number (EVTX); 0 where neither exists. */
  readonly line: number;
  /** The sender, for wires that do not name the host; used only where the record names none. */
  readonly host?: string | undefined;
}

/** What a shape found around the data. */
export interface Header {
  readonly provider: string;
  /** As `sensorOf` says of provider and channel. */
  readonly sensor: Sensor;
  readonly channel: string;
  readonly eventId: number;
  /** The name as the record has it, not yet lower-cased. */
  readonly host: unknown;
  /** Record number, where the shape has one. */
  readonly record: unknown;
  readonly loggerPid: unknown;
  /** Only asked where the data have no `UtcTime`; a function where reading them all would cost. */
  readonly time: TimeClaims | ((fields: Record<string, unknown>) => TimeClaims);
  /** Set where the shape itself says what happened, with or without an event id. */
  readonly action?: Action | undefined;
}

export const SYSMON_PROVIDER = 'Microsoft-Windows-Sysmon';
export const SYSMON_CHANNEL = 'Microsoft-Windows-Sysmon/Operational';
const SYSMON_GUID = /^\{?5770385f-c22a-43e0-bf4c-06f5698ffbd9\}?$/i;

/** Providers by spelling, in any case; records come in runs, and nearly all of them are spelled as the first two. */
export function sensorOf(provider: string, channel: string): Sensor {
  if (provider === SYSMON_PROVIDER) return 'sysmon';
  if (provider === 'Microsoft-Windows-Security-Auditing') return 'security';
  const lower = provider.toLowerCase();
  if (lower === 'microsoft-windows-sysmon' || lower === 'linux-sysmon' || SYSMON_GUID.test(provider)) return 'sysmon';
  // The second is what Windows shows, and Splunk's classic input writes.
  if (lower === 'microsoft-windows-security-auditing' || lower === 'microsoft windows security auditing.')
    return 'security';
  if (provider !== '') return 'other';
  const log = channel.toLowerCase();
  if (log === 'microsoft-windows-sysmon/operational' || log === 'linux-sysmon/operational') return 'sysmon';
  return log === 'security' ? 'security' : 'other';
}

/** A number, `"4688"`, or a map with qualifiers; 0 where there is none. Old APIs put the qualifiers in the upper 16 bits. */
export function eventIdOf(value: unknown): number {
  const number = typeof value === 'number' ? value : toInteger(textIn(value));
  if (number === undefined || !Number.isSafeInteger(number) || number < 0) return 0;
  return number > 0xffff ? number % 0x1_0000 : number;
}

/** A provider or channel: text, or a map that holds its name. */
export function nameIn(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!isTree(value)) return '';
  const attributes = own(value, '#attributes') ?? own(value, '$') ?? own(value, '@attributes');
  const name = own(isTree(attributes) ? attributes : value, 'Name') ?? own(value, '@Name') ?? own(value, '#text');
  return typeof name === 'string' ? name : '';
}

/**
 * @param fields   becomes `Event.fields` as it is; known names may be added to it here
 * @param content  what identity is taken from where the record has no number: its bytes, or the tree it came as
 */
export function buildEvent(
  header: Header,
  fields: Record<string, unknown>,
  place: Place,
  content: Uint8Array | object,
): Event {
  const { provider, channel, eventId } = header;
  let sensor = header.sensor;
  const utcMs = parseUtcTime(fields['UtcTime']);
  const hasUtc = utcMs === utcMs;
  // A record without any envelope that has Sysmon's own clock was written by Sysmon.
  if (sensor === 'other' && hasUtc && provider === '' && channel === '') sensor = 'sysmon';
  let action = header.action;
  if (sensor === 'sysmon') {
    completeSysmon(fields, eventId);
    action ??= sysmonAction(eventId);
  } else if (sensor === 'security') {
    action = completeSecurity(fields, eventId) ?? action;
  }
  // Sysmon's are the same in all of its records, and they are the hottest of all.
  if (sensor === 'security') restoreAudit(fields);
  else if (sensor === 'other') restoreKeywords(fields, content);
  const time: TimeReading = hasUtc
    ? { timeMs: utcMs, timeSource: 'utc' }
    : chooseTime(typeof header.time === 'function' ? header.time(fields) : header.time);
  const named = hostName(header.host);
  const { computer, host } = named.host === '' ? senderName(place) : named;
  const recordNumber = Math.max(0, toInteger(header.record) ?? 0);
  const identity =
    numberedIdentity(host, channel, recordNumber, eventId, time.timeMs) ??
    (content instanceof Uint8Array ? contentIdentity(content) : treeIdentity(content));
  return {
    idHigh: identity.high,
    idLow: identity.low,
    host,
    computer,
    timeMs: time.timeMs,
    timeSource: time.timeSource,
    sensor,
    provider,
    channel,
    eventId,
    recordNumber,
    loggerPid: pidOf(header.loggerPid),
    action,
    fields,
    file: place.file,
    line: place.line,
  };
}

function senderName({ host = '' }: Place): HostName {
  return { computer: host, host: host.toLowerCase() };
}

function pidOf(value: unknown): number {
  if (value === undefined) return 0;
  return toInteger(typeof value === 'number' ? value : textIn(value)) ?? 0;
}
