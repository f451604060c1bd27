/** A log with one value of each type that the format has, also as a list, with the text that each must give. */

import { type ElementSpec, type InstanceSpec, type RecordSpec, value, type ValueSpec } from './evtx-writer.js';

export const SAMPLE_VALUES: readonly (readonly [
  name: string,
  spec: ValueSpec,
  expected: string | readonly string[],
])[] = [
  ['String', value.string('Prozeß 进程 🦊'), 'Prozeß 进程 🦊'],
  ['StringWithItsNul', value.string('cmd.exe\0'), 'cmd.exe'],
  ['Empty', value.string(''), ''],
  ['Ansi', value.ansi('caf\u00e9 \u0080\0'), 'café €'],
  ['Int8', value.int8(-128), '-128'],
  ['UInt8', value.uint8(255), '255'],
  ['Int16', value.int16(-32_768), '-32768'],
  ['UInt16', value.uint16(65_535), '65535'],
  ['Int32', value.int32(-2_147_483_648), '-2147483648'],
  ['UInt32', value.uint32(4_294_967_295), '4294967295'],
  ['Int64', value.int64(-9_223_372_036_854_775_808n), '-9223372036854775808'],
  ['UInt64', value.uint64(18_446_744_073_709_551_615n), '18446744073709551615'],
  ['UInt64Small', value.uint64(9_007_199_254_740_991n), '9007199254740991'],
  ['Float', value.float(0.1), '0.1'],
  ['FloatLong', value.float(16_777_216.5), '16777216'],
  ['Double', value.double(-1234.5678), '-1234.5678'],
  ['True', value.bool(true), 'true'],
  ['False', value.bool(false), 'false'],
  ['Binary', value.binary(0x00, 0x0a, 0xff), '000AFF'],
  [
    'Guid',
    value.guid(0x5f, 0x38, 0x70, 0x57, 0x2a, 0xc2, 0xe0, 0x43, 0xbf, 0x4c, 0x06, 0xf5, 0x69, 0x8f, 0xfb, 0xd9),
    '{5770385F-C22A-43E0-BF4C-06F5698FFBD9}',
  ],
  ['Size32', value.size32(0x1010), '0x1010'],
  ['Size64', value.size64(0x7ff6_1234_0000n), '0x7ff612340000'],
  ['FileTime', value.filetime(132_000_000_000_000_001n), '2019-04-17T18:40:00.0000001Z'],
  ['FileTimeZero', value.filetime(0n), '1601-01-01T00:00:00.0000000Z'],
  ['SystemTime', value.systemTime(2020, 2, 6, 29, 23, 59, 58, 7), '2020-02-29T23:59:58.007Z'],
  ['Sid', value.sid(5, 21, 738_609_754, 4_189_121_830, 500), 'S-1-5-21-738609754-4189121830-500'],
  ['HexInt32', value.hexInt32(0x1010), '0x1010'],
  ['HexInt64', value.hexInt64(0x8020_0000_0000_0000n), '0x8020000000000000'],
  ['HexInt64Small', value.hexInt64(0x3e7n), '0x3e7'],
  [
    'Strings',
    value.list(value.string('one\0'), value.string('two\0'), value.string('three\0')),
    ['one', 'two', 'three'],
  ],
  ['Int32s', value.list(value.int32(-1), value.int32(2)), ['-1', '2']],
  ['UInt16s', value.list(value.uint16(80), value.uint16(443)), ['80', '443']],
  ['Int64s', value.list(value.int64(-1n), value.int64(7n)), ['-1', '7']],
  ['UInt8s', value.list(value.uint8(1), value.uint8(2)), ['1', '2']],
  ['Int8s', value.list(value.int8(-1), value.int8(2)), ['-1', '2']],
  ['Int16s', value.list(value.int16(-1), value.int16(2)), ['-1', '2']],
  ['UInt32s', value.list(value.uint32(1), value.uint32(2)), ['1', '2']],
  ['UInt64s', value.list(value.uint64(1n), value.uint64(2n)), ['1', '2']],
  ['Floats', value.list(value.float(0.5), value.float(-2)), ['0.5', '-2']],
  ['Doubles', value.list(value.double(0.25), value.double(1e300)), ['0.25', '1e+300']],
  ['Bools', value.list(value.bool(true), value.bool(false)), ['true', 'false']],
  [
    'FileTimes',
    value.list(value.filetime(0n), value.filetime(10n)),
    ['1601-01-01T00:00:00.0000000Z', '1601-01-01T00:00:00.0000010Z'],
  ],
  ['HexInt32s', value.list(value.hexInt32(1), value.hexInt32(0xff)), ['0x1', '0xff']],
  ['HexInt64s', value.list(value.hexInt64(1n), value.hexInt64(0xffn)), ['0x1', '0xff']],
  ['Sizes', value.list(value.size64(1n), value.size64(2n)), ['0x1', '0x2']],
  ['Sids', value.list(value.sid(5, 18), value.sid(5, 32, 544)), ['S-1-5-18', 'S-1-5-32-544']],
  ['SystemTimes', value.list(value.systemTime(2020, 1, 3, 1, 0, 0, 0, 0)), ['2020-01-01T00:00:00.000Z']],
  [
    'Guids',
    value.list(value.guid(...Array.from({ length: 16 }, (_, index) => index))),
    ['{03020100-0504-0706-0809-0A0B0C0D0E0F}'],
  ],
  ['Ansis', value.list(value.ansi('a\0'), value.ansi('b\0')), ['a', 'b']],
];

