import { expect, test } from 'vitest';
import type { Event } from '../../engine/event/event.js';
import { isSkip, normalise } from './normalise.js';

const PLACE = { file: undefined, line: 1 };

function read(record: unknown): Event {
  const result = normalise(structuredClone(record), PLACE);
  if (isSkip(result)) throw new Error(`skipped: ${result.reason}, ${result.message}`);
  return result;
}

const ROW = {
  Timestamp: '2024-03-05T09:08:07.123456Z',
  DeviceId: 'x',
  DeviceName: 'WS5.corp.example',
  ActionType: 'ProcessCreated',
  FileName: 'cmd.exe',
  FolderPath: 'C:\\Windows\\System32\\cmd.exe',
  SHA1: 'ab',
  MD5: '',
  SHA256: 'cd',
  ProcessVersionInfoOriginalFileName: 'Cmd.Exe',
  ProcessId: 4660,
  ProcessCommandLine: 'cmd.exe /c whoami',
  ProcessIntegrityLevel: 'High',
  AccountDomain: 'corp',
  AccountName: 'bob',
  InitiatingProcessAccountDomain: 'nt authority',
  InitiatingProcessAccountName: 'system',
  InitiatingProcessFileName: 'explorer.exe',
  InitiatingProcessFolderPath: 'c:\\windows\\explorer.exe',
  InitiatingProcessId: '1234',
  InitiatingProcessCommandLine: 'explorer.exe',
  ReportId: 17,
};

const EXPECTED = {
  Image: 'C:\\Windows\\System32\\cmd.exe',
  CommandLine: 'cmd.exe /c whoami',
  OriginalFileName: 'Cmd.Exe',
  ProcessId: 4660,
  User: 'corp\\bob',
  IntegrityLevel: 'High',
  Hashes: 'SHA1=AB,SHA256=CD',
  ParentImage: 'c:\\windows\\explorer.exe',
  ParentProcessId: 1234,
  ParentCommandLine: 'explorer.exe',
  ParentUser: 'nt authority\\system',
};

test.each([
  { name: 'a row of an export', record: ROW },
  {
    name: 'a record of the stream',
    record: { time: '2024-03-05T09:09:00Z', category: 'AdvancedHunting-DeviceProcessEvents', properties: ROW },
  },
])('$name is the creation of a process', ({ record }) => {
  const event = read(record);
  expect(event).toMatchObject({
    action: 'processcreate',
    sensor: 'other',
    host: 'ws5.corp.example',
    timeMs: Date.UTC(2024, 2, 5, 9, 8, 7, 123),
    timeSource: 'timestamp',
    recordNumber: 0,
  });
  expect(event.fields).toEqual(EXPECTED);
});

test.each([
  { folder: 'c:\\windows', file: 'explorer.exe', image: 'c:\\windows\\explorer.exe' },
  { folder: 'c:\\', file: 'a.exe', image: 'c:\\a.exe' },
  { folder: '', file: 'a.exe', image: 'a.exe' },
  { folder: 'c:\\a.exe', file: '', image: 'c:\\a.exe' },
  { folder: 5, file: { a: 1 }, image: { a: 1 } },
])('a parent in $folder named $file', ({ folder, file, image }) => {
  const record = { ...ROW, InitiatingProcessFolderPath: folder, InitiatingProcessFileName: file };
  expect(read(record).fields['ParentImage']).toEqual(image);
});

const BY = {
  Timestamp: '2024-03-05T09:08:07.123456Z',
  DeviceName: 'WS5.corp.example',
  InitiatingProcessAccountDomain: 'corp',
  InitiatingProcessAccountName: 'bob',
  InitiatingProcessFileName: 'cmd.exe',
  InitiatingProcessFolderPath: 'c:\\windows\\system32\\cmd.exe',
  InitiatingProcessId: 4660,
};
const SUBJECT = { Image: 'c:\\windows\\system32\\cmd.exe', ProcessId: 4660, User: 'corp\\bob' };
const RUN = 'HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\X';
const USER_KEY = 'HKEY_CURRENT_USER\\S-1-5-21-1-2-3-500\\Software';

