/** Rules that tell letter case apart see a machine's name as its record spells it, whatever reader and shape it came through. */

import { describe, expect, test } from 'vitest';
import { readDetection, trialOf } from '../../test/support/sigma-trial.js';
import type { Event } from '../engine/event/event.js';
import { createCsvDecoder } from './csv/csv.js';
import { createEvtxDecoder } from './evtx/index.js';
import { value, writeEvtx } from './evtx/testing/evtx-writer.js';
import { EVENT_TEMPLATE } from './evtx/testing/sample-log.js';
import { createJsonDecoder } from './json/json.js';
import type { Decoder, Sink } from './source.js';
import { collect } from './testing/collect.js';
import { CHANNEL, COMPUTER, eventXml } from './testing/event-facts.js';
import { eventCsv, SHAPES } from './testing/same-event.js';
import { createXmlDecoder } from './xml/xml.js';

const EVTX = writeEvtx({
  chunks: [
    [
      {
        id: 1,
        content: {
          template: EVENT_TEMPLATE,
          values: [
            value.uint16(1),
            value.uint64(7n),
            value.string(COMPUTER),
            value.fragment({ name: 'EventData' }),
            value.filetime(132_223_104_001_234_567n),
            value.absent(),
          ],
        },
      },
    ],
  ],
}).bytes;

const shape = (name: string): string => JSON.stringify(SHAPES.find((one) => one.name === name)?.record);

function only(create: (sink: Sink) => Decoder, content: string | Uint8Array): Event {
  const { events, skips } = collect(create, content);
  expect(skips).toEqual([]);
  expect(events).toHaveLength(1);
  return events[0]!;
}

const json = (sink: Sink): Decoder => createJsonDecoder(sink);

describe.each([
  { name: 'XML', event: () => only((sink) => createXmlDecoder(sink), eventXml()) },
  { name: 'EVTX', event: () => only((sink) => createEvtxDecoder(sink), EVTX) },
  { name: 'CSV', event: () => only((sink) => createCsvDecoder(sink), eventCsv(',')) },
  { name: 'flat JSON', event: () => only(json, shape('flat, NXLog')) },
  { name: 'Winlogbeat', event: () => only(json, shape('Winlogbeat 8, data under winlog')) },
  { name: 'nested JSON', event: () => only(json, shape('Event tree with #attributes')) },
  {
    name: 'a wire that names no host',
    event: () =>
      only(
        (sink) => createJsonDecoder(sink, { host: COMPUTER }),
        JSON.stringify({ Channel: CHANNEL, EventID: 1, UtcTime: '2024-03-05 09:08:07.123' }),
      ),
  },
])('a machine in $name', ({ event }) => {
  test.each([
    { detection: { Computer: COMPUTER.toLowerCase() }, holds: true },
    { detection: { 'Computer|cased': COMPUTER }, holds: true },
    { detection: { 'Computer|cased': COMPUTER.toLowerCase() }, holds: false },
    { detection: { 'Computer|re': '^WS\\d\\.' }, holds: true },
    { detection: { 'ComputerName|cased|startswith': 'WS5.' }, holds: true },
    { detection: { 'Hostname|re': '^ws5' }, holds: false },
  ])('$detection', ({ detection, holds }) => {
    const trial = trialOf(readDetection({ selection: detection, condition: 'selection' }));
    expect([trial.plain(event()), trial.compiled(event())]).toEqual([holds, holds]);
  });

  test('its key is folded', () => expect(event().host).toBe(COMPUTER.toLowerCase()));
});
