import { describe, expect, test } from 'vitest';
import type { EvtxItem } from './chunk-reader.js';
import { EvtxStream, readEvtx } from './evtx-stream.js';
import { FILE_HEADER_BYTES } from './file-header.js';
import { DEFAULT_LIMITS } from '../source.js';
import { type BareSpec, type ElementSpec, type InstanceSpec, value, writeEvtx } from './testing/evtx-writer.js';
import { eventRecord, SAMPLE_DATA, SAMPLE_VALUES, smallRecord } from './testing/sample-log.js';
import type { Tree } from './tree.js';

function trees(items: Iterable<EvtxItem>): Tree[] {
  return [...items].flatMap((item) => (item.kind === 'record' ? [item.tree['Event'] as Tree] : []));
}

function damages(items: Iterable<EvtxItem>): { offset: number; reason: string; message: string }[] {
  return [...items].flatMap((item) =>
    item.kind === 'damage' ? [{ offset: item.offset, reason: item.reason, message: item.message }] : [],
  );
}

/** What stands beside `System` in a record with this content. */
function read(data: InstanceSpec | ElementSpec): Tree {
  const [item] = [...readEvtx(writeEvtx({ chunks: [[eventRecord(1, data)]] }).bytes)];
  if (item?.kind !== 'record') throw new Error(JSON.stringify(item));
  const { System: _, ...rest } = item.tree['Event'] as Tree;
  return rest;
}

describe('values', () => {
  const [event] = trees(readEvtx(writeEvtx({ chunks: [[eventRecord(1, SAMPLE_DATA)]] }).bytes));
  test.each(SAMPLE_VALUES)('%s', (name, _, expected) => {
    const given = (event!['EventData'] as Tree)[name];
    expect(given).toEqual(Array.isArray(expected) && expected.length === 1 ? expected[0] : expected);
  });

  test.each([
    { name: 'positive infinity', spec: value.double(Number.POSITIVE_INFINITY), expected: 'INF' },
    { name: 'negative infinity', spec: value.float(Number.NEGATIVE_INFINITY), expected: '-INF' },
    { name: 'not a number', spec: value.double(Number.NaN), expected: 'NaN' },
    {
      name: 'the latest time there is',
      spec: value.filetime(0xffff_ffff_ffff_ffffn),
      expected: '60056-05-28T05:36:10.9551615Z',
    },
    { name: 'an authority of 48 bits', spec: value.sid(0x1_0000_0001, 7), expected: 'S-1-0x100000001-7' },
    { name: 'a NUL inside', spec: value.string('a\0b'), expected: 'a\0b' },
    { name: 'a lone surrogate', spec: value.string('\ud800x'), expected: '\ud800x' },
    { name: 'a text of ten thousand characters', spec: value.string('ab'.repeat(5000)), expected: 'ab'.repeat(5000) },
    { name: 'an empty number', spec: { type: 0x08, bytes: new Uint8Array(0) }, expected: '' },
    { name: 'a number shorter than its type', spec: { type: 0x08, bytes: Uint8Array.of(1, 2) }, expected: '513' },
  ])('$name', ({ spec, expected }) => {
    const template = {
      name: 'EventData',
      children: [{ name: 'Data', attributes: { Name: 'X' }, children: [{ sub: 0 }] }],
    };
    expect(read({ template, values: [spec] })).toEqual({ EventData: { X: expected } });
  });
});

