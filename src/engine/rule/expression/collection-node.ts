/** Literal arrays, sets and mappings. */

import { ValueMap, ValueSet } from './collection.js';
import type { Scope } from './expression.js';
import type { Node } from './node.js';
import { fieldsOf, makeNode } from './node.js';
import type { Type } from './type.js';
import { arrayOf, commonType, mappingOf, setOf } from './type.js';
import type { Value } from './value.js';
import { isTrue } from './value.js';

export function arrayNode(members: readonly Node[]): Node {
  return collection(members, arrayOf(commonType(members.map((member) => member.type))), (scope) =>
    members.map((member) => member.run(scope)),
  );
}

export function setNode(members: readonly Node[]): Node {
  const type = setOf(commonType(members.map((member) => member.type)));
  return collection(members, type, (scope) => new ValueSet(inTurn(members, (member) => member.run(scope))));
}

export function mappingNode(entries: readonly (readonly [Node, Node])[]): Node {
  const type = mappingOf(
    commonType(entries.map(([key]) => key.type)),
    commonType(entries.map(([, value]) => value.type)),
  );
  return collection(entries.flat(), type, (scope) => {
    // All keys come before all values, and the value of a key that is given twice is computed once, the last one.
    const { keys, values: indexes } = new ValueMap(inTurn(entries, ([key], index) => [key.run(scope), index] as const));
    return new ValueMap(keys.map((key, order) => [key, entries[Number(indexes[order])]?.[1].run(scope) ?? null]));
  });
}

/** One at a time: what no set or mapping can hold is told before the next member is computed. */
function* inTurn<Item, Made>(items: readonly Item[], make: (item: Item, index: number) => Made): Generator<Made> {
  let index = 0;
  for (const item of items) yield make(item, index++);
}

/**
 * A literal collection. Made of constants it is one itself: computed once, though what goes wrong with it (a set in a set) only shows where
 * it is used.
 */
function collection(members: readonly Node[], type: Type, run: (scope: Scope) => Value): Node {
  const isTrueLiteral = members.length > 0;
  if (!members.every((member) => member.isConstant)) return makeNode({ type, fields: fieldsOf(members), run });
  let value: Value | undefined;
  return makeNode({
    type,
    isConstant: true,
    isTrueLiteral,
    run: (scope) => (value ??= run(scope)),
    trace: (scope) => isTrue(run(scope)),
  });
}
