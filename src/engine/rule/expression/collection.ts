/** Sets and mappings of the rule language. Members and keys are told apart as Python's hashing does: 1, 1.0 and `true` are one. */

import { Duration, Moment } from './datetime.js';
import { typeFailure } from './failure.js';
import { Decimal, numberKey } from './number.js';
import { setOrder } from './set-order.js';
import { isText, textKey } from './text.js';
import type { Value } from './value.js';

/** A text or, for `nan`, the object itself: it is found by identity only. */
type Key = string | object;

/** @throws Failure of kind `type` for sets and mappings, and for arrays that hold one: Python cannot hash them */
function keyOf(value: Value): Key {
  if (typeof value === 'string') return `s${value}`;
  if (typeof value === 'number') return `n${value}`;
  if (typeof value === 'boolean') return value ? 'n1' : 'n0';
  if (value === null) return 'null';
  if (value instanceof Decimal) return numberKey(value) ?? value;
  if (isText(value)) return textKey(value);
  if (value instanceof Moment) return `d${value.instant}`;
  if (value instanceof Duration) return `t${value.micros}`;
  if (value instanceof ValueSet) throw typeFailure('a set cannot be a member of a set or a key');
  if (value instanceof ValueMap) throw typeFailure('a mapping cannot be a member of a set or a key');
  return arrayKey(value);
}

const IDENTITIES = new WeakMap<object, number>();
let identities = 0;

function arrayKey(array: readonly Value[]): string {
  let text = 'a';
  for (const member of array) {
    const key = keyOf(member);
    const part = typeof key === 'string' ? key : `i${identityOf(key)}`;
    text += `${part.length}:${part}`;
  }
  return text;
}

function identityOf(value: object): number {
  const known = IDENTITIES.get(value);
  if (known !== undefined) return known;
  identities++;
  IDENTITIES.set(value, identities);
  return identities;
}

export class ValueSet {
  readonly #members = new Map<Key, Value>();

  constructor(members: Iterable<Value>) {
    for (const member of members) {
      const key = keyOf(member);
      // The first of equal members stays, as in Python.
      if (!this.#members.has(key)) this.#members.set(key, member);
    }
  }

  get size(): number {
    return this.#members.size;
  }

  /** In the order in which Python would give them, as far as that is fixed at all. */
  get members(): readonly Value[] {
    return setOrder([...this.#members.values()]);
  }

  has(value: Value): boolean {
    // Asked for a set, Python looks for a frozen copy of it, which no set of the language can hold.
    if (value instanceof ValueSet) return false;
    return this.#members.has(keyOf(value));
  }

  isWithin(other: ValueSet): boolean {
    for (const key of this.#members.keys()) if (!other.#members.has(key)) return false;
    return true;
  }

  equals(other: ValueSet): boolean {
    return this.size === other.size && this.isWithin(other);
  }

  combine(operator: '&' | '|' | '^', other: ValueSet): ValueSet {
    const left = [...this.#members].filter(
      ([key]) => operator === '|' || other.#members.has(key) === (operator === '&'),
    );
    const right = operator === '&' ? [] : [...other.#members].filter(([key]) => !this.#members.has(key));
    return new ValueSet([...left, ...right].map(([, value]) => value));
  }
}

/** Keeps its keys in order; two mappings are equal only if their keys are in the same order (Python's `OrderedDict`). */
export class ValueMap {
  readonly #entries = new Map<Key, { readonly key: Value; readonly value: Value }>();

  /** The first of equal keys keeps its place, the last value wins. */
  constructor(entries: Iterable<readonly [Value, Value]>) {
    for (const [key, value] of entries) {
      const hash = keyOf(key);
      this.#entries.set(hash, { key: this.#entries.get(hash)?.key ?? key, value });
    }
  }

  get size(): number {
    return this.#entries.size;
  }

  get keys(): readonly Value[] {
    return [...this.#entries.values()].map((entry) => entry.key);
  }

  get values(): readonly Value[] {
    return [...this.#entries.values()].map((entry) => entry.value);
  }

  has(key: Value): boolean {
    return this.#entries.has(keyOf(key));
  }

  /** Undefined where there is no such key. */
  get(key: Value): Value | undefined {
    return this.#entries.get(keyOf(key))?.value;
  }

  equals(other: ValueMap, equal: (left: Value, right: Value) => boolean): boolean {
    if (this.size !== other.size) return false;
    const theirs = [...other.#entries];
    return [...this.#entries].every(([hash, entry], index) => {
      const their = theirs[index];
      return their !== undefined && their[0] === hash && equal(entry.value, their[1].value);
    });
  }
}

export function isValueSet(value: unknown): value is ValueSet {
  return value instanceof ValueSet;
}

export function isValueMap(value: unknown): value is ValueMap {
  return value instanceof ValueMap;
}
