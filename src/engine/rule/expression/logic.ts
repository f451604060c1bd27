/** `not`, `and`, `or` and `? :`. Only what is needed is evaluated. */

import type { Requirement } from './expression.js';
import type { Node } from './node.js';
import { fieldsOf, folded, makeNode, makeTest, truthOf } from './node.js';
import { requireAny } from './requirement.js';
import type { Type } from './type.js';
import { ANY_ARRAY, BOOLEAN, equalTypes, UNKNOWN } from './type.js';

export function notNode(operand: Node): Node {
  const node = makeTest({
    type: BOOLEAN,
    fields: operand.fields,
    test: (scope) => {
      const outcome = operand.test(scope);
      return typeof outcome === 'boolean' ? !outcome : outcome;
    },
    // What is under a `not` made nothing true; it is still evaluated, because its patterns may set the groups.
    trace: (scope) => !truthOf(operand.test(scope)),
  });
  return folded(node, [operand]);
}

export function andNode(operands: readonly Node[]): Node {
  const tests = operands.map((operand) => operand.test);
  const node = makeTest({
    type: BOOLEAN,
    fields: fieldsOf(operands),
    requirements: () => operands.flatMap((operand) => operand.requirements()),
    conjuncts: operands.flatMap((operand) => operand.conjuncts ?? [operand]),
    test: (scope) => {
      for (let index = 0; index < tests.length; index++) {
        const outcome = tests[index]?.(scope) ?? true;
        if (outcome !== true) return outcome;
      }
      return true;
    },
    trace: (scope, found) => {
      const before = found.length;
      for (const operand of operands) {
        if (operand.trace(scope, found)) continue;
        found.length = before;
        return false;
      }
      return true;
    },
  });
  return folded(node, operands);
}

export function orNode(operands: readonly Node[]): Node {
  const tests = operands.map((operand) => operand.test);
  const node = makeTest({
    type: BOOLEAN,
    fields: fieldsOf(operands),
    requirements: () => anyOf(operands),
    test: (scope) => {
      for (let index = 0; index < tests.length; index++) {
        const outcome = tests[index]?.(scope) ?? false;
        if (outcome !== false) return outcome;
      }
      return false;
    },
    trace: (scope, found) => operands.some((operand) => operand.trace(scope, found)),
  });
  return folded(node, operands);
}

export function choiceNode(condition: Node, whenTrue: Node, whenFalse: Node): Node {
  if (condition.isConstant) return condition.isTrueLiteral === true ? whenTrue : whenFalse;
  return makeNode({
    type: choiceType(whenTrue.type, whenFalse.type),
    fields: fieldsOf([condition, whenTrue, whenFalse]),
    run: (scope) => (truthOf(condition.test(scope)) ? whenTrue : whenFalse).run(scope),
    test: (scope) => {
      const outcome = condition.test(scope);
      if (typeof outcome !== 'boolean') return outcome;
      return (outcome ? whenTrue : whenFalse).test(scope);
    },
    trace: (scope, found) => {
      const before = found.length;
      const chosen = condition.trace(scope, found) ? whenTrue : whenFalse;
      const outcome = chosen.trace(scope, found);
      if (!outcome) found.length = before;
      return outcome;
    },
  });
}

/** `or`: an operand that is always false requires nothing and adds nothing. */
function anyOf(operands: readonly Node[]): readonly Requirement[] {
  return requireAny(
    operands.filter((operand) => operand.isTrueLiteral !== false).map((operand) => operand.requirements()),
  );
}

function choiceType(left: Type, right: Type): Type {
  if (equalTypes(left, right)) return left;
  return left.kind === 'array' && right.kind === 'array' ? ANY_ARRAY : UNKNOWN;
}
