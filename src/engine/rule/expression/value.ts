/**
 * Values of the rule language and what Python's `==`, `<` and `bool` make of them. Values never change; arrays are plain (frozen by habit,
 * not by call). Static types: `type.ts`.
 */

import type { ValueMap, ValueSet } from './collection.js';
import { isValueMap, isValueSet } from './collection.js';
import { Duration, Moment } from './datetime.js';
import { typeFailure, withArticle } from './failure.js';
import type { Num } from './number.js';
import { compareNumbers, Decimal, isTrueNumber } from './number.js';
import type { Text } from './text.js';
import { compareTexts, equalTexts, isText, SplitText } from './text.js';

export type Value = null | boolean | Num | Text | Moment | Duration | readonly Value[] | ValueSet | ValueMap;

export type Kind = 'null' | 'boolean' | 'number' | 'string' | 'datetime' | 'timedelta' | 'array' | 'set' | 'mapping';

export function kindOf(value: Value): Kind {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    default:
      break;
  }
  if (value === null) return 'null';
  if (value instanceof Decimal) return 'number';
  if (value instanceof SplitText) return 'string';
  if (value instanceof Moment) return 'datetime';
  if (value instanceof Duration) return 'timedelta';
  if (isArray(value)) return 'array';
  return isValueSet(value) ? 'set' : 'mapping';
}

export function isNumber(value: Value): value is Num {
  return typeof value === 'number' || value instanceof Decimal;
}

export function isArray(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** Truth as in Python: null, false, zero, empty texts and collections and the empty timedelta are false; `nan` and every date are true. */
export function isTrue(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return value !== '';
  if (typeof value === 'number') return value !== 0;
  if (value === null) return false;
  if (value instanceof Decimal) return isTrueNumber(value);
  if (value instanceof Duration) return value.micros !== 0n;
  if (isArray(value)) return value.length > 0;
  if (isValueSet(value) || isValueMap(value)) return value.size > 0;
  return true;
}

/** The operator `==`: values of two kinds are never equal, not even `true` and 1. */
export function equalValues(left: Value, right: Value): boolean {
  if (typeof left === 'string' && typeof right === 'string') return left === right;
  return kindOf(left) === kindOf(right) && equalMembers(left, right, false);
}

/** Equality inside collections, where Python counts `true` as 1 and `false` as 0. `same` = the very same object counts as equal (`nan`). */
export function equalMembers(left: Value, right: Value, same = true): boolean {
  if (same && left === right) return true;
  const numberLeft = asNumber(left);
  if (numberLeft !== undefined) {
    const numberRight = asNumber(right);
    return numberRight !== undefined && compareNumbers(numberLeft, numberRight) === 0;
  }
  if (left === null || right === null) return left === right;
  if (isText(left)) return isText(right) && equalTexts(left, right);
  if (left instanceof Moment) return right instanceof Moment && left.instant === right.instant;
  if (left instanceof Duration) return right instanceof Duration && left.micros === right.micros;
  if (isArray(left)) {
    return (
      isArray(right) &&
      left.length === right.length &&
      left.every((member, index) => equalMembers(member, right[index] ?? null))
    );
  }
  if (isValueSet(left)) return isValueSet(right) && left.equals(right);
  return isValueMap(left) && isValueMap(right) && left.equals(right, equalMembers);
}

function asNumber(value: Value): Num | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return isNumber(value) ? value : undefined;
}

export type Order = '<' | '<=' | '>' | '>=';

/** @throws Failure of kind `type` where the two have no order */
export function compareValues(operator: Order, left: Value, right: Value): boolean {
  if (left === null && right === null) return operator === '<=' || operator === '>=';
  if (isArray(left) && isArray(right)) return compareArrays(operator, left, right);
  const kind = kindOf(left);
  if (kind !== kindOf(right)) throw typeFailure(`${withArticle(kind)} has no order with ${withArticle(kindOf(right))}`);
  if (isNumber(left) && isNumber(right)) return holds(operator, compareNumbers(left, right));
  if (isText(left) && isText(right)) return holds(operator, compareTexts(left, right));
  if (typeof left === 'boolean') return holds(operator, Number(left) - Number(right));
  if (left instanceof Moment && right instanceof Moment) return holds(operator, sign(left.instant, right.instant));
  if (left instanceof Duration && right instanceof Duration) return holds(operator, sign(left.micros, right.micros));
  if (isValueSet(left) && isValueSet(right)) return compareSets(operator, left, right);
  throw typeFailure(`values of type ${kind} have no order`);
}

function sign(left: bigint, right: bigint): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function holds(operator: Order, comparison: number | undefined): boolean {
  if (comparison === undefined) throw typeFailure('nan has no order');
  switch (operator) {
    case '<':
      return comparison < 0;
    case '<=':
      return comparison <= 0;
    case '>':
      return comparison > 0;
    case '>=':
      return comparison >= 0;
  }
}

/** The first members that differ decide; they must be of one kind, as must all before them. */
function compareArrays(operator: Order, left: readonly Value[], right: readonly Value[]): boolean {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index++) {
    const a = left[index] ?? null;
    const b = right[index] ?? null;
    if (differ(a, b)) return compareValues(operator, a, b);
  }
  return holds(operator, left.length - right.length);
}

function differ(left: Value, right: Value): boolean {
  if (left === null && right === null) return false;
  if (isArray(left) && isArray(right)) {
    const shared = Math.min(left.length, right.length);
    for (let index = 0; index < shared; index++) if (differ(left[index] ?? null, right[index] ?? null)) return true;
    return left.length !== right.length;
  }
  if (kindOf(left) !== kindOf(right))
    throw typeFailure(`${withArticle(kindOf(left))} has no order with ${withArticle(kindOf(right))}`);
  return !equalMembers(left, right, false);
}

/** Inclusion. Reached only where the type could not be known when the rule was compiled: a known set is refused then. */
function compareSets(operator: Order, left: ValueSet, right: ValueSet): boolean {
  switch (operator) {
    case '<':
      return left.size < right.size && left.isWithin(right);
    case '<=':
      return left.isWithin(right);
    case '>':
      return right.size < left.size && right.isWithin(left);
    case '>=':
      return right.isWithin(left);
  }
}
