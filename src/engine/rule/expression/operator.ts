/** Arithmetic, bits, comparisons and `in`: what they take, what they give, and their compiled form. */

import { isValueMap, isValueSet } from './collection.js';
import { Duration, Moment } from './datetime.js';
import type { ExpressionError, Requirement, TracedMatch } from './expression.js';
import { typeFailure } from './failure.js';
import type { Node, Test } from './node.js';
import { fieldsOf, folded, makeNode, makeTest, truthOf, valueOfConstant } from './node.js';
import type { Num } from './number.js';
import {
  add,
  compareNumbers,
  divide,
  divideFloor,
  fromCountedInteger,
  isWhole,
  modulo,
  multiply,
  subtract,
  toInteger,
} from './number.js';
import { raise } from './power.js';
import { requireEqual, requireHeld, requireMember, requirePart } from './requirement.js';
import type { ArithmeticOperator, BitOperator, OrderOperator } from './syntax.js';
import { concatenate, includesText, isText } from './text.js';
import type { Type } from './type.js';
import { ANY_SET, BOOLEAN, DATETIME, equalTypes, NUMBER, TIMEDELTA, UNKNOWN } from './type.js';
import type { Value } from './value.js';
import { compareValues, equalMembers, equalValues, isArray, isNumber, kindOf } from './value.js';

/** @throws Failure where the type can never work with the operator */
export function requireKind(operator: string, type: Type, kinds: readonly string[]): void {
  if (type.kind !== 'unknown' && !kinds.includes(type.kind)) throw mismatch(operator, type.kind);
}

function mismatch(operator: string, ...kinds: readonly string[]): ReturnType<typeof typeFailure> {
  return typeFailure(`${operator} does not work with ${kinds.map((kind) => `a ${kind}`).join(' and ')}`);
}

export function missingField(name: string): ExpressionError {
  return { kind: 'resolution', message: `the event has no field "${name}"` };
}

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

export function bitNode(operator: BitOperator, left: Node, right: Node): Node {
  const isShift = operator === '<<' || operator === '>>';
  const kinds = isShift ? ['number'] : ['number', 'set'];
  requireKind(operator, left.type, kinds);
  requireKind(operator, right.type, kinds);
  const known = left.type.kind !== 'unknown' && right.type.kind !== 'unknown';
  if (known && left.type.kind !== right.type.kind) throw mismatch(operator, left.type.kind, right.type.kind);
  for (const side of [left, right])
    if (side.isConstant && side.type.kind === 'number') natural(operator, valueOfConstant(side));
  const node = makeNode({
    type: bitType(isShift, left.type, right.type),
    fields: fieldsOf([left, right]),
    run: (scope) => {
      const value = left.run(scope);
      if (isValueSet(value)) {
        const other = right.run(scope);
        if (!isValueSet(other) || operator === '<<' || operator === '>>')
          throw mismatch(operator, 'set', kindOf(other));
        return value.combine(operator, other);
      }
      return combineBits(operator, natural(operator, value), natural(operator, right.run(scope)));
    },
  });
  return folded(node, [left, right]);
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
  if (!isWhole(value) || (compareNumbers(value, 0) ?? -1) < 0)
    throw typeFailure(`${operator} wants whole numbers from 0 up`);
  return value;
}

/** Bits of the largest result that still can be written down: 4,300 decimal digits. */
const MAX_BITS = 14_300;

