/** What Sysmon's own records need before rules and the engine read them. Runs for every event, so it looks only where an event id says so. */

import { canonicalName } from '../../engine/event/field-names.js';
import { toInteger } from '../../engine/event/event.js';

/** NXLog's own severities: its `EventType` took the place of Sysmon's, or pushed it to `EventTypeOrignal` (NXLog's spelling). */
const NXLOG_TYPES: ReadonlySet<unknown> = new Set([
  'INFO',
  'WARNING',
  'ERROR',
  'CRITICAL',
  'VERBOSE',
  'DEBUG',
  'AUDIT_SUCCESS',
  'AUDIT_FAILURE',
]);

/** Event types that the event id alone decides. */
const ONLY_TYPES: ReadonlyMap<number, string> = new Map([
  [13, 'SetValue'],
  [17, 'CreatePipe'],
  [18, 'ConnectPipe'],
  [19, 'WmiFilterEvent'],
  [20, 'WmiConsumerEvent'],
  [21, 'WmiBindingEvent'],
]);

/**
 * A number of the registry as Sysmon writes it into `Details`, which rules compare: `DWORD (0x00000004)`, `QWORD (0x00000000-0x00000004)`.
 *
 * @param digits  decimal
 */
export function registryNumber(bits: 32 | 64, digits: string): string {
  const hex = BigInt(digits)
    .toString(16)
    .padStart(bits / 4, '0');
  return bits === 32 ? `DWORD (0x${hex})` : `QWORD (0x${hex.slice(0, 8)}-0x${hex.slice(8)})`;
}

/** Adds canonical names where a Sysmon version or a shipper spelled or overwrote them. Only known names are assigned. */
export function completeSysmon(fields: Record<string, unknown>, eventId: number): void {
  switch (eventId) {
    case 8:
      restoreModule(fields);
      return respellGuids(fields);
    case 10:
      return respellGuids(fields);
    case 6:
    case 7:
      return restoreText(fields, 'Signed');
    case 23:
      restoreText(fields, 'Archived');
      return restoreText(fields, 'IsExecutable');
    case 24:
      return restoreText(fields, 'Archived');
    case 26:
    case 28:
      return restoreText(fields, 'IsExecutable');
    case 12:
    case 13:
    case 14:
    case 17:
    case 18:
    case 19:
    case 20:
    case 21:
      restoreEventType(fields, eventId);
  }
}

/** Event 10 spells the ids of its two processes GUID, event 8 Guid. */
function respellGuids(fields: Record<string, unknown>): void {
  if (fields['SourceProcessGuid'] === undefined && fields['SourceProcessGUID'] !== undefined) {
    fields['SourceProcessGuid'] = fields['SourceProcessGUID'];
  }
  if (fields['TargetProcessGuid'] === undefined && fields['TargetProcessGUID'] !== undefined) {
    fields['TargetProcessGuid'] = fields['TargetProcessGUID'];
  }
}

/** Sysmon writes "-" where no module holds the address; shippers that drop what is empty drop that too. */
function restoreModule(fields: Record<string, unknown>): void {
  const module = fields['StartModule'] ?? undefined;
  const address = fields['StartAddress'] ?? undefined;
  if (module === undefined && address !== undefined) fields['StartModule'] = '-';
}

/** Sysmon writes `true` and `false` as text, and rules compare texts; shippers that know its types write JSON's. */
function restoreText(fields: Record<string, unknown>, name: string): void {
  const value = fields[name];
  if (typeof value === 'boolean') fields[name] = String(value);
}

function restoreEventType(fields: Record<string, unknown>, eventId: number): void {
  const type = fields['EventType'];
  if (type !== undefined && !NXLOG_TYPES.has(type)) return;
  const moved = fields['EventTypeOrignal'];
  if (typeof moved === 'string' && !NXLOG_TYPES.has(moved)) fields['EventType'] = moved;
  else {
    const found = ONLY_TYPES.get(eventId) ?? messageField(fields['Message'], 'EventType');
    if (found !== undefined) fields['EventType'] = found;
    else if (type !== undefined) delete fields['EventType'];
  }
}

/**
 * A shipper whose names ignore case lost Sysmon's `ProcessId` to its own `ProcessID` (the logger). The rendered message still has it.
 */
export function restoreProcessId(fields: Record<string, unknown>): void {
  if (fields['ProcessId'] !== undefined) return;
  const processId = messageField(fields['Message'], 'ProcessId');
  if (toInteger(processId) !== undefined) fields['ProcessId'] = processId;
}

/** `Name: value` of a rendered message. The first such line counts: command lines, which may hold a line break, come after what is asked here. */
function messageField(message: unknown, name: string): string | undefined {
  if (typeof message !== 'string') return undefined;
  const start = message.indexOf(`\n${name}: `);
  if (start === -1) return undefined;
  const from = start + name.length + 3;
  const end = message.indexOf('\n', from);
  return message.slice(from, end === -1 ? undefined : end).trim();
}

const MESSAGE_LINE = /^([A-Za-z]{2,32}): ?(.*)$/;

/**
 * All fields of a rendered Sysmon message, for exports that hold nothing else (PowerShell's CSV). Names come in a fixed order and each once,
 * so of a name that a line break in a command line repeats the first one counts.
 */
export function fieldsOfMessage(message: string): Record<string, unknown> | undefined {
  const fields: Record<string, unknown> = {};
  let found = 0;
  // A rendered message of Sysmon has 25 lines; what is longer is text that somebody put into one of them.
  for (const line of message.slice(0, 65_536).split('\n', 200)) {
    const match = MESSAGE_LINE.exec(line.endsWith('\r') ? line.slice(0, -1) : line);
    const name = match?.[1];
    if (name === undefined) continue;
    const known = canonicalName(name.toLowerCase());
    if (known === undefined || Object.hasOwn(fields, known)) continue;
    fields[known] = match?.[2] ?? '';
    found++;
  }
  return found === 0 ? undefined : fields;
}
