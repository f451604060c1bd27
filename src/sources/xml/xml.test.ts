import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../source.js';
import { collect, type Collected } from '../testing/collect.js';
import { eventXml } from '../testing/event-facts.js';
import { parseXmlElement } from './element.js';
import { createXmlDecoder } from './xml.js';

const read = (content: string | Uint8Array, pieceBytes?: number, limits = DEFAULT_LIMITS): Collected =>
  collect((sink) => createXmlDecoder(sink, { file: 'a.xml', limits }), content, pieceBytes);

const NAMESPACE = 'http://schemas.microsoft.com/win/2004/08/events/event';
const event = (pid: number, inner = '', attributes = ''): string =>
  `<Event xmlns="${NAMESPACE}"${attributes}><System><Provider Name="Microsoft-Windows-Sysmon"/><EventID>5</EventID><Computer>a</Computer></System>` +
  `<EventData><Data Name="ProcessId">${pid}</Data>${inner}</EventData></Event>`;
const [one, two] = [event(1), event(2)];

const pids = (collected: Collected): string =>
  collected.events.map((found) => String(found.fields['ProcessId'])).join();
const lines = (collected: Collected): string => collected.events.map((found) => found.line).join();
const skips = (collected: Collected): string => collected.skips.map((skip) => `${skip.reason}@${skip.line}`).join();

