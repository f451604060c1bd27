import { expect, test } from 'vitest';
import type { Event } from '../../engine/event/event.js';
import { isSkip, normalise } from './normalise.js';

function read(record: unknown): Event {
  const result = normalise(structuredClone(record), { file: undefined, line: 1 });
  if (isSkip(result)) throw new Error(`skipped: ${result.reason}, ${result.message}`);
  return result;
}

const PROVIDER = 'Microsoft-Windows-Security-Auditing';
const DATA = { SubjectUserName: 'bob', PrivilegeList: 'SeTcbPrivilege' };
const MESSAGE = 'A privileged service was called.';
const SYSTEM = { Version: '0', Level: '0', Task: '13056', Opcode: '0', Keywords: '0x8010000000000000' };
const NXLOG = { SourceName: PROVIDER, Channel: 'Security', Hostname: 'WS5', EventID: 4673, ...DATA };
const WINLOG = { provider_name: PROVIDER, channel: 'Security', computer_name: 'WS5', event_id: '4673' };
const APART = { ProviderName: PROVIDER, Channel: 'Security', Computer: 'WS5', EventID: 4673, EventData: DATA };

/** A failed call of a privileged service, which Security's rules know by the keyword alone. */
test.each([
  {
    name: 'event tree',
    record: { Event: { System: { ...SYSTEM, Provider: PROVIDER, EventID: 4673 }, EventData: DATA } },
  },
  { name: 'NXLog', record: { ...NXLOG, Keywords: -9218868437227405312 } },
  { name: 'NXLog, without a sign', record: { ...NXLOG, Keywords: 9227875636482146304 } },
  { name: 'NXLog, as text', record: { ...NXLOG, Keywords: '-9218868437227405312' } },
  {
    name: 'Winlogbeat',
    record: { message: MESSAGE, winlog: { ...WINLOG, keywords: ['Audit Failure'], event_data: DATA } },
  },
  {
    name: 'Winlogbeat, dotted',
    record: Object.fromEntries([
      ['event.code', '4673'],
      ...Object.entries({ ...WINLOG, keywords: ['Audit Failure'] }).map(([name, value]) => [`winlog.${name}`, value]),
      ...Object.entries(DATA).map(([name, value]) => [`winlog.event_data.${name}`, value]),
    ]),
  },
  {
    name: 'Winlogbeat 6',
    record: {
      ...{ computer_name: 'WS5', event_id: 4673, log_name: 'Security', source_name: PROVIDER, event_data: DATA },
      ...{ keywords: ['Audit Failure'], level: 'Information', message: MESSAGE },
    },
  },
  { name: 'Fluent Bit', record: { ...APART, ...SYSTEM, UserID: '' } },
  { name: 'EvtxECmd', record: { ...APART, Keywords: 'Audit failure', Level: 'LogAlways' } },
  { name: 'Get-WinEvent', record: { ...APART, Keywords: -9218868437227405312, Level: 0, UserId: null } },
  {
    name: 'Wazuh',
    record: {
      data: {
        win: {
          system: {
            providerName: PROVIDER,
            channel: 'Security',
            computer: 'WS5',
            eventID: '4673',
            keywords: SYSTEM.Keywords,
          },
          eventdata: DATA,
        },
      },
    },
  },
  {
    name: 'OpenTelemetry',
    record: {
      ...{ channel: 'Security', computer: 'WS5', event_id: { id: 4673, qualifiers: 0 }, provider: { name: PROVIDER } },
      ...{ event_data: DATA, keywords: ['Audit Failure'], level: 'Information' },
    },
  },
  {
    name: 'Vector',
    record: {
      ...{ channel: 'Security', computer: 'WS5', event_id: 4673, provider_name: PROVIDER, keywords: SYSTEM.Keywords },
      ...{ string_inserts: ['x'], level_value: 0, level: 'LogAlways', timestamp: '2024-03-05T09:08:07.128Z' },
    },
  },
  { name: 'JavaScript, which rounds', record: { ...APART, Keywords: '-9218868437227405000' } },
  {
    name: 'Graylog',
    record: Object.fromEntries(
      Object.entries({ ...WINLOG, keywords: ['Audit Failure'] }).map(([name, value]) => [
        `winlogbeat_winlog_${name}`,
        value,
      ]),
    ),
  },
  {
    name: "Splunk's classic fields",
    record: {
      EventCode: '4673',
      LogName: 'Security',
      SourceName: PROVIDER,
      ComputerName: 'WS5',
      Keywords: 'Audit Failure',
    },
  },
])('the keyword of a failed audit: $name', ({ record }) => {
  const event = read(record);
  expect(event).toMatchObject({ sensor: 'security', eventId: 4673, host: 'ws5'.slice(0, event.host.length) });
  expect(event.fields['Keywords']).toBe('0x8010000000000000');
});

