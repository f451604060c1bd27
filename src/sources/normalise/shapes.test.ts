import { expect, test } from 'vitest';
import { integerOf, textOf, type Event } from '../../engine/event/event.js';
import { createCsvDecoder } from '../csv/csv.js';
import { collect } from '../testing/collect.js';
import { COMPUTER, EXPECTED, eventXml } from '../testing/event-facts.js';
import { eventCsv, SHAPES } from '../testing/same-event.js';
import { createXmlDecoder } from '../xml/xml.js';
import { isSkip, normalise } from './normalise.js';

function read(record: unknown): Event {
  // Through text, as it comes: so that a shape cannot rely on what JSON does not carry.
  const result = normalise(JSON.parse(JSON.stringify(record)), { file: 'a.json', line: 3 });
  if (isSkip(result)) throw new Error(`skipped: ${result.reason}, ${result.message}`);
  return result;
}

function check(event: Event, shape: { timeSource?: string; hasNumber?: boolean }): void {
  expect(event).toMatchObject({
    host: EXPECTED.host,
    computer: COMPUTER,
    timeMs: EXPECTED.timeMs,
    timeSource: shape.timeSource ?? 'utc',
    action: EXPECTED.action,
    sensor: EXPECTED.sensor,
    eventId: EXPECTED.eventId,
  });
  expect(event.fields).toMatchObject(EXPECTED.fields);
  expect(integerOf(event, 'ProcessId')).toBe(EXPECTED.processId);
  expect(integerOf(event, 'ParentProcessId')).toBe(EXPECTED.parentProcessId);
  expect(textOf(event, 'ProcessGuid')?.toUpperCase()).toContain(EXPECTED.guid);
  expect(textOf(event, 'Hashes')).toContain(`MD5=${EXPECTED.md5}`);
}

/** Of the shapes that carry the record number, all must be the same record. */
const reference = read(SHAPES.find((shape) => shape.name === 'Event tree with #attributes')?.record);

test.each(SHAPES)('the same event: $name', (shape) => {
  const event = read(shape.record);
  check(event, shape);
  expect([event.file, event.line]).toEqual(['a.json', 3]);
  const isSame = event.idHigh === reference.idHigh && event.idLow === reference.idLow;
  expect(isSame).toBe(shape.hasNumber ?? true);
  expect(event.recordNumber).toBe(shape.hasNumber === false ? 0 : 5_402_080);
  if (shape.hasNumber !== false) expect(event.loggerPid === 0 || event.loggerPid === 3544).toBe(true);
});

test('the same event: XML', () => {
  const { events, skips } = collect((sink) => createXmlDecoder(sink), `<Events>\n${eventXml()}\n</Events>`);
  expect(skips).toEqual([]);
  const event = events[0];
  if (event === undefined) throw new Error('no event');
  check(event, {});
  expect([event.idHigh, event.idLow, event.loggerPid, event.line]).toEqual([
    reference.idHigh,
    reference.idLow,
    3544,
    2,
  ]);
});

test.each([',', ';', '\t'])('the same event: CSV separated by %j', (separator) => {
  const { events, skips } = collect((sink) => createCsvDecoder(sink), eventCsv(separator));
  expect(skips).toEqual([]);
  const event = events[0];
  if (event === undefined) throw new Error('no event');
  check(event, {});
  expect([event.idHigh, event.idLow, event.line]).toEqual([reference.idHigh, reference.idLow, 3]);
});

test.each(['WS9', 'Ws9.'])('the sender stands in where the record names nobody, in its letters: %s', (host) => {
  const result = normalise({ Action: 'processterminal', Data: { ProcessId: '4' } }, { file: undefined, line: 1, host });
  expect(result).toMatchObject({ host: host.toLowerCase(), computer: host });
});

test('the logger is told where the shape names it', () => {
  const named = SHAPES.map((shape) => read(shape.record)).filter((event) => event.loggerPid === 3544);
  expect(named.length).toBeGreaterThanOrEqual(14);
});

test('no field of one shape leaks into Object.prototype', () => {
  for (const shape of SHAPES) read(shape.record);
  expect(Object.keys(Object.prototype)).toEqual([]);
});
