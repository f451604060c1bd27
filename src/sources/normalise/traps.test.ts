/** What real events do that a parser tried on one shipper's output does not expect; each case is something that was recorded. */

import { describe, expect, test } from 'vitest';
import { fieldOf, integerOf, type Event } from '../../engine/event/event.js';
import { DEFAULT_LIMITS } from '../source.js';
import { isSkip, normalise } from './normalise.js';

const SYSMON = {
  SourceName: 'Microsoft-Windows-Sysmon',
  Channel: 'Microsoft-Windows-Sysmon/Operational',
  Hostname: 'WS5',
};
const SECURITY = { SourceName: 'Microsoft-Windows-Security-Auditing', Channel: 'Security', Hostname: 'WS5' };
const UTC = { UtcTime: '2020-09-04 07:06:09.681' };
const PLACE = { file: undefined, line: 1 };

function read(record: unknown): Event {
  const result = normalise(structuredClone(record), PLACE);
  if (isSkip(result)) throw new Error(`skipped: ${result.reason}, ${result.message}`);
  return result;
}

describe('host', () => {
  test.each([
    {
      name: 'the machine, not the collector in `host`',
      record: { ...SYSMON, ...UTC, EventID: 5, host: 'wec.corp' },
      host: 'ws5',
    },
    {
      name: 'the machine, not the collector in `host.name`',
      record: {
        computer_name: 'HR001.shire.com',
        event_id: 5,
        host: { name: 'WECserver' },
        event_data: UTC,
        log_name: 'x',
      },
      host: 'hr001.shire.com',
    },
    {
      name: 'lower case, with the domain kept',
      record: { ...SYSMON, ...UTC, EventID: 5, Hostname: 'ADFS01.Blacksmith.LOCAL' },
      host: 'adfs01.blacksmith.local',
    },
    { name: 'Computer', record: { ...UTC, EventID: 5, Channel: SYSMON.Channel, Computer: 'A' }, host: 'a' },
    { name: 'none', record: { ...UTC, EventID: 5, Channel: SYSMON.Channel }, host: '' },
    { name: 'no text', record: { ...UTC, EventID: 5, Channel: SYSMON.Channel, Computer: { a: 1 } }, host: '' },
    {
      name: 'a name no machine can have',
      record: { ...UTC, EventID: 5, Channel: SYSMON.Channel, Computer: 'x'.repeat(300) },
      host: '',
    },
  ])('$name', ({ record, host }) => expect(read(record).host).toBe(host));

  test('the sender stands in where the record names nobody, and never else', () => {
    const record = { Action: 'processterminal', Data: { ProcessId: '4' } };
    const result = normalise(record, { ...PLACE, host: 'WS9' });
    expect(isSkip(result) ? result : result.host).toBe('ws9');
    const named = normalise({ ...SYSMON, ...UTC, EventID: 5 }, { ...PLACE, host: 'ws9' });
    expect(isSkip(named) ? named : named.host).toBe('ws5');
  });
});

describe('event id, provider, channel', () => {
  test.each([
    { name: 'number', record: { ...SYSMON, ...UTC, EventID: 5 }, eventId: 5 },
    { name: 'text', record: { ...SYSMON, ...UTC, EventID: '5' }, eventId: 5 },
    {
      name: 'a map with qualifiers',
      record: {
        Event: { System: { EventID: { '#attributes': { Qualifiers: '16384' }, '#text': 7045 } }, EventData: {} },
      },
      eventId: 7045,
    },
    { name: 'qualifiers in its upper bits', record: { ...SYSMON, ...UTC, EventID: 0x4000_1b85 }, eventId: 7045 },
    { name: 'negative', record: { ...SYSMON, ...UTC, EventID: -5 }, eventId: 0 },
    { name: 'a fraction', record: { ...SYSMON, ...UTC, EventID: 1.5 }, eventId: 0 },
    { name: 'a list', record: { ...SYSMON, ...UTC, EventID: [1] }, eventId: 0 },
  ])('event id as $name', ({ record, eventId }) => expect(read(record).eventId).toBe(eventId));

  test.each([
    { name: 'channel alone', record: { EventID: 5, Hostname: 'a', Channel: SYSMON.Channel }, sensor: 'sysmon' },
    {
      name: 'Security in lower case',
      record: { EventID: 4688, Hostname: 'a', Channel: 'security' },
      sensor: 'security',
    },
    {
      name: 'provider in another case',
      record: { ...SYSMON, EventID: 5, SourceName: 'microsoft-windows-sysmon' },
      sensor: 'sysmon',
    },
    {
      name: 'provider by its GUID',
      record: { System: { ID: 5, Guid: '{5770385F-C22A-43E0-BF4C-06F5698FFBD9}' }, EventData: {} },
      sensor: 'sysmon',
    },
    { name: 'no envelope but a UtcTime', record: { EventID: 5, Computer: 'a', ...UTC }, sensor: 'sysmon' },
    {
      name: 'another provider in the Security channel',
      record: { ...SECURITY, SourceName: 'AD FS Auditing', EventID: 4688 },
      sensor: 'other',
    },
  ])('sensor told by $name', ({ record, sensor }) => expect(read(record).sensor).toBe(sensor));

  test('an event of another provider with a Sysmon id has no action', () => {
    const event = read({
      EventID: 1,
      SourceName: 'Microsoft-Windows-Kernel-General',
      Channel: 'System',
      Hostname: 'a',
    });
    expect([event.action, event.sensor, event.provider]).toEqual([
      undefined,
      'other',
      'Microsoft-Windows-Kernel-General',
    ]);
  });
});

