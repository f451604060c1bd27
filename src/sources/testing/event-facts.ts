/** What one creation of a process says, for tests that write it in many shapes. */

export const IMAGE = 'C:\\Windows\\System32\\cmd.exe';
export const COMMAND_LINE = '"C:\\Windows\\System32\\cmd.exe" /c whoami';
export const PARENT_IMAGE = 'C:\\Windows\\explorer.exe';
const UTC_TIME = '2024-03-05 09:08:07.123';

/** What every shape below must come to. */
export const EXPECTED = {
  host: 'ws5.corp.example',
  timeMs: Date.UTC(2024, 2, 5, 9, 8, 7, 123),
  action: 'processcreate',
  sensor: 'sysmon',
  eventId: 1,
  fields: {
    Image: IMAGE,
    CommandLine: COMMAND_LINE,
    User: 'CORP\\bob',
    IntegrityLevel: 'High',
    ParentImage: PARENT_IMAGE,
    ParentCommandLine: PARENT_IMAGE,
  },
  processId: 4660,
  parentProcessId: 1234,
  guid: 'F3329A35-1C6C-627E-E516-000000000600',
  md5: 'D5669294F1C9A7C8E4B1F0A0C5B7E3D1',
} as const;

export const DATA = {
  RuleName: '-',
  UtcTime: UTC_TIME,
  ProcessGuid: '{f3329a35-1c6c-627e-e516-000000000600}',
  ProcessId: '4660',
  Image: IMAGE,
  FileVersion: '10.0.19041.1',
  Description: 'Windows Command Processor',
  Product: 'Microsoft® Windows® Operating System',
  Company: 'Microsoft Corporation',
  OriginalFileName: 'Cmd.Exe',
  CommandLine: COMMAND_LINE,
  CurrentDirectory: 'C:\\Users\\bob\\',
  User: 'CORP\\bob',
  LogonGuid: '{f3329a35-9472-627d-e503-000000000000}',
  LogonId: '0x3e5a1',
  TerminalSessionId: '1',
  IntegrityLevel: 'High',
  Hashes: `MD5=${EXPECTED.md5},SHA256=00FF00FF00FF00FF00FF00FF00FF00FF00FF00FF00FF00FF00FF00FF00FF00FF`,
  ParentProcessGuid: '{f3329a35-1111-627e-e516-000000000600}',
  ParentProcessId: '1234',
  ParentImage: PARENT_IMAGE,
  ParentCommandLine: PARENT_IMAGE,
  ParentUser: 'CORP\\bob',
};

export const MESSAGE = `Process Create:\r\n${Object.entries(DATA)
  .map(([name, value]) => `${name}: ${value}`)
  .join('\r\n')}`;
export const PROVIDER = 'Microsoft-Windows-Sysmon';
export const GUID = '{5770385F-C22A-43E0-BF4C-06F5698FFBD9}';
export const CHANNEL = 'Microsoft-Windows-Sysmon/Operational';
export const COMPUTER = 'WS5.corp.example';
export const SYSTEM_TIME = '2024-03-05T09:08:07.1289123Z';

export const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
export const mapKeys = (key: (name: string) => string): Record<string, string> =>
  Object.fromEntries(Object.entries(DATA).map(([name, value]) => [key(name), value]));
export const wazuhEscape = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');

export const system = (attributes: (map: Record<string, unknown>) => unknown): Record<string, unknown> => ({
  Provider: attributes({ Name: PROVIDER, Guid: GUID }),
  EventID: 1,
  Version: 5,
  Level: 4,
  Task: 1,
  Opcode: 0,
  Keywords: '0x8000000000000000',
  TimeCreated: attributes({ SystemTime: SYSTEM_TIME }),
  EventRecordID: 5402080,
  Correlation: null,
  Execution: attributes({ ProcessID: 3544, ThreadID: 4272 }),
  Channel: CHANNEL,
  Computer: COMPUTER,
  Security: attributes({ UserID: 'S-1-5-18' }),
});

/** The event as one shipper writes it. */
export interface Shape {
  readonly name: string;
  readonly record: unknown;
  /** `utc` where not said. */
  readonly timeSource?: string;
  /** Whether the shape carries the record number; true where not said. */
  readonly hasNumber?: boolean;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

export function dataXml(namespace?: string): string {
  const data = Object.entries(DATA)
    .map(([name, value]) => `<Data Name='${name}'>${escape(value)}</Data>`)
    .join('');
  return `<EventData${namespace === undefined ? '' : ` xmlns='${namespace}'`}>${data}</EventData>`;
}

/** The record as Windows' own XML. */
export function eventXml(): string {
  return (
    `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='${PROVIDER}' Guid='${GUID}'/>` +
    `<EventID>1</EventID><Version>5</Version><Level>4</Level><Task>1</Task><Opcode>0</Opcode><Keywords>0x8000000000000000</Keywords>` +
    `<TimeCreated SystemTime='${SYSTEM_TIME}'/><EventRecordID>5402080</EventRecordID><Correlation/>` +
    `<Execution ProcessID='3544' ThreadID='4272'/><Channel>${CHANNEL}</Channel><Computer>${COMPUTER}</Computer>` +
    `<Security UserID='S-1-5-18'/></System>${dataXml()}` +
    `<RenderingInfo Culture='en-US'><Message>${escape(MESSAGE)}</Message></RenderingInfo></Event>`
  );
}