/** `Data` elements by name, each holding the value of its index. */
function dataTemplate(names: readonly string[]): ElementSpec {
  return {
    name: 'EventData',
    children: names.map((name, index) => ({ name: 'Data', attributes: { Name: name }, children: [{ sub: index }] })),
  };
}

/** The usual frame: values 0–3 are event id, record number, computer, and the fragment with the data. */
export const EVENT_TEMPLATE: ElementSpec = {
  name: 'Event',
  attributes: { xmlns: 'http://schemas.microsoft.com/win/2004/08/events/event' },
  children: [
    {
      name: 'System',
      children: [
        { name: 'Provider', attributes: { Name: 'Test-Provider', Guid: '{5770385F-C22A-43E0-BF4C-06F5698FFBD9}' } },
        { name: 'EventID', children: [{ sub: 0 }] },
        { name: 'Level', children: ['4'] },
        { name: 'TimeCreated', attributes: { SystemTime: { sub: 4 } } },
        { name: 'EventRecordID', children: [{ sub: 1 }] },
        { name: 'Correlation', attributes: { ActivityID: { sub: 5, optional: true } } },
        { name: 'Channel', children: ['Test/Operational'] },
        { name: 'Computer', children: [{ sub: 2 }] },
        { name: 'Security' },
      ],
    },
    { sub: 3 },
  ],
};

export function eventRecord(id: number, data: InstanceSpec | ElementSpec): RecordSpec {
  return {
    id,
    content: {
      template: EVENT_TEMPLATE,
      values: [
        value.uint16(id + 1000),
        value.uint64(BigInt(id)),
        value.string('ws1.example.org'),
        value.fragment(data),
        value.filetime(132_223_104_001_234_567n),
        value.absent(),
      ],
    },
  };
}

export const SAMPLE_DATA: InstanceSpec = {
  template: dataTemplate(SAMPLE_VALUES.map(([name]) => name)),
  values: SAMPLE_VALUES.map(([, spec]) => spec),
};

const SMALL_TEMPLATE = dataTemplate(['Image', 'Count']);

export function smallRecord(id: number): RecordSpec {
  return eventRecord(id, {
    template: SMALL_TEMPLATE,
    values: [value.string(`C:\\tools\\t${id}.exe`), value.uint32(id)],
  });
}