describe('process identity', () => {
  test.each(['ExecutionProcessID', 'ProcessID'])('%s is the process that logged, never the subject', (name) => {
    const event = read({ ...SYSMON, ...UTC, EventID: 5, [name]: 3984, ProcessId: '60', ThreadID: 1 });
    expect([event.loggerPid, integerOf(event, 'ProcessId')]).toEqual([3984, 60]);
  });

  test('a shipper that lost ProcessId to its ProcessID: the message still has it', () => {
    const Message =
      'Image loaded:\r\nUtcTime: 2020-09-04 07:06:09.681\r\nProcessId: 60\r\nImage: C:\\a.exe\nProcessId: 7';
    const event = read({ ...SYSMON, ...UTC, EventID: 7, ProcessID: 3128, ThreadID: 1, Message });
    expect([event.loggerPid, integerOf(event, 'ProcessId')]).toEqual([3128, 60]);
    expect(integerOf(read({ ...SYSMON, ...UTC, EventID: 7, ProcessID: 3128 }), 'ProcessId')).toBeUndefined();
  });

  test('process_id of Winlogbeat 6 is the logger', () => {
    const record = {
      computer_name: 'a',
      event_id: 5,
      process_id: 1368,
      log_name: SYSMON.Channel,
      event_data: { ProcessId: '9' },
    };
    expect([read(record).loggerPid, integerOf(read(record), 'ProcessId')]).toEqual([1368, 9]);
  });

  test('Sysmon 10 spells GUID what 8 spells Guid', () => {
    const ids = { SourceProcessGUID: '{a}', TargetProcessGUID: '{b}' };
    const event = read({ ...SYSMON, ...UTC, EventID: 10, ...ids });
    expect([fieldOf(event, 'SourceProcessGuid'), fieldOf(event, 'TargetProcessGuid')]).toEqual(['{a}', '{b}']);
    const kept = read({ ...SYSMON, ...UTC, EventID: 8, SourceProcessGuid: '{c}', TargetProcessGuid: '{d}' });
    expect(fieldOf(kept, 'SourceProcessGuid')).toBe('{c}');
  });

  test('the filtering platform names its subject ProcessID (5156) or ProcessId (5158), in decimal', () => {
    expect(integerOf(read({ ...SECURITY, EventID: 5156, ProcessID: '3428' }), 'ProcessId')).toBe(3428);
    expect(integerOf(read({ ...SECURITY, EventID: 5158, ProcessId: '3428' }), 'ProcessId')).toBe(3428);
    const beats = {
      computer_name: 'a',
      event_id: 5156,
      process_id: 4,
      log_name: 'Security',
      event_data: { ProcessID: '7924' },
    };
    expect([integerOf(read(beats), 'ProcessId'), read(beats).loggerPid]).toEqual([7924, 4]);
  });

  test('… but the logger where a shipper named its thread too', () => {
    const event = read({ ...SECURITY, EventID: 5156, ProcessID: 4, ThreadID: 4136, Application: 'x' });
    expect([event.loggerPid, fieldOf(event, 'ProcessId')]).toEqual([4, undefined]);
  });

  test.each([
    { name: 'as text', fields: { ProcessID: '820' }, expected: '820' },
    { name: 'as a number', fields: { ProcessID: 820 }, expected: 820 },
    { name: "a shipper's own, beside the thread", fields: { ProcessID: 4, ThreadID: 5 }, expected: undefined },
  ])('the subject of a filtered connection: $name', ({ fields, expected }) => {
    const record = { SourceName: 'Microsoft-Windows-Security-Auditing', Hostname: 'WS5', EventID: 5156, ...fields };
    expect(read(record).fields['ProcessId']).toBe(expected);
  });
});

