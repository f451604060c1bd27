import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeUtf8 } from '../text.js';
import { hostName } from './host.js';
import { contentIdentity, numberedIdentity, treeIdentity } from './identity.js';

const base = ['ws5.corp.example', 'Security', 17, 4688, 1_599_220_800_123] as const;
const of = (...[host, channel, record, eventId, timeMs]: [string, string, unknown, number, number]): string =>
  JSON.stringify(numberedIdentity(host, channel, record, eventId, timeMs));

describe('numberedIdentity', () => {
  test.each<{ name: string; args: [string, string, unknown, number, number] }>([
    { name: 'the number as text', args: ['ws5.corp.example', 'Security', '17', 4688, 1_599_220_800_123] },
    { name: 'the channel in another case', args: ['ws5.corp.example', 'security', 17, 4688, 1_599_220_800_123] },
    { name: 'the host without its domain', args: ['ws5', 'Security', 17, 4688, 1_599_220_800_123] },
    { name: 'the time in whole seconds', args: ['ws5', 'Security', 17, 4688, 1_599_220_800_000] },
  ])('the same with $name', ({ args }) => expect(of(...args)).toBe(of(...base)));

  test.each<{ name: string; args: [string, string, unknown, number, number] }>([
    { name: 'host', args: ['ws6.corp.example', 'Security', 17, 4688, 1_599_220_800_123] },
    { name: 'address', args: ['10.0.0.5', 'Security', 17, 4688, 1_599_220_800_123] },
    { name: 'channel', args: ['ws5.corp.example', 'System', 17, 4688, 1_599_220_800_123] },
    { name: 'number', args: ['ws5.corp.example', 'Security', 18, 4688, 1_599_220_800_123] },
    { name: 'number beyond 32 bits', args: ['ws5.corp.example', 'Security', 17 + 2 ** 32, 4688, 1_599_220_800_123] },
    { name: 'event id', args: ['ws5.corp.example', 'Security', 17, 4689, 1_599_220_800_123] },
    { name: 'second', args: ['ws5.corp.example', 'Security', 17, 4688, 1_599_220_801_123] },
  ])('another with another $name', ({ args }) => expect(of(...args)).not.toBe(of(...base)));

  test.each([undefined, null, '', 'x', 0, '0', -1, 1.5, {}])('no identity from the number %j', (record) =>
    expect(numberedIdentity('a', 'b', record, 1, 1)).toBeUndefined(),
  );

  test('no identity by number without a host', () => expect(numberedIdentity('', 'b', 1, 1, 1)).toBeUndefined());

  test('a million records of one host differ', () => {
    const seen = new Set<number>();
    for (let record = 1; record <= 1_000_000; record++) {
      const hash = numberedIdentity('ws5', 'Security', record, 4688, 1_599_220_800_000);
      if (hash !== undefined) seen.add(hash.high * 2 ** 21 + (hash.low >>> 11));
    }
    expect(seen.size).toBe(1_000_000);
  });
});

describe('contentIdentity', () => {
  test('depends on the bytes alone, wherever they lie', () => {
    const text = encodeUtf8('{"EventID":1,"CommandLine":"whoami /all"}');
    const shifted = new Uint8Array(text.byteLength + 3);
    shifted.set(text, 3);
    expect(contentIdentity(shifted.subarray(3))).toEqual(contentIdentity(text));
  });

  test('every change of one byte gives another', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 80 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (bytes, at, by) => {
          const changed = new Uint8Array(bytes);
          const index = at % bytes.byteLength;
          changed[index] = (changed[index] ?? 0) ^ by;
          expect(contentIdentity(changed)).not.toEqual(contentIdentity(bytes));
          expect(contentIdentity(bytes.subarray(1))).not.toEqual(contentIdentity(bytes));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('halves are unsigned 32-bit numbers', () => {
    for (const content of ['', 'a', 'ab', '0123456789abcdef', '0123456789abcdefg']) {
      const { high, low } = contentIdentity(encodeUtf8(content));
      expect([high >>> 0, low >>> 0]).toEqual([high, low]);
    }
  });
});

test('a tree has an identity even where JSON cannot write it', () => {
  expect(treeIdentity({ a: 1n })).toEqual(treeIdentity({ a: 1n }));
  expect(treeIdentity({ a: 1n })).not.toEqual(treeIdentity({ a: 2n }));
});

test.each([
  ['WS5.Corp.Example', 'ws5.corp.example'],
  [' WS5. ', 'ws5'],
  ['', ''],
  [undefined, ''],
  [5, ''],
])('host name of %j', (value, host) => expect(hostName(value).host).toBe(host));
