/** `+ - * / // % **`: of numbers, and the first two also of texts, dates and timedeltas. */

import { Duration, Moment } from './datetime.js';
import type { Node } from './node.js';
import { fieldsOf, folded, makeNode } from './node.js';
import type { Failure } from './failure.js';
import { typeFailure, withArticle } from './failure.js';
import type { Num } from './number.js';
import { add, divide, divideFloor, modulo, multiply, negate, subtract } from './number.js';
import { mismatch, requireKind } from './operand.js';
import { raise } from './power.js';
import type { ArithmeticOperator } from './syntax.js';
import { concatenate, isText } from './text.js';
import type { Type } from './type.js';
import { DATETIME, equalTypes, NUMBER, TIMEDELTA, UNKNOWN } from './type.js';
import type { Value } from './value.js';
import { isNumber, kindOf } from './value.js';

export function arithmeticNode(operator: ArithmeticOperator, left: Node, right: Node): Node {
  const type = arithmeticType(operator, left.type, right.type);
  const compute = arithmeticOf(operator);
  const node = makeNode({
    type,
    fields: fieldsOf([left, right]),
    // `*` and its like look at the left side before they compute the right one; `+` and `-` compute both first.
    run:
      operator === '+' || operator === '-'
        ? (scope) => compute(left.run(scope), right.run(scope))
        : (scope) => compute(numberIn(operator, left.run(scope)), numberIn(operator, right.run(scope))),
  });
  return folded(node, [left, right]);
}

function arithmeticType(operator: ArithmeticOperator, left: Type, right: Type): Type {
  const kinds = OPERANDS[operator] ?? ['number'];
  requireKind(operator, left, kinds);
  requireKind(operator, right, kinds);
  if (operator !== '+' && operator !== '-') return NUMBER;
  if (left.kind === 'unknown' || right.kind === 'unknown') return UNKNOWN;
  const result = sumType(operator, left, right);
  if (result === undefined) throw mismatch(operator, left.kind, right.kind);
  return result;
}

const OPERANDS: Partial<Record<ArithmeticOperator, readonly string[]>> = {
  '+': ['number', 'string', 'datetime', 'timedelta'],
  '-': ['number', 'datetime', 'timedelta'],
};

function sumType(operator: '+' | '-', left: Type, right: Type): Type | undefined {
  if (left.kind === 'datetime') {
    if (right.kind === 'timedelta') return DATETIME;
    return operator === '-' && right.kind === 'datetime' ? TIMEDELTA : undefined;
  }
  if (left.kind === 'timedelta' && right.kind === 'datetime') return operator === '+' ? DATETIME : undefined;
  return equalTypes(left, right) ? left : undefined;
}

function arithmeticOf(operator: ArithmeticOperator): (left: Value, right: Value) => Value {
  switch (operator) {
    case '+':
      return plus;
    case '-':
      return minus;
    case '*':
      return onNumbers(multiply);
    case '/':
      return onNumbers(divide);
    case '//':
      return onNumbers(divideFloor);
    case '%':
      return onNumbers(modulo);
    case '**':
      return onNumbers(raise);
  }
}

/** Both are known to be numbers by then. */
function onNumbers(compute: (left: Num, right: Num) => Num): (left: Value, right: Value) => Value {
  return (left, right) => compute(left as Num, right as Num);
}

function numberIn(operator: string, value: Value): Num {
  if (!isNumber(value)) throw mismatch(operator, kindOf(value));
  return value;
}

function plus(left: Value, right: Value): Value {
  if (isNumber(left) && isNumber(right)) return add(left, right);
  if (isText(left) && isText(right)) return concatenate(left, right);
  if (left instanceof Moment && right instanceof Duration) return left.plus(right, 1n);
  if (left instanceof Duration && right instanceof Moment) return right.plus(left, 1n);
  if (left instanceof Duration && right instanceof Duration) return new Duration(left.micros + right.micros);
  throw mismatch('+', kindOf(left), kindOf(right));
}

function minus(left: Value, right: Value): Value {
  if (isNumber(left) && isNumber(right)) return subtract(left, right);
  if (left instanceof Moment && right instanceof Moment) return new Duration(left.instant - right.instant);
  if (left instanceof Moment && right instanceof Duration) return left.plus(right, -1n);
  if (left instanceof Duration && right instanceof Duration) return new Duration(left.micros - right.micros);
  throw mismatch('-', kindOf(left), kindOf(right));
}

/** Unary `-`, of numbers and timedeltas. */
export function minusNode(operand: Node): Node {
  if (operand.isConstant && operand.type.kind !== 'number' && operand.type.kind !== 'timedelta')
    throw noMinus(operand.type.kind);
  const node = makeNode({
    type: operand.type,
    fields: operand.fields,
    run: (scope) => {
      const value = operand.run(scope);
      if (isNumber(value)) return negate(value);
      if (value instanceof Duration) return new Duration(-value.micros);
      throw noMinus(kindOf(value));
    },
  });
  return folded(node, [operand]);
}

function noMinus(kind: string): Failure {
  return typeFailure(`${withArticle(kind)} has no negative`);
}