describe('Security 4688 and 4689', () => {
  const create = {
    ...SECURITY,
    EventID: 4688,
    TimeCreated: '2020-10-18T10:56:14.283Z',
    SubjectUserSid: 'S-1-5-21-1-2-3-500',
    SubjectUserName: 'wardog',
    SubjectDomainName: 'WS5',
    SubjectLogonId: '0xc61d9',
    TargetUserName: '-',
    TargetDomainName: '-',
    TargetLogonId: '0x0',
    NewProcessId: '0x1a74',
    NewProcessName: 'C:\\a.exe',
    ProcessId: '0xc08',
    ParentProcessName: 'C:\\Windows\\System32\\cmd.exe',
    CommandLine: 'a.exe',
    TokenElevationType: '%%1936',
    MandatoryLabel: 'S-1-16-12288',
  };

  test("Sysmon's names stand beside its own; ProcessId is the parent's and moves", () => {
    const event = read(create);
    expect(event).toMatchObject({ action: 'processcreate', sensor: 'security', timeSource: 'timestamp' });
    expect(event.fields).toMatchObject({
      Image: 'C:\\a.exe',
      NewProcessName: 'C:\\a.exe',
      ProcessId: 0x1a74,
      NewProcessId: '0x1a74',
      ParentProcessId: 0xc08,
      ParentImage: 'C:\\Windows\\System32\\cmd.exe',
      CommandLine: 'a.exe',
      User: 'WS5\\wardog',
      LogonId: '0xc61d9',
      IntegrityLevel: 'High',
    });
  });

  test.each([
    {
      name: 'the target user where there is one',
      change: { TargetUserName: 'eve', TargetDomainName: 'CORP' },
      user: 'CORP\\eve',
    },
    {
      name: 'the system by its SID',
      change: { SubjectUserSid: 'S-1-5-18', SubjectUserName: 'WS5$' },
      user: 'NT AUTHORITY\\SYSTEM',
    },
    { name: 'a user without a domain', change: { SubjectDomainName: '-' }, user: 'wardog' },
    { name: 'nobody', change: { SubjectUserName: '-' }, user: undefined },
  ])('user: $name', ({ change, user }) => expect(fieldOf(read({ ...create, ...change }), 'User')).toBe(user));

  test.each([
    { name: 'label', change: { MandatoryLabel: 'S-1-16-4096' }, level: 'Low' },
    { name: 'label of an ordinary person', change: { MandatoryLabel: 'S-1-16-8192' }, level: 'Medium' },
    { name: 'label of an administrator', change: { MandatoryLabel: 'S-1-16-12288' }, level: 'High' },
    { name: 'label of the system', change: { MandatoryLabel: 'S-1-16-16384' }, level: 'System' },
    { name: 'a label nobody knows', change: { MandatoryLabel: 'S-1-16-1' }, level: undefined },
    { name: 'label looked up', change: { MandatoryLabel: 'Mandatory Label\\System Mandatory Level' }, level: 'System' },
    { name: 'elevated token', change: { MandatoryLabel: undefined, TokenElevationType: '%%1937' }, level: 'High' },
    { name: 'limited token', change: { MandatoryLabel: '-', TokenElevationType: '%%1938' }, level: 'Medium' },
    { name: 'a default token says nothing', change: { MandatoryLabel: undefined }, level: undefined },
    { name: 'the system', change: { MandatoryLabel: undefined, SubjectUserSid: 'S-1-5-18' }, level: 'System' },
  ])('integrity: $name', ({ change, level }) =>
    expect(fieldOf(read({ ...create, ...change }), 'IntegrityLevel')).toBe(level),
  );

  test.each([
    { name: 'no command line', absent: 'CommandLine', field: 'CommandLine' },
    { name: 'no parent name', absent: 'ParentProcessName', field: 'ParentImage' },
    { name: 'no parent id', absent: 'ProcessId', field: 'ParentProcessId' },
    { name: 'no id of its own', absent: 'NewProcessId', field: 'ProcessId' },
  ])('$name', ({ absent, field }) => {
    const event = read({ ...create, [absent]: undefined });
    expect(event.action).toBe('processcreate');
    expect(fieldOf(event, field)).toBeUndefined();
  });

  test.each(['S-1-5-18', 'SYSTEM', 'NT AUTHORITY\\SYSTEM'])(
    'who created a process, where the SID is %s',
    (SubjectUserSid) => {
      const subject = { SubjectUserSid, SubjectUserName: 'WS5$', SubjectDomainName: 'CORP', TargetUserName: '-' };
      const event = read({ ...SECURITY, EventID: 4688, NewProcessId: '0x10', ProcessId: '0x4', ...subject });
      expect(event.fields).toMatchObject({ User: 'NT AUTHORITY\\SYSTEM', IntegrityLevel: 'System' });
    },
  );

  test('read twice over, it does not move again', () => {
    const once = read(create);
    const twice = read(once.fields);
    expect(twice.fields).toMatchObject({ ProcessId: 0x1a74, ParentProcessId: 0xc08 });
  });

  test('4689 ends the process it names', () => {
    const record = {
      ...SECURITY,
      EventID: 4689,
      ProcessId: '0x428',
      ProcessName: 'C:\\w.exe',
      SubjectUserName: 'bob',
      Status: '0x0',
    };
    const event = read(record);
    expect(event.action).toBe('processterminal');
    expect(event.fields).toMatchObject({ ProcessId: 0x428, Image: 'C:\\w.exe', User: 'bob', ProcessName: 'C:\\w.exe' });
  });

  test('other Security records keep their fields and have no action', () => {
    const event = read({ ...SECURITY, EventID: 4663, ProcessId: '0x1a74', ProcessName: 'C:\\a.exe' });
    expect([event.action, fieldOf(event, 'ProcessId'), fieldOf(event, 'Image')]).toEqual([
      undefined,
      '0x1a74',
      undefined,
    ]);
  });
});

