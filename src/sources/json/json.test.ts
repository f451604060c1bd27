import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../source.js';
import { collect, type Collected } from '../testing/collect.js';
import { encodeUtf8 } from '../text.js';
import { createJsonDecoder, decodeJsonBatch } from './json.js';

const read = (content: string | Uint8Array, pieceBytes?: number, limits = DEFAULT_LIMITS): Collected =>
  collect((sink) => createJsonDecoder(sink, { file: 'a.json', limits }), content, pieceBytes);

/** A record that is an event, told apart by its pid. */
const record = (pid: number, extra: Record<string, unknown> = {}): string =>
  JSON.stringify({
    EventID: 5,
    SourceName: 'Microsoft-Windows-Sysmon',
    Hostname: 'a',
    ProcessId: String(pid),
    ...extra,
  });
const pretty = (pid: number): string => JSON.stringify(JSON.parse(record(pid)), null, 2);
const [one, two, three] = [record(1), record(2), record(3)];

const pids = (collected: Collected): string =>
  collected.events.map((event) => String(event.fields['ProcessId'])).join();
const lines = (collected: Collected): string => collected.events.map((event) => event.line).join();
const skips = (collected: Collected): string => collected.skips.map((skip) => `${skip.reason}@${skip.line}`).join();

interface Case {
  readonly name: string;
  readonly text: string;
  /** Pids of the events, their lines, and the skips. */
  readonly pids: string;
  readonly lines: string;
  readonly skips?: string;
}