function combineBits(operator: BitOperator, left: Num, right: Num): Num {
  const a = typeof left === 'number' ? left : left.whole;
  const b = typeof right === 'number' ? right : right.whole;
  if (a <= 0x7fff_ffff && b <= 0x7fff_ffff) {
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

export function orderNode(operator: OrderOperator, left: Node, right: Node): Node {
  const kinds = ['array', 'boolean', 'datetime', 'timedelta', 'number', 'null', 'string'];
  requireKind(operator, left.type, kinds);
  requireKind(operator, right.type, kinds);
  const known = left.type.kind !== 'unknown' && right.type.kind !== 'unknown';
  if (known && !equalTypes(left.type, right.type)) throw mismatch(operator, left.type.kind, right.type.kind);
  const node = makeTest({
    type: BOOLEAN,
    fields: fieldsOf([left, right]),
    test: guarded(left, right, (a, b) => compareValues(operator, a, b)),
  });
  return folded(node, [left, right]);
}

/** A comparison whose sides are plain fields tells of an absent one without a throw: nothing goes wrong more often. */
function guarded(left: Node, right: Node, compare: (left: Value, right: Value) => boolean): Test {
  const { field } = left;
  if (field !== undefined) {
    const missing = missingField(field);
    return (scope) => (scope.get(field) === undefined ? missing : compare(left.run(scope), right.run(scope)));
  }
  return (scope) => compare(left.run(scope), right.run(scope));
}

export function equalNode(operator: '==' | '!=', left: Node, right: Node): Node {
  const fields = fieldsOf([left, right]);
  if (operator === '!=') {
    const compare = guarded(left, right, (a, b) => !equalValues(a, b));
    const test = equalToText(left, right, true) ?? equalToText(right, left, true) ?? compare;
    // Being different from something is no evidence of anything: it adds nothing to what made a rule true.
    const node = makeTest({ type: BOOLEAN, fields, test, trace: (scope) => truthOf(test(scope)) });
    return folded(node, [left, right]);
  }
  const test = equalToText(left, right, false) ?? equalToText(right, left, false) ?? guarded(left, right, equalValues);
  const node = makeTest({
    type: BOOLEAN,
    fields,
    test,
    requirements: [...equalRequirements(left, right), ...equalRequirements(right, left)],
    trace: (scope, found) => {
      const outcome = truthOf(test(scope));
      if (outcome) for (const field of fields) found.push(wholeField(field, scope.get(field)));
      return outcome;
    },
  });
  return folded(node, [left, right]);
}

function wholeField(field: string, value: unknown): TracedMatch {
  return typeof value === 'string' ? { field, start: 0, end: value.length } : { field };
}

/** The commonest test of all, a field against a text, without any detour. */
function equalToText(side: Node, other: Node, negated: boolean): Test | undefined {
  const { field } = side;
  if (field === undefined || !other.isConstant || other.type.kind !== 'string') return undefined;
  const text = valueOfConstant(other);
  if (typeof text !== 'string') return undefined;
  const missing = missingField(field);
  return (scope) => {
    const value = scope.get(field);
    if (value === undefined) return missing;
    return (value === text) !== negated;
  };
}

function equalRequirements(side: Node, other: Node): readonly Requirement[] {
  if (!other.isConstant || (side.field === undefined && side.slice === undefined)) return [];
  const value = valueOfConstant(other);
  if (side.field !== undefined) return requireEqual(side.field, value);
  return side.slice !== undefined && isText(value) ? requirePart(side.slice.field, side.slice.part, value) : [];
}

export function inNode(member: Node, container: Node): Node {
  const { kind } = container.type;
  if (kind === 'string') {
    if (member.type.kind !== 'unknown' && member.type.kind !== 'string')
      throw mismatch('in', member.type.kind, 'string');
  } else if (!['unknown', 'array', 'set', 'mapping'].includes(kind)) throw mismatch('in', kind);
  const fields = fieldsOf([container, member]);
  const { field } = member;
  const missing = field === undefined ? undefined : missingField(field);
  const test: Test = (scope) => {
    const values = container.run(scope);
    if (field !== undefined && missing !== undefined && scope.get(field) === undefined) return missing;
    return contains(values, member.run(scope));
  };
  const node = makeTest({
    type: BOOLEAN,
    fields,
    test,
    requirements: memberRequirements(member, container),
    trace: (scope, found) => {
      const outcome = truthOf(test(scope));
      if (!outcome) return false;
      const part = member.run(scope);
      for (const name of fields)
        found.push(placeOf(name, scope.get(name), name === container.field ? part : undefined));
      return true;
    },
  });
  return folded(node, [container, member]);
}

function memberRequirements(member: Node, container: Node): readonly Requirement[] {
  if (member.field !== undefined) return container.isConstant ? requireMember(member.field, container) : [];
  return container.field !== undefined && member.isConstant
    ? requireHeld(container.field, valueOfConstant(member))
    : [];
}

/** Where in a field's text the part stands; the whole text where no part was sought in it. */
function placeOf(field: string, value: unknown, part: Value | undefined): TracedMatch {
  if (typeof value !== 'string' || typeof part !== 'string') return wholeField(field, value);
  const start = value.indexOf(part);
  return start < 0 ? { field } : { field, start, end: start + part.length };
}

function contains(container: Value, member: Value): boolean {
  if (isText(container)) {
    if (!isText(member)) throw mismatch('in', kindOf(member), 'string');
    return includesText(container, member);
  }
  if (isArray(container)) return container.some((value) => equalMembers(value, member));
  if (isValueSet(container) || isValueMap(container)) return container.has(member);
  throw mismatch('in', kindOf(container));
}
