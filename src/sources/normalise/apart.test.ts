import { describe, expect, test } from 'vitest';
import type { Event } from '../../engine/event/event.js';
import { isSkip, normalise } from './normalise.js';

const PLACE = { file: undefined, line: 1 };

function read(record: unknown): Event {
  const result = normalise(structuredClone(record), PLACE);
  if (isSkip(result)) throw new Error(`skipped: ${result.reason}, ${result.message}`);
  return result;
}

test('properties that PowerShell cut off at its depth are no values', () => {
  const Properties = Array.from({ length: 15 }, () => 'System.Diagnostics.Eventing.Reader.EventProperty');
  const event = read({
    Id: 4624,
    ProviderName: 'Microsoft-Windows-Security-Auditing',
    LogName: 'Security',
    MachineName: 'WS5',
    Properties,
    Message: 'An account was successfully logged on.',
  });
  expect(event.fields).toEqual({ Message: 'An account was successfully logged on.' });
});

test.each([
  { name: 'no data', data: {}, field: undefined },
  {
    name: 'data of a provider of its own',
    data: { user_data: '<LogFileCleared><SubjectUserName>bob</SubjectUserName></LogFileCleared>' },
    field: 'bob',
  },
  { name: 'data that are no XML', data: { event_data: '<Data Name=' }, field: undefined },
])("Grafana's record with $name", ({ data, field }) => {
  const event = read({
    source: 'x',
    channel: 'System',
    computer: 'WS5',
    event_id: 104,
    timeCreated: '2024-03-05T09:08:07.5Z',
    ...data,
  });
  expect(event).toMatchObject({ provider: 'x', host: 'ws5', eventId: 104, timeMs: Date.UTC(2024, 2, 5, 9, 8, 7, 500) });
  expect(event.fields['SubjectUserName']).toBe(field);
});

describe('EvtxECmd', () => {
  const row = {
    ChunkNumber: 0,
    Computer: 'WS5',
    Channel: 'Microsoft-Windows-TaskScheduler/Operational',
    Provider: 'Microsoft-Windows-TaskScheduler',
    EventId: 106,
    EventRecordId: '77',
    RecordNumber: 2,
    ProcessId: 3544,
    TimeCreated: '2024-03-05 09:08:07.1289123',
  };
  test.each([
    { name: 'one datum', payload: '{"EventData":{"Data":{"@Name":"A","#text":"x"}}}', fields: { A: 'x' } },
    { name: 'data without names', payload: '{"EventData":{"Data":"x, y"}}', fields: { Data: 'x, y' } },
    { name: 'UserData', payload: '{"UserData":{"TaskRegistered":{"Name":"\\\\a"}}}', fields: { Name: '\\a' } },
    { name: 'no data', payload: '', fields: {} },
  ])('$name', ({ payload, fields }) => {
    const event = read({ ...row, Payload: payload });
    expect(event.fields).toEqual(fields);
    expect(event).toMatchObject({ recordNumber: 77, loggerPid: 3544, timeSource: 'system', eventId: 106 });
  });

  test.each(['{"EventData":{"Data":', 'text', '["a"]'])('data that are not whole are no event: %s', (payload) => {
    expect(normalise({ ...row, Payload: payload }, PLACE)).toMatchObject({ reason: 'damaged' });
  });

  test("PowerShell's own Payload is a field like any other", () => {
    const payload = 'CommandInvocation(Get-Item): "Get-Item"';
    const flat = { EventID: 4103, ProviderName: 'Microsoft-Windows-PowerShell', Computer: 'a', Payload: payload };
    expect(read(flat).fields['Payload']).toBe(payload);
  });
});
