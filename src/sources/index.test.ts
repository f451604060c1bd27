import { describe, expect, test } from 'vitest';
import { createDecoder, detectFormat } from './index.js';
import type { Format } from './source.js';
import { collect } from './testing/collect.js';
import { eventXml } from './testing/event-facts.js';
import { eventCsv, SHAPES } from './testing/same-event.js';
import { encodeUtf8 } from './text.js';

describe('detectFormat', () => {
  test.each<{ name: string; bytes: string | number[]; file: string; format: Format | undefined }>([
    { name: 'an event log by its signature', bytes: 'ElfFile\0x', file: 'a.json', format: 'evtx' },
    { name: 'an event log that is damaged, by its name', bytes: 'xxxxxxxx', file: 'a.EVTX', format: 'evtx' },
    { name: 'XML', bytes: '\r\n <Events>', file: 'a.txt', format: 'xml' },
    { name: 'XML with a mark', bytes: '\ufeff<Events>', file: 'a', format: 'xml' },
    { name: 'XML in UTF-16', bytes: [0xff, 0xfe, 0x3c, 0], file: 'a', format: 'xml' },
    { name: 'an object', bytes: '{"a":1}', file: 'a.log', format: 'json' },
    { name: 'an array', bytes: ' [', file: '', format: 'json' },
    { name: 'JSON in UTF-16 without a mark', bytes: [0x7b, 0, 0x22, 0], file: '', format: 'json' },
    { name: 'lines that begin with junk, by their name', bytes: 'x', file: 'dir.d/a.jsonl', format: 'json' },
    { name: 'a packed name', bytes: 'x', file: 'a.ndjson.gz', format: 'json' },
    { name: 'comma-separated values', bytes: '"a","b"', file: 'a.csv', format: 'csv' },
    { name: 'comma-separated values that begin with a bracket', bytes: '{a},b', file: 'a.csv', format: 'csv' },
    { name: 'an empty file, by its name', bytes: '', file: 'a.json', format: 'json' },
    { name: "XML behind syslog's time", bytes: 'Mar  5 09:08:07 h a: <Event xmlns', file: 'a.log', format: 'xml' },
    { name: "XML behind syslog's priority", bytes: '<14>1 2024-03-05T09:08:07Z h <Event>', file: 'a', format: 'xml' },
    {
      name: 'no more than the first 4 KiB',
      bytes: `<14>Mar  5 09:08:07 h ${'x'.repeat(4096)}{"a":1}`,
      file: 'a',
      format: undefined,
    },
    {
      name: "JSON behind syslog's priority",
      bytes: '<14>1 2024-03-05T09:08:07Z h - {"a":1}',
      file: 'a',
      format: 'json',
    },
    {
      name: 'XML behind structured data with a brace',
      bytes: '<14>1 2024-03-05T09:08:07Z h a - - [o@1 x="{"] <Event>',
      file: 'a',
      format: 'xml',
    },
    { name: "syslog's lines of something else", bytes: '<14>Mar  5 09:08:07 h a: x\n{', file: 'a', format: undefined },
    { name: "another log's line with a bracket", bytes: 'at x {', file: 'a.log', format: undefined },
    { name: 'neither', bytes: 'MZ', file: 'a.exe', format: undefined },
    { name: 'a name without an extension', bytes: 'x', file: 'json', format: undefined },
    { name: 'nothing', bytes: '', file: '', format: undefined },
  ])('$name', ({ bytes, file, format }) => {
    expect(detectFormat(typeof bytes === 'string' ? encodeUtf8(bytes) : new Uint8Array(bytes), file)).toBe(format);
  });
});

test.each(['Mar  5 09:08:07 relay sysmon[33]: ', '<14>1 2024-03-05T09:08:07Z relay sysmon 33 - - '])(
  'XML behind a header of syslog is read: %s',
  (header) => {
    const { events, skips } = collect((sink) => createDecoder('xml', sink, {}), `${header}${eventXml()}\n`.repeat(2));
    expect(skips).toEqual([]);
    expect(events.map((event) => event.host)).toEqual(['ws5.corp.example', 'ws5.corp.example']);
  },
);

test.each(['Mar  5 09:08:07 relay nxlog[33]: ', '<14>1 2024-03-05T09:08:07Z relay nxlog 33 - - '])(
  'JSON behind a header of syslog is read, with bytes of its own: %s',
  (header) => {
    const text = JSON.stringify(SHAPES[0]?.record);
    const { raws, skips } = collect((sink) => createDecoder('json', sink, {}), `${header}${text}\n`.repeat(2));
    expect(raws).toEqual([text, text]);
    expect(skips).toEqual([]);
  },
);

test.each<{ format: Format; content: string; events: number }>([
  { format: 'json', content: JSON.stringify(SHAPES[0]?.record), events: 1 },
  { format: 'xml', content: eventXml(), events: 1 },
  { format: 'csv', content: eventCsv(','), events: 1 },
  { format: 'evtx', content: 'no event log', events: 0 },
])('createDecoder reads $format and names the file', ({ format, content, events }) => {
  const collected = collect((sink) => createDecoder(format, sink, { file: 'f' }), content);
  expect(collected.events.map((event) => event.file)).toEqual(events === 1 ? ['f'] : []);
  expect(collected.skips.every((skip) => skip.file === 'f')).toBe(true);
  expect(collected.events.length + collected.skips.length).toBeGreaterThan(0);
});
