/**
 * Names of data that a shipper gives by position only (Fluent Bit's `StringInserts`, PowerShell's `Properties`). A layout follows from the
 * event id and from how many values there are, because Sysmon's versions added fields without raising the event's version number.
 */

import { isTree, own } from './tree.js';
import { readTime } from './time.js';

/**
 * Sysmon's newest layout (schema 4.91) by event id. In older versions these are missing: `?` alone or with others of its group, in any
 * combination that fits the number of values and leaves a time at `UtcTime`.
 */
const SYSMON: ReadonlyMap<number, string> = new Map([
  [
    1,
    'RuleName? UtcTime ProcessGuid ProcessId Image FileVersion?1 Description?1 Product?1 Company?1 OriginalFileName? CommandLine CurrentDirectory ' +
      'User LogonGuid LogonId TerminalSessionId IntegrityLevel Hashes ParentProcessGuid ParentProcessId ParentImage ParentCommandLine ParentUser?',
  ],
  [2, 'RuleName? UtcTime ProcessGuid ProcessId Image TargetFilename CreationUtcTime PreviousCreationUtcTime User?'],
  [
    3,
    'RuleName? UtcTime ProcessGuid ProcessId Image User Protocol Initiated SourceIsIpv6 SourceIp SourceHostname SourcePort SourcePortName ' +
      'DestinationIsIpv6 DestinationIp DestinationHostname DestinationPort DestinationPortName',
  ],
  [4, 'UtcTime State Version SchemaVersion'],
  [5, 'RuleName? UtcTime ProcessGuid ProcessId Image User?'],
  [6, 'RuleName? UtcTime ImageLoaded Hashes Signed Signature SignatureStatus?'],
  [
    7,
    'RuleName? UtcTime ProcessGuid ProcessId Image ImageLoaded FileVersion?1 Description?1 Product?1 Company?1 OriginalFileName? Hashes Signed ' +
      'Signature SignatureStatus? User?',
  ],
  [
    8,
    'RuleName? UtcTime SourceProcessGuid SourceProcessId SourceImage TargetProcessGuid TargetProcessId TargetImage NewThreadId StartAddress ' +
      'StartModule StartFunction SourceUser?1 TargetUser?1',
  ],
  [9, 'RuleName? UtcTime ProcessGuid ProcessId Image Device User?'],
  [
    10,
    'RuleName? UtcTime SourceProcessGuid SourceProcessId SourceThreadId SourceImage TargetProcessGuid TargetProcessId TargetImage GrantedAccess ' +
      'CallTrace SourceUser?1 TargetUser?1',
  ],
  [11, 'RuleName? UtcTime ProcessGuid ProcessId Image TargetFilename CreationUtcTime User?'],
  [12, 'RuleName? EventType? UtcTime ProcessGuid ProcessId Image TargetObject User?'],
  [13, 'RuleName? EventType? UtcTime ProcessGuid ProcessId Image TargetObject Details User?'],
  [14, 'RuleName? EventType? UtcTime ProcessGuid ProcessId Image TargetObject NewName User?'],
  [15, 'RuleName? UtcTime ProcessGuid ProcessId Image TargetFilename CreationUtcTime Hash Contents? User?'],
  [16, 'UtcTime Configuration ConfigurationFileHash'],
  [17, 'RuleName? EventType? UtcTime ProcessGuid ProcessId PipeName Image User?'],
  [18, 'RuleName? EventType? UtcTime ProcessGuid ProcessId PipeName Image User?'],
  [19, 'RuleName? EventType UtcTime Operation User EventNamespace Name Query'],
  [20, 'RuleName? EventType UtcTime Operation User Name Type Destination'],
  [21, 'RuleName? EventType UtcTime Operation User Consumer Filter'],
  [22, 'RuleName? UtcTime ProcessGuid ProcessId QueryName QueryStatus QueryResults Image User?'],
  [23, 'RuleName? UtcTime ProcessGuid ProcessId User Image TargetFilename Hashes IsExecutable Archived'],
  [24, 'RuleName? UtcTime ProcessGuid ProcessId Image Session ClientInfo Hashes Archived User?'],
  [25, 'RuleName? UtcTime ProcessGuid ProcessId Image Type User?'],
  [26, 'RuleName? UtcTime ProcessGuid ProcessId User Image TargetFilename Hashes IsExecutable'],
  [27, 'RuleName? UtcTime ProcessGuid ProcessId User Image TargetFilename Hashes'],
  [28, 'RuleName? UtcTime ProcessGuid ProcessId User Image TargetFilename Hashes IsExecutable'],
  [29, 'RuleName? UtcTime ProcessGuid ProcessId User Image TargetFilename Hashes'],
  [255, 'UtcTime ID Description'],
]);