const CASES = [
  { name: 'one record', text: one, pids: '1', lines: '1' },
  { name: 'records one after another', text: `${one}${two}\n${one}`, pids: '1,2,1', lines: '1,1,2' },
  {
    name: 'a declaration and a wrapper',
    text: `\ufeff<?xml version="1.0"?>\r\n<Events>\r\n${one}\r\n${two}\r\n</Events>`,
    pids: '1,2',
    lines: '3,4',
  },
  {
    name: "records under evtx_dump's numbers",
    text: `Record 1\n<?xml version="1.0" encoding="utf-8"?>\n${one}\nRecord 2\n<?xml version="1.0" encoding="utf-8"?>\n${two}\n`,
    pids: '1,2',
    lines: '3,6',
  },
  { name: 'any wrapper', text: `<a b=">"><c>${one}</c></a>`, pids: '1', lines: '1' },
  {
    name: 'prefixes',
    text: one.replaceAll('<', '<e:').replaceAll('<e:/', '</e:').replace('xmlns=', 'xmlns:e='),
    pids: '1',
    lines: '1',
  },
  {
    name: 'quotes of the other kind, spaces in tags',
    text: one.replaceAll('"', "'").replace('<EventID>', '<EventID  >'),
    pids: '1',
    lines: '1',
  },
  { name: 'comments, inside and out', text: `<!-- <Event> -->${event(1, '<!-- </Event> -->')}`, pids: '1', lines: '1' },
  { name: 'CDATA', text: event(1, '<Data Name="Image"><![CDATA[a </Event> & <b>]]></Data>'), pids: '1', lines: '1' },
  {
    name: 'a record inside UserData of a provider',
    text: `<Event><System><EventID>9</EventID></System><UserData><x><Event><ProcessId>3</ProcessId></Event></x></UserData></Event>`,
    pids: '3',
    lines: '1',
  },
  { name: 'no record', text: '<a>text</a>', pids: '', lines: '', skips: 'not-xml@1' },
  { name: 'nothing', text: '', pids: '', lines: '', skips: '' },
  {
    name: "objects of PowerShell's Export-Clixml",
    text: `\ufeff<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">\r\n  <Obj RefId="0">\r\n    <TN RefId="0"><T>System.Diagnostics.Eventing.Reader.EventLogRecord</T></TN>\r\n    <Props><I32 N="Id">1</I32><S N="MachineName">a</S></Props>\r\n  </Obj>\r\n</Objs>`,
    pids: '',
    lines: '',
    skips: 'unsupported@1',
  },
  { name: 'no XML', text: 'hello\nworld', pids: '', lines: '', skips: 'not-xml@1' },
  {
    name: 'text between records, once',
    text: `${one}\n junk\n more\n${two}`,
    pids: '1,2',
    lines: '1,4',
    skips: 'not-xml@2',
  },
  {
    name: "syslog's headers before records",
    text: `<14>1 2024-03-05T09:08:07Z relay a 3 - - ${one}\n<13>Mar  5 09:08:07 relay a: ${two}\r\nMar  5 09:08:07 relay a: ${one}\n`,
    pids: '1,2,1',
    lines: '1,2,3',
  },
  {
    name: "syslog's headers without a record",
    text: `${one}\nMar  5 09:08:07 relay kernel: up\nMar  5 09:08:08 relay a: ${two}\n<14>Mar  5 09:08:07 relay down`,
    pids: '1,2',
    lines: '1,3',
    skips: 'not-xml@2,not-xml@4',
  },
  {
    name: "a header of syslog's that is too long",
    text: `<14>Mar  5 09:08:07 ${'r'.repeat(1_100)} ${one}`,
    pids: '1',
    lines: '1',
    skips: 'not-xml@1',
  },
  { name: 'text behind what may be a priority', text: `<13>note ${one}`, pids: '1', lines: '1', skips: 'not-xml@1' },
  {
    name: 'tags that do not match',
    text: `${one.replace('</Data>', '</Date>')}\n${two}`,
    pids: '2',
    lines: '2',
    skips: 'not-xml@1',
  },
  { name: 'a record cut by the next', text: `${one.slice(0, -20)}\n${two}`, pids: '2', lines: '2', skips: 'damaged@1' },
  {
    name: 'a record cut in a tag',
    text: `${one.slice(0, 200)}<Data Na\n${two}\n${one}`,
    pids: '2,1',
    lines: '2,3',
    skips: 'not-xml@1',
  },
  { name: 'a record cut by the end', text: `${one}\n${two.slice(0, -9)}`, pids: '1', lines: '1', skips: 'damaged@2' },
  { name: 'a bare attribute', text: `${event(9, '', ' x')}${two}`, pids: '2', lines: '1', skips: 'not-xml@1' },
  {
    name: 'an entity of nobody',
    text: `${event(9, '<Data Name="x">&lol;</Data>')}\n${two}`,
    pids: '2',
    lines: '2',
    skips: 'not-xml@1',
  },
  {
    name: 'a character beyond Unicode',
    text: `${event(9, '<Data Name="x">&#x110000;</Data>')}\n${two}`,
    pids: '2',
    lines: '2',
    skips: 'not-xml@1',
  },
  { name: 'a record that is no event', text: `<Event></Event>${one}`, pids: '1', lines: '1', skips: 'not-an-event@1' },
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

test('billion laughs: the declaration is refused and nothing is expanded', () => {
  const bomb =
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">' +
    `<!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;">]><Events>${event(9, '<Data Name="x">&lol3;</Data>')}${two}</Events>`;
  const collected = read(bomb);
  expect([pids(collected), collected.skips[0]?.reason, collected.skips.at(-1)?.reason]).toEqual([
    '2',
    'unsupported',
    'not-xml',
  ]);
});

test('external entities are not fetched: there is nothing that could', () => {
  const text = `<!DOCTYPE Event [<!ENTITY x SYSTEM "file:///etc/passwd">]>${event(9, '<Data Name="x">&x;</Data>')}`;
  expect(read(text).events).toEqual([]);
});

test('values: references, spaces, line breaks, empty, repeated and unnamed data', () => {
  const inner =
    '<Data Name="Image"> a&amp;b &lt;&#65;&#x42;&gt;\r\n&quot;&apos; </Data><Data Name="Empty"></Data><Data Name="Closed"/><Data>u</Data><Data>v</Data>' +
    '<Data Name="Twice">1</Data><Data Name="Twice">2</Data><Data Name="__proto__">p</Data><Binary>00</Binary>';
  const fields = read(event(1, inner)).events[0]?.fields ?? {};
  expect(fields).toMatchObject({
    Image: ' a&b <AB>\r\n"\' ',
    Empty: '',
    Closed: '',
    Data: ['u', 'v'],
    Twice: ['1', '2'],
    Binary: '00',
  });
  expect(Object.hasOwn(fields, '__proto__')).toBe(true);
});

test('rendered texts are not read', () => {
  expect(JSON.stringify(read(eventXml()).events[0]?.fields)).not.toContain('Process Create:');
});

test('UTF-16 with a mark, as Event Viewer saves it', () => {
  const text = `\ufeff${event(1, '<Data Name="Image">名</Data>')}`;
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < text.length; index++) view.setUint16(index * 2, text.charCodeAt(index), true);
  expect(read(bytes, 5).events[0]?.fields['Image']).toBe('名');
});