describe('names that differ in case, types, shapes of values', () => {
  test.each([
    {
      name: "NXLog's is dropped where Sysmon's was moved",
      fields: { EventType: 'INFO', EventTypeOrignal: 'DeleteKey' },
      id: 12,
      type: 'DeleteKey',
    },
    {
      name: "Sysmon's stays where NXLog's was moved",
      fields: { EventType: 'CreateKey', EventTypeOrignal: 'INFO' },
      id: 12,
      type: 'CreateKey',
    },
    { name: 'lost, and the event id decides', fields: { EventType: 'INFO' }, id: 17, type: 'CreatePipe' },
    {
      name: 'lost, and the message has it',
      fields: { EventType: 'INFO', Message: 'x:\r\nEventType: DeleteValue\r\n' },
      id: 12,
      type: 'DeleteValue',
    },
    { name: 'lost for good', fields: { EventType: 'INFO' }, id: 12, type: undefined },
    { name: 'not there, old Sysmon', fields: {}, id: 18, type: 'ConnectPipe' },
    { name: "of an event that has none, NXLog's stays", fields: { EventType: 'INFO' }, id: 7, type: 'INFO' },
  ])('EventType: $name', ({ fields, id, type }) =>
    expect(fieldOf(read({ ...SYSMON, ...UTC, EventID: id, ...fields }), 'EventType')).toBe(type),
  );

  test.each([
    { name: 'not there', fields: { StartAddress: '0x1' }, module: '-' },
    { name: 'null', fields: { StartAddress: '0x1', StartModule: null }, module: '-' },
    { name: 'given', fields: { StartAddress: '0x1', StartModule: 'C:\\a.dll' }, module: 'C:\\a.dll' },
    { name: 'nor is the address', fields: {}, module: undefined },
  ])('StartModule: $name', ({ fields, module }) =>
    expect(fieldOf(read({ ...SYSMON, ...UTC, EventID: 8, ...fields }), 'StartModule')).toBe(module),
  );

  test.each([
    { id: 6, name: 'Signed' },
    { id: 7, name: 'Signed' },
    { id: 23, name: 'Archived' },
    { id: 23, name: 'IsExecutable' },
    { id: 24, name: 'Archived' },
    { id: 26, name: 'IsExecutable' },
    { id: 28, name: 'IsExecutable' },
  ])("Sysmon's texts true and false: $name of event $id", ({ id, name }) => {
    for (const value of [false, true]) {
      expect(read({ ...SYSMON, ...UTC, EventID: id, [name]: value }).fields[name]).toBe(String(value));
    }
  });

  test('values stay what they were: numbers beyond 2^53, text booleans, lists, null', () => {
    const values = { Keywords: -9223372036854775808, Initiated: 'true', SourcePort: '53', tags: ['a'], Details: null };
    expect(read({ ...SYSMON, ...UTC, EventID: 3, ...values }).fields).toMatchObject(values);
  });

  test('pairs that differ in case stay apart', () => {
    const pairs = { LogonId: '0x1', LogonID: '0x2', IpAddress: 'a', Ipaddress: 'b', Message: 'c', message: 'd' };
    expect(read({ ...SECURITY, EventID: 4624, ...pairs }).fields).toMatchObject(pairs);
  });

  test('names with spaces stay', () => {
    expect(fieldOf(read({ SourceName: 'x', Hostname: 'a', EventID: 1116, 'Threat Name': 'T' }), 'Threat Name')).toBe(
      'T',
    );
  });

  test.each([
    { name: 'one text', data: { Data: 'a' }, value: 'a' },
    { name: 'a list of texts', data: { Data: ['a', 'b'] }, value: ['a', 'b'] },
    { name: 'a list under #text', data: { Data: { '#text': ['a', 'b'] } }, value: ['a', 'b'] },
    { name: 'a list of one', data: { Data: ['a'] }, value: 'a' },
  ])('data without names: $name', ({ data, value }) => {
    const event = read({
      Event: { System: { EventID: 800, Provider: { '#attributes': { Name: 'PowerShell' } } }, EventData: data },
    });
    expect(fieldOf(event, 'Data')).toEqual(value);
  });

  test('the provider under the name that Sigma has for it', () => {
    const record = { EventID: 1116, Provider_Name: 'Microsoft-Windows-Windows Defender', SourceName: 'AMSI' };
    const event = read(record);
    expect([event.provider, event.fields['SourceName']]).toEqual(['Microsoft-Windows-Windows Defender', 'AMSI']);
  });

  test('attributes of EventData are no fields', () => {
    const event = read({
      Event: { System: { EventID: 141 }, EventData: { '#attributes': { Name: 'TaskDisabled' }, TaskName: 'x' } },
    });
    expect(Object.keys(event.fields)).toEqual(['TaskName']);
  });

  test('UserData: the fields are inside one element', () => {
    const inner = { '#attributes': { xmlns: 'u' }, SubjectUserName: 'bob' };
    const event = read({ Event: { System: { EventID: 1102 }, UserData: { LogFileCleared: inner } } });
    expect(event.fields).toMatchObject({ SubjectUserName: 'bob' });
    const apart = { LogFileCleared: { SubjectUserName: 'bob' }, LogFileCleared_attributes: { xmlns: 'u' } };
    expect(read({ Event: { System: { EventID: 1102 }, UserData: apart } }).fields).toEqual({ SubjectUserName: 'bob' });
    const beats = {
      computer_name: 'a',
      event_id: 5857,
      log_name: 'x',
      user_data: { ProcessID: '2036', xml_name: 'EventXML' },
    };
    expect(read(beats).fields).toEqual({ ProcessID: '2036' });
  });

  test.each([
    { channel: 'System', eventId: 7036 },
    { channel: 'Security', eventId: 4673 },
  ])('what rules ask of the envelope is there in $channel', ({ channel, eventId }) => {
    const Security = { '#attributes': { UserID: 'S-1-5-18' } };
    const System = { Channel: channel, EventID: eventId, Level: 4, Keywords: '0x8010000000000000', Security };
    expect(read({ Event: { System, EventData: { Level: 'own' } } }).fields).toEqual({
      Level: 'own',
      Keywords: '0x8010000000000000',
      UserID: 'S-1-5-18',
    });
  });

  test("UserData in the DataItem of Sentinel's Event table", () => {
    const event = read({
      EventID: 106,
      Source: 'Microsoft-Windows-TaskScheduler',
      EventLog: 'Microsoft-Windows-TaskScheduler/Operational',
      Computer: 'WS5',
      TimeGenerated: '2022-05-13T08:54:05.21Z',
      EventData:
        '<DataItem Type="System.XmlData"><UserData xmlns="e"><TaskRegistered><Name>\\a</Name></TaskRegistered></UserData></DataItem>',
    });
    expect(event.fields).toEqual({ Name: '\\a' });
    expect(event.channel).toBe('Microsoft-Windows-TaskScheduler/Operational');
  });

  test("Sentinel's SecurityEvent: data as XML text, some of it in columns only", () => {
    const base = {
      Computer: 'WS5',
      EventSourceName: 'Microsoft-Windows-Security-Auditing',
      Channel: 'Security',
      Type: 'SecurityEvent',
    };
    const xml =
      '<EventData xmlns="e">\r\n  <Data Name="ProcessID">3936</Data>\r\n <Data Name="Application">\\a&amp;b</Data></EventData>';
    const event = read({ ...base, EventID: 5156, EventData: xml, TimeGenerated: '2022-05-13T08:54:05.21Z' });
    expect(event.fields).toMatchObject({ ProcessID: '3936', ProcessId: '3936', Application: '\\a&b' });
    const columns = read({
      ...base,
      EventID: 4688,
      NewProcessId: '0x824',
      NewProcessName: 'C:\\p.exe',
      ProcessId: '0x1',
    });
    expect(columns.fields).toMatchObject({ ProcessId: 0x824, ParentProcessId: 1, Image: 'C:\\p.exe' });
  });

  test.each(['{"broken', '<EventData><Data>', '{"a":1}x', '[1,', '"text"'])(
    'EventData that is no data: %j',
    (EventData) => {
      const event = read({ Provider: 'x', EventID: 1, Computer: 'a', EventData });
      expect(event.eventId).toBe(1);
    },
  );
});

