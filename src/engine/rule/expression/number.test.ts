import { describe, expect, test } from 'vitest';
import { compileExpression } from './index.js';
import {
  add,
  compareNumbers,
  formatNumber,
  fromFloat,
  fromInteger,
  isWhole,
  multiply,
  negate,
  notANumber,
  numberKey,
  roundToWhole,
  subtract,
} from './number.js';

/** Calculations with literals and their result as text, recorded from the original's library. Trailing zeros count. */
const RESULTS: readonly (readonly [string, string])[] = [
  ['1 + 2', '3.0'],
  ['0.1 + 0.2', '0.3'],
  ['1e28 + 1', '1.000000000000000000000000000E+28'],
  ['1e28 + 0.5', '1.000000000000000000000000000E+28'],
  ['12345678901234567890 * 98765432109876543210', '1.219326311370217824706599950E+39'],
  ['1 / 3', '0.3333333333333333333333333333'],
  ['2 / 3', '0.6666666666666666666666666667'],
  ['10 / 4', '2.5'],
  ['1 / 8', '0.125'],
  ['1e300 * 1e300', '1E+600'],
  ['1e-300 * 1e-300', '1E-600'],
  ['0 * -1', '-0.00'],
  ['0 - 0', '0.0'],
  ['-0 + 0', '0.0'],
  ['7 // 2', '3'],
  ['-7 // 2', '-3'],
  ['7 // -2', '-3'],
  ['7.5 // 2', '3'],
  ['-7.5 // 2', '-3'],
  ['1e20 // 7', '14285714285714285714'],
  ['7 % 3', '1.0'],
  ['-7 % 3', '-1.0'],
  ['7 % -3', '1.0'],
  ['7.5 % 2', '1.5'],
  ['0.3 % 0.1', '0.0'],
  ['1e20 % 7', '2.0'],
  ['5 % 1e30', '5.0'],
  ['0 % 1e-300', '0E-300'],
  ['2 ** 10', '1024.0000000000'],
  ['2 ** -1', '0.5'],
  ['2 ** 0.5', '1.414213562373095048801688724'],
  ['4 ** 0.5', '2.000000000000000000000000000'],
  ['10 ** 0.5', '3.162277660168379331998893544'],
  ['1.1 ** 100', '13780.61233982227018411833717'],
  ['0.5 ** 1000', '9.332636185032188789900895447E-302'],
  ['1 ** 5', '1.00000'],
  ['1 ** 0.5', '1.000000000000000000000000000'],
  ['-1 ** 3', '-1.000'],
  ['3 ** 100', '5.153775207320113310364611298E+47'],
  ['77.41475590573464 ** 443', '5.609455452631915416931256486E+836'],
  ['7 ** -443', '4.183774549145314423687646370E-375'],
  ['(1 + 1e-20) ** 3e19', '1.349858807576003103981719525'],
  ['(1 + 67 / 1e27) ** 0.5', '1.000000000000000000000000034'],
  ['1e3 ** 2', '1000000.00'],
  ['1e3 ** -2', '0.000001'],
  ['0 ** 5', '0'],
  ['0 ** -1', 'inf'],
  ['inf ** -1', '0'],
  ['2 ** inf', 'inf'],
  ['(1 << 1024) ** 1', '1.797693134862315907729305191E+308'],
  ['(1 << 1024) ** 1e-300', '1.000000000000000000000000000'],
  ['(1 << 2000) ** -1', '8.709809816217216675576195495E-603'],
  ['(1 << 2000) ** 0.5', '1.071508607186267320948425049E+301'],
  ['0.5 ** inf', '0'],
  ['1 ** inf', '1.000000000000000000000000000'],
  ['inf + 1', 'inf'],
  ['inf - 1', 'inf'],
  ['1 / inf', '0E-1000026'],
  ['-inf * 2', '-inf'],
  ['nan + 1', 'nan'],
  ['nan ** 0', 'nan'],
  ['1.10 + 2.20', '3.3'],
  ['5 - 5', '0.0'],
  ['1e16 + 1', '10000000000000001.0'],
  ['1e-7 + 0', '1E-7'],
  ['123456789 * 1000000', '123456789000000.00'],
  ['0.000001 * 1', '0.0000010'],
  ['0.0000001 * 1', '1.0E-7'],
  ['9999999999999999999999999999 + 1', '1.000000000000000000000000000E+28'],
  ['0.1 * 0.1', '0.01'],
  ['100 * 100', '10000.00'],
  ['1.5e10 / 3', '5000000000'],
  ['16 ** 0.25', '2.000000000000000000000000000'],
  ['2.5 ** 2.5', '9.882117688026185412496542326'],
  ['1e15 ** 1.5', '31622776601683793319988.93544'],
  ['7 / 7', '1'],
  ['1e5 / 1e-5', '1.000000E+10'],
  ['3 - 10', '-7.0'],
  ['-5 // 1e10', '-0'],
];