describe('elements', () => {
  const named = (name: string, child: NonNullable<ElementSpec['children']>[number]): ElementSpec => ({
    name: 'Data',
    attributes: { Name: name },
    children: [child],
  });

  test.each<{ name: string; data: InstanceSpec | ElementSpec; expected: Tree }>([
    {
      name: 'data without a name',
      data: { name: 'EventData', children: [{ name: 'Data', children: ['one'] }] },
      expected: { EventData: { Data: 'one' } },
    },
    {
      name: 'several data without a name',
      data: { name: 'EventData', children: ['one', 'two'].map((text) => ({ name: 'Data', children: [text] })) },
      expected: { EventData: { Data: ['one', 'two'] } },
    },
    {
      name: 'a list of texts as the one datum, with binary beside it',
      data: {
        template: {
          name: 'EventData',
          children: [
            { name: 'Data', children: [{ sub: 0 }] },
            { name: 'Binary', children: [{ sub: 1 }] },
          ],
        },
        values: [value.list(value.string('a\0'), value.string('\0'), value.string('c\0')), value.binary(1, 0xab)],
      },
      expected: { EventData: { Data: ['a', '', 'c'], Binary: '01AB' } },
    },
    {
      name: 'a name that comes twice',
      data: { name: 'EventData', children: [named('X', 'one'), named('X', 'two'), named('Y', '3')] },
      expected: { EventData: { X: ['one', 'two'], Y: '3' } },
    },
    {
      name: 'a name that is a value',
      data: {
        template: {
          name: 'EventData',
          children: [{ name: 'Data', attributes: { Name: { sub: 0 } }, children: [{ sub: 1 }] }],
        },
        values: [value.string('Image'), value.string('a.exe')],
      },
      expected: { EventData: { Image: 'a.exe' } },
    },
    { name: 'no data', data: { name: 'EventData' }, expected: { EventData: {} } },
    {
      name: 'user data, with attributes and without namespaces',
      data: {
        name: 'UserData',
        children: [
          {
            name: 'LogFileCleared',
            attributes: { 'xmlns:auto': 'http://x', xmlns: 'http://y', Kind: 'full' },
            children: [
              { name: 'SubjectUserName', children: ['bob'] },
              { name: 'Channel', attributes: { Path: 'p' }, children: ['Security'] },
              { name: 'Empty', attributes: { A: '1' } },
            ],
          },
        ],
      },
      expected: {
        UserData: {
          LogFileCleared: {
            '#attributes': { Kind: 'full' },
            SubjectUserName: 'bob',
            Channel: { '#attributes': { Path: 'p' }, '#text': 'Security' },
            Empty: { '#attributes': { A: '1' } },
          },
        },
      },
    },
    {
      name: 'text in pieces: constants, values, CDATA, character and entity references',
      data: {
        template: {
          name: 'EventData',
          children: [
            {
              name: 'Data',
              attributes: { Name: ['T', 'ext'] },
              children: [
                'a',
                { sub: 0 },
                { cdata: '<b>' },
                { character: 0x20ac },
                { entity: 'lt' },
                { entity: 'unknown' },
              ],
            },
          ],
        },
        values: [value.uint8(7)],
      },
      expected: { EventData: { Text: 'a7<b>€<&unknown;' } },
    },
    {
      name: 'processing instructions, which say nothing',
      data: { name: 'EventData', children: [{ instruction: ['target', 'data'] }, named('X', '1')] },
      expected: { EventData: { X: '1' } },
    },
    {
      name: 'text between elements, but not the space there',
      data: { name: 'UserData', children: ['\r\n  ', { name: 'A', children: ['1'] }, ' loose '] },
      expected: { UserData: { A: '1', '#text': '\r\n   loose ' } },
    },
    {
      name: 'null: an optional attribute and an optional element go, the others stay empty',
      data: {
        template: {
          name: 'UserData',
          children: [
            { name: 'A', attributes: { Gone: { sub: 0, optional: true }, Stays: { sub: 0 } } },
            { name: 'Gone', children: [{ sub: 0, optional: true }] },
            { name: 'Stays', children: [{ sub: 0 }] },
            { name: 'DependsOnNull', dependency: 0, children: ['x'] },
            { name: 'DependsOnText', dependency: 1, children: ['y'] },
            { name: 'BeyondTheValues', children: [{ sub: 9 }] },
          ],
        },
        values: [value.absent(), value.string('here')],
      },
      expected: {
        UserData: { A: { '#attributes': { Stays: '' } }, Stays: '', DependsOnText: 'y', BeyondTheValues: '' },
      },
    },
    {
      name: 'null for optional data',
      data: {
        template: {
          name: 'EventData',
          children: [
            { name: 'Data', attributes: { Name: 'Gone' }, children: [{ sub: 0, optional: true }] },
            { name: 'Data', attributes: { Name: 'Stays' }, children: [{ sub: 0 }] },
          ],
        },
        values: [value.absent()],
      },
      expected: { EventData: { Stays: '' } },
    },
    {
      name: 'fragments inside fragments',
      data: {
        template: { name: 'UserData', children: [{ name: 'Outer', children: [{ sub: 0 }] }] },
        values: [
          value.fragment({
            template: {
              name: 'Inner',
              children: [{ sub: 0 }, { template: { name: 'Deep', children: [{ sub: 0 }] }, values: [value.uint8(9)] }],
            },
            values: [value.fragment({ name: 'Plain', attributes: { A: 'b' }, children: ['text'] })],
          }),
        ],
      },
      expected: {
        UserData: { Outer: { Inner: { Plain: { '#attributes': { A: 'b' }, '#text': 'text' }, Deep: '9' } } },
      },
    },
    {
      name: 'a list in an attribute',
      data: {
        template: { name: 'UserData', children: [{ name: 'A', attributes: { L: { sub: 0 } } }] },
        values: [value.list(value.uint8(1), value.uint8(2))],
      },
      expected: { UserData: { A: { '#attributes': { L: '1, 2' } } } },
    },
  ])('$name', ({ data, expected }) => {
    expect(read(data)).toEqual(expected);
  });

  test('names of Object.prototype are own properties like any other', () => {
    const hostile = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '__proto__'];
    const data = read({ name: 'EventData', children: hostile.map((name) => named(name, 'x')) })['EventData'] as Tree;
    expect(Object.keys(data).toSorted()).toEqual(['__proto__', 'constructor', 'hasOwnProperty', 'toString']);
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
    expect(Object.getOwnPropertyDescriptor(data, '__proto__')?.value).toEqual(['x', 'x']);
  });
});

