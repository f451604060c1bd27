import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isInNetwork, parseAddress } from './address.js';
import { isNullish, textsIn, valuesOf } from './field-value.js';
import { foldText } from './fold-text.js';
import { numberIn } from './number.js';
import { compileRegex } from './regex.js';
import { timePartIn } from './time-part.js';

describe('foldText', () => {
  test.each([
    ['ABCxyz', 'abcxyz'],
    ['ÄÉß', 'äéß'],
    ['ΣΊΣΥΦΟΣ', 'σίσυφοσ'],
    ['σίσυφος', 'σίσυφοσ'],
    ['İstanbul', 'İstanbul'],
    ['\u212a', 'k'],
    ['\u{10400}', '\u{10428}'],
  ])('%s to %s', (text, folded) => expect(foldText(text)).toBe(folded));

  test('keeps the length, and folding twice changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const folded = foldText(text);
        expect([folded.length, foldText(folded)]).toEqual([text.length, folded]);
      }),
    );
  });

  test('a part folds as it does inside of the whole', () => {
    const part = fc.string({ unit: fc.constantFrom('Σ', 'ς', 'a', ' ', 'İ', '.', 'Ώ') });
    fc.assert(
      fc.property(part, part, (one, other) => {
        expect(foldText(one + other)).toBe(foldText(one) + foldText(other));
      }),
    );
  });
});

describe('numberIn', () => {
  test.each<[string, number | undefined]>([
    ['0', 0],
    ['-12.5', -12.5],
    ['1e3', 1000],
    ['.5', 0.5],
    ['0x10', 16],
    ['', undefined],
    ['0x', undefined],
    [' 1', undefined],
    ['1,000', undefined],
    ['Infinity', undefined],
    ['1e999', undefined],
    ['NaN', undefined],
    ['1'.repeat(65), undefined],
  ])('%j is %s', (text, number) => expect(numberIn(text)).toBe(number));
});

describe('parseAddress', () => {
  test.each<[string, string | undefined]>([
    ['0.0.0.0', '4:0'],
    ['255.255.255.255', '4:ffffffff'],
    ['1.2.3.4', '4:1020304'],
    ['256.1.1.1', undefined],
    ['1.2.3', undefined],
    ['1.2.3.4/8', undefined],
    ['::', '6:0'],
    ['::1', '6:1'],
    ['1::', '6:10000000000000000000000000000'],
    ['1:2:3:4:5:6:7:8', '6:10002000300040005000600070008'],
    ['::ffff:1.2.3.4', '6:ffff01020304'],
    ['fe80::1%eth0', '6:fe800000000000000000000000000001'],
    ['1:2:3:4:5:6:7', undefined],
    ['1:2:3:4:5:6:7:8:9', undefined],
    ['1::2::3', undefined],
    ['12345::', undefined],
    ['1:2:3:4:5:6:7::8', undefined],
    ['[::1]', undefined],
    ['', undefined],
    [':'.repeat(100), undefined],
  ])('%s is %s', (text, expected) => {
    const address = parseAddress(text);
    expect(address && `${address.version}:${address.bits.toString(16)}`).toBe(expected);
  });

  test('an address lies in its own network of any size, and one bit beyond the prefix does not matter', () => {
    const bits = fc.bigInt({ min: 0n, max: (1n << 32n) - 1n });
    fc.assert(
      fc.property(bits, fc.integer({ min: 0, max: 32 }), fc.integer({ min: 0, max: 31 }), (address, prefix, bit) => {
        const flipped = { version: 4, bits: address ^ (1n << BigInt(31 - bit)) } as const;
        expect(isInNetwork({ version: 4, bits: address }, 4, address, prefix)).toBe(true);
        expect(isInNetwork(flipped, 4, address, prefix)).toBe(bit >= prefix);
      }),
    );
  });
});

describe('timePartIn', () => {
  test('agrees with the calendar of the machine', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1950-01-01'), max: new Date('2200-01-01'), noInvalidDate: true }),
        (date) => {
          const text = date.toISOString();
          expect([
            timePartIn(text, 'year'),
            timePartIn(text, 'month'),
            timePartIn(text, 'day'),
            timePartIn(text, 'hour'),
            timePartIn(text, 'minute'),
          ]).toEqual([
            date.getUTCFullYear(),
            date.getUTCMonth() + 1,
            date.getUTCDate(),
            date.getUTCHours(),
            date.getUTCMinutes(),
          ]);
        },
      ),
    );
  });

  test.each<[string, number]>([
    ['2020-12-31', 53],
    ['2021-01-03', 53],
    ['2021-01-04', 1],
    ['2024-12-29', 52],
    ['2024-12-30', 1],
    ['2026-08-05', 32],
  ])('%s is in week %i', (text, week) => expect(timePartIn(text, 'week')).toBe(week));

  test.each(['', 'yesterday', '2024-00-10', '2024-1-1', '12:00', '2024-05-01T25:00:00Z', '1'.repeat(20)])(
    '%j is no time',
    (text) => expect(timePartIn(text, 'hour')).toBeUndefined(),
  );
});

describe('field values', () => {
  test('lists are taken apart, maps are not', () => {
    expect(valuesOf([1, [2, [3]], { a: 4 }])).toEqual([1, 2, 3, { a: 4 }]);
    expect(valuesOf('x')).toEqual(['x']);
  });

  test.each<[unknown, boolean]>([
    [undefined, true],
    [null, true],
    [[], true],
    [['a', null], true],
    ['', false],
    [0, false],
    [['a'], false],
    [{}, false],
  ])('%j is null: %s', (value, isNull) => expect(isNullish(value)).toBe(isNull));

  test('texts in deep and wide values', () => {
    let deep: unknown = 'too deep';
    for (let depth = 0; depth < 100; depth++) deep = [deep];
    expect(textsIn([deep, { a: 1, b: [false, null, 'x'] }])).toEqual(['1', 'false', 'x']);
  });
});

describe('SigmaRegex', () => {
  test('a guard is in every text that matches', () => {
    const sources = [String.raw`invoke-\w+`, '(foo|bar)baz', 'k[a-c]s', 'SIß', 'İx', 'σς', '(?:a|b)c+', 'x?yz'];
    const text = fc.string({ unit: fc.constantFrom(...'invokeINVOKE-fobarz\u212akasſßẞiİıσςΣcxyz '), maxLength: 16 });
    fc.assert(
      fc.property(fc.constantFrom(...sources), fc.constantFrom('', 'i'), text, (source, flags, value) => {
        const compiled = compileRegex(source, flags);
        if (!compiled.ok || !compiled.value.matches(value)) return;
        const { guard } = compiled.value;
        const searched = guard?.isFolded === true ? foldText(value) : value;
        expect(guard === undefined || guard.texts.some((one) => searched.includes(one))).toBe(true);
      }),
      { numRuns: 20_000 },
    );
  });

  test('says what is wrong with a pattern', () => {
    const compiled = compileRegex('a(b', '');
    expect(compiled.ok ? '' : compiled.error).not.toBe('');
  });
});