describe('keys that could reach a prototype', () => {
  const wicked = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":"x"}';
  test.each([
    ['flat', `{"EventID":5,"SourceName":"x","Hostname":"a",${wicked.slice(1)}`],
    ['Event tree', `{"Event":{"System":{"EventID":5,"Channel":"c"},"EventData":${wicked}}}`],
    ['named data', `{"Event":{"System":{"EventID":5},"EventData":{"Data":[{"@Name":"__proto__","#text":"x"}]}}}`],
    ['Winlogbeat', `{"winlog":{"event_id":5,"channel":"c","event_data":${wicked}}}`],
    ['Wazuh', `{"data":{"win":{"system":{"eventID":"5"},"eventdata":${wicked}}}}`],
    ['wire', `{"Action":"processterminal","Data":${wicked}}`],
    ['Sentinel', JSON.stringify({ EventID: 5, Provider: 'x', Computer: 'a', EventData: wicked })],
    ['dotted', `{"event.code":"5","winlog.event_data.__proto__":{"polluted":1},"winlog.event_data":${wicked}}`],
    ['everything', wicked],
  ])('%s', (_shape, text) => {
    const result = normalise(JSON.parse(text), PLACE);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    if (!isSkip(result)) expect(result.fields['polluted']).toBeUndefined();
  });
});

