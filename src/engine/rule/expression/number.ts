/**
 * Numbers of the rule language: decimals of 28 significant digits, ROUND_HALF_EVEN, exponents -999999 to 999999, as in Python's default
 * `decimal` context (General Decimal Arithmetic specification 1.70). Trailing zeros are kept (`2 * 3` of two literals is `6.00`), because
 * `to_str` shows them. A whole number of the event is a plain JavaScript number as long as it is safe; everything else is a `Decimal`.
 */

import { Failure, typeFailure } from './failure.js';

const PRECISION = 28;
const MAX_EXPONENT = 999_999;
const MIN_EXPONENT = -999_999;
const TINY_EXPONENT = MIN_EXPONENT - (PRECISION - 1);
/** Python refuses to write longer whole numbers as text, and every whole result of a bit operation passes through its text. */
const MAX_INTEGER_DIGITS = 4300;

/** Decimal exponent of the largest 64-bit float. */
const MAX_FLOAT_SCALE = 308;

/** `number` stands for a whole number with exponent 0 and is always safe. */
export type Num = number | Decimal;

type Shape = 'finite' | 'infinite' | 'nan';

export class Decimal {
  /** The value where it is a safe whole number, else NaN: lets the common comparisons stay in machine arithmetic. */
  readonly whole: number;

  constructor(
    readonly shape: Shape,
    readonly negative: boolean,
    readonly coefficient: bigint,
    readonly exponent: number,
  ) {
    this.whole = shape === 'finite' ? wholePart(negative, coefficient, exponent) : Number.NaN;
  }
}

function wholePart(negative: boolean, coefficient: bigint, exponent: number): number {
  if (coefficient === 0n) return 0;
  if (exponent > 15 || exponent < -40) return Number.NaN;
  let value = coefficient;
  if (exponent > 0) value *= power10(exponent);
  else if (exponent < 0) {
    const divisor = power10(-exponent);
    if (value % divisor !== 0n) return Number.NaN;
    value /= divisor;
  }
  if (value > 9_007_199_254_740_991n) return Number.NaN;
  return negative ? -Number(value) : Number(value);
}

const POWERS: bigint[] = [];
for (let exponent = 0, value = 1n; exponent < 64; exponent++, value *= 10n) POWERS.push(value);

function power10(exponent: number): bigint {
  return POWERS[exponent] ?? 10n ** BigInt(exponent);
}

function digitsOf(coefficient: bigint): number {
  if (coefficient < 10_000_000_000_000_000n) return coefficient === 0n ? 1 : String(Number(coefficient)).length;
  return coefficient.toString().length;
}

/** The value as a safe whole number, NaN where it is none. */
export function wholeOf(value: Num): number {
  return typeof value === 'number' ? value : value.whole;
}

export const INFINITY = new Decimal('infinite', false, 0n, 0);
const NEGATIVE_INFINITY = new Decimal('infinite', true, 0n, 0);

/** A new object each time: `nan` equals nothing, but a container finds the very same one (Python's identity rule). */
export function notANumber(): Decimal {
  return new Decimal('nan', false, 0n, 0);
}

function finite(negative: boolean, coefficient: bigint, exponent: number): Decimal {
  return new Decimal('finite', negative, coefficient, exponent);
}

export function toDecimal(value: Num): Decimal {
  if (typeof value !== 'number') return value;
  return finite(value < 0, BigInt(Math.abs(value)), 0);
}

/** A whole number of any size, exact; plain number where safe. */
export function fromInteger(value: bigint): Num {
  if (value >= -9_007_199_254_740_991n && value <= 9_007_199_254_740_991n) return Number(value);
  return finite(value < 0n, value < 0n ? -value : value, 0);
}

