/** Events made by hand for tests: short to write, whole enough for the engine. */

import { sysmonAction, type Action } from '../../src/engine/event/action.js';
import { hash64 } from '../../src/engine/base/hash.js';
import type { Event, Fields } from '../../src/engine/event/event.js';

export const T0 = Date.UTC(2026, 0, 5, 9, 0, 0);
const HOST = 'ws1.corp.example';

const SYSMON_IDS = new Map<Action, number>();
for (let id = 29; id >= 1; id--) {
  const action = sysmonAction(id);
  if (action !== undefined) SYSMON_IDS.set(action, id);
}

export interface Extra {
  readonly host?: string;
  readonly sensor?: Event['sensor'];
  readonly file?: string;
  readonly line?: number;
  readonly record?: number;
  readonly provider?: string;
  readonly loggerPid?: number;
  readonly eventId?: number;
}

/** Any event; `atMs` counts from T0. Records differ in identity unless `record` and the time are equal. */
export function event(action: Action | undefined, atMs: number, fields: Fields, extra: Extra = {}): Event {
  const host = extra.host ?? HOST;
  const identity = hash64(
    `${host}|${extra.record ?? JSON.stringify(fields)}|${atMs}|${action ?? extra.eventId}|${extra.sensor ?? ''}`,
  );
  return {
    idHigh: identity.high,
    idLow: identity.low,
    host,
    computer: host,
    timeMs: T0 + atMs,
    timeSource: 'utc',
    sensor: extra.sensor ?? 'sysmon',
    provider: extra.provider ?? 'Microsoft-Windows-Sysmon',
    channel: 'Microsoft-Windows-Sysmon/Operational',
    eventId: extra.eventId ?? (action === undefined ? 0 : (SYSMON_IDS.get(action) ?? 0)),
    recordNumber: extra.record ?? 0,
    loggerPid: extra.loggerPid ?? 0,
    action,
    fields,
    file: extra.file,
    line: extra.line ?? 0,
  };
}

/** A GUID for a name: start time in whole seconds as Sysmon puts it, the name's hash in the rest. */
export function guidOf(name: string, startMs: number): string {
  const seconds = Math.floor((T0 + startMs) / 1000)
    .toString(16)
    .padStart(8, '0');
  const hash = hash64(name);
  const tail = hash.high.toString(16).padStart(8, '0') + hash.low.toString(16).padStart(8, '0');
  return `{0badcafe-${seconds.slice(4)}-${seconds.slice(0, 4)}-${tail.slice(0, 4)}-${tail.slice(4)}}`;
}

/** A process in a test: its name gives image, GUID and pid. */
export interface Actor {
  readonly guid: string;
  readonly pid: number;
  readonly image: string;
  readonly startMs: number;
}

export function actor(name: string, startMs: number, options: { image?: string; pid?: number } = {}): Actor {
  return {
    guid: guidOf(name, startMs),
    pid: options.pid ?? 1000 + (hash64(name).low % 60_000),
    image: options.image ?? `C:\\Tools\\${name}.exe`,
    startMs,
  };
}

export const EXPLORER = actor('explorer', 0, { image: 'C:\\Windows\\explorer.exe' });

export function create(process: Actor, parent: Actor | undefined, fields: Fields = {}, extra: Extra = {}): Event {
  return event(
    'processcreate',
    process.startMs,
    {
      ProcessGuid: process.guid,
      ProcessId: process.pid,
      Image: process.image,
      CommandLine: `"${process.image}"`,
      User: 'CORP\\li',
      Hashes: `SHA256=${hash64(process.image).low.toString(16).padStart(64, '0')}`,
      IntegrityLevel: 'Medium',
      ...(parent === undefined
        ? {}
        : { ParentProcessGuid: parent.guid, ParentProcessId: parent.pid, ParentImage: parent.image }),
      ...fields,
    },
    extra,
  );
}

/** A creation as Security 4688 tells it, after normalisation: pids, no GUIDs. */
export function create4688(
  process: Actor,
  parent: Actor | undefined,
  fields: Fields = {},
  extra: Extra & { atMs?: number } = {},
): Event {
  return event(
    'processcreate',
    extra.atMs ?? process.startMs,
    {
      ProcessId: process.pid,
      Image: process.image,
      CommandLine: `"${process.image}"`,
      ...(parent === undefined ? {} : { ParentProcessId: parent.pid, ParentImage: parent.image }),
      ...fields,
    },
    { sensor: 'security', provider: 'Microsoft-Windows-Security-Auditing', eventId: 4688, ...extra },
  );
}

export function end(process: Actor, atMs: number, extra: Extra = {}): Event {
  return event(
    'processterminal',
    atMs,
    { ProcessGuid: process.guid, ProcessId: process.pid, Image: process.image },
    extra,
  );
}

export function act(action: Action, process: Actor, atMs: number, fields: Fields = {}, extra: Extra = {}): Event {
  return event(
    action,
    atMs,
    { ProcessGuid: process.guid, ProcessId: process.pid, Image: process.image, ...fields },
    extra,
  );
}
