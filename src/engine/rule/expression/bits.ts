/** `& | ^ << >>`: of whole numbers from 0 up, of any size; the first three also of sets. */

import { isValueSet } from './collection.js';
import type { Scope } from './expression.js';
import { typeFailure } from './failure.js';
import type { Node, Test } from './node.js';
import { fieldsOf, folded, knownConstant, makeNode, valueOfConstant } from './node.js';
import type { Num } from './number.js';
import { compareNumbers, fromCountedInteger, isCountable, toInteger, wholeOf } from './number.js';
import { mismatch, missingField, requireKind } from './operand.js';
import type { BitOperator } from './syntax.js';
import type { Type } from './type.js';
import { ANY_SET, NUMBER, UNKNOWN } from './type.js';
import type { Value } from './value.js';
import { isNumber, isTrue, kindOf } from './value.js';

export function bitNode(operator: BitOperator, left: Node, right: Node): Node {
  const isShift = operator === '<<' || operator === '>>';
  const kinds = isShift ? ['number'] : ['number', 'set'];
  requireKind(operator, left.type, kinds);
  requireKind(operator, right.type, kinds);
  const known = left.type.kind !== 'unknown' && right.type.kind !== 'unknown';
  if (known && left.type.kind !== right.type.kind) throw mismatch(operator, left.type.kind, right.type.kind);
  for (const side of [left, right]) {
    if (side.isConstant && side.type.kind === 'number') natural(operator, valueOfConstant(side));
  }
  const run = (scope: Scope): Value => {
    const value = left.run(scope);
    if (!isValueSet(value)) return combineBits(operator, natural(operator, value), natural(operator, right.run(scope)));
    const other = right.run(scope);
    if (!isValueSet(other) || operator === '<<' || operator === '>>') throw mismatch(operator, 'set', kindOf(other));
    return value.combine(operator, other);
  };
  const type = bitType(isShift, left.type, right.type);
  const node = makeNode({ type, fields: fieldsOf([left, right]), run, ...maskTest(operator, left, right, run) });
  return folded(node, [left, right]);
}

/** Bits that JavaScript's own operators work on, the sign left out. */
const MAX_MACHINE = 0x7fff_ffff;

/**
 * `field & mask` as a condition, the usual test of an access mask, in machine arithmetic where it fits. A field that is absent is told
 * without a throw: nothing goes wrong more often.
 */
function maskTest(operator: BitOperator, left: Node, right: Node, run: Node['run']): { readonly test?: Test } {
  const { field } = left;
  if (field === undefined) return {};
  const missing = missingField(field);
  const constant = knownConstant(right);
  const mask = operator === '&' && constant !== undefined && isNumber(constant) ? wholeOf(constant) : Number.NaN;
  const test: Test = (scope) => {
    const value = scope.get(field);
    if (
      typeof value === 'number' &&
      value >= 0 &&
      value <= MAX_MACHINE &&
      mask <= MAX_MACHINE &&
      Number.isInteger(value)
    ) {
      return (value & mask) !== 0;
    }
    return value === undefined ? missing : isTrue(run(scope));
  };
  return { test };
}

function bitType(isShift: boolean, left: Type, right: Type): Type {
  if (isShift) return NUMBER;
  if (left.kind === 'set' || right.kind === 'set') return ANY_SET;
  return left.kind === 'number' || right.kind === 'number' ? NUMBER : UNKNOWN;
}

/** @throws Failure for what is not a whole number from 0 up */
function natural(operator: string, value: Value): Num {
  if (typeof value === 'number' && value >= 0) return value;
  if (!isNumber(value)) throw mismatch(operator, kindOf(value));
  if (!isCountable(value) || (compareNumbers(value, 0) ?? -1) < 0)
    throw typeFailure(`${operator} wants whole numbers from 0 up, below 1.8e308`);
  return value;
}

/** Bits of the largest result that still can be written down: 4,300 decimal digits. */
const MAX_BITS = 14_300;

function combineBits(operator: BitOperator, left: Num, right: Num): Num {
  const a = typeof left === 'number' ? left : left.whole;
  const b = typeof right === 'number' ? right : right.whole;
  if (a <= MAX_MACHINE && b <= MAX_MACHINE) {
    if (operator === '&') return a & b;
    if (operator === '|') return a | b;
    if (operator === '^') return a ^ b;
  }
  return combineLargeBits(operator, toInteger(left), toInteger(right));
}

function combineLargeBits(operator: BitOperator, left: bigint, right: bigint): Num {
  switch (operator) {
    case '&':
      return fromCountedInteger(left & right);
    case '|':
      return fromCountedInteger(left | right);
    case '^':
      return fromCountedInteger(left ^ right);
    case '<<':
      if (left === 0n) return 0;
      if (right > BigInt(MAX_BITS)) throw typeFailure('a whole number has too many digits');
      return fromCountedInteger(left << right);
    case '>>':
      return right > 1_000_000n ? 0 : fromCountedInteger(left >> right);
  }
}
