import { describe, expect, test } from 'vitest';
import type { Event } from '../../engine/event/event.js';
import { isSkip, normalise } from './normalise.js';
import { classicText, processInMessage } from './rendered.js';

function read(record: unknown): Event {
  const result = normalise(structuredClone(record), { file: undefined, line: 1 });
  if (isSkip(result)) throw new Error(`skipped: ${result.reason}, ${result.message}`);
  return result;
}

const SUBJECT = [
  '\tSecurity ID:\t\tS-1-5-21-1-2-3-500',
  '\tAccount Name:\t\tbob',
  '\tAccount Domain:\t\tCORP',
  '\tLogon ID:\t\t0x3E5A1',
];
const CREATED = [
  'A new process has been created.',
  '',
  'Creator Subject:',
  ...SUBJECT,
  '',
  'Target Subject:',
  '\tSecurity ID:\t\tS-1-0-0',
  '\tAccount Name:\t\t-',
  '\tAccount Domain:\t\t-',
  '\tLogon ID:\t\t0x0',
  '',
  'Process Information:',
  '\tNew Process ID:\t\t0x1234',
  '\tNew Process Name:\tC:\\Windows\\System32\\cmd.exe',
  '\tToken Elevation Type:\t%%1936',
  '\tMandatory Label:\t\tS-1-16-12288',
  '\tCreator Process ID:\t0x4d2',
  '\tCreator Process Name:\tC:\\Windows\\explorer.exe',
  '\tProcess Command Line:\tcmd /c "a: b"',
  '\tNew Process ID:\t\t0x1 (a line break in the command line)',
  '',
  'Token Elevation Type indicates the type of token that was assigned to the new process.',
].join('\r\n');
const ENDED = [
  'A process has exited.',
  '',
  'Subject:',
  ...SUBJECT,
  '',
  'Process Information:',
  '\tProcess ID:\t0x1234',
  '\tProcess Name:\tC:\\a.exe',
  '\tExit Status:\t0x0',
].join('\n');

const EXPECTED = {
  ProcessId: 0x1234,
  ParentProcessId: 0x4d2,
  Image: 'C:\\Windows\\System32\\cmd.exe',
  ParentImage: 'C:\\Windows\\explorer.exe',
  CommandLine: 'cmd /c "a: b"',
  User: 'CORP\\bob',
  LogonId: '0x3E5A1',
  IntegrityLevel: 'High',
};

describe('Security 4688 and 4689 of which only the message was kept', () => {
  const splunk = {
    EventCode: '4688',
    LogName: 'Security',
    SourceName: 'Microsoft Windows security auditing.',
    ComputerName: 'WS5',
    RecordNumber: '7',
    _time: '2024-03-05 09:08:07.000 UTC',
    Message: CREATED,
  };

  test("Splunk's classic fields", () => {
    const event = read(splunk);
    expect(event).toMatchObject({
      action: 'processcreate',
      sensor: 'security',
      timeMs: Date.UTC(2024, 2, 5, 9, 8, 7),
      timeSource: 'timestamp',
    });
    expect(event.fields).toMatchObject({ ...EXPECTED, LogonId: '0x3E5A1' });
  });

  test("Splunk's classic text", () => {
    const { Message, _time, ...named } = splunk;
    const lines = Object.entries(named).map(([name, value]) => `${name}=${value}`);
    const text = ['03/05/2024 10:08:07 AM', 'LogName=Security', ...lines, `Message=${Message}`].join('\n');
    const event = read({ result: { _raw: text, _time } });
    expect(event).toMatchObject({
      action: 'processcreate',
      host: 'ws5',
      recordNumber: 7,
      timeMs: Date.UTC(2024, 2, 5, 9, 8, 7),
    });
    expect(event.fields).toMatchObject(EXPECTED);
    expect(read({ _raw: text })).toMatchObject({ timeMs: Date.UTC(2024, 2, 5, 10, 8, 7), timeSource: 'local' });
  });

  test("Get-WinEvent's own ProcessId is the logger", () => {
    const record = {
      Id: '4688',
      ProviderName: 'Microsoft-Windows-Security-Auditing',
      LogName: 'Security',
      MachineName: 'WS5',
      ProcessId: '4',
    };
    expect(read({ ...record, Message: CREATED }).fields).toMatchObject(EXPECTED);
    expect(read({ ...record, Id: '4689', Message: ENDED })).toMatchObject({
      action: 'processterminal',
      fields: { ProcessId: 0x1234, Image: 'C:\\a.exe', User: 'CORP\\bob' },
    });
  });
});

test.each([
  '',
  'Ein neuer Prozess wurde erstellt.',
  'New Process ID:\t0x1',
  '\n'.repeat(100_000),
  'Process Informatio',
])('a message that is another: %j', (message) => expect(processInMessage(message.slice(0, 50), 4688)).toBeUndefined());

test.each(['', '03/05/2024 10:08:07 AM', '03/05/2024 10:08:07 AM\nSource=x', 'LogName=Security'])(
  'a text that is another: %j',
  (text) => expect(classicText(text)).toBeUndefined(),
);

test('names in classic text that could reach a prototype', () => {
  const record = classicText('03/05/2024 10:08:07 AM\nLogName=x\n__proto__=y\nno name\n=z');
  expect(Object.getOwnPropertyNames(record ?? {})).toEqual(['TimeCreated', 'LogName', '__proto__']);
});
