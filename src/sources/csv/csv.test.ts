import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../source.js';
import { collect, type Collected } from '../testing/collect.js';
import { createCsvDecoder } from './csv.js';

const read = (content: string, pieceBytes?: number, limits = DEFAULT_LIMITS): Collected =>
  collect((sink) => createCsvDecoder(sink, { file: 'a.csv', limits }), content, pieceBytes);

const HEAD = 'Hostname,SourceName,EventID,ProcessId,Image';
const row = (pid: number, image = 'C:\\a.exe'): string => `WS5,Microsoft-Windows-Sysmon,5,${pid},${image}`;
const pids = (collected: Collected): string =>
  collected.events.map((event) => String(event.fields['ProcessId'])).join();
const lines = (collected: Collected): string => collected.events.map((event) => event.line).join();
const skips = (collected: Collected): string => collected.skips.map((skip) => `${skip.reason}@${skip.line}`).join();

const CASES = [
  { name: 'rows', text: `${HEAD}\n${row(1)}\n${row(2)}\n`, pids: '1,2', lines: '2,3' },
  {
    name: 'CRLF, blank lines, no last line break',
    text: `\ufeff${HEAD}\r\n\r\n${row(1)}\r\n\r\n${row(2)}`,
    pids: '1,2',
    lines: '3,5',
  },
  { name: "PowerShell's type row", text: `#TYPE System.Object\r\n${HEAD}\r\n${row(1)}`, pids: '1', lines: '3' },
  { name: 'semicolons', text: `${HEAD}\n${row(1)}`.replaceAll(',', ';'), pids: '1', lines: '2' },
  { name: 'tabs', text: `${HEAD}\n${row(1)}`.replaceAll(',', '\t'), pids: '1', lines: '2' },
  { name: "Excel's separator row", text: `sep=|\n${HEAD}\n${row(1)}`.replaceAll(',', '|'), pids: '1', lines: '3' },
  { name: 'everything quoted', text: `${HEAD}\n${row(1)}`.replaceAll(/[^,\n]+/g, '"$&"'), pids: '1', lines: '2' },
  { name: 'line breaks in a cell', text: `${HEAD}\n${row(1, '"a\r\nb\n"')}\n${row(2)}`, pids: '1,2', lines: '2,5' },
  { name: 'a header alone', text: `${HEAD}\n`, pids: '', lines: '' },
  { name: 'nothing', text: '', pids: '', lines: '' },
  { name: 'fewer cells than names', text: `${HEAD}\nWS5,Microsoft-Windows-Sysmon,5,1`, pids: '1', lines: '2' },
  { name: 'a row that is no event', text: `${HEAD}\nx\n${row(2)}`, pids: '2', lines: '3', skips: 'not-an-event@2' },
  {
    name: 'a quote that is never closed',
    text: `${HEAD}\n${row(1)}\n${row(2, '"x')}\n${row(3)}`,
    pids: '1',
    lines: '2',
    skips: 'damaged@3',
  },
  { name: 'no header that names an event', text: 'a,b\n1,2\n', pids: '', lines: '', skips: 'not-an-event@2' },
];

describe.each([Number.POSITIVE_INFINITY, 1, 7])('in pieces of %d bytes', (pieceBytes) => {
  test.each(CASES)('$name', ({ text, name: _name, ...expected }) => {
    const collected = read(text, pieceBytes);
    expect({ pids: pids(collected), lines: lines(collected), skips: skips(collected) }).toEqual({
      skips: '',
      ...expected,
    });
  });
});

test('cells: quotes, separators, empty ones left out, a column without a name', () => {
  const { events } = read(`${HEAD},Empty\n${row(1, '"say ""hi"", x"')},,"rendered\ntext"\n`);
  expect(events[0]?.fields).toMatchObject({ Image: 'say "hi", x', Message: 'rendered\ntext' });
  expect(Object.keys(events[0]?.fields ?? {})).not.toContain('Empty');
});

test("an export of Get-WinEvent: Sysmon's fields are in the message, and its ProcessId is the logger's", () => {
  const message =
    'Process terminated:\r\nRuleName: -\r\nUtcTime: 2020-09-04 07:06:09.681\r\nProcessId: 60\r\nImage: C:\\a.exe';
  const { events } = read(
    `"Message","Id","RecordId","ProviderName","LogName","ProcessId","MachineName","TimeCreated"\r\n` +
      `"${message}","5","17","Microsoft-Windows-Sysmon","Microsoft-Windows-Sysmon/Operational","3544","WS5","9/4/2020 9:06:09 AM"`,
  );
  expect(events[0]).toMatchObject({ action: 'processterminal', host: 'ws5', timeSource: 'utc' });
  expect(events[0]?.fields).toMatchObject({ ProcessId: '60', Image: 'C:\\a.exe' });
});

test("Event Viewer's columns", () => {
  const { events } = read(
    'Level,Date and Time,Source,Event ID,Task Category\r\nInformation,9/4/2020 9:06:09 AM,Service Control Manager,7036,None,"x"',
  );
  expect(events[0]).toMatchObject({ eventId: 7036, provider: 'Service Control Manager', timeSource: 'local' });
});

test('a row beyond the limit is skipped, closed or not', () => {
  const limits = { ...DEFAULT_LIMITS, maxRecordBytes: 300 };
  for (const long of [row(9, 'x'.repeat(500)), `${row(9, '"x')}${'x\n'.repeat(200)}`]) {
    const collected = read(`${HEAD}\n${row(1)}\n${long}\n${row(2)}\n`, 64, limits);
    expect(collected.skips[0]).toMatchObject({ reason: 'too-large', line: 3, file: 'a.csv' });
    expect(pids(collected)).toMatch(/^1,(?:.*,)?2$/);
  }
});

test('names that could reach a prototype', () => {
  const { events } = read(`${HEAD},__proto__,constructor\n${row(1)},x,y`);
  expect(Object.getOwnPropertyNames(events[0]?.fields ?? {})).toContain('__proto__');
  expect(({} as Record<string, unknown>)['x']).toBeUndefined();
});

test('whatever the pieces, the same comes out', () => {
  const part = fc.oneof(
    fc.constantFrom(HEAD, row(1), row(2), ',', '"', '\n', '\r\n', ';', '#TYPE', 'sep=;'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), fc.integer({ min: 1, max: 30 }), (parts, pieceBytes) => {
      expect(read(parts.join(''), pieceBytes)).toEqual(read(parts.join('')));
    }),
    { numRuns: 2000 },
  );
});
