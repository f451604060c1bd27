/**
 * Names of data that a shipper gives by position only (Fluent Bit's `StringInserts`, PowerShell's `Properties`). A layout follows from the
 * event id and from how many values there are, because Sysmon's versions added fields without raising the event's version number.
 */

import { isTree, own } from './tree.js';
import { readTime } from './time.js';

/**
 * Sysmon's newest layout (schema 4.91) by event id. A number behind a name says in which order names go missing in older versions, the youngest
 * first; those with one number came together.
 */
const SYSMON: ReadonlyMap<number, string> = new Map([
  [
    1,
    'RuleName?3 UtcTime ProcessGuid ProcessId Image FileVersion?4 Description?4 Product?4 Company?4 OriginalFileName?2 CommandLine CurrentDirectory ' +
      'User LogonGuid LogonId TerminalSessionId IntegrityLevel Hashes ParentProcessGuid ParentProcessId ParentImage ParentCommandLine ParentUser?1',
  ],
  [2, 'RuleName?2 UtcTime ProcessGuid ProcessId Image TargetFilename CreationUtcTime PreviousCreationUtcTime User?1'],
  [
    3,
    'RuleName?1 UtcTime ProcessGuid ProcessId Image User Protocol Initiated SourceIsIpv6 SourceIp SourceHostname SourcePort SourcePortName ' +
      'DestinationIsIpv6 DestinationIp DestinationHostname DestinationPort DestinationPortName',
  ],
  [4, 'UtcTime State Version SchemaVersion'],
  [5, 'RuleName?2 UtcTime ProcessGuid ProcessId Image User?1'],
  [6, 'RuleName?1 UtcTime ImageLoaded Hashes Signed Signature SignatureStatus?2'],
  [
    7,
    'RuleName?3 UtcTime ProcessGuid ProcessId Image ImageLoaded FileVersion?4 Description?4 Product?4 Company?4 OriginalFileName?2 Hashes Signed ' +
      'Signature SignatureStatus?5 User?1',
  ],
  [
    8,
    'RuleName?2 UtcTime SourceProcessGuid SourceProcessId SourceImage TargetProcessGuid TargetProcessId TargetImage NewThreadId StartAddress ' +
      'StartModule StartFunction SourceUser?1 TargetUser?1',
  ],
  [9, 'RuleName?2 UtcTime ProcessGuid ProcessId Image Device User?1'],
  [
    10,
    'RuleName?2 UtcTime SourceProcessGuid SourceProcessId SourceThreadId SourceImage TargetProcessGuid TargetProcessId TargetImage GrantedAccess ' +
      'CallTrace SourceUser?1 TargetUser?1',
  ],
  [11, 'RuleName?2 UtcTime ProcessGuid ProcessId Image TargetFilename CreationUtcTime User?1'],
  [12, 'RuleName?2 EventType UtcTime ProcessGuid ProcessId Image TargetObject User?1'],
  [13, 'RuleName?2 EventType UtcTime ProcessGuid ProcessId Image TargetObject Details User?1'],
  [14, 'RuleName?2 EventType UtcTime ProcessGuid ProcessId Image TargetObject NewName User?1'],
  [15, 'RuleName?3 UtcTime ProcessGuid ProcessId Image TargetFilename CreationUtcTime Hash Contents?2 User?1'],
  [16, 'UtcTime Configuration ConfigurationFileHash'],
  [17, 'RuleName?3 EventType?2 UtcTime ProcessGuid ProcessId PipeName Image User?1'],
  [18, 'RuleName?3 EventType?2 UtcTime ProcessGuid ProcessId PipeName Image User?1'],
  [19, 'RuleName?1 EventType UtcTime Operation User EventNamespace Name Query'],
  [20, 'RuleName?1 EventType UtcTime Operation User Name Type Destination'],
  [21, 'RuleName?1 EventType UtcTime Operation User Consumer Filter'],
  [22, 'RuleName?2 UtcTime ProcessGuid ProcessId QueryName QueryStatus QueryResults Image User?1'],
  [23, 'RuleName?1 UtcTime ProcessGuid ProcessId User Image TargetFilename Hashes IsExecutable Archived'],
  [24, 'RuleName?2 UtcTime ProcessGuid ProcessId Image Session ClientInfo Hashes Archived User?1'],
  [25, 'RuleName?2 UtcTime ProcessGuid ProcessId Image Type User?1'],
  [26, 'RuleName?1 UtcTime ProcessGuid ProcessId User Image TargetFilename Hashes IsExecutable'],
  [27, 'RuleName?1 UtcTime ProcessGuid ProcessId User Image TargetFilename Hashes'],
  [28, 'RuleName?1 UtcTime ProcessGuid ProcessId User Image TargetFilename Hashes IsExecutable'],
  [29, 'RuleName?1 UtcTime ProcessGuid ProcessId User Image TargetFilename Hashes'],
  [255, 'UtcTime ID Description'],
]);

const SUBJECT = 'SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId';
const TARGET = 'TargetUserSid TargetUserName TargetDomainName TargetLogonId';

