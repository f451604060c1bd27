/**
 * Security 4688 and 4689 beside Sysmon's names, so that a host without Sysmon gets the same chains and the same rules.
 * Source: Microsoft, "4688(S): A new process has been created", "4689(S): A process has exited", and the recorded events.
 */

import type { Action } from '../../engine/event/action.js';
import { toInteger } from '../../engine/event/event.js';

/** Integrity levels by the last part of their SID, `S-1-16-12288`. Source: [MS-DTYP] 2.4.2.4. */
const INTEGRITY_LEVELS: ReadonlyMap<string, string> = new Map([
  ['0', 'Untrusted'],
  ['4096', 'Low'],
  ['8192', 'Medium'],
  ['8448', 'Medium'],
  ['12288', 'High'],
  ['16384', 'System'],
  ['20480', 'ProtectedProcess'],
]);

const SYSTEM = 'NT AUTHORITY\\SYSTEM';

/** Accounts that a record names by the machine (`WS5$`); Sysmon names them so. Windows' messages and Fluent Bit look the SIDs up. */
const WELL_KNOWN_USERS: ReadonlyMap<unknown, string> = new Map(
  [
    ['S-1-5-18', SYSTEM],
    ['S-1-5-19', 'NT AUTHORITY\\LOCAL SERVICE'],
    ['S-1-5-20', 'NT AUTHORITY\\NETWORK SERVICE'],
  ].flatMap(([sid = '', name = '']): [string, string][] => [
    [sid, name],
    [name, name],
    [name.slice(name.indexOf('\\') + 1), name],
  ]),
);

/**
 * Adds Sysmon's names to the fields of a Security record and says which action it is. Own names stay, but for `ProcessId`: in 4688 it is the
 * parent, and moves to `ParentProcessId`. Ids that are added are numbers.
 */
export function completeSecurity(fields: Record<string, unknown>, eventId: number): Action | undefined {
  if (eventId === 4688) return completeCreate(fields);
  if (eventId === 4689) return completeExit(fields);
  // The filtering platform's 5156 and its kin call the subject `ProcessID`, in decimal; 5158 calls it `ProcessId`.
  if (eventId >= 5140 && eventId <= 5450 && fields['ProcessId'] === undefined) {
    const processId = fields['ProcessID'];
    // A number beside a thread is a shipper's own, the logger; alone it is a converter's of the text.
    const isData = typeof processId === 'number' && fields['ThreadID'] === undefined;
    if (typeof processId === 'string' || isData) fields['ProcessId'] = processId;
  }
  return undefined;
}

function completeCreate(fields: Record<string, unknown>): Action {
  const processId = toInteger(fields['NewProcessId']);
  const parentId = toInteger(fields['ProcessId']);
  // A record that was completed before (a log read again from our own export) holds a number here.
  const isComplete = typeof fields['ProcessId'] === 'number' && fields['ProcessId'] === processId;
  if (!isComplete && parentId !== undefined) fields['ParentProcessId'] = parentId;
  if (processId !== undefined) fields['ProcessId'] = processId;
  else if (!isComplete) delete fields['ProcessId'];
  if (isText(fields['NewProcessName'])) fields['Image'] = fields['NewProcessName'];
  if (isText(fields['ParentProcessName'])) fields['ParentImage'] = fields['ParentProcessName'];
  const hasTarget = isText(fields['TargetUserName']);
  const user = hasTarget ? accountOf(fields, 'Target') : accountOf(fields, 'Subject');
  if (user !== undefined) fields['User'] = user;
  const logonId = fields[hasTarget ? 'TargetLogonId' : 'SubjectLogonId'];
  if (logonId !== undefined && fields['LogonId'] === undefined) fields['LogonId'] = logonId;
  const level = integrityLevel(fields);
  if (level !== undefined) fields['IntegrityLevel'] = level;
  return 'processcreate';
}

function completeExit(fields: Record<string, unknown>): Action {
  const processId = toInteger(fields['ProcessId']);
  if (processId !== undefined) fields['ProcessId'] = processId;
  if (isText(fields['ProcessName'])) fields['Image'] = fields['ProcessName'];
  const user = accountOf(fields, 'Subject');
  if (user !== undefined) fields['User'] = user;
  return 'processterminal';
}

/** `-` is how Windows writes "none" into a text. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value !== '-';
}

function accountOf(fields: Record<string, unknown>, role: 'Subject' | 'Target'): string | undefined {
  const name = fields[`${role}UserName`];
  const domain = fields[`${role}DomainName`];
  const wellKnown = WELL_KNOWN_USERS.get(fields[`${role}UserSid`]);
  if (wellKnown !== undefined) return wellKnown;
  if (!isText(name)) return undefined;
  return isText(domain) ? `${domain}\\${name}` : name;
}

function integrityLevel(fields: Record<string, unknown>): string | undefined {
  const label = fields['MandatoryLabel'];
  if (isText(label)) {
    const level = INTEGRITY_LEVELS.get(label.slice(label.lastIndexOf('-') + 1));
    if (label.startsWith('S-1-16-') && level !== undefined) return level;
    // Some shippers look the SID up: `Mandatory Label\High Mandatory Level`.
    const named = /\\(\w+) Mandatory Level$/.exec(label)?.[1];
    if (named !== undefined) return named;
  }
  if (WELL_KNOWN_USERS.get(fields['SubjectUserSid']) === SYSTEM && !isText(fields['TargetUserName'])) return 'System';
  const elevation = fields['TokenElevationType'];
  if (elevation === '%%1937' || elevation === 'TokenElevationTypeFull (2)') return 'High';
  if (elevation === '%%1938' || elevation === 'TokenElevationTypeLimited (3)') return 'Medium';
  return undefined;
}