test.each([
  {
    ActionType: 'ConnectionSuccess',
    row: { LocalIP: '10.0.0.5', LocalPort: 50000, RemoteIP: '10.0.0.1', RemotePort: 443, Protocol: 'TcpV6' },
    action: 'networkconnect',
    fields: {
      SourceIp: '10.0.0.5',
      SourcePort: 50000,
      DestinationIp: '10.0.0.1',
      DestinationPort: 443,
      Protocol: 'tcp',
      Initiated: 'true',
    },
  },
  {
    ActionType: 'ConnectionRequest',
    row: { RemoteIP: '10.0.0.1', RemotePort: 80, RemoteUrl: 'http://a.example:80/x', Protocol: 'Tcp' },
    action: 'networkconnect',
    fields: {
      DestinationIp: '10.0.0.1',
      DestinationPort: 80,
      DestinationHostname: 'a.example',
      Protocol: 'tcp',
      Initiated: 'true',
    },
  },
  {
    ActionType: 'InboundConnectionAccepted',
    row: { LocalIP: '10.0.0.5', LocalPort: 445, RemoteIP: '10.0.0.9', RemotePort: 50000, Protocol: 'Tcp' },
    action: 'networkconnect',
    fields: {
      SourceIp: '10.0.0.9',
      SourcePort: 50000,
      DestinationIp: '10.0.0.5',
      DestinationPort: 445,
      Protocol: 'tcp',
      Initiated: 'false',
    },
  },
  {
    ActionType: 'ImageLoaded',
    row: { FileName: 'a.dll', FolderPath: 'C:\\a.dll', SHA1: 'ab' },
    action: 'imageload',
    fields: { ImageLoaded: 'C:\\a.dll', Hashes: 'SHA1=AB' },
  },
  {
    ActionType: 'FileCreated',
    row: { FileName: 'a.exe', FolderPath: 'C:\\a.exe', SHA256: 'ab' },
    action: 'filecreate',
    fields: { TargetFilename: 'C:\\a.exe', Hashes: 'SHA256=AB' },
  },
  {
    ActionType: 'FileDeleted',
    row: { FileName: 'a.exe', FolderPath: 'C:\\a.exe' },
    action: 'filedeletedetected',
    fields: { TargetFilename: 'C:\\a.exe' },
  },
  {
    ActionType: 'RegistryValueSet',
    row: { RegistryKey: RUN, RegistryValueName: 'Start', RegistryValueType: 'Dword', RegistryValueData: '4' },
    action: 'registryvalueset',
    fields: {
      EventType: 'SetValue',
      TargetObject: 'HKLM\\System\\CurrentControlSet\\Services\\X\\Start',
      Details: 'DWORD (0x00000004)',
    },
  },
  {
    ActionType: 'RegistryValueSet',
    row: { RegistryKey: USER_KEY, RegistryValueName: '', RegistryValueType: 'Qword', RegistryValueData: '4294967301' },
    action: 'registryvalueset',
    fields: {
      EventType: 'SetValue',
      TargetObject: 'HKU\\S-1-5-21-1-2-3-500\\Software\\(Default)',
      Details: 'QWORD (0x00000001-0x00000005)',
    },
  },
  {
    ActionType: 'RegistryValueSet',
    row: { RegistryKey: 'HKEY_USERS\\x', RegistryValueName: 'v', RegistryValueType: 'String', RegistryValueData: '4' },
    action: 'registryvalueset',
    fields: { EventType: 'SetValue', TargetObject: 'HKU\\x\\v', Details: '4' },
  },
  {
    ActionType: 'RegistryValueSet',
    row: { RegistryKey: 'HKEY_USERS\\x', RegistryValueName: 'v', RegistryValueType: 'Binary', RegistryValueData: '' },
    action: 'registryvalueset',
    fields: { EventType: 'SetValue', TargetObject: 'HKU\\x\\v', Details: 'Binary Data' },
  },
  {
    ActionType: 'RegistryValueDeleted',
    row: { PreviousRegistryKey: RUN, PreviousRegistryValueName: 'Start' },
    action: 'registryadd',
    fields: { EventType: 'DeleteValue', TargetObject: 'HKLM\\System\\CurrentControlSet\\Services\\X\\Start' },
  },
  {
    ActionType: 'RegistryKeyCreated',
    row: { RegistryKey: 'HKEY_CURRENT_USER\\Software\\x' },
    action: 'registryadd',
    fields: { EventType: 'CreateKey', TargetObject: 'HKCU\\Software\\x' },
  },
  {
    ActionType: 'RegistryKeyRenamed',
    row: { RegistryKey: 'HKEY_USERS\\b', PreviousRegistryKey: 'HKEY_USERS\\a' },
    action: 'registryobjectset',
    fields: { EventType: 'RenameKey', TargetObject: 'HKU\\a', NewName: 'HKU\\b' },
  },
])('$ActionType is $action', ({ ActionType, row, action, fields }) => {
  const event = read({ ...BY, ActionType, ...row });
  expect(event).toMatchObject({ action, sensor: 'other', host: 'ws5.corp.example', timeSource: 'timestamp' });
  expect(event.fields).toEqual({ ...SUBJECT, ...fields });
});

test('columns that hold no text', () => {
  const row = {
    ActionType: 'RegistryValueSet',
    RegistryKey: { a: 1 },
    RegistryValueType: 'Dword',
    RegistryValueData: 4,
  };
  expect(read({ ...BY, ...row }).fields).toEqual({ ...SUBJECT, EventType: 'SetValue', Details: 'DWORD (0x00000004)' });
});

test.each([
  { ...ROW, ActionType: 'OpenProcess' },
  { ActionType: 'ListeningConnectionCreated', ...BY },
  { category: 'AdvancedHunting-DeviceNetworkEvents', properties: { ...BY, ActionType: 'DnsConnectionInspected' } },
])('what Sysmon has no event for is skipped with a reason: %j', (record) => {
  expect(normalise(record, PLACE)).toMatchObject({
    reason: 'unsupported',
    message: expect.stringMatching(/^the ActionType "\w+" of Defender is none that an event of Sysmon's has$/),
  });
});