const FRAMINGS: readonly Case[] = [
  { name: 'lines', text: `${one}\n${two}\n`, pids: '1,2', lines: '1,2' },
  { name: 'lines without the last line break', text: `${one}\n${two}`, pids: '1,2', lines: '1,2' },
  { name: 'CRLF and blank lines', text: `\r\n${one}\r\n\r\n  \r\n${two}\r\n`, pids: '1,2', lines: '2,5' },
  { name: 'byte-order mark', text: `\ufeff${one}\n${two}`, pids: '1,2', lines: '1,2' },
  { name: 'one object', text: one, pids: '1', lines: '1' },
  {
    name: "lines behind syslog's headers, with blank and other lines between",
    text: `<14>1 2024-03-05T09:08:07Z relay nxlog 33 - [o@1 x="y"] ${one}\n\nMar  5 09:08:07 relay nxlog: ${two}\r\n${three}\n2024-03-05T09:08:07+01:00 relay nxlog: ${one}`,
    pids: '1,2,3,1',
    lines: '1,3,4,5',
  },
  {
    name: "a line behind a header of syslog's that is nearly too long",
    text: `<14>Mar  5 09:08:07 ${'r'.repeat(1000)} ${one}\n${two}`,
    pids: '1,2',
    lines: '1,2',
  },
  {
    name: "braces in syslog's structured data",
    text: [
      `<14>1 2024-03-05T09:08:07Z relay nxlog 33 - [o@1 x="{\\"a\\": [1]" y="}"][p@1] ${one}`,
      `<14>1 2024-03-05T09:08:07Z relay nxlog 33 - [o@1 x="{"] \ufeff${two}`,
      `<14>1 2024-03-05T09:08:07Z relay nxlog 33 - [{"a":1},${three}]`,
    ].join('\n'),
    pids: '1,2,3',
    lines: '1,2,3',
    skips: 'not-an-event@3',
  },
  {
    name: "pretty-printed objects under evtx_dump's numbers",
    text: `Record 1\n${pretty(1)}\r\nRecord 2\r\n${pretty(2)}\nRecord 3`,
    pids: '1,2',
    lines: '2,9',
  },
  { name: 'one pretty-printed object', text: pretty(1), pids: '1', lines: '1' },
  { name: 'pretty-printed objects one after another', text: `${pretty(1)}\n${pretty(2)}`, pids: '1,2', lines: '1,7' },
  { name: 'pretty-printed objects on touching lines', text: `${pretty(1)}${pretty(2)}\n`, pids: '1,2', lines: '1,6' },
  { name: 'pretty-printed with CRLF', text: pretty(1).replaceAll('\n', '\r\n'), pids: '1', lines: '1' },
  { name: 'an array on one line', text: `[${one},${two}]`, pids: '1,2', lines: '1,1' },
  { name: 'an array, an object a line', text: `[\n${one},\n${two}\n]\n`, pids: '1,2', lines: '2,3' },
  { name: 'an array that begins and ends beside its objects', text: `[${one},\n${two}]`, pids: '1,2', lines: '1,2' },
  {
    name: 'a pretty-printed array',
    text: JSON.stringify(
      [1, 2].map((pid) => JSON.parse(record(pid))),
      null,
      2,
    ),
    pids: '1,2',
    lines: '2,8',
  },
  {
    name: 'arrays one after another, and in arrays',
    text: `[${one}]\n[[${two}],[${three}]]`,
    pids: '1,2,3',
    lines: '1,2,2',
  },
  { name: "GELF's stream, a zero behind each", text: `${one}\0${two}\0\n${three}\0`, pids: '1,2,3', lines: '1,1,2' },
  { name: 'zeros that a crash left', text: `${one}\n\0\0\0\0`, pids: '1', lines: '1' },
  {
    name: 'a sequence of JSON texts, RFC 7464',
    text: `\u001e${one}\n\u001e${pretty(2)}\n\u001e${three}\n`,
    pids: '1,2,3',
    lines: '1,2,8',
  },
  { name: 'objects on one line', text: `${one}${two} ${three}`, pids: '1,2,3', lines: '1,1,1' },
  { name: "Azure's batch", text: `{"records":[${one},${two}]}\n${three}`, pids: '1,2,3', lines: '1,1,2' },
  {
    name: "Azure's batch of one record, and of none",
    text: `{"records":[${one}]}{"records":[]}`,
    pids: '1',
    lines: '1',
  },
  {
    name: "Azure's batches in a list, with more beside the records",
    text: `[{ "records": [${one}, ${two}], "n": "}]" },${three}]\n${one}`,
    pids: '1,2,3,1',
    lines: '1,1,1,2',
  },
  {
    name: "Azure's batch, pretty-printed",
    text: `{\n "records"\n : [\n${one},\n${two}\n ]\n}\n${three}`,
    pids: '1,2,3',
    lines: '4,5,8',
  },
  { name: 'commas between lines', text: `${one},\n${two},\n`, pids: '1,2', lines: '1,2' },
  { name: 'nothing', text: '', pids: '', lines: '' },
  { name: 'white space', text: ' \n\t\r\n', pids: '', lines: '' },
  { name: 'an empty array', text: '[]', pids: '', lines: '' },
  { name: 'text in every language', text: `${record(1, { a: 'ünïcode 名 😀 ®' })}\n${two}`, pids: '1,2', lines: '1,2' },
  { name: 'brackets and quotes in texts', text: `${record(1, { a: '}{][",\\"' })}\n${two}`, pids: '1,2', lines: '1,2' },
];