describe('streaming', () => {
  const { bytes } = writeEvtx({
    chunks: [
      [eventRecord(1, SAMPLE_DATA), smallRecord(2)],
      [smallRecord(3)],
      Array.from({ length: 50 }, (_, index) => smallRecord(4 + index)),
    ],
  });
  const whole = [...readEvtx(bytes)];

  test.each([1, 7, 4095, 4096, 4097, 65_535, 65_536, 65_537, 1_000_000])('in pieces of %d bytes', (size) => {
    const found: EvtxItem[] = [];
    const stream = new EvtxStream({}, (item) => found.push(item));
    for (let at = 0; at < bytes.length; at += size) stream.push(bytes.slice(at, at + size));
    stream.end();
    expect(found).toEqual(whole);
    expect(trees(found)).toHaveLength(53);
    expect(damages(found)).toEqual([]);
  });

  test('the bytes handed in may change afterwards', () => {
    const found: EvtxItem[] = [];
    const stream = new EvtxStream({}, (item) => found.push(item));
    const buffer = new Uint8Array(1000);
    for (let at = 0; at < bytes.length; at += 1000) {
      const part = bytes.subarray(at, at + 1000);
      buffer.set(part);
      stream.push(buffer.subarray(0, part.length));
      buffer.fill(0xee);
    }
    stream.end();
    expect(found).toEqual(whole);
  });

  test('chunks that were never used are no damage', () => {
    const grown = new Uint8Array(bytes.length + 5 * 65_536);
    grown.set(bytes);
    expect([...readEvtx(grown)]).toEqual(whole);
  });
});

