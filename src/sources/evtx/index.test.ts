import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Event } from '../../engine/event/event.js';
import type { Skip } from '../source.js';
import { createEvtxDecoder } from './index.js';
import { value, writeEvtx } from './testing/evtx-writer.js';
import { EVENT_TEMPLATE, smallRecord } from './testing/sample-log.js';

const DATA = join(import.meta.dirname, '../../../../shared/data/evtx');

function decode(bytes: Uint8Array, file?: string): { events: Event[]; skips: Skip[] } {
  const events: Event[] = [];
  const skips: Skip[] = [];
  const decoder = createEvtxDecoder(
    { event: (event) => events.push(event), skip: (skip) => skips.push(skip) },
    { file },
  );
  decoder.push(bytes);
  decoder.end();
  return { events, skips };
}

test('a record becomes an event with its place', () => {
  const { events, skips } = decode(writeEvtx({ chunks: [[smallRecord(7)]] }).bytes, 'logs/a.evtx');
  expect(skips).toEqual([]);
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({
    host: 'ws1.example.org',
    provider: 'Test-Provider',
    channel: 'Test/Operational',
    eventId: 1007,
    timeMs: Date.UTC(2020, 0, 1, 0, 0, 0, 123),
    timeSource: 'system',
    file: 'logs/a.evtx',
    line: 7,
    fields: { Image: 'C:\\tools\\t7.exe', Count: '7' },
  });
});

test('the line is the number that the record itself has, not that of its header', () => {
  const record = smallRecord(7);
  expect(decode(writeEvtx({ chunks: [[{ ...record, id: 1 }]] }).bytes).events[0]!.line).toBe(7);
});

test('a number that no record can have falls back to the header', () => {
  const content = {
    template: EVENT_TEMPLATE,
    values: [
      value.uint16(1),
      value.string('seven'),
      value.string('h'),
      value.fragment({ name: 'EventData' }),
      value.filetime(0n),
      value.absent(),
    ],
  };
  expect(decode(writeEvtx({ chunks: [[{ id: 3, content }]] }).bytes).events[0]!.line).toBe(3);
});

test('damage is a skip that says where, and the neighbours are kept', () => {
  const written = writeEvtx({ chunks: [[smallRecord(1), smallRecord(2), smallRecord(3)]] });
  const at = written.recordOffsets.get(2)! + 24;
  written.bytes[at] = 0x3f;
  const { events, skips } = decode(written.bytes, 'a.evtx');
  expect(events.map((event) => event.line)).toEqual([1, 3]);
  expect(skips).toContainEqual({
    reason: 'damaged',
    message: `at byte ${at}, record 2 has the unknown token 0x3f`,
    file: 'a.evtx',
    line: 2,
  });
});

test('something else is refused once', () => {
  const { events, skips } = decode(new TextEncoder().encode('<Events/>'), 'a.evtx');
  expect(events).toEqual([]);
  expect(skips.map((skip) => skip.reason)).toEqual(['not-evtx']);
});

test('every recorded log gives as many events as libevtx finds records', () => {
  if (!existsSync(DATA)) {
    console.warn(`NOT TRIED: the recorded event logs, which are not at ${DATA}`);
    return;
  }
  const rows = readFileSync(join(DATA, 'evtx.tsv'), 'utf8').trim().split('\n').slice(1);
  expect(rows.length).toBe(
    readdirSync(DATA, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.evtx')).length,
  );
  const wrong = rows.flatMap((row) => {
    const [path, , records] = row.split('\t') as [string, string, string];
    const { events, skips } = decode(readFileSync(join(DATA, path)), path);
    return events.length === Number(records) && skips.length === 0
      ? []
      : [`${path}: ${events.length} of ${records}, ${JSON.stringify(skips[0])}`];
  });
  expect(wrong).toEqual([]);
});