const WITHOUT_RESULT = [
  '0 ** 0',
  '1 / 0',
  '0 / 0',
  '1 // 0',
  '1 % 0',
  'inf - inf',
  'inf * 0',
  'inf / inf',
  'inf // inf',
  'inf % 2',
  '-8 ** 0.5',
  '1e30 // 1',
  '1e30 % 1',
  '1e300 ** 10000',
  '10 ** 1000000',
];

describe('calculations', () => {
  test.each(RESULTS)('%s is %s', (text, result) => {
    const compiled = compileExpression(`(${text}).to_str == "${result}"`);
    expect(compiled.ok && compiled.value.evaluate({ get: () => undefined })).toBe(true);
  });

  test.each(WITHOUT_RESULT)('%s has no result', (text) => {
    expect(compileExpression(`(${text}) == 1`)).toMatchObject({ ok: false, error: { kind: 'type' } });
  });
});

describe('numbers', () => {
  test('whole numbers of the event stay exact beyond 2^53', () => {
    const large = fromInteger(9_007_199_254_740_993n);
    expect(formatNumber(add(large, 1))).toBe('9007199254740994');
    expect(compareNumbers(large, fromFloat(9_007_199_254_740_992))).toBe(1);
    expect(formatNumber(multiply(94_906_267, 94_906_267))).toBe('9007199515875289');
    expect(formatNumber(subtract(-9_007_199_254_740_991, 1))).toBe('-9007199254740992');
  });

  test.each([
    [5, '5.0'],
    [2.5, '2.5'],
    [-0, '-0.0'],
    [1e16, '1E+16'],
    [1.5e16, '1.5E+16'],
    [1e-5, '0.00001'],
    [1e-7, '1E-7'],
    [123456789.125, '123456789.125'],
    [Number.POSITIVE_INFINITY, 'inf'],
    [Number.NaN, 'nan'],
  ])('the float %s is %s', (value, text) => {
    expect(formatNumber(fromFloat(value))).toBe(text);
  });

  test('equal numbers have one key, nan has none', () => {
    expect(numberKey(fromFloat(5))).toBe(numberKey(5));
    expect(numberKey(fromFloat(1e300))).toBe(numberKey(multiply(fromFloat(1e150), fromFloat(1e150))));
    expect(numberKey(fromFloat(2.5))).not.toBe(numberKey(fromFloat(-2.5)));
    expect(numberKey(notANumber())).toBeUndefined();
  });

  test('nan has no order, and minus nothing is nothing', () => {
    expect(compareNumbers(notANumber(), 1)).toBeUndefined();
    expect(formatNumber(negate(fromFloat(-0)))).toBe('0.0');
    expect(negate(0)).toBe(0);
  });

  test('whole is what has no fraction, however it is written', () => {
    expect([fromFloat(16), fromFloat(1e300), 7, fromInteger(10n ** 30n)].every(isWhole)).toBe(true);
    expect([fromFloat(2.5), fromFloat(1e-300), fromFloat(Infinity), notANumber()].some(isWhole)).toBe(false);
    expect(roundToWhole(fromFloat(-1e-300), 'floor')).toBe(-1);
    expect(roundToWhole(fromFloat(1e-300), 'ceiling')).toBe(1);
  });
});
