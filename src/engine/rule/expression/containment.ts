/** `in`: a text in a text; anything in an array, a set, or the keys of a mapping. */

import { isValueMap, isValueSet } from './collection.js';
import type { Requirement, TracedMatch } from './expression.js';
import type { Node, Test } from './node.js';
import { fieldsOf, folded, knownConstant, makeTest, truthOf } from './node.js';
import { mismatch, missingField, wholeField } from './operand.js';
import { requireHeld, requireMember } from './requirement.js';
import { includesText, isText } from './text.js';
import { BOOLEAN } from './type.js';
import type { Value } from './value.js';
import { equalMembers, isArray, isNumber, kindOf } from './value.js';

export function inNode(member: Node, container: Node): Node {
  const { kind } = container.type;
  if (kind === 'string') {
    if (member.type.kind !== 'unknown' && member.type.kind !== 'string')
      throw mismatch('in', member.type.kind, 'string');
  } else if (!['unknown', 'array', 'set', 'mapping'].includes(kind)) throw mismatch('in', kind);
  const fields = fieldsOf([container, member]);
  const test: Test = listTest(member, container) ?? partTest(member, container) ?? plainInTest(member, container);
  const node = makeTest({
    type: BOOLEAN,
    fields,
    test,
    requirements: () => memberRequirements(member, container),
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
  if (member.field !== undefined) {
    const values = knownConstant(container);
    return values === undefined ? [] : requireMember(member.field, values);
  }
  const held = container.field === undefined ? undefined : knownConstant(member);
  return container.field === undefined || held === undefined ? [] : requireHeld(container.field, held);
}

function plainInTest(member: Node, container: Node): Test {
  const { field } = member;
  const missing = field === undefined ? undefined : missingField(field);
  return (scope) => {
    const values = container.run(scope);
    if (field !== undefined && missing !== undefined && scope.get(field) === undefined) return missing;
    return contains(values, member.run(scope));
  };
}

/** A field in a list of texts and whole numbers, the usual kind of list: one look-up. */
function listTest(member: Node, container: Node): Test | undefined {
  const { field } = member;
  if (field === undefined || container.type.kind !== 'array') return undefined;
  const values = knownConstant(container);
  if (values === undefined || !isArray(values)) return undefined;
  const known = new Set<unknown>();
  for (const value of values) {
    const plain = isNumber(value) && typeof value !== 'number' ? value.whole : value;
    if (typeof plain !== 'string' && (typeof plain !== 'number' || Number.isNaN(plain))) return undefined;
    known.add(plain);
  }
  const missing = missingField(field);
  return (scope) => {
    const value = scope.get(field);
    if (typeof value === 'string' || Number.isSafeInteger(value)) return known.has(value);
    if (value === undefined) return missing;
    return contains(values, member.run(scope));
  };
}

/** A text in a field. */
function partTest(member: Node, container: Node): Test | undefined {
  const { field } = container;
  const part = knownConstant(member);
  if (field === undefined || typeof part !== 'string') return undefined;
  const missing = missingField(field);
  return (scope) => {
    const value = scope.get(field);
    if (value === undefined) return missing;
    return contains(typeof value === 'string' ? value : container.run(scope), part);
  };
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