const BROKEN: readonly Case[] = [
  ...['records', 'results', 'Results', 'snapshot', 'data', 'value'].map((name) => ({
    name: `a list in ${name}, which is not the first name`,
    text: `{"n": "\\"${name}\\":[{", "m":{"${name}":[{}]},"${name}":5, "${name}" : [ ${one} ,${two}, 7, {"a":[{}]}],"z":[{}]}\n${three}`,
    pids: '1,2,3',
    lines: '1,1,2',
    skips: 'not-an-event@1,not-an-event@1',
  })),
  {
    name: "Elasticsearch's hits, pretty-printed",
    text: `{\n"took":5,"hits":{"total":2,\n"hits":[\n{"_index":"x","_source":${one}},\n{"_source":${two}}]}}\n${three}`,
    pids: '1,2,3',
    lines: '1,1,6',
  },
  {
    name: 'a list of what are no records, and an event that holds a list',
    text: `{"results":[5,${one}]}\n{"data":[{"a":1}],"hostIdentifier":"x","name":"q","columns":{}}\n${record(2, { data: [{ a: 1 }] })}`,
    pids: '2',
    lines: '3',
    skips: 'not-an-event@1,unsupported@2',
  },
  {
    name: "Azure's batch with a broken record, and one that is cut off",
    text: `{"records":[${one},{"a" 1},5,${two}],"n":1}\n{"records":[${three},{"EventID":5,"x\n${one}`,
    pids: '1,2,3,1',
    lines: '1,1,2,3',
    skips: 'not-json@1,not-an-event@1,not-json@2',
  },
  {
    name: 'a record that only looks like a batch',
    text: `{"records":{"a":1}}\n{"record":[${one}]}\n${two}`,
    pids: '2',
    lines: '3',
    skips: 'not-an-event@1,not-an-event@2',
  },
  {
    name: "syslog's lines without a record, and with a header that is too long",
    text: `<14>Mar  5 09:08:07 relay kernel: up\n${one}\n<14>Mar  5 09:08:07 ${'r'.repeat(1100)} ${two}\n${three}`,
    pids: '1,3',
    lines: '2,4',
    skips: 'not-json@1,not-json@3',
  },
  { name: "no header of syslog's", text: `note: ${one}\n${two}`, pids: '2', lines: '2', skips: 'not-json@1' },
  {
    name: 'what only looks like a number of evtx_dump',
    text: `Record x\nRecord 1 ${one}\n[Record 1,${two}]`,
    pids: '2',
    lines: '3',
    skips: 'not-json@1,not-json@2,not-json@3',
  },
  { name: 'no JSON', text: `${one}\nnot json\n${two}`, pids: '1,2', lines: '1,3', skips: 'not-json@2' },
  { name: 'two bad lines', text: `x\ny\n${one}`, pids: '1', lines: '3', skips: 'not-json@1,not-json@2' },
  {
    name: 'a line cut in a text',
    text: `${one.slice(0, -9)}\n${two}\n${three}`,
    pids: '2,3',
    lines: '2,3',
    skips: 'not-json@1',
  },
  {
    name: 'a line cut behind a comma',
    text: `{"EventID":5,\n${two}\n${three}`,
    pids: '2,3',
    lines: '2,3',
    skips: 'not-json@1',
  },
  {
    name: 'a line cut behind a colon',
    text: `{"a":\n${two}\n${three}`,
    pids: '2,3',
    lines: '2,3',
    skips: 'not-json@1',
  },
  { name: 'a line cut in a list', text: `{"a":[\n${two}\n${three}`, pids: '2,3', lines: '2,3', skips: 'not-json@1' },
  { name: 'a line cut behind its first bracket', text: `{\n${two}\n`, pids: '2', lines: '2', skips: 'not-json@1' },
  { name: 'the last line cut', text: `${one}\n${two.slice(0, 20)}`, pids: '1', lines: '1', skips: 'not-json@2' },
  { name: 'bad words', text: `{"a":tru}\n${one}`, pids: '1', lines: '2', skips: 'not-json@1' },
  { name: 'bad escape', text: `{"a":"\\x"}\n${one}`, pids: '1', lines: '2', skips: 'not-json@1' },
  { name: 'two values without a comma', text: `{"a" 1}\n${one}`, pids: '1', lines: '2', skips: 'not-json@1' },
  {
    name: '… in an array on one line',
    text: `[{"a" 1},${one},{"b":tru},${two}]`,
    pids: '1,2',
    lines: '1,1',
    skips: 'not-json@1,not-json@1',
  },
  { name: 'a list without an end', text: `[${one},${two}`, pids: '1,2', lines: '1,1', skips: 'not-json@1' },
  {
    name: 'a list cut behind a comma, on a later line',
    text: `[${one}]\n[\n${two},\n${three},\n`,
    pids: '1,2,3',
    lines: '1,3,4',
    skips: 'not-json@5',
  },
  { name: 'a list that only begins', text: `${one}\n[`, pids: '1', lines: '1', skips: 'not-json@2' },
  {
    name: 'a list in a list without an end',
    text: `[[${one}],[${two}]`,
    pids: '1,2',
    lines: '1,1',
    skips: 'not-json@1',
  },
  {
    name: 'a list cut behind a single value',
    text: `[${one},5`,
    pids: '1',
    lines: '1',
    skips: 'not-an-event@1,not-json@1',
  },
  { name: "Azure's batch without an end", text: `{"records":[${one}`, pids: '1', lines: '1', skips: 'not-json@1' },
  {
    name: 'a list whose end a broken record took with it',
    text: `[${one},{"a" 1]\n[\n${two},\n{\n"b" 1\n }]`,
    pids: '1,2',
    lines: '1,3',
    skips: 'not-json@1,not-json@4',
  },
  { name: 'brackets that do not match', text: `{"a":[1}\n${one}`, pids: '1', lines: '2', skips: 'not-json@1' },
  { name: 'closing brackets', text: `}\n]\n${one}`, pids: '1', lines: '3', skips: 'not-json@1' },
  {
    name: 'broken pretty-printed, one skip',
    text: `${pretty(1).replace('"Hostname":', '"Hostname"')}\n${pretty(2)}`,
    pids: '2',
    lines: '7',
    skips: 'not-json@1',
  },
  {
    name: 'broken in a pretty-printed array',
    text: `[\n  {\n    "a" 1,\n    "b": {\n    }\n  },\n  ${one}\n]`,
    pids: '1',
    lines: '7',
    skips: 'not-json@2',
  },
  {
    name: 'single values',
    text: `5\n"text"\nnull\n${one}`,
    pids: '1',
    lines: '4',
    skips: 'not-an-event@1,not-an-event@2,not-an-event@3',
  },
  {
    name: 'single values in an array',
    text: `[5,"a,]{",${one},null]`,
    pids: '1',
    lines: '1',
    skips: 'not-an-event@1,not-an-event@1,not-an-event@1',
  },
  {
    name: 'objects that are no events',
    text: `{}\n{"a":1}\n${one}`,
    pids: '1',
    lines: '3',
    skips: 'not-an-event@1,not-an-event@2',
  },
  { name: 'bytes that are no text', text: `\u0000\u0001\n${one}`, pids: '1', lines: '2', skips: 'not-json@1' },
];

