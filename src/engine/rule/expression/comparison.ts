/** `== != < <= > >=` */

import type { Requirement } from './expression.js';
import type { Node, Test } from './node.js';
import { fieldsOf, folded, knownConstant, makeTest, truthOf, valueOfConstant } from './node.js';
import { mismatch, missingField, requireKind, wholeField } from './operand.js';
import { requireEqual, requirePart } from './requirement.js';
import type { OrderOperator } from './syntax.js';
import { isText } from './text.js';
import { BOOLEAN, equalTypes } from './type.js';
import type { Value } from './value.js';
import { compareValues, equalValues } from './value.js';

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

/** A comparison with a plain field on its left tells of its absence without a throw: nothing goes wrong more often. */
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
    requirements: () => [...equalRequirements(left, right), ...equalRequirements(right, left)],
    trace: (scope, found) => {
      const outcome = truthOf(test(scope));
      if (outcome) for (const field of fields) found.push(wholeField(field, scope.get(field)));
      return outcome;
    },
  });
  return folded(node, [left, right]);
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
  if (side.field === undefined && side.slice === undefined) return [];
  const value = knownConstant(other);
  if (value === undefined) return [];
  if (side.field !== undefined) return requireEqual(side.field, value);
  return side.slice !== undefined && isText(value) ? requirePart(side.slice.field, side.slice.part, value) : [];
}
