/**
 * Types as far as they are known when a rule is compiled. A field may hold anything, so most expressions are `unknown`; but literals,
 * attributes and operators have types, and what can never work is refused at compile time, in places that a rule might never reach.
 */

import { isValueMap, isValueSet } from './collection.js';
import { typeFailure, withArticle } from './failure.js';
import type { Value } from './value.js';
import { isArray, kindOf } from './value.js';

export type ScalarKind = 'unknown' | 'null' | 'boolean' | 'number' | 'string' | 'datetime' | 'timedelta';

export type Type =
  | { readonly kind: ScalarKind }
  | { readonly kind: 'array' | 'set'; readonly member: Type }
  | { readonly kind: 'mapping'; readonly key: Type; readonly member: Type };

export const UNKNOWN: Type = { kind: 'unknown' };
export const NULL: Type = { kind: 'null' };
export const BOOLEAN: Type = { kind: 'boolean' };
export const NUMBER: Type = { kind: 'number' };
export const STRING: Type = { kind: 'string' };
export const DATETIME: Type = { kind: 'datetime' };
export const TIMEDELTA: Type = { kind: 'timedelta' };
export const ANY_ARRAY: Type = arrayOf(UNKNOWN);
export const ANY_SET: Type = setOf(UNKNOWN);

export function arrayOf(member: Type): Type {
  return { kind: 'array', member };
}

export function setOf(member: Type): Type {
  return { kind: 'set', member };
}

/** @throws Failure of kind `type` where no mapping can have such keys */
export function mappingOf(key: Type, member: Type): Type {
  if (key.kind === 'set' || key.kind === 'mapping') throw typeFailure(`${withArticle(key.kind)} cannot be a key`);
  return { kind: 'mapping', key, member };
}

export function equalTypes(left: Type, right: Type): boolean {
  if (left.kind === 'mapping') {
    return right.kind === 'mapping' && equalTypes(left.key, right.key) && equalTypes(left.member, right.member);
  }
  if (left.kind === 'array' || left.kind === 'set') {
    return right.kind === left.kind && equalTypes(left.member, right.member);
  }
  return left.kind === right.kind;
}

/** Equal, or unknown in any part. */
export function compatible(left: Type, right: Type): boolean {
  if (left.kind === 'unknown' || right.kind === 'unknown') return true;
  if (left.kind === 'mapping') {
    return right.kind === 'mapping' && compatible(left.key, right.key) && compatible(left.member, right.member);
  }
  if (left.kind === 'array' || left.kind === 'set') {
    return right.kind === left.kind && compatible(left.member, right.member);
  }
  return left.kind === right.kind;
}

/** The one type of all members, null aside; unknown where there are several, or only nulls. */
export function commonType(types: Iterable<Type>): Type {
  let common: Type | undefined;
  for (const type of types) {
    if (type.kind === 'null') continue;
    if (common === undefined) common = type;
    else if (!equalTypes(common, type)) return UNKNOWN;
  }
  return common ?? UNKNOWN;
}

/** What a loop over such a value sees; undefined for what cannot be looped over. */
export function loopType(type: Type): Type | undefined {
  if (type.kind === 'array' || type.kind === 'set') return type.member;
  if (type.kind === 'mapping') return type.key;
  return type.kind === 'unknown' ? UNKNOWN : undefined;
}

const SCALARS: ReadonlyMap<string, Type> = new Map(
  [NULL, BOOLEAN, NUMBER, STRING, DATETIME, TIMEDELTA].map((type) => [type.kind, type]),
);

export function typeOf(value: Value): Type {
  if (isArray(value)) return arrayOf(commonType(value.map(typeOf)));
  if (isValueSet(value)) return setOf(commonType(value.members.map(typeOf)));
  if (isValueMap(value)) return mappingOf(commonType(value.keys.map(typeOf)), commonType(value.values.map(typeOf)));
  return SCALARS.get(kindOf(value)) ?? UNKNOWN;
}
