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

test('rows of what is no creation are no events', () => {
  expect(normalise({ ...ROW, ActionType: 'OpenProcess' }, PLACE)).toMatchObject({ reason: 'not-an-event' });
});