const SERVICES = { ...APART, ProviderName: 'Service Control Manager', Channel: 'System', EventID: 7045 };

test.each([
  { record: { ...SERVICES, ...SYSTEM, Level: 2, Keywords: '0x8080000000000000' }, keywords: '0x8080000000000000' },
  {
    record: { ...SERVICES, ...SYSTEM, Level: 'Error', Keywords: -9187343239835811840 },
    keywords: '0x8080000000000000',
  },
  { record: { ...SERVICES, ...SYSTEM, EventLevel: 2, Level: undefined, Keywords: 0 }, keywords: '0x0' },
  { record: { ...SERVICES, ...SYSTEM, Level: 'Error', Keywords: 'Classic' }, keywords: 'Classic' },
  { record: { ...SERVICES, ...SYSTEM, Level: 'Error', Keywords: ['a', 'b'] }, keywords: undefined },
  {
    record: { ...SERVICES, ...SYSTEM, Level: 'Error', Keywords: '99999999999999999999' },
    keywords: '99999999999999999999',
  },
])('the envelope of another channel: %j', ({ record, keywords }) => {
  const event = read({ ...record, UserId: { BinaryLength: 12, Value: 'S-1-5-18' }, Message: MESSAGE });
  expect(event.fields).toMatchObject({ Level: '2', Task: '13056', Opcode: '0', UserID: 'S-1-5-18', Message: MESSAGE });
  expect(event.fields['Keywords']).toBe(keywords);
});

test("data of these names are the sensor's, and a name is no SID", () => {
  const EventData = { Level: 'own', Message: 'own', UserID: 'own' };
  const event = read({ ...SERVICES, EventData, Level: 4, Message: MESSAGE, UserID: 'S-1-5-18' });
  expect(event.fields).toMatchObject(EventData);
  expect(read({ ...SERVICES, UserID: 'NT AUTHORITY\\SYSTEM' }).fields).not.toHaveProperty('UserID');
});

test.each([
  { name: 'kept', channel: 'System', kept: MESSAGE },
  { name: "Sysmon's is its data once more", channel: 'Microsoft-Windows-Sysmon/Operational', kept: undefined },
])("Winlogbeat's rendered message: $name", ({ channel, kept }) => {
  const winlog = { channel, event_id: 1, computer_name: 'WS5', event_data: {} };
  expect(read({ winlog, message: MESSAGE }).fields['Message']).toBe(kept);
  expect(read({ 'winlog.channel': channel, 'event.code': '1', message: MESSAGE }).fields['Message']).toBe(kept);
});

test("Winlogbeat's underscores are Defender's spaces", () => {
  const record = { computer_name: 'a', event_id: 1116, event_data: { Threat_Name: 'T' } };
  const found = ['Microsoft-Windows-Windows Defender', 'x'].map((name) => read({ ...record, source_name: name }));
  expect(found.map(({ fields }) => fields)).toEqual([{ 'Threat Name': 'T' }, { Threat_Name: 'T' }]);
});
