/**
 * `**` of decimals, as Python's C implementation gives it: whole exponents by repeated multiplication with some digits to spare, others as
 * exp(y·ln x) and then always written with 28 digits (`4 ** 0.5` is `2.000000000000000000000000000`).
 */

import { Decimal as Big } from 'decimal.js';
import { typeFailure } from './failure.js';
import type { Failure } from './failure.js';
import type { Decimal, Num } from './number.js';
import {
  context,
  INFINITY,
  isTrueNumber,
  isWhole,
  negate,
  notANumber,
  subtract,
  toDecimal,
  toInteger,
} from './number.js';

const { precision, tinyExponent, settle, roundOff, digitsOf, power10, finite } = context;

/**
 * A constructor of our own: the shared one could be reconfigured by others. It has the original's digits, no more: a power of a number next
 * to one comes out half way between two results, and what only shows further on is to be lost here too.
 */
const Wide = Big.clone({ precision: 51, rounding: Big.ROUND_HALF_EVEN, toExpNeg: -9e15, toExpPos: 9e15 });

export function raise(left: Num, right: Num): Num {
  const base = toDecimal(left);
  const exponent = toDecimal(right);
  if (base.shape === 'nan' || exponent.shape === 'nan') return notANumber();
  const whole = exponent.shape === 'finite' && isWhole(exponent);
  const negative = base.negative && whole && isOdd(exponent);
  if (!isTrueNumber(base)) {
    if (!isTrueNumber(exponent)) throw undefinedPower();
    if (exponent.negative) return negative ? negate(INFINITY) : INFINITY;
    return finite(negative, 0n, 0);
  }
  if (base.negative && !whole) throw undefinedPower();
  if (exponent.shape === 'infinite') return raiseToInfinity(base, exponent.negative);
  if (base.shape === 'infinite') {
    if (!isTrueNumber(exponent)) return finite(false, 1n, 0);
    if (exponent.negative) return finite(negative, 0n, 0);
    return negative ? negate(INFINITY) : INFINITY;
  }
  if (!isTrueNumber(exponent)) return finite(false, 1n, 0);
  const size = magnitudeOf(base, exponent);
  if (size > 1_000_010) throw typeFailure('a number is too large (overflow)');
  if (size < -1_000_060) return finite(negative, 0n, tinyExponent);
  if (isPowerOfOne(base)) return powerOfOne(base, exponent, whole, negative);
  return whole ? raiseToWhole(base, exponent, negative) : raiseToFraction(base, exponent);
}

function undefinedPower(): Failure {
  return typeFailure('this power has no result');
}

/** The exponent is a whole number here; beyond 10,000 digits after the point of a power of ten it is even anyway. */
function isOdd(exponent: Decimal): boolean {
  if (exponent.exponent > 0) return false;
  return (toInteger(exponent) & 1n) !== 0n;
}

function raiseToInfinity(base: Decimal, negativeExponent: boolean): Decimal {
  if (base.shape === 'infinite') return negativeExponent ? finite(false, 0n, 0) : INFINITY;
  if (isPowerOfOne(base)) return finite(false, power10(precision - 1), 1 - precision);
  const aboveOne = base.exponent + digitsOf(base.coefficient) > 0;
  return aboveOne !== negativeExponent ? INFINITY : finite(false, 0n, 0);
}

function isPowerOfOne(base: Decimal): boolean {
  return base.whole === 1 || base.whole === -1;
}

function powerOfOne(base: Decimal, exponent: Decimal, whole: boolean, negative: boolean): Decimal {
  if (!whole) return finite(false, power10(precision - 1), 1 - precision);
  if (exponent.negative) return finite(negative, 1n, 0);
  const places =
    exponent.exponent + digitsOf(exponent.coefficient) > 12 ? precision : Number(toInteger(exponent)) * -base.exponent;
  const zeros = base.exponent === 0 ? 0 : Math.min(Math.max(places, 0), precision - 1);
  return finite(negative, power10(zeros), -zeros);
}