describe('limits', () => {
  test.each([
    { name: 'depth', text: event(9, `${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}`), reason: 'too-deep' },
    { name: 'elements', text: event(9, '<Data Name="x">1</Data>'.repeat(2000)), reason: 'too-many-fields' },
    { name: 'size', text: event(9, `<Data Name="x">${'x'.repeat(5_000_000)}</Data>`), reason: 'too-large' },
    {
      name: 'size, in CDATA',
      text: event(9, `<Data Name="x"><![CDATA[${'x'.repeat(5_000_000)}]]></Data>`),
      reason: 'too-large',
    },
    {
      name: 'a tag without an end',
      text: `${event(9).replace('</Event>', '')}<Data Name="${'x'.repeat(200_000)}`,
      reason: 'not-xml',
    },
  ])('$name: $reason, and the next record is read', ({ text, reason }) => {
    for (const pieceBytes of [65_536, 1e8]) {
      const collected = read(`${one}\n${text}\n${two}\n${two}`, pieceBytes);
      expect(collected.skips[0]).toMatchObject({ reason, line: 2, file: 'a.xml' });
      expect(pids(collected)).toMatch(/^1,2/);
    }
  });

  test('a comment without an end costs no memory and no time', () => {
    const started = performance.now();
    read(`${one}<!--${'<Event>-'.repeat(1_000_000)}`, 65_536);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

test('whatever the pieces, the same comes out', () => {
  const part = fc.oneof(
    fc.constantFrom(
      one,
      two,
      '<Event>',
      '</Event>',
      '<',
      '>',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<?',
      '?>',
      '&',
      '"',
      '\n',
      '<Data Name="a">',
      '</Data>',
      '<!DOCTYPE a>',
      '</',
    ),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), fc.integer({ min: 1, max: 40 }), (parts, pieceBytes) => {
      const text = parts.join('');
      const skipCounts = (collected: Collected): string =>
        collected.skips.map((skip) => `${skip.reason}@${skip.line}`).join();
      const [whole, pieces] = [read(text), read(text, pieceBytes)];
      expect([pieces.events, skipCounts(pieces)]).toEqual([whole.events, skipCounts(whole)]);
    }),
    { numRuns: 2000 },
  );
});

describe('parseXmlElement', () => {
  test.each([
    ['<a>1</a>', { a: '1' }],
    ['<a b="c">1</a>', { a: { '#attributes': { b: 'c' }, '#text': '1' } }],
    ['<a><b>1</b><b>2</b><c/></a>', { a: { b: ['1', '2'], c: '' } }],
  ])('%s', (text, tree) => expect(parseXmlElement(text)).toEqual(tree));

  test.each(['', '<', '<a>', 'x<a>1</a>', '<a>1</b>', '<!DOCTYPE x><a>1</a>'])('%j is no element', (text) =>
    expect(parseXmlElement(text)).toBeUndefined(),
  );
});

test('what Export-Clixml wrote is refused with what to do instead', () => {
  expect(read('<Objs><Obj/></Objs>').skips[0]?.message).toMatch(/Export-Clixml.*ConvertTo-Json.*wevtutil epl/);
});
