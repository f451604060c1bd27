import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareBytes, mayHoldEvents, printable, withoutPacking } from './file-name.js';

test.each([
  ['a.evtx', true],
  ['A.EVTX', true],
  ['events.json.gz', true],
  ['events.jsonl.zip', true],
  ['x.ndjson', true],
  ['x.log', true],
  ['x.csv', true],
  ['x.xml', true],
  ['set.zip', true],
  ['events.gz', true],
  ['backup.tar.gz', false],
  ['backup.tgz', false],
  ['readme.md', false],
  ['evtx', false],
  ['json.txt', false],
])('%s: %s', (name, expected) => expect(mayHoldEvents(name)).toBe(expected));

test('packing is taken off the name', () => {
  expect(['a.json.gz', 'a.zip', 'a.json'].map((name) => withoutPacking(name))).toEqual(['a.json', 'a', 'a.json']);
});

test('names are in the order of their UTF-8 bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (one, other) => {
      expect(Math.sign(compareBytes(one, other))).toBe(Buffer.compare(Buffer.from(one), Buffer.from(other)));
    }),
  );
  expect(['\u{1f600}', '\uff5e', 'b', 'B', 'ab', 'a', ''].toSorted(compareBytes)).toEqual([
    '',
    'B',
    'a',
    'ab',
    'b',
    '\uff5e',
    '\u{1f600}',
  ]);
});

test('labels are safe for a line of a terminal', () => {
  expect(printable('a\u001b[2J\nb\u202e.evtx')).toBe('a\\u001b[2J\\u000ab\\u202e.evtx');
  expect(printable('日志.evtx')).toBe('日志.evtx');
  expect(printable('x'.repeat(10_000))).toHaveLength(401);
});