describe.each([Number.POSITIVE_INFINITY, 1, 7, 64])('in pieces of %d bytes', (pieceBytes) => {
  test.each([...FRAMINGS, ...BROKEN])('$name', ({ text, name: _name, ...expected }) => {
    const collected = read(text, pieceBytes);
    expect({ pids: pids(collected), lines: lines(collected), skips: skips(collected) }).toEqual({
      skips: '',
      ...expected,
    });
  });

  test('every event has its own bytes', () => {
    expect(read(`[${one},\r\n ${two} ]\n${three},`, pieceBytes).raws).toEqual([one, two, three]);
    expect(read(`${pretty(1)}\n`, pieceBytes).raws).toEqual([pretty(1)]);
  });
});

test('what is no file names no line, but for what could not be read', () => {
  const text = `${one}\nrubbish\n${two}\n`;
  const { events, skips } = collect((sink) => createJsonDecoder(sink, { isUnplaced: true }), text);
  expect(events.map(({ line }) => line)).toEqual([0, 0]);
  expect(skips.map(({ line }) => line)).toEqual([2]);
});

test.each(['utf-16le', 'utf-16be'])('%s, with and without a mark, in odd pieces', (encoding) => {
  const bytesOf = (text: string): Uint8Array => {
    const bytes = new Uint8Array(text.length * 2);
    const view = new DataView(bytes.buffer);
    for (let index = 0; index < text.length; index++)
      view.setUint16(index * 2, text.charCodeAt(index), encoding === 'utf-16le');
    return bytes;
  };
  for (const text of [`\ufeff${one}\r\n${record(2, { a: '名😀' })}`, `${one}\n${two}`]) {
    expect(pids(read(bytesOf(text), 3))).toBe('1,2');
  }
});