/** Decimal logarithm of the result, roughly: enough to refuse what would overflow before computing it. */
function magnitudeOf(base: Decimal, exponent: Decimal): number {
  const digits = base.coefficient.toString();
  // Scaled as text: a coefficient of more than 308 digits is no float.
  let logarithm = Math.log10(Number(`0.${digits}`)) + base.exponent + digits.length;
  if (Math.abs(logarithm) < 1e-9) {
    const distance = toDecimal(subtract(finite(false, base.coefficient, base.exponent), 1));
    logarithm = (Number(distance.coefficient) * 10 ** distance.exponent * (distance.negative ? -1 : 1)) / Math.LN10;
  }
  return logarithm * approximately(exponent);
}

function approximately(value: Decimal): number {
  const size = value.exponent + digitsOf(value.coefficient);
  if (size > 300) return value.negative ? -1e300 : 1e300;
  const magnitude = Number(`${value.coefficient}e${value.exponent}`);
  return value.negative ? -magnitude : magnitude;
}

interface Scaled {
  readonly coefficient: bigint;
  readonly exponent: number;
}

/** From here on the original keeps the exponent as a decimal, and works through its bits the other way round. */
const MAX_MACHINE_EXPONENT = (1n << 64n) - 1n;

/** Each product is rounded, and the last digit shows to how many digits and in which order: both are the original's. */
function raiseToWhole(base: Decimal, exponent: Decimal, negative: boolean): Decimal {
  const power = toInteger(exponent);
  const times = power < 0n ? -power : power;
  const digits = precision + exponent.exponent + digitsOf(exponent.coefficient) + (power < 0n ? 3 : 2);
  const factor: Scaled = power < 0n ? reciprocal(base, digits) : base;
  const result =
    times <= MAX_MACHINE_EXPONENT ? powerFromHighBit(factor, times, digits) : powerFromLowBit(factor, times, digits);
  return settle(negative, result.coefficient, result.exponent);
}

function powerFromHighBit(factor: Scaled, times: bigint, digits: number): Scaled {
  let result = factor;
  for (const bit of times.toString(2).slice(1)) {
    result = product(result, result, digits);
    if (bit === '1') result = product(result, factor, digits);
  }
  return result;
}

function powerFromLowBit(factor: Scaled, times: bigint, digits: number): Scaled {
  let result: Scaled = { coefficient: 1n, exponent: 0 };
  let square = factor;
  for (let rest = times; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = product(result, square, digits);
    square = product(square, square, digits);
  }
  return result;
}

function product(left: Scaled, right: Scaled, digits: number): Scaled {
  return rounded(left.coefficient * right.coefficient, left.exponent + right.exponent, digits);
}

function rounded(coefficient: bigint, exponent: number, digits: number): Scaled {
  const drop = digitsOf(coefficient) - digits;
  return drop > 0 ? { coefficient: roundOff(coefficient, drop), exponent: exponent + drop } : { coefficient, exponent };
}

/** 1 / base to `digits` digits; an exact quotient keeps the exponent that the division rule asks for, as far as it can. */
function reciprocal(base: Decimal, digits: number): Scaled {
  const shift = digits + digitsOf(base.coefficient);
  const dividend = power10(shift);
  let coefficient = dividend / base.coefficient;
  let exponent = -shift - base.exponent;
  if (coefficient * base.coefficient !== dividend) {
    // A last digit of 0 or 5 would be taken for exact, or for half way.
    if (coefficient % 5n === 0n) coefficient += 1n;
    return rounded(coefficient, exponent, digits);
  }
  while (exponent < -base.exponent && coefficient % 10n === 0n) {
    coefficient /= 10n;
    exponent++;
  }
  return rounded(coefficient, exponent, digits);
}

function raiseToFraction(base: Decimal, exponent: Decimal): Decimal {
  const power = new Wide(plain(base)).pow(new Wide(plain(exponent)));
  const text = /^(\d)(?:\.(\d+))?e([+-]?\d+)$/.exec(power.toExponential());
  if (text === null) throw undefinedPower();
  const fraction = text[2] ?? '';
  let coefficient = BigInt((text[1] ?? '0') + fraction);
  let scale = Number(text[3]) - fraction.length;
  const missing = precision - digitsOf(coefficient);
  if (missing > 0) {
    coefficient *= power10(missing);
    scale -= missing;
  }
  return settle(false, coefficient, scale);
}

function plain(value: Decimal): string {
  return `${value.negative ? '-' : ''}${value.coefficient}e${value.exponent}`;
}