describe('damage', () => {
  const chunk = FILE_HEADER_BYTES;
  const log = (): ReturnType<typeof writeEvtx> =>
    writeEvtx({ chunks: [[smallRecord(1), smallRecord(2), smallRecord(3)], [smallRecord(4)]] });
  const ids = (items: EvtxItem[]): number[] => items.flatMap((item) => (item.kind === 'record' ? [item.recordId] : []));

  test.each<{
    name: string;
    change: (written: ReturnType<typeof log>) => Uint8Array;
    ids: number[];
    damage: [number, RegExp][];
  }>([
    {
      name: 'the file header',
      change: ({ bytes }) => bytes.fill(0xff, 20, 24),
      ids: [1, 2, 3, 4],
      damage: [[0, /file header that does not match its checksum/]],
    },
    {
      name: 'the first letters of the file',
      change: ({ bytes }) => bytes.fill(0, 0, 3),
      ids: [1, 2, 3, 4],
      damage: [[0, /does not start with "ElfFile"; the chunks after it were read/]],
    },
    {
      name: 'a chunk header',
      change: ({ bytes }) => bytes.fill(0xff, chunk + 8, chunk + 9),
      ids: [1, 2, 3, 4],
      damage: [[chunk, /header does not match its checksum/]],
    },
    {
      name: 'the end of records in a chunk header',
      change: ({ bytes }) => bytes.fill(0xff, chunk + 48, chunk + 52),
      ids: [1, 2, 3, 4],
      damage: [
        [chunk, /header does not match its checksum/],
        [chunk, /records end outside of it/],
      ],
    },
    {
      name: 'the first letters of a chunk',
      change: ({ bytes }) => bytes.fill(0x20, chunk, chunk + 3),
      ids: [4],
      damage: [[chunk, /where a chunk should start, and none does/]],
    },
    {
      name: 'the size of a record: it is lost, its neighbours are not',
      change: ({ bytes, recordOffsets }) => bytes.fill(0x01, recordOffsets.get(2)! + 4, recordOffsets.get(2)! + 5),
      ids: [1, 3, 4],
      damage: [
        [chunk, /records do not match their checksum/],
        [-2, /bytes that are no record/],
      ],
    },
    {
      name: 'the signature of a record',
      change: ({ bytes, recordOffsets }) => bytes.fill(0x00, recordOffsets.get(3)!, recordOffsets.get(3)! + 1),
      ids: [1, 2, 4],
      damage: [
        [chunk, /records do not match their checksum/],
        [-3, /bytes that are no record/],
      ],
    },
  ])('in $name', ({ change, ids: expected, damage }) => {
    const written = log();
    const items = [...readEvtx(change(written))];
    expect(ids(items)).toEqual(expected);
    const found = damages(items);
    expect(found.map(({ offset }) => offset)).toEqual(
      damage.map(([offset]) => (offset < 0 ? written.recordOffsets.get(-offset) : offset)),
    );
    for (const [index, [, message]] of damage.entries()) expect(found[index]!.message).toMatch(message);
  });

  test('in a token: the record says what and where', () => {
    const written = log();
    // The second record begins with the fragment header, which then is an unknown token.
    const at = written.recordOffsets.get(2)! + 24;
    written.bytes[at] = 0x3f;
    const items = [...readEvtx(written.bytes)];
    expect(ids(items)).toEqual([1, 3, 4]);
    expect(items).toContainEqual({
      kind: 'damage',
      reason: 'damaged',
      message: 'has the unknown token 0x3f',
      recordId: 2,
      offset: at,
    });
  });

  test.each([
    { name: 'in the file header', size: 100, ids: [], message: /ends inside its header/ },
    { name: 'in the first chunk header', size: chunk + 300, ids: [], message: /header is cut off/ },
    { name: 'in a chunk', size: chunk + 66_000 - 4096, ids: [1, 2, 3], message: undefined },
    { name: 'in the last record', size: 'last record' as const, ids: [1, 2, 3], message: /end of the file cuts off/ },
  ])('a file that ends $name', ({ size, ids: expected, message }) => {
    const written = log();
    const items = [
      ...readEvtx(written.bytes.subarray(0, size === 'last record' ? written.recordOffsets.get(4)! + 60 : size)),
    ];
    expect(ids(items)).toEqual(expected);
    if (message !== undefined) expect(damages(items)[0]?.message).toMatch(message);
  });

  test.each([
    { name: 'nothing', bytes: new Uint8Array(0) },
    { name: 'text', bytes: new TextEncoder().encode('{"a":1}\n'.repeat(10_000)) },
    { name: 'zeros', bytes: new Uint8Array(200_000) },
  ])('$name is not an event log, said once', ({ bytes }) => {
    expect(damages(readEvtx(bytes)).map(({ reason }) => reason)).toEqual(['not-evtx']);
  });

  test('records that the header of a chunk does not list yet are read in a log that was not closed', () => {
    const records = [1, 2, 3, 4].map((id) => smallRecord(id));
    const dirty = writeEvtx({ chunks: [records], isDirty: true, recordsInLastHeader: 2 });
    expect(ids([...readEvtx(dirty.bytes)])).toEqual([1, 2, 3, 4]);
    const fresh = writeEvtx({
      chunks: [[smallRecord(1)], [smallRecord(2), smallRecord(3)]],
      isDirty: true,
      recordsInLastHeader: 0,
    });
    expect(ids([...readEvtx(fresh.bytes)])).toEqual([1, 2, 3]);
    const closed = writeEvtx({ chunks: [records], recordsInLastHeader: 2 });
    expect(ids([...readEvtx(closed.bytes)])).toEqual([1, 2]);
  });

  test.each([
    { name: 'inside the first record', from: 1 },
    { name: 'inside the third record', from: 3 },
  ])('a damaged header that says the records end $name does not take that record away', ({ from }) => {
    const { bytes, recordOffsets } = writeEvtx({ chunks: [[1, 2, 3, 4].map((id) => smallRecord(id))] });
    new DataView(bytes.buffer).setUint32(
      FILE_HEADER_BYTES + 48,
      recordOffsets.get(from)! - FILE_HEADER_BYTES + 40,
      true,
    );
    const items = [...readEvtx(bytes)];
    expect(ids(items)).toEqual([1, 2, 3, 4]);
    expect(damages(items).map(({ offset }) => offset)).toEqual([FILE_HEADER_BYTES, FILE_HEADER_BYTES]);
  });

  test('what is left from earlier use of a chunk is given only when asked for', () => {
    const records = [10, 11, 3, 4].map((id) => smallRecord(id));
    const { bytes } = writeEvtx({ chunks: [records], isDirty: true, recordsInLastHeader: 2 });
    expect(ids([...readEvtx(bytes)])).toEqual([10, 11]);
    const items = [...readEvtx(bytes, { recoverSlack: true })];
    expect(items.map((item) => item.kind === 'record' && [item.recordId, item.isRecovered])).toEqual([
      [10, false],
      [11, false],
      [3, true],
      [4, true],
    ]);
  });
});