describe('records that a carrier put into a text', () => {
  const inner = { ...SYSMON, ...UTC, EventID: 5 };

  test('a message beside real data stays what it is', () => {
    const message = JSON.stringify({ ...inner, Hostname: 'OTHER' });
    const event = read({ EventID: 5, Channel: SYSMON.Channel, Computer: 'a', ...UTC, message });
    expect(event.host).toBe('a');
    expect(event.fields['message']).toBe(message);
  });

  test.each([
    { name: 'text in text', message: JSON.stringify({ message: JSON.stringify(inner) }), reason: 'not-an-event' },
    { name: 'cut off', message: JSON.stringify(inner).slice(0, -1), reason: 'not-an-event' },
    { name: 'a list', message: JSON.stringify([inner]), reason: 'not-an-event' },
    { name: 'something else', message: '{"a":1}', reason: 'not-an-event' },
    { name: 'too deep', message: `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`, reason: 'too-deep' },
  ])('$name: skipped', ({ message, reason }) => {
    expect(normalise({ host: 'relay', message }, PLACE)).toMatchObject({ reason });
  });
});

test.each([
  { name: 'SystemTime', times: { SystemTime: "'2024-03-05T09:08:07.5Z'", _time: '2024-03-05T10:00:00.000+00:00' } },
  { name: '_time', times: { _time: '2024-03-05T09:08:07.500+00:00' } },
])("Splunk's fields of XML: the time is $name", ({ times }) => {
  const quoted = { Name: "'Microsoft-Windows-PowerShell'", ProcessID: "'3544'" };
  const event = read({
    EventCode: '4104',
    EventID: '4104',
    Computer: 'a',
    ScriptBlockText: "'x'",
    ...quoted,
    ...times,
  });
  expect(event).toMatchObject({ provider: 'Microsoft-Windows-PowerShell', loggerPid: 3544, eventId: 4104 });
  expect(event.timeMs).toBe(Date.UTC(2024, 2, 5, 9, 8, 7, 500));
  expect(event.fields['ScriptBlockText']).toBe("'x'");
});