describe('limits', () => {
  const small = { ...DEFAULT_LIMITS, maxRecordBytes: 200 };
  test.each([
    { name: 'a long line', text: `${one}\n${record(9, { a: 'x'.repeat(500) })}\n${two}` },
    { name: 'a long line in an array on one line', text: `[${one},${record(9, { a: 'x'.repeat(500) })},${two}]` },
    { name: 'a long pretty-printed object', text: `${one}\n{\n"a": "${'x'.repeat(500)}",\n"b": {}\n}\n${two}` },
    { name: 'a long line that is cut', text: `${one}\n${record(9, { a: 'x'.repeat(500) }).slice(0, -5)}\n${two}` },
  ])('$name is skipped and its neighbours are kept', ({ text }) => {
    for (const pieceBytes of [1, 50, 1e6]) {
      const collected = read(text, pieceBytes, small);
      expect([pids(collected), collected.skips.map((skip) => skip.reason).join()]).toEqual(['1,2', 'too-large']);
    }
  });

  test("the limits are each record's, not those of Azure's batch around them", () => {
    const records = Array.from({ length: 1000 }, (_value, index) => record(index)).join();
    expect(records.length).toBeGreaterThan(50_000);
    const limits = { maxRecordBytes: 200, maxDepth: 2, maxFields: 8 };
    const collected = read(`{"records":[${records},${record(9, { a: 'x'.repeat(500) })},${one}]}`, 4096, limits);
    expect([collected.events.length, skips(collected)]).toEqual([1001, 'too-large@1']);
  });

  test('fifty megabytes on one line are not kept in memory', () => {
    const piece = encodeUtf8('x'.repeat(1 << 20));
    const collected: Collected = { events: [], skips: [], raws: [] };
    const decoder = createJsonDecoder({
      event: (event) => collected.events.push(event),
      skip: (skip) => collected.skips.push(skip),
    });
    decoder.push(encodeUtf8(`${one}\n{"EventID":5,"a":"`));
    const before = process.memoryUsage().arrayBuffers;
    for (let megabyte = 0; megabyte < 50; megabyte++) decoder.push(piece);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 << 20);
    decoder.push(encodeUtf8(`"}\n${two}\n`));
    decoder.end();
    expect([pids(collected), skips(collected), lines(collected)]).toEqual(['1,2', 'too-large@2', '1,3']);
  });

  test.each([
    { name: 'maps', text: `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}` },
    { name: 'lists in a map', text: `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}` },
    { name: 'lists around nothing', text: `${'['.repeat(100_000)}${']'.repeat(100_000)}` },
    { name: 'maps that never end', text: '{"a":'.repeat(100_000) },
    { name: 'few, but more than allowed', text: `${'{"a":'.repeat(40)}1${'}'.repeat(40)}` },
  ])('depth: $name', ({ text }) => {
    for (const pieceBytes of [1000, 1e7]) {
      const collected = read(`${one}\n${text}\n${two}`, pieceBytes);
      expect([pids(collected), skips(collected)]).toEqual(['1,2', 'too-deep@2']);
    }
  });

  test.each(['1,', '{"a" 1},', '"x",'])(
    'a million times %s in one array is a thousand reports, and the next line is read',
    (item) => {
      const collected = read(`[${item.repeat(1_000_000)}${one}]\n${two}`);
      expect([pids(collected), collected.skips.length]).toEqual(['2', 1001]);
    },
  );

  test('many broken openings are not scanned again and again', () => {
    const text = `{"a":[\n${`{"b":${'2'.repeat(900)}},\n`.repeat(60)}`.repeat(60);
    const started = performance.now();
    expect(read(text, 65_536).skips.length).toBeGreaterThan(1000);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

test('whatever the pieces, the same comes out', () => {
  const part = fc.oneof(
    fc.constantFrom(
      ...[
        one,
        two,
        pretty(3),
        '[',
        ']',
        ',',
        '\n',
        '\r\n',
        ' ',
        '{',
        '}',
        '"',
        '\\',
        'x',
        '1',
        '\ufeff',
        '{"a":1',
        '{"records":[',
        ']}',
        '{"a":"',
      ],
    ),
    fc.json().map((text) => text),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), fc.integer({ min: 1, max: 40 }), (parts, pieceBytes) => {
      const text = parts.join('');
      const whole = read(text);
      const pieces = read(text, pieceBytes);
      expect(pieces).toEqual(whole);
    }),
    { numRuns: 2000 },
  );
});

describe('decodeJsonBatch', () => {
  test('items are numbered as the sender counts them, and neighbours of a bad one are kept', () => {
    for (const body of [`[${one},{"a" 1},5,${two}]`, `${one}\n{"a" 1}\n\n5\n${two}\n`]) {
      const { items } = decodeJsonBatch(encodeUtf8(body));
      expect(items.map((item) => ('event' in item ? item.event.fields['ProcessId'] : item.skip.reason))).toEqual([
        '1',
        'not-json',
        'not-an-event',
        '2',
      ]);
    }
  });

  test('records of a list come with their own bytes, and within their own limits', () => {
    const many = Array.from({ length: 300 }, (_value, index) => record(index, { note: 'a \\"}] ' }));
    const { items } = decodeJsonBatch(encodeUtf8(`{"time":"x","results":[${many.join(' , ')}]}`));
    expect(items.map((item) => ('raw' in item ? new TextDecoder().decode(item.raw) : item.skip))).toEqual(many);
  });

  test("records of Azure's batch are each an item", () => {
    const body = `${one}\n{"records":[${two},{"a":1},${three}]}\n${one}`;
    const { items } = decodeJsonBatch(encodeUtf8(body));
    expect(items.map((item) => ('event' in item ? new TextDecoder().decode(item.raw) : item.skip.reason))).toEqual([
      one,
      two,
      'not-an-event',
      three,
      one,
    ]);
  });

  test.each([
    { keywords: '9232379236109516801', field: '0x8020000000000001' },
    { keywords: ' -9214364837600034816', field: '0x8020000000000000' },
    { keywords: '4611686018427387969', field: '0x4000000000000041' },
    { keywords: '9007199254740991', field: '0x1fffffffffffff' },
    { keywords: '1e300', field: 1e300 },
    { keywords: '123456789012345678901234567890', field: Number('123456789012345678901234567890') },
    { keywords: '0.5', field: 0.5 },
  ])('Keywords $keywords keep their digits, in hex', ({ keywords, field }) => {
    const record = `{"SourceName":"x","Hostname":"a","Message":"\\"Keywords\\":-5","EventID":1,"Keywords":${keywords},"K":2}`;
    const tree = `{"Event":{"System":{"Provider":"x","EventID":1,"Keywords":${keywords}}}}`;
    const carried = `{"message":${JSON.stringify(record)}}`;
    const { items } = decodeJsonBatch(encodeUtf8(`${record}\n${tree}\n${carried}`));
    const found = items.map((item) => ('event' in item ? item.event.fields['Keywords'] : item.skip));
    expect(found.map(String)).toEqual([field, field, field].map(String));
  });

  test.each([
    { keywords: '9232379236109516800', field: '0x8020000000000000' },
    { keywords: '-9218868437227405312', field: '0x8010000000000000' },
    { keywords: '0', field: 0 },
    { keywords: '"0x8020000000000000"', field: '0x8020000000000000' },
  ])("Security's Keywords $keywords as Windows has them", ({ keywords, field }) => {
    const text = `{"Channel":"Security","Hostname":"a","EventID":4634,"Keywords":${keywords}}`;
    const [item] = decodeJsonBatch(encodeUtf8(text)).items;
    expect(item !== undefined && 'event' in item ? item.event.fields['Keywords'] : item).toBe(field);
  });

  test('raw bytes stay valid after the call', () => {
    const { items } = decodeJsonBatch(encodeUtf8(`${one}\n${two}`));
    const raws = items.map((item) => ('raw' in item ? new TextDecoder().decode(item.raw) : ''));
    expect(raws).toEqual([one, two]);
  });

  test('the sender stands in for a host that no record names', () => {
    const body = encodeUtf8('{"Action":"processterminal","Data":{"ProcessId":"1"}}');
    const { items } = decodeJsonBatch(body, DEFAULT_LIMITS, { host: '10.0.0.9' });
    expect(items.map((item) => ('event' in item ? item.event.host : ''))).toEqual(['10.0.0.9']);
  });
});

test('messages say where a record stops being JSON', () => {
  expect(read('{"a":1,\n"b" 2}').skips[0]?.message).toBe('not JSON from line 2, byte 5 on');
  expect(read('{"a" 1}').skips[0]?.message).toBe('not JSON from line 1, byte 6 on');
  expect(read('hello').skips[0]?.message).toBe('not JSON: "hello"');
  expect(read('{"a":"b\0c"}').skips[0]?.message).toMatch(/^not JSON: bad control character [^0-9]*at position 7$/);
});