describe('bounds', () => {
  /** Each level holds the next twice. */
  function laughs(levels: number, wrap: (children: readonly InstanceSpec[]) => ElementSpec | BareSpec): InstanceSpec {
    let template: ElementSpec | BareSpec = { name: 'L', children: ['ha'] };
    for (let level = 0; level < levels; level++) {
      const instance = { template, values: [] };
      template = wrap([instance, instance]);
    }
    return { template, values: [] };
  }

  function nested(levels: number): ElementSpec {
    let element: ElementSpec = { name: 'E', children: ['x'] };
    for (let level = 0; level < levels; level++) element = { name: 'E', children: [element] };
    return element;
  }

  const cyclic: { name: string; children: (InstanceSpec | string)[] } = { name: 'C', children: [] };
  cyclic.children.push({ template: cyclic, values: [] });

  const wide: InstanceSpec = {
    template: {
      name: 'UserData',
      children: Array.from({ length: 300 }, () => ({ name: 'X', children: [{ sub: 0 }, { sub: 0 }] })),
    },
    values: [value.string('x'.repeat(20_000))],
  };

  test.each<{ name: string; data: InstanceSpec | ElementSpec; reason: string }>([
    {
      name: 'a template that contains itself',
      data: { template: { name: 'UserData', children: [{ template: cyclic, values: [] }] }, values: [] },
      reason: 'damaged',
    },
    {
      name: 'templates that double at each level and hold no element',
      data: laughs(22, (bare) => ({ bare })),
      reason: 'too-many-fields',
    },
    {
      name: 'templates that double at each level',
      data: laughs(11, (children) => ({ name: 'L', children })),
      reason: 'too-many-fields',
    },
    { name: 'elements deeper than allowed', data: nested(40), reason: 'too-deep' },
    { name: 'a long value named hundreds of times', data: wide, reason: 'too-large' },
    {
      name: 'more elements than allowed',
      data: {
        template: { name: 'UserData', children: Array.from({ length: 4200 }, () => ({ name: 'X' })) },
        values: [],
      },
      reason: 'too-many-fields',
    },
  ])('$name', ({ data, reason }) => {
    const started = performance.now();
    const items = [...readEvtx(writeEvtx({ chunks: [[eventRecord(1, data), smallRecord(2)]] }).bytes)];
    expect(performance.now() - started).toBeLessThan(1000);
    expect(damages(items).map((item) => item.reason)).toEqual([reason]);
    expect(trees(items).at(-1)!['EventData']).toEqual({ Image: 'C:\\tools\\t2.exe', Count: '2' });
  });

  test('limits are those given', () => {
    const { bytes } = writeEvtx({ chunks: [[eventRecord(1, nested(3)), eventRecord(2, nested(10))]] });
    const items = [...readEvtx(bytes, { limits: { ...DEFAULT_LIMITS, maxDepth: 12 } })];
    expect(items.map((item) => item.kind)).toEqual(['record', 'damage']);
  });

  test('a chunk full of records that unfold far costs a bounded time', () => {
    const template: ElementSpec = {
      name: 'UserData',
      children: Array.from({ length: 90 }, () => ({ name: 'X', children: [{ sub: 0 }, { sub: 0 }] })),
    };
    const long = value.string('y'.repeat(2000));
    const records = Array.from({ length: 12 }, (_, index) => eventRecord(index + 1, { template, values: [long] }));
    const { bytes } = writeEvtx({ chunks: Array.from({ length: 10 }, () => records) });
    const started = performance.now();
    const items = [...readEvtx(bytes)];
    expect(performance.now() - started).toBeLessThan(3000);
    expect(items).toHaveLength(120);
  });
});
