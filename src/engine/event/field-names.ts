/**
 * The names of event fields, as the sensors spell them, and which of them are numbers or booleans to a rule. `src/sources` spells fields by
 * this table whatever a shipper made of them, and rules find a field from its lower-cased name through it.
 *
 * Some names differ from another in case only and mean something else (`ProcessID` is the process that logged, `ProcessId` the subject).
 * They are not in the table: `canonicalName('processid')` is `ProcessId`, and `ProcessID` can only be asked for by that very spelling.
 */

/** Names are written as text, several a line; a list of quoted words would be three times as long. */
function words(lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split(' '));
}

/** Source: Sysmon schema 4.91, `sysmon -s`, events 1–29 and 255, in the order in which they appear there first. */
const SYSMON_NAMES: readonly string[] = words([
  // 1 process create
  'RuleName UtcTime ProcessGuid ProcessId Image FileVersion Description Product Company OriginalFileName',
  'CommandLine CurrentDirectory User LogonGuid LogonId TerminalSessionId IntegrityLevel Hashes',
  'ParentProcessGuid ParentProcessId ParentImage ParentCommandLine ParentUser',
  // 2 file creation time, 3 network, 4 service state
  'TargetFilename CreationUtcTime PreviousCreationUtcTime Protocol Initiated SourceIsIpv6 SourceIp',
  'SourceHostname SourcePort SourcePortName DestinationIsIpv6 DestinationIp DestinationHostname DestinationPort',
  'DestinationPortName State Version SchemaVersion',
  // 6 driver, 7 image load, 8 remote thread, 9 raw read, 10 process access
  'ImageLoaded Signed Signature SignatureStatus SourceProcessGuid SourceProcessId SourceImage TargetProcessGuid',
  'TargetProcessId TargetImage NewThreadId StartAddress StartModule StartFunction SourceUser TargetUser Device',
  'SourceThreadId GrantedAccess CallTrace',
  // 12–14 registry, 15 stream, 16 configuration, 17–18 pipes, 19–21 WMI, 22 DNS
  'EventType TargetObject Details NewName Hash Contents Configuration ConfigurationFileHash PipeName Operation',
  'EventNamespace Name Query Type Destination Consumer Filter QueryName QueryStatus QueryResults',
  // 23–29 deletes, clipboard, tampering, blocks; 255 error
  'IsExecutable Archived Session ClientInfo ID',
]);

/** Source: Microsoft's event manifests, as the recorded events hold them. The fields that rules and the engine read. */
const WINDOWS_NAMES: readonly string[] = words([
  // Security: subjects and targets
  'SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId TargetUserSid TargetUserName',
  'TargetDomainName TargetLogonId TargetSid TargetServerName TargetInfo TargetLinkedLogonId TargetLogonGuid',
  'OldTargetUserName NewTargetUserName',
  'MemberName MemberSid SamAccountName UserPrincipalName UserAccountControl OldUacValue NewUacValue SidHistory',
  'AllowedToDelegateTo ServicePrincipalNames PrivilegeList EnabledPrivilegeList DisabledPrivilegeList',
  // Security: processes, objects
  'NewProcessId NewProcessName ParentProcessName ProcessName TokenElevationType MandatoryLabel CallerProcessId',
  'CallerProcessName ClientProcessId ProcessCreationTime ObjectServer ObjectType ObjectName ObjectValueName',
  'HandleId AccessList AccessMask AccessReason Accesses OperationType OldValue OldValueType NewValue',
  'NewValueType OldSd NewSd Properties AdditionalInfo AdditionalInfo2 ObjectDN ObjectGUID ObjectClass',
  'AttributeLDAPDisplayName AttributeValue',
  // Security: logons, Kerberos, shares, filtering platform
  'LogonType LogonProcessName AuthenticationPackageName LmPackageName WorkstationName Workstation IpAddress',
  'IpPort KeyLength ImpersonationLevel ElevatedToken FailureReason Status SubStatus ServiceSid TicketOptions',
  'TicketEncryptionType PreAuthType TransmittedServices ShareName ShareLocalPath RelativeTargetName Application',
  'Direction SourceAddress DestAddress DestPort FilterRTID LayerName LayerRTID RemoteUserID RemoteMachineID',
  // services, tasks
  'ServiceName ServiceFileName ServiceType ServiceStartType ServiceAccount ImagePath StartType AccountName',
  'TaskName TaskContent TaskContentNew ActionName Path',
  // PowerShell, WMI, Defender, BITS
  'ScriptBlockText ScriptBlockId MessageNumber MessageTotal Payload ContextInfo UserData HostApplication',
  'HostProcess ProviderName ProviderPath NamespaceName ClientMachine Consumer PossibleCause ESS ThreatName',
  'RemoteName LocalName FileName ModifyingApplication ApplicationPath Data Message',
]);

const BY_LOWER: ReadonlyMap<string, string> = new Map(
  [...WINDOWS_NAMES, ...SYSMON_NAMES].map((name) => [name.toLowerCase(), name]),
);

/** Every name in the table, Sysmon's first. */
export const FIELD_NAMES: readonly string[] = [...new Set([...SYSMON_NAMES, ...WINDOWS_NAMES])];

/**
 * The sensor's spelling of a lower-cased name: `commandline` → `CommandLine`; `undefined` for names the table does not know, which
 * keep the spelling their record has.
 */
export function canonicalName(lower: string): string | undefined {
  return BY_LOWER.get(lower);
}

/**
 * Spellings that only look like a name of the table. A rule that asks for `processid` means `ProcessId` and must never be answered from
 * `ProcessID`; likewise `LogonID` (Terminal Services' own), `Ipaddress` (DNS client), `message` (a shipper's copy of the rendered text).
 */
export const LOOK_ALIKES: ReadonlySet<string> = new Set([
  'ProcessID',
  'process_id',
  'ExecutionProcessID',
  'LogonID',
  'Ipaddress',
  'message',
  'type',
  'user',
  'activity_id',
]);

/**
 * Lower-cased names of fields that are numbers to a rule expression, whatever form the source gave them: process and thread ids, access
 * masks, ports, session and logon ids. The event itself keeps the text (`"0x1410"`); Sigma rules compare that.
 */
export const NUMBER_FIELDS: ReadonlySet<string> = new Set(
  words([
    'processid parentprocessid sourceprocessid targetprocessid newprocessid callerprocessid clientprocessid',
    'sourcethreadid newthreadid grantedaccess accessmask sourceport destinationport destport ipport',
    'terminalsessionid session logonid subjectlogonid targetlogonid',
  ]),
);

/** Lower-cased names of fields that are true or false to a rule expression; the event keeps the text (`"true"`). */
export const BOOLEAN_FIELDS: ReadonlySet<string> = new Set(['initiated', 'sourceisipv6', 'destinationisipv6']);