const SUBJECT = 'SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId';
const TARGET = 'TargetUserSid TargetUserName TargetDomainName TargetLogonId';

/** Security, System and PowerShell, whose layouts only ever grew at the end: a shorter record has the first names. */
const OTHERS: ReadonlyMap<string, string> = new Map([
  [
    'security:4624',
    `${SUBJECT} ${TARGET} LogonType LogonProcessName AuthenticationPackageName WorkstationName LogonGuid TransmittedServices LmPackageName KeyLength ` +
      'ProcessId ProcessName IpAddress IpPort ImpersonationLevel RestrictedAdminMode TargetOutboundUserName TargetOutboundDomainName VirtualAccount ' +
      'TargetLinkedLogonId ElevatedToken',
  ],
  [
    'security:4625',
    `${SUBJECT} TargetUserSid TargetUserName TargetDomainName Status FailureReason SubStatus LogonType LogonProcessName AuthenticationPackageName ` +
      'WorkstationName TransmittedServices LmPackageName KeyLength ProcessId ProcessName IpAddress IpPort',
  ],
  [
    'security:4688',
    `${SUBJECT} NewProcessId NewProcessName TokenElevationType ProcessId CommandLine ${TARGET} ParentProcessName MandatoryLabel`,
  ],
  ['security:4689', `${SUBJECT} Status ProcessId ProcessName`],
  ['security:4697', `${SUBJECT} ServiceName ServiceFileName ServiceType ServiceStartType ServiceAccount`],
  ['security:4698', `${SUBJECT} TaskName TaskContent`],
  [
    'security:5156',
    'ProcessID Application Direction SourceAddress SourcePort DestAddress DestPort Protocol FilterRTID LayerName LayerRTID RemoteUserID RemoteMachineID',
  ],
  ['security:5158', 'ProcessId Application SourceAddress SourcePort Protocol FilterRTID LayerName LayerRTID'],
  ['service control manager:7045', 'ServiceName ImagePath ServiceType StartType AccountName'],
  ['microsoft-windows-powershell:4103', 'ContextInfo UserData Payload'],
  ['microsoft-windows-powershell:4104', 'MessageNumber MessageTotal ScriptBlockText ScriptBlockId Path'],
]);

/**
 * @param values  the data by position; a PowerShell property is `{"Value": …}`
 * @returns name and value in order; `undefined` where no known layout fits
 */
export function nameValues(
  provider: string,
  isSysmon: boolean,
  eventId: number,
  values: readonly unknown[],
): [string, unknown][] | undefined {
  const plain = values.map((value) => (isTree(value) ? own(value, 'Value') : value));
  const names = isSysmon ? sysmonNames(eventId, plain) : otherNames(provider, eventId, plain.length);
  return names?.slice(0, plain.length).map((name, index) => [name, plain[index]]);
}

function otherNames(provider: string, eventId: number, count: number): string[] | undefined {
  const lower = provider.toLowerCase();
  const source = lower === 'microsoft-windows-security-auditing' ? 'security' : lower;
  const names = OTHERS.get(`${source}:${eventId}`)?.split(' ');
  return names !== undefined && count <= names.length ? names : undefined;
}

/** Leaves groups of optional names out until the rest fits; at most 2^5 tries of one comparison each. */
function sysmonNames(eventId: number, values: readonly unknown[]): string[] | undefined {
  const layout = SYSMON.get(eventId)?.split(' ').map(parseName);
  if (layout === undefined) return undefined;
  const groups = [...new Set(layout.flatMap((entry) => (entry.group === undefined ? [] : [entry.group])))];
  for (let left = 0; left < 1 << groups.length; left++) {
    const out = new Set(groups.filter((_group, index) => (left & (1 << index)) !== 0));
    const names = layout
      .filter((entry) => entry.group === undefined || !out.has(entry.group))
      .map((entry) => entry.name);
    if (names.length === values.length && readTime(values[names.indexOf('UtcTime')]) !== undefined) return names;
  }
  return undefined;
}

/** `Company?1` is optional together with the others of group 1; `User?` by itself. */
function parseName(text: string): { name: string; group: string | undefined } {
  const mark = text.indexOf('?');
  if (mark === -1) return { name: text, group: undefined };
  return { name: text.slice(0, mark), group: mark === text.length - 1 ? text : text.slice(mark) };
}
