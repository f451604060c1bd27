import { describe, expect, test } from 'vitest';
import { chooseTime, parseUtcTime, readTime } from './time.js';

const NOON = Date.UTC(2020, 8, 4, 12, 0, 0);

describe('parseUtcTime', () => {
  test.each([
    ['2020-09-04 12:00:00.681', NOON + 681],
    ['2020-09-04 12:00:00', NOON],
    ['2020-09-04T12:00:00.1230000Z', NOON + 123],
    ['2020-09-04T12:00:00.12Z', NOON + 120],
    ['2020-09-04 12:00:00.123456789', NOON + 123],
    ['2020-09-04T14:00:00.5+02:00', NOON + 500],
    ['2020-02-29 00:00:00.000', Date.UTC(2020, 1, 29)],
    ['1970-01-01 00:00:00', 0],
    ['2000-12-31 23:59:60', Date.UTC(2001, 0, 1)],
  ])('%s', (text, timeMs) => expect(parseUtcTime(text)).toBe(timeMs));

  test.each([
    '',
    '-',
    '2020-09-04',
    '2020-09-04 12:00',
    '2020-13-04 12:00:00',
    '2020-02-30 12:00:00',
    '2019-02-29 12:00:00',
    '2020-09-04 24:00:00',
    '2020-09-04 12:60:00',
    '2020-09-04 12:00:61',
    '2020-09-04 12:00:00.',
    '2020-09-04 12:00:00.5x',
    '2020-09-0412:00:00.00',
    'x020-09-04 12:00:00',
    '1601-01-01T00:00:00Z',
    '2020-09-04 12:00:00 +2',
    '２020-09-04 12:00:00',
    5,
    null,
    {},
  ])('%j is none', (value) => expect(parseUtcTime(value)).toBeNaN());

  test('agrees with the platform on every day of four centuries', () => {
    for (let day = 0; day < 146_097; day += 13) {
      const text = new Date(day * 86_400_000).toISOString();
      expect(parseUtcTime(text)).toBe(day * 86_400_000);
    }
  });
});

describe('readTime', () => {
  test.each([
    ['2020-09-04T12:00:00Z', { timeMs: NOON, zoned: true }],
    ['2020-09-04T12:00:00.123456789Z', { timeMs: NOON + 123, zoned: true }],
    ['2020-09-04 14:00:00 +0200', { timeMs: NOON, zoned: true }],
    ['2020-09-04 06:30:00 -05:30', { timeMs: NOON, zoned: true }],
    ['2020/09/04 12:00:00.913943200', { timeMs: NOON + 913, zoned: false }],
    ['2020-09-04T12:00:00,5', { timeMs: NOON + 500, zoned: false }],
    ['/Date(1599220800000)/', { timeMs: NOON, zoned: true }],
    ['/Date(1599220800000+0200)/', { timeMs: NOON, zoned: true }],
    [
      { value: '/Date(1599220800000)/', DateTime: 'Friday' },
      { timeMs: NOON, zoned: true },
    ],
    [{ SystemTime: 1599220800.5 }, { timeMs: NOON + 500, zoned: true }],
    [1599220800, { timeMs: NOON, zoned: true }],
    [1599220800000, { timeMs: NOON, zoned: true }],
    [1599220800000123, { timeMs: NOON, zoned: true }],
    ['1599220800', { timeMs: NOON, zoned: true }],
    ['1599220800.25', { timeMs: NOON + 250, zoned: true }],
    ['1599220800000', { timeMs: NOON, zoned: true }],
    ['9/4/2020 12:00:00 PM', { timeMs: NOON, zoned: false }],
    ['9/4/2020, 1:02:03.250 AM', { timeMs: Date.UTC(2020, 8, 4, 1, 2, 3), zoned: false }],
  ])('%j', (value, reading) => expect(readTime(value)).toEqual(reading));

  test.each([
    undefined,
    null,
    '',
    'now',
    5,
    -1,
    NaN,
    Infinity,
    1e30,
    true,
    [],
    {},
    { value: { value: 1 } },
    '13/40/2020 1:00:00 AM',
    '9'.repeat(100),
  ])('%j is none', (value) => expect(readTime(value)).toBeUndefined());
});

describe('chooseTime', () => {
  const zoned = '2020-09-04T12:00:00Z';
  const local = '2020-09-04 08:00:01';
  test.each([
    {
      name: 'system before all',
      claims: { system: zoned, stamp: '2020-09-04T08:00:00Z', local },
      source: 'system',
      timeMs: NOON,
    },
    { name: 'system without a zone is UTC', claims: { system: '2020-09-04 12:00:00' }, source: 'system', timeMs: NOON },
    { name: 'a stamp with a zone', claims: { stamp: zoned, local }, source: 'timestamp', timeMs: NOON },
    {
      name: 'a stamp without a zone is local',
      claims: { stamp: '2020-09-04 12:00:00' },
      source: 'local',
      timeMs: NOON,
    },
    {
      name: 'a local time with a zone',
      claims: { local: '2020-09-04T14:00:00+02:00' },
      source: 'timestamp',
      timeMs: NOON,
    },
    { name: 'a local time alone', claims: { local }, source: 'local', timeMs: Date.UTC(2020, 8, 4, 8, 0, 1) },
    {
      name: 'a local time whose zone two notes of one moment tell',
      claims: { local, localReceived: '2020-09-04 08:00:05', forwarded: '2020-09-04T12:01:40.495Z' },
      source: 'timestamp',
      timeMs: NOON + 1000,
    },
    {
      name: 'two notes too far apart to tell a zone: what was forwarded',
      claims: { local, localReceived: '2020-09-04 08:00:05', forwarded: '2020-09-04T12:06:30Z' },
      source: 'timestamp',
      timeMs: NOON + 390_000,
    },
    {
      name: 'two notes a day apart',
      claims: { local, localReceived: '2020-09-03 08:00:05', forwarded: '2020-09-04T12:00:05Z' },
      source: 'timestamp',
      timeMs: NOON + 5000,
    },
    { name: 'nothing', claims: {}, source: 'none', timeMs: 0 },
    { name: 'rubbish', claims: { system: 'x', stamp: [], local: {} }, source: 'none', timeMs: 0 },
  ])('$name', ({ claims, source, timeMs }) => expect(chooseTime(claims)).toEqual({ timeMs, timeSource: source }));
});
