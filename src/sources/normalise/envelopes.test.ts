import { expect, test } from 'vitest';
import { decodeJsonBatch } from '../json/json.js';
import { encodeUtf8 } from '../text.js';

const ROW = {
  channel: 'System',
  computer_name: 'WS5',
  data: '{"EventData":{"param1":"x"}}',
  datetime: '2024-03-05T09:08:07.1289123Z',
  eventid: '7036',
  provider_name: 'Service Control Manager',
};
const QUERY = {
  name: 'logs',
  hostIdentifier: 'relay',
  calendarTime: 'Tue Mar  5 09:08:12 2024 UTC',
  unixTime: 1709629692,
};

function read(record: unknown): unknown[] {
  const { items } = decodeJsonBatch(encodeUtf8(JSON.stringify(record)));
  return items.map((item) => ('event' in item ? [item.event.host, item.event.eventId] : item.skip.reason));
}

const SEVEN = ['ws5', 7036];

test.each([
  { name: 'a snapshot', record: { ...QUERY, snapshot: [ROW, ROW], action: 'snapshot' }, found: [SEVEN, SEVEN] },
  { name: 'a snapshot of one row', record: { snapshot: [ROW], ...QUERY, action: 'snapshot' }, found: [SEVEN] },
  { name: 'an event of a snapshot', record: { ...QUERY, columns: ROW, action: 'snapshot' }, found: [SEVEN] },
  {
    name: 'what is sent to a server',
    record: { node_key: 'x', log_type: 'result', data: [{ ...QUERY, columns: ROW, action: 'added' }] },
    found: [SEVEN],
  },
  {
    name: 'another table, which is told once',
    record: { ...QUERY, snapshot: [{ pid: '4' }, { pid: '8' }], action: 'snapshot' },
    found: ['unsupported'],
  },
  {
    name: 'processes, which are of other systems',
    record: { ...QUERY, columns: { pid: '4', path: '/bin/sh' }, action: 'added' },
    found: ['unsupported'],
  },
])("osquery's rows: $name", ({ record, found }) => expect(read(record)).toEqual(found));