const CHANGED = 'TargetUserName TargetDomainName TargetSid';
const ACCOUNT =
  'PrivilegeList SamAccountName DisplayName UserPrincipalName HomeDirectory HomePath ScriptPath ProfilePath UserWorkstations PasswordLastSet ' +
  'AccountExpires PrimaryGroupId AllowedToDelegateTo OldUacValue NewUacValue UserAccountControl UserParameters SidHistory LogonHours';
const MEMBER = `MemberName MemberSid ${CHANGED} ${SUBJECT} PrivilegeList`;
const CALLER = `${CHANGED} ${SUBJECT} CallerProcessId CallerProcessName`;
const FILTERED =
  'ProcessID Application Direction SourceAddress SourcePort DestAddress DestPort Protocol FilterRTID LayerName LayerRTID RemoteUserID RemoteMachineID';
const SHARE = `${SUBJECT} ObjectType IpAddress IpPort ShareName ShareLocalPath`;

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
  ['security:4627', `${SUBJECT} ${TARGET} LogonType EventIdx EventCountTotal GroupMembership`],
  ['security:4634', `${TARGET} LogonType`],
  [
    'security:4648',
    `${SUBJECT} LogonGuid TargetUserName TargetDomainName TargetLogonGuid TargetServerName TargetInfo ProcessId ProcessName IpAddress IpPort`,
  ],
  [
    'security:4656',
    `${SUBJECT} ObjectServer ObjectType ObjectName HandleId TransactionId AccessList AccessReason AccessMask PrivilegeList RestrictedSidCount ProcessId ` +
      'ProcessName ResourceAttributes',
  ],
  [
    'security:4657',
    `${SUBJECT} ObjectName ObjectValueName HandleId OperationType OldValueType OldValue NewValueType NewValue ProcessId ProcessName`,
  ],
  [
    'security:4661',
    `${SUBJECT} ObjectServer ObjectType ObjectName HandleId TransactionId AccessList AccessMask PrivilegeList Properties RestrictedSidCount ProcessId ProcessName`,
  ],
  [
    'security:4662',
    `${SUBJECT} ObjectServer ObjectType ObjectName OperationType HandleId AccessList AccessMask Properties AdditionalInfo AdditionalInfo2`,
  ],
  [
    'security:4663',
    `${SUBJECT} ObjectServer ObjectType ObjectName HandleId AccessList AccessMask ProcessId ProcessName ResourceAttributes`,
  ],
  ['security:4672', `${SUBJECT} PrivilegeList`],
  ['security:4673', `${SUBJECT} ObjectServer Service PrivilegeList ProcessId ProcessName`],
  [
    'security:4688',
    `${SUBJECT} NewProcessId NewProcessName TokenElevationType ProcessId CommandLine ${TARGET} ParentProcessName MandatoryLabel`,
  ],
  ['security:4689', `${SUBJECT} Status ProcessId ProcessName`],
  ['security:4697', `${SUBJECT} ServiceName ServiceFileName ServiceType ServiceStartType ServiceAccount`],
  ['security:4698', `${SUBJECT} TaskName TaskContent`],
  ['security:4699', `${SUBJECT} TaskName TaskContent`],
  ['security:4700', `${SUBJECT} TaskName TaskContent`],
  ['security:4701', `${SUBJECT} TaskName TaskContent`],
  ['security:4702', `${SUBJECT} TaskName TaskContentNew`],
  ['security:4703', `${SUBJECT} ${TARGET} ProcessName ProcessId EnabledPrivilegeList DisabledPrivilegeList`],
  ['security:4719', `${SUBJECT} CategoryId SubcategoryId SubcategoryGuid AuditPolicyChanges`],
  ['security:4720', `${CHANGED} ${SUBJECT} ${ACCOUNT}`],
  ['security:4722', `${CHANGED} ${SUBJECT}`],
  ['security:4724', `${CHANGED} ${SUBJECT}`],
  ['security:4725', `${CHANGED} ${SUBJECT}`],
  ['security:4726', `${CHANGED} ${SUBJECT} PrivilegeList`],
  ['security:4728', MEMBER],
  ['security:4732', MEMBER],
  ['security:4738', `Dummy ${CHANGED} ${SUBJECT} ${ACCOUNT}`],
  ['security:4741', `${CHANGED} ${SUBJECT} ${ACCOUNT} DnsHostName ServicePrincipalNames`],
  ['security:4742', `ComputerAccountChange ${CHANGED} ${SUBJECT} ${ACCOUNT} DnsHostName ServicePrincipalNames`],
  ['security:4756', MEMBER],
  [
    'security:4768',
    'TargetUserName TargetDomainName TargetSid ServiceName ServiceSid TicketOptions Status TicketEncryptionType PreAuthType IpAddress IpPort CertIssuerName CertSerialNumber CertThumbprint',
  ],
  [
    'security:4769',
    'TargetUserName TargetDomainName ServiceName ServiceSid TicketOptions TicketEncryptionType IpAddress IpPort Status LogonGuid TransmittedServices',
  ],
  [
    'security:4771',
    'TargetUserName TargetSid ServiceName TicketOptions Status PreAuthType IpAddress IpPort CertIssuerName CertSerialNumber CertThumbprint',
  ],
  ['security:4776', 'PackageName TargetUserName Workstation Status'],
  ['security:4781', `OldTargetUserName NewTargetUserName TargetDomainName TargetSid ${SUBJECT} PrivilegeList`],
  ['security:4798', CALLER],
  ['security:4799', CALLER],
  [
    'security:5136',
    `OpCorrelationID AppCorrelationID ${SUBJECT} DSName DSType ObjectDN ObjectGUID ObjectClass AttributeLDAPDisplayName AttributeSyntaxOID ` +
      'AttributeValue OperationType',
  ],
  ['security:5140', `${SHARE} AccessMask AccessList`],
  ['security:5142', `${SUBJECT} ShareName ShareLocalPath`],
  ['security:5145', `${SHARE} RelativeTargetName AccessMask AccessList AccessReason`],
  ['security:5156', FILTERED],
  ['security:5157', FILTERED],
  ['security:5158', 'ProcessId Application SourceAddress SourcePort Protocol FilterRTID LayerName LayerRTID'],
  ['service control manager:7045', 'ServiceName ImagePath ServiceType StartType AccountName'],
  ['service control manager:7036', 'param1 param2'],
  ['microsoft-windows-eventlog:104', 'SubjectUserName SubjectDomainName Channel BackupPath'],
  ['microsoft-windows-eventlog:1102', 'SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId'],
  ['microsoft-windows-taskscheduler:100', 'TaskName UserContext InstanceId'],
  ['microsoft-windows-taskscheduler:106', 'TaskName UserContext'],
  ['microsoft-windows-taskscheduler:129', 'TaskName Path ProcessID Priority'],
  ['microsoft-windows-taskscheduler:140', 'TaskName UserName'],
  ['microsoft-windows-taskscheduler:141', 'TaskName UserName'],
  ['microsoft-windows-taskscheduler:142', 'TaskName UserName'],
  ['microsoft-windows-taskscheduler:200', 'TaskName ActionName TaskInstanceId EnginePID'],
  ['microsoft-windows-taskscheduler:201', 'TaskName TaskInstanceId ActionName ResultCode EnginePID'],
  ['microsoft-windows-wmi-activity:5857', 'ProviderName Code HostProcess ProcessID ProviderPath'],
  ['microsoft-windows-wmi-activity:5861', 'Namespace ESS CONSUMER PossibleCause'],
  ['microsoft-windows-powershell:4103', 'ContextInfo UserData Payload'],
  ['microsoft-windows-powershell:4104', 'MessageNumber MessageTotal ScriptBlockText ScriptBlockId Path'],
]);