/** A 64-bit float through its shortest text, as Python's `repr` writes it: 5 is `5.0`, 1e16 is `1E+16`. */
export function fromFloat(value: number): Decimal {
  if (Number.isNaN(value)) return notANumber();
  if (!Number.isFinite(value)) return value < 0 ? NEGATIVE_INFINITY : INFINITY;
  const negative = value < 0 || Object.is(value, -0);
  const match = /^(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(Math.abs(value).toExponential());
  const fraction = match?.[2] ?? '';
  const coefficient = BigInt((match?.[1] ?? '0') + fraction);
  const exponent = Number(match?.[3] ?? 0) - fraction.length;
  // Without an exponent in its text (below 1e16) a whole float is written with one decimal place.
  if (exponent >= 0 && Math.abs(value) < 1e16) return finite(negative, coefficient * power10(exponent + 1), -1);
  return finite(negative, coefficient, exponent);
}

/** Rounds to the context's precision and range. Overflow is trapped, underflow is not. */
function settle(negative: boolean, coefficient: bigint, exponent: number): Decimal {
  let digits = digitsOf(coefficient);
  if (coefficient === 0n) {
    return finite(negative, 0n, Math.min(Math.max(exponent, TINY_EXPONENT), MAX_EXPONENT));
  }
  let keep = PRECISION;
  if (digits + exponent - 1 < MIN_EXPONENT) keep = Math.min(keep, digits + exponent - TINY_EXPONENT);
  if (digits > keep) {
    const drop = digits - keep;
    coefficient = roundOff(coefficient, drop);
    exponent += drop;
    digits = digitsOf(coefficient);
    if (digits > PRECISION) {
      coefficient /= 10n;
      exponent++;
    }
  }
  if (digitsOf(coefficient) + exponent - 1 > MAX_EXPONENT) throw typeFailure('a number is too large (overflow)');
  return finite(negative, coefficient, exponent);
}

/** Drops `drop` trailing digits, half to even; a drop beyond all digits gives zero. */
function roundOff(coefficient: bigint, drop: number): bigint {
  const divisor = power10(drop);
  const quotient = coefficient / divisor;
  const twice = (coefficient % divisor) * 2n;
  return twice > divisor || (twice === divisor && (quotient & 1n) === 1n) ? quotient + 1n : quotient;
}

function invalid(): Failure {
  return typeFailure('this calculation has no result');
}

export function negate(value: Num): Num {
  if (typeof value === 'number') return 0 - value;
  if (value.shape === 'nan') return notANumber();
  if (value.shape === 'infinite') return value.negative ? INFINITY : NEGATIVE_INFINITY;
  // The context turns a negative zero into a plain one.
  return settle(value.coefficient !== 0n && !value.negative, value.coefficient, value.exponent);
}

export function add(left: Num, right: Num): Num {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return addDecimals(toDecimal(left), toDecimal(right));
}

export function subtract(left: Num, right: Num): Num {
  if (typeof left === 'number' && typeof right === 'number') {
    const difference = left - right;
    if (Number.isSafeInteger(difference)) return difference;
  }
  const other = toDecimal(right);
  return addDecimals(
    toDecimal(left),
    new Decimal(
      other.shape,
      other.shape === 'nan' ? other.negative : !other.negative,
      other.coefficient,
      other.exponent,
    ),
  );
}

function addDecimals(left: Decimal, right: Decimal): Decimal {
  if (left.shape === 'nan' || right.shape === 'nan') return notANumber();
  if (left.shape === 'infinite') {
    if (right.shape === 'infinite' && left.negative !== right.negative) throw invalid();
    return left;
  }
  if (right.shape === 'infinite') return right;
  let exponent = Math.min(left.exponent, right.exponent);
  if (left.coefficient === 0n || right.coefficient === 0n) {
    if (left.coefficient === 0n && right.coefficient === 0n) {
      return settle(left.negative && right.negative, 0n, exponent);
    }
    const other = left.coefficient === 0n ? right : left;
    exponent = Math.max(exponent, other.exponent - PRECISION - 1);
    return settle(other.negative, rescale(other, exponent), exponent);
  }
  const [high, low] = left.exponent >= right.exponent ? [left, right] : [right, left];
  let small = low.coefficient;
  let smallExponent = low.exponent;
  // A number far below the other's last digit only matters as a sticky digit; scaling by it would build huge numbers.
  const cut = high.exponent + Math.min(-1, digitsOf(high.coefficient) - PRECISION - 2);
  if (digitsOf(small) + smallExponent - 1 < cut) {
    small = 1n;
    smallExponent = cut;
  }
  const large = high.coefficient * power10(high.exponent - smallExponent);
  const total = (high.negative ? -large : large) + (low.negative ? -small : small);
  if (total === 0n) return settle(false, 0n, smallExponent);
  return settle(total < 0n, total < 0n ? -total : total, smallExponent);
}

function rescale(value: Decimal, exponent: number): bigint {
  const shift = value.exponent - exponent;
  return shift >= 0 ? value.coefficient * power10(shift) : roundOff(value.coefficient, -shift);
}

export function multiply(left: Num, right: Num): Num {
  if (typeof left === 'number' && typeof right === 'number') {
    const product = left * right;
    if (product !== 0 && Number.isSafeInteger(product)) return product;
  }
  const a = toDecimal(left);
  const b = toDecimal(right);
  if (a.shape === 'nan' || b.shape === 'nan') return notANumber();
  const negative = a.negative !== b.negative;
  if (a.shape === 'infinite' || b.shape === 'infinite') {
    if (isZero(a) || isZero(b)) throw invalid();
    return negative ? NEGATIVE_INFINITY : INFINITY;
  }
  return settle(negative, a.coefficient * b.coefficient, a.exponent + b.exponent);
}

function isZero(value: Decimal): boolean {
  return value.shape === 'finite' && value.coefficient === 0n;
}

export function divide(left: Num, right: Num): Num {
  const a = toDecimal(left);
  const b = toDecimal(right);
  if (a.shape === 'nan' || b.shape === 'nan') return notANumber();
  const negative = a.negative !== b.negative;
  if (a.shape === 'infinite') {
    if (b.shape === 'infinite') throw invalid();
    return negative ? NEGATIVE_INFINITY : INFINITY;
  }
  if (b.shape === 'infinite') return finite(negative, 0n, TINY_EXPONENT);
  if (isZero(b)) throw typeFailure('division by zero');
  if (isZero(a)) return settle(negative, 0n, a.exponent - b.exponent);
  const shift = digitsOf(b.coefficient) - digitsOf(a.coefficient) + PRECISION + 1;
  let exponent = a.exponent - b.exponent - shift;
  const dividend = shift >= 0 ? a.coefficient * power10(shift) : a.coefficient;
  const divisor = shift >= 0 ? b.coefficient : b.coefficient * power10(-shift);
  let quotient = dividend / divisor;
  if (dividend % divisor !== 0n) {
    if (quotient % 5n === 0n) quotient += 1n;
  } else {
    const ideal = a.exponent - b.exponent;
    while (exponent < ideal && quotient % 10n === 0n) {
      quotient /= 10n;
      exponent++;
    }
  }
  return settle(negative, quotient, exponent);
}

/** Quotient cut towards zero and a remainder with the sign of the left side, both exact. */
function divideWhole(a: Decimal, b: Decimal): { quotient: bigint; remainder: bigint; exponent: number } {
  const ideal = b.shape === 'infinite' ? a.exponent : Math.min(a.exponent, b.exponent);
  const gap = adjusted(a) - adjusted(b);
  if (isZero(a) || b.shape === 'infinite' || gap <= -2) {
    return { quotient: 0n, remainder: isZero(a) ? 0n : rescale(a, ideal), exponent: ideal };
  }
  if (gap > PRECISION) throw typeFailure('the quotient has too many digits');
  const dividend = a.coefficient * power10(Math.max(0, a.exponent - b.exponent));
  const divisor = b.coefficient * power10(Math.max(0, b.exponent - a.exponent));
  const quotient = dividend / divisor;
  if (quotient >= power10(PRECISION)) throw typeFailure('the quotient has too many digits');
  return { quotient, remainder: dividend % divisor, exponent: ideal };
}

function adjusted(value: Decimal): number {
  return value.exponent + digitsOf(value.coefficient) - 1;
}

export function divideFloor(left: Num, right: Num): Num {
  const a = toDecimal(left);
  const b = toDecimal(right);
  if (a.shape === 'nan' || b.shape === 'nan') return notANumber();
  const negative = a.negative !== b.negative;
  if (a.shape === 'infinite') {
    if (b.shape === 'infinite') throw invalid();
    return negative ? NEGATIVE_INFINITY : INFINITY;
  }
  if (isZero(b)) throw typeFailure('division by zero');
  return finite(negative, divideWhole(a, b).quotient, 0);
}

export function modulo(left: Num, right: Num): Num {
  const a = toDecimal(left);
  const b = toDecimal(right);
  if (a.shape === 'nan' || b.shape === 'nan') return notANumber();
  if (a.shape === 'infinite') throw invalid();
  if (isZero(b)) throw typeFailure('division by zero');
  const { remainder, exponent } = divideWhole(a, b);
  return settle(a.negative, remainder, exponent);
}

/** -1, 0 or 1; undefined where one side is not a number. */
export function compareNumbers(left: Num, right: Num): -1 | 0 | 1 | undefined {
  const leftWhole = typeof left === 'number' ? left : left.whole;
  const rightWhole = typeof right === 'number' ? right : right.whole;
  if (leftWhole < rightWhole) return -1;
  if (leftWhole > rightWhole) return 1;
  if (leftWhole === rightWhole) return 0;
  return compareDecimals(toDecimal(left), toDecimal(right));
}

function compareDecimals(a: Decimal, b: Decimal): -1 | 0 | 1 | undefined {
  if (a.shape === 'nan' || b.shape === 'nan') return undefined;
  const signA = signOf(a);
  const signB = signOf(b);
  if (signA !== signB) return signA < signB ? -1 : 1;
  if (a.shape === 'infinite' || b.shape === 'infinite') {
    if (a.shape === b.shape) return 0;
    return (a.shape === 'infinite') === signA > 0 ? 1 : -1;
  }
  if (signA === 0) return 0;
  const magnitude = compareMagnitudes(a, b);
  return (signA > 0 ? magnitude : -magnitude) as -1 | 0 | 1;
}

function compareMagnitudes(a: Decimal, b: Decimal): -1 | 0 | 1 {
  const sizeA = adjusted(a);
  const sizeB = adjusted(b);
  if (sizeA !== sizeB) return sizeA < sizeB ? -1 : 1;
  const shift = a.exponent - b.exponent;
  const left = shift > 0 ? a.coefficient * power10(shift) : a.coefficient;
  const right = shift < 0 ? b.coefficient * power10(-shift) : b.coefficient;
  return left < right ? -1 : left > right ? 1 : 0;
}

function signOf(value: Decimal): -1 | 0 | 1 {
  if (isZero(value)) return 0;
  return value.negative ? -1 : 1;
}

export function isTrueNumber(value: Num): boolean {
  return typeof value === 'number' ? value !== 0 : !isZero(value);
}

export function isWhole(value: Num): boolean {
  if (typeof value === 'number' || !Number.isNaN(value.whole)) return true;
  if (value.shape !== 'finite') return false;
  if (value.exponent >= 0) return true;
  return digitsOf(value.coefficient) > -value.exponent && value.coefficient % power10(-value.exponent) === 0n;
}

/** Whole, and small enough to serve as an operand of bits or an index: Python asks whether it is finite as a 64-bit float. */
export function isCountable(value: Num): boolean {
  if (typeof value === 'number' || !Number.isNaN(value.whole)) return true;
  if (!isWhole(value)) return false;
  return adjusted(value) < MAX_FLOAT_SCALE || Number.isFinite(Number(`${value.coefficient}e${value.exponent}`));
}

/** The value of a whole number. */
export function toInteger(value: Num): bigint {
  if (typeof value === 'number') return BigInt(value);
  const magnitude =
    value.exponent >= 0
      ? value.coefficient * power10(value.exponent)
      : value.coefficient / power10(Math.min(-value.exponent, digitsOf(value.coefficient)));
  return value.negative ? -magnitude : magnitude;
}

/** As `fromInteger`, for results that pass through their decimal text, whose length is limited. */
export function fromCountedInteger(value: bigint): Num {
  if (value > 9_007_199_254_740_991n && value.toString().length > MAX_INTEGER_DIGITS) {
    throw typeFailure('a whole number has too many digits');
  }
  return fromInteger(value);
}

/** Whole number below or equal (`floor`), above or equal (`ceiling`); `nan` and the infinities stay. */
export function roundToWhole(value: Num, direction: 'floor' | 'ceiling'): Num {
  if (typeof value === 'number') return value;
  if (value.shape !== 'finite') return value;
  if (adjusted(value) > MAX_INTEGER_DIGITS) throw typeFailure('a whole number has too many digits');
  if (value.exponent >= 0) return fromCountedInteger(toInteger(value));
  // Far below one, the divisor would be a huge number for nothing.
  const divisor = power10(Math.min(-value.exponent, digitsOf(value.coefficient) + 1));
  const magnitude = value.coefficient / divisor;
  const inexact = value.coefficient % divisor !== 0n;
  const away = inexact && value.negative === (direction === 'floor');
  const result = away ? magnitude + 1n : magnitude;
  return fromInteger(value.negative ? -result : result);
}

/** As Python writes it: plain down to 1e-6, else with `E+`/`E-`; trailing zeros kept. */
export function formatNumber(value: Num): string {
  if (typeof value === 'number') return String(value);
  if (value.shape === 'nan') return 'nan';
  if (value.shape === 'infinite') return value.negative ? '-inf' : 'inf';
  const digits = value.coefficient.toString();
  const leftDigits = value.exponent + digits.length;
  const dotPlace = value.exponent <= 0 && leftDigits > -6 ? leftDigits : 1;
  let text: string;
  if (dotPlace <= 0) text = `0.${'0'.repeat(-dotPlace)}${digits}`;
  else if (dotPlace >= digits.length) text = digits + '0'.repeat(dotPlace - digits.length);
  else text = `${digits.slice(0, dotPlace)}.${digits.slice(dotPlace)}`;
  const scale = leftDigits - dotPlace;
  if (scale !== 0) text += `E${scale > 0 ? '+' : ''}${scale}`;
  return value.negative ? `-${text}` : text;
}

/** Equal numbers have equal keys, whatever their trailing zeros; `nan` has none. */
export function numberKey(value: Num): string | undefined {
  if (typeof value === 'number') return `n${value}`;
  if (!Number.isNaN(value.whole)) return `n${value.whole}`;
  if (value.shape === 'nan') return undefined;
  if (value.shape === 'infinite') return value.negative ? 'n-inf' : 'ninf';
  const digits = value.coefficient.toString();
  const significant = digits.replace(/0+$/, '');
  return `n${value.negative ? '-' : ''}${significant}e${value.exponent + digits.length - significant.length}`;
}

/** For `power.ts`: the context's rounding and the parts that powers are built from. */
export const context = {
  precision: PRECISION,
  tinyExponent: TINY_EXPONENT,
  settle,
  roundOff,
  digitsOf,
  power10,
  finite,
};
