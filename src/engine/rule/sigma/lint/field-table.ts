/** Fields of the events that Sigma's categories are about. Source: Sysmon schema 4.91; Windows Security 4688; PowerShell's events; Sigma's taxonomy. */

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '');

/** Of every event, from its envelope or because every event of Sysmon has them. */
const EVERYWHERE =
  words(`Channel Computer ComputerName EventID EventLog EventRecordID EventType Execution_ProcessID Execution_ThreadID
  Hostname Keywords Level LogName Message Opcode Provider Provider_Guid Provider_Name RuleName Security_UserID Source SourceName Task
  TimeCreated TimeCreated_SystemTime UtcTime Version Image ProcessGuid ProcessId User`);

const FILE_VERSION = 'FileVersion Description Product Company OriginalFileName';
const HASHES = 'Hashes md5 sha1 sha256 imphash';
const SIGNATURE = 'Signed Signature SignatureStatus';
const REGISTRY = 'TargetObject Details NewName EventTypeOriginal';
const SOURCE_AND_TARGET = `SourceProcessGuid SourceProcessId SourceImage TargetProcessGuid TargetProcessId TargetImage SourceUser
  TargetUser`;
const FILE = 'TargetFilename CreationUtcTime';
const CLASSIC = `Data HostApplication HostId HostName HostVersion EngineVersion NewEngineState PreviousEngineState NewProviderState
  ProviderName RunspaceId PipelineId CommandName CommandType ScriptName CommandPath CommandLine SequenceNumber`;

const FIELDS: Readonly<Record<string, string>> = {
  process_creation: `${FILE_VERSION} ${HASHES} CommandLine CurrentDirectory LogonGuid LogonId TerminalSessionId IntegrityLevel
    ParentProcessGuid ParentProcessId ParentImage ParentCommandLine ParentUser NewProcessId NewProcessName ParentProcessName
    SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId TargetUserSid TargetUserName TargetDomainName TargetLogonId
    TokenElevationType MandatoryLabel`,
  process_termination: '',
  file_change: `${FILE} PreviousCreationUtcTime`,
  network_connection: `Protocol Initiated SourceIsIpv6 SourceIp SourceHostname SourcePort SourcePortName DestinationIsIpv6
    DestinationIp DestinationHostname DestinationPort DestinationPortName`,
  sysmon_status: 'State SchemaVersion Configuration ConfigurationFileHash',
  sysmon_error: 'ID Description',
  driver_load: `ImageLoaded ${HASHES} ${SIGNATURE}`,
  image_load: `ImageLoaded ${FILE_VERSION} ${HASHES} ${SIGNATURE}`,
  create_remote_thread: `${SOURCE_AND_TARGET} NewThreadId StartAddress StartModule StartFunction`,
  raw_access_thread: 'Device',
  process_access: `${SOURCE_AND_TARGET} SourceThreadId GrantedAccess CallTrace`,
  file_event: FILE,
  registry_event: REGISTRY,
  registry_add: REGISTRY,
  registry_delete: REGISTRY,
  registry_set: REGISTRY,
  registry_rename: REGISTRY,
  create_stream_hash: `${FILE} Hash Contents md5 sha1 sha256 imphash`,
  pipe_created: 'PipeName',
  wmi_event: 'Operation EventNamespace Name Query Type Destination Consumer Filter',
  dns_query: 'QueryName QueryStatus QueryResults',
  file_delete: `TargetFilename ${HASHES} IsExecutable Archived`,
  file_delete_detected: `TargetFilename ${HASHES} IsExecutable`,
  clipboard_capture: `Session ClientInfo ${HASHES} Archived`,
  clipboard_change: `Session ClientInfo ${HASHES} Archived`,
  process_tampering: 'Type',
  file_block_executable: `TargetFilename ${HASHES}`,
  file_block_shredding: `TargetFilename ${HASHES} IsExecutable`,
  file_executable_detected: `TargetFilename ${HASHES}`,
  ps_script: 'MessageNumber MessageTotal ScriptBlockText ScriptBlockId Path',
  ps_module: 'ContextInfo UserData Payload',
  ps_classic_start: CLASSIC,
  ps_classic_provider_start: CLASSIC,
  ps_classic_script: CLASSIC,
};

const TABLE: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
  Object.entries(FIELDS).map(([category, fields]) => [
    category,
    new Map([...EVERYWHERE, ...words(fields)].map((field) => [field.toLowerCase(), field])),
  ]),
);

/** Spellings of the fields by their lower-case name; `undefined` for a category whose fields are not known. */
export function fieldsOfCategory(category: string): ReadonlyMap<string, string> | undefined {
  return TABLE.get(category);
}