/** Where the first version had a name fewer in the middle: how many values a record has at least from the next version on. */
const FEWEST: ReadonlyMap<string, number> = new Map([['security:4656', 16]]);

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
  const plain = values.map(plainValue);
  const names = isSysmon ? sysmonNames(eventId, plain) : otherNames(provider, eventId, plain.length);
  // The filtering platform's ids of processes are decimal.
  const isTyped = isTree(values[0]) && !isSysmon && eventId !== 5158;
  return names?.slice(0, plain.length).map((name, index) => [name, isTyped ? inHex(name, plain[index]) : plain[index]]);
}

/** A property of PowerShell's; of a SID it has the parts too. */
function plainValue(value: unknown): unknown {
  const plain = isTree(value) ? own(value, 'Value') : value;
  return isTree(plain) ? (own(plain, 'Value') ?? plain) : plain;
}

/** What Security's records have in hex. */
const HEX =
  /^(?:\w*LogonId|NewProcessId|ProcessId|(?:Sub)?Status|AccessMask|HandleId|Ticket(?:Options|EncryptionType)|\w+UacValue)$/;

/** PowerShell gives the numbers themselves, and rules compare Windows' texts (`0x3e7`). */
function inHex(name: string, value: unknown): unknown {
  if (typeof value !== 'number' || !Number.isInteger(value) || !HEX.test(name)) return value;
  return `0x${(value < 0 ? value + 0x1_0000_0000 : value).toString(16)}`;
}

function otherNames(provider: string, eventId: number, count: number): string[] | undefined {
  const lower = provider.toLowerCase();
  const source = lower === 'microsoft-windows-security-auditing' ? 'security' : lower;
  const key = `${source}:${eventId}`;
  const names = OTHERS.get(key)?.split(' ');
  return names !== undefined && count <= names.length && count >= (FEWEST.get(key) ?? 0) ? names : undefined;
}

/** Goes back from version to version until the number of values fits; then a time must stand where that version has it. */
function sysmonNames(eventId: number, values: readonly unknown[]): string[] | undefined {
  const layout = SYSMON.get(eventId)?.split(' ') ?? [];
  for (let gone = 0; gone <= 5; gone++) {
    const names = layout.flatMap((entry) => {
      const [name = '', order] = entry.split('?');
      return order !== undefined && Number(order) <= gone ? [] : [name];
    });
    if (names.length !== values.length) continue;
    return readTime(values[names.indexOf('UtcTime')]) === undefined ? undefined : names;
  }
  return undefined;
}
