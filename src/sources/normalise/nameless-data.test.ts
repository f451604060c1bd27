/** Data that a shipper gives no name, or a place of its own. */

import { expect, test } from 'vitest';
import type { Event } from '../../engine/event/event.js';
import { isSkip, normalise } from './normalise.js';

const PLACE = { file: undefined, line: 1 };

function read(record: unknown): Event {
  const result = normalise(structuredClone(record), PLACE);
  if (isSkip(result)) throw new Error(`skipped: ${result.reason}, ${result.message}`);
  return result;
}

const winlog = { computer_name: 'WS5', channel: 'Application', event_id: '11707' };
const beats = (provider_name: string, event_data: unknown): Event =>
  read({ '@timestamp': '2024-03-05T09:08:07.5Z', winlog: { ...winlog, provider_name, event_data } });

test.each([
  { name: 'two', provider: 'MsiInstaller', data: { param1: 'a', param3: 'c', Binary: '00' }, expected: ['a', 'c'] },
  { name: 'one', provider: 'MSSQLSERVER', data: { param1: 'a' }, expected: 'a' },
  { name: 'names beside them', provider: 'MsiInstaller', data: { param1: 'a', Image: 'b' }, expected: undefined },
  {
    name: 'a provider that names them so',
    provider: 'Service Control Manager',
    data: { param1: 'a' },
    expected: undefined,
  },
  {
    name: 'a manifest that does',
    provider: 'Microsoft-Windows-DistributedCOM',
    data: { param1: 'a' },
    expected: undefined,
  },
])("Winlogbeat's numbers: $name", ({ provider, data, expected }) => {
  expect(beats(provider, data).fields['Data']).toEqual(expected);
});

test.each([
  { data: [{ '': 'a' }], expected: { Data: 'a' } },
  { data: [{ '': 'a' }, { '': 'b' }], expected: { Data: ['a', 'b'] } },
  { data: [{ Image: 'a' }], expected: { Image: 'a' } },
])("OpenTelemetry's list $data", ({ data, expected }) => {
  const body = { provider: { name: 'x' }, event_id: { id: 7 }, computer: 'WS5', event_data: { data } };
  expect(read({ body }).fields).toEqual(expected);
});

test("Sentinel's WindowsEvent: names beside data without one, and the logger", () => {
  const event = read({
    ...{ Type: 'WindowsEvent', Provider: 'MSSQLSERVER', Channel: 'Application', Computer: 'WS5', EventID: 18456 },
    ...{ SystemProcessId: 3544, EventData: { Data: ['sa', 'x'], Binary: '18480000' } },
  });
  expect(event.fields).toEqual({ Data: ['sa', 'x'], Binary: '18480000' });
  expect(event.loggerPid).toBe(3544);
});

test("Wazuh's UserData stands beside its system", () => {
  const system = {
    providerName: 'Microsoft-Windows-Eventlog',
    eventID: '1102',
    channel: 'Security',
    computer: 'WS5',
  };
  const logFileCleared = { subjectUserName: 'bob', subjectLogonId: '0x3e7' };
  const event = read({ data: { win: { system, logFileCleared } } });
  expect(event).toMatchObject({ eventId: 1102, host: 'ws5' });
  expect(event.fields).toMatchObject({ SubjectUserName: 'bob', SubjectLogonId: '0x3e7' });
});