test('several records in one are no event by themselves, and it is said why', () => {
  const record = { ...SYSMON, ...UTC, EventID: 5 };
  expect(normalise({ records: [record, record] }, PLACE)).toMatchObject({
    reason: 'not-an-event',
    message: '2 records under `records`; a batch is taken apart where it stands by itself',
  });
});

describe('what is no event', () => {
  const nested = (depth: number): unknown => JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);
  const many = (count: number): unknown =>
    Object.fromEntries(Array.from({ length: count }, (_value, index) => [`f${index}`, 1]));
  test.each([
    { name: 'a number', value: 5, reason: 'not-an-event' },
    { name: 'null', value: null, reason: 'not-an-event' },
    { name: 'a list', value: [{}], reason: 'not-an-event' },
    { name: 'an empty map', value: {}, reason: 'not-an-event' },
    { name: "anybody's JSON", value: { id: 1, name: 'x' }, reason: 'not-an-event' },
    { name: 'an unknown action', value: { Action: 'reboot', Data: {} }, reason: 'unsupported' },
    { name: 'an action alone', value: { Action: 'processcreate' }, reason: 'not-an-event' },
    { name: 'an action without data', value: { Action: 'processcreate', Data: {} }, reason: 'not-an-event' },
    { name: 'an action whose data are a text', value: { action: 'dnsquery', data: 'x' }, reason: 'not-an-event' },
    { name: 'depth at the limit', value: nested(DEFAULT_LIMITS.maxDepth), reason: 'not-an-event' },
    { name: 'depth one over', value: nested(DEFAULT_LIMITS.maxDepth + 1), reason: 'too-deep' },
    { name: 'depth 100,000', value: nested(100_000), reason: 'too-deep' },
    { name: 'fields at the limit', value: many(DEFAULT_LIMITS.maxFields), reason: 'not-an-event' },
    { name: 'fields one over', value: many(DEFAULT_LIMITS.maxFields + 1), reason: 'too-many-fields' },
    {
      name: 'a list of a million',
      value: { a: Array.from({ length: 1_000_000 }, () => 1) },
      reason: 'too-many-fields',
    },
    {
      name: 'depth in data that came as text',
      value: { EventID: 1, Provider: 'x', Computer: 'a', EventData: JSON.stringify(nested(99)) },
      reason: 'too-deep',
    },
  ])('$name: $reason', ({ value, reason }) => {
    const result = normalise(value, { file: 'f', line: 7 });
    expect(isSkip(result) ? result : 'an event').toMatchObject({ reason, file: 'f', line: 7 });
  });

  test('a message shows names of the record escaped and cut', () => {
    const result = normalise({ ['\u001b[31m' + 'x'.repeat(99)]: 1 }, PLACE);
    expect(isSkip(result) && result.message).toBe(
      `no event id and no known shape among the names "\\u001b[31m${'x'.repeat(30)}…"`,
    );
  });
});

test('NUL and lone surrogates are kept as they are', () => {
  const CommandLine = 'a\u0000b\ud800c';
  expect(fieldOf(read({ ...SYSMON, ...UTC, EventID: 1, CommandLine }), 'CommandLine')).toBe(CommandLine);
});
