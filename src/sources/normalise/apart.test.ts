import { expect, test } from 'vitest';
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
