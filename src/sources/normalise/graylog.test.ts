import { describe, expect, test } from 'vitest';
import type { Event } from '../../engine/event/event.js';
import { isSkip, normalise } from './normalise.js';

function read(record: unknown): Event {
  const result = normalise(structuredClone(record), { file: undefined, line: 1 });
  if (isSkip(result)) throw new Error(`skipped: ${result.reason}, ${result.message}`);
  return result;
}

const AT = Date.UTC(2024, 2, 5, 9, 8, 7, 128);
const SECURITY = { EventID: 4634, SourceName: 'Microsoft-Windows-Security-Auditing', Channel: 'Security' };
const underscored = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [`_${name}`, value]));

describe('records without a clock of the sensor', () => {
  test.each([
    {
      name: 'GELF of NXLog',
      record: { version: '1.1', host: 'WS5', timestamp: 1709629687.128, ...underscored(SECURITY) },
    },
    {
      name: 'GELF of NXLog with its local time',
      record: {
        host: 'WS5',
        timestamp: 1709629687.128,
        ...underscored({ ...SECURITY, EventTime: '2024-03-05 11:08:07' }),
      },
    },
    {
      name: "NXLog's in the index",
      record: { gl2_source_input: 'x', source: 'WS5', timestamp: '2024-03-05 09:08:07.128', ...SECURITY },
    },
    {
      name: "NXLog's in a search's answer",
      record: { gl2_message_id: 'x', source: 'WS5', timestamp: '2024-03-05T09:08:07.128Z', ...SECURITY },
    },
    {
      name: "Winlogbeat's",
      record: {
        source: 'relay',
        timestamp: '2024-03-05 09:08:07.128',
        winlogbeat_winlog_computer_name: 'WS5',
        winlogbeat_winlog_channel: 'Security',
        winlogbeat_winlog_provider_name: SECURITY.SourceName,
        winlogbeat_winlog_event_id: '4634',
      },
    },
  ])("$name: the time and the host are in GELF's own names", ({ record }) => {
    expect(read(record)).toMatchObject({
      host: 'ws5',
      timeMs: AT,
      timeSource: 'timestamp',
      sensor: 'security',
      eventId: 4634,
    });
  });

  test('a source beside an event says nothing where it is not Graylog that wrote it', () => {
    expect(read({ ...SECURITY, source: 'relay', timestamp: '2024-03-05 09:08:07.128' })).toMatchObject({
      host: '',
      timeSource: 'none',
    });
  });

  test('a host that GELF has among its own fields is the one', () => {
    expect(read({ host: 'relay', ...underscored({ ...SECURITY, Computer: 'WS5' }) }).host).toBe('ws5');
  });
});

test('data of a provider of its own stand under user data', () => {
  const record = {
    winlog_channel: 'System',
    winlog_event_id: 104,
    winlog_user_data_SubjectUserName: 'bob',
    winlog_user_data_xml_name: 'LogFileCleared',
  };
  expect(read(record).fields).toMatchObject({ SubjectUserName: 'bob' });
});

test('names that could reach a prototype', () => {
  const record = JSON.parse(
    '{"winlog_channel":"c","winlog_event_data___proto__":{"polluted":1},"winlog_event_id":1}',
  ) as unknown;
  expect(Object.getOwnPropertyNames(read(record).fields)).toContain('__proto__');
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});
