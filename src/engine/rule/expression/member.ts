/** Members of values: `x.name`, `x[i]`, `x[a:b]`, and their safe forms with `&`, which give null for null. */

import { isValueMap } from './collection.js';
import { attributeOf, unknownAttribute } from './attribute.js';
import { failure, typeFailure, withArticle } from './failure.js';
import type { Node } from './node.js';
import { constantNode, fieldsOf, folded, knownConstant, makeNode } from './node.js';
import { isCountable, wholeOf } from './number.js';
import type { Text } from './text.js';
import { isText, lengthOf, sliceText } from './text.js';
import type { Type } from './type.js';
import { compatible, NUMBER, STRING, UNKNOWN } from './type.js';
import type { Value } from './value.js';
import { isArray, isNumber, kindOf } from './value.js';

/**
 * `object.name`: an attribute of the type, else a key of a mapping.
 *
 * @param loopValue  the variable of that name of an enclosing loop, if there is one: the original's look-up falls through to it
 */
export function attributeNode(object: Node, name: string, safe: boolean, loopValue: (() => Value) | undefined): Node {
  const type = attributeType(object.type, name, safe);
  const node = makeNode({
    type,
    fields: object.fields,
    run: (scope) => {
      const value = object.run(scope);
      if (value === null && safe) return null;
      return readAttribute(value, name, loopValue);
    },
  });
  return folded(node, [object]);
}

function attributeType(type: Type, name: string, safe: boolean): Type {
  if (type.kind === 'unknown' || (type.kind === 'null' && safe)) return UNKNOWN;
  const attribute = attributeOf(type.kind, name);
  if (attribute !== undefined) return attribute.type;
  if (type.kind === 'mapping') return UNKNOWN;
  throw unknownAttribute(type.kind, name);
}

function readAttribute(value: Value, name: string, loopValue: (() => Value) | undefined): Value {
  const kind = kindOf(value);
  const attribute = attributeOf(kind, name);
  if (attribute !== undefined) return attribute.read(value);
  if (loopValue !== undefined) return loopValue();
  if (!isValueMap(value)) throw unknownAttribute(kind, name);
  const member = value.get(name);
  if (member !== undefined) return member;
  // Looking for a similar name to suggest, the original trips over keys that are no texts.
  if (value.keys.some((key) => !isText(key)))
    throw typeFailure(`a mapping with keys that are not texts has no member "${name}"`);
  throw failure('resolution', `the mapping has no key "${name}"`);
}

/** `container[item]` */
export function itemNode(container: Node, item: Node, safe: boolean): Node {
  const type = itemType(container.type, item.type, safe);
  if (type === undefined) return constantNode(null);
  const node = makeNode({
    type,
    fields: fieldsOf([container, item]),
    run: (scope) => {
      const value = container.run(scope);
      if (value === null) {
        if (safe) return null;
        throw typeFailure('null has no items');
      }
      const member = itemOf(value, item.run(scope));
      if (member !== undefined) return member;
      if (safe) return null;
      throw failure('lookup', 'there is no such item');
    },
  });
  return folded(node, [container, item]);
}

/** Undefined where a safe look-up in a mapping can never find anything. */
function itemType(container: Type, item: Type, safe: boolean): Type | undefined {
  switch (container.kind) {
    case 'unknown':
      return UNKNOWN;
    case 'string':
      requireIndex(item);
      return STRING;
    case 'array':
      requireIndex(item);
      return container.member;
    case 'mapping':
      if (compatible(item, container.key)) return container.member;
      if (safe) return undefined;
      throw failure('lookup', `the mapping has no keys of type ${item.kind}`);
    case 'null':
      if (safe) return UNKNOWN;
      break;
    default:
      break;
  }
  throw typeFailure(`${withArticle(container.kind)} has no items`);
}

function requireIndex(item: Type): void {
  if (!compatible(item, NUMBER)) throw typeFailure('the index is not a whole number');
}

/** Undefined where the index or key is not there. */
function itemOf(value: Value, item: Value): Value | undefined {
  if (isText(value)) {
    const index = placeIn(item, lengthOf(value));
    return index === undefined ? undefined : sliceText(value, index, index + 1);
  }
  if (isArray(value)) {
    const index = placeIn(item, value.length);
    return index === undefined ? undefined : value[index];
  }
  if (isValueMap(value)) return value.get(item);
  throw typeFailure(`${withArticle(kindOf(value))} has no items`);
}

/** A negative index counts from the end; undefined outside. */
function placeIn(item: Value, length: number): number | undefined {
  const index = wholeIndex(item);
  const place = index < 0 ? index + length : index;
  return place >= 0 && place < length ? place : undefined;
}

/** Beyond the safe whole numbers only the direction matters. */
function wholeIndex(value: Value): number {
  if (typeof value === 'number') return value;
  if (!isNumber(value) || !isCountable(value)) throw typeFailure('the index is not a whole number');
  if (!Number.isNaN(value.whole)) return value.whole;
  return value.negative ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** `container[start:stop]`; an end that is left out or null is the container's own. */
export function sliceNode(container: Node, start: Node | undefined, stop: Node | undefined, safe: boolean): Node {
  const from = start ?? constantNode(0);
  const to = stop ?? constantNode(null);
  const node = makeNode({
    type: sliceType(container.type, safe),
    fields: fieldsOf([container, from, to]),
    slice: sliceOf(container, from, to),
    run: (scope) => {
      const value = container.run(scope);
      if (value === null) {
        if (safe) return null;
        throw typeFailure('null has no slices');
      }
      const first = bound(from.run(scope));
      const end = bound(to.run(scope));
      if (isText(value)) return sliceTextAt(value, first, end);
      if (isArray(value)) return value.slice(cut(first ?? 0, value.length), cut(end ?? value.length, value.length));
      throw typeFailure(`${withArticle(kindOf(value))} has no slices`);
    },
  });
  return folded(node, [container, from, to]);
}

function sliceType(container: Type, safe: boolean): Type {
  switch (container.kind) {
    case 'unknown':
      return UNKNOWN;
    case 'string':
    case 'array':
      return container;
    case 'null':
      if (safe) return UNKNOWN;
      break;
    default:
      break;
  }
  throw typeFailure(`${withArticle(container.kind)} has no slices`);
}

function bound(value: Value): number | undefined {
  return value === null ? undefined : wholeIndex(value);
}

function cut(index: number, length: number): number {
  return Math.min(Math.max(index < 0 ? index + length : index, 0), length);
}

function sliceTextAt(text: Text, first: number | undefined, end: number | undefined): Text {
  const length = lengthOf(text);
  const from = cut(first ?? 0, length);
  return sliceText(text, from, Math.max(from, cut(end ?? length, length)));
}

/** A slice from the very start or to the very end, for the rule's requirements. */
function sliceOf(container: Node, from: Node, to: Node): Node['slice'] {
  const { field } = container;
  if (field === undefined) return undefined;
  const first = knownConstant(from);
  const end = knownConstant(to);
  if (first === undefined || end === undefined) return undefined;
  if (first === null || (isNumber(first) && wholeOf(first) === 0)) return { field, part: 'prefix' };
  return { field, part: end === null ? 'suffix' : 'contains' };
}
