/** Parts of a compiled rule: closures with what is known of them beforehand. */

import type { ExpressionError, Requirement, Scope, TracedMatch } from './expression.js';
import { Failure } from './failure.js';
import type { Type } from './type.js';
import { typeOf } from './type.js';
import type { Value } from './value.js';
import { isTrue } from './value.js';

/** The truth of a part, or the error it ended in: told without a throw where that is cheap. */
export type Test = (scope: Scope) => boolean | ExpressionError;

export interface Node {
  readonly type: Type;
  /** Made of literals only: computed when the rule is compiled. */
  readonly isConstant: boolean;
  /** @throws Failure */
  readonly run: (scope: Scope) => Value;
  /** @throws Failure */
  readonly test: Test;
  /** As `test`, and adds what made the part true; adds nothing where it is false. @throws Failure */
  readonly trace: (scope: Scope, found: TracedMatch[]) => boolean;
  /** What must hold of the event for the part to be true; all of them. */
  readonly requirements: () => readonly Requirement[];
  /** Fields of the event that it may read. */
  readonly fields: readonly string[];
  /** Set where the part is nothing but this field of the event. */
  readonly field?: string | undefined;
  /** Set where nothing but this field's value decides the part, whatever else happens in the rule. */
  readonly decidedBy?: string | undefined;
  /** Set where the part holds if all of these do. */
  readonly conjuncts?: readonly Node[] | undefined;
  /** Set where the part is a slice of a field: where a text that equals it would stand in the field. */
  readonly slice?: { readonly field: string; readonly part: 'prefix' | 'suffix' | 'contains' } | undefined;
  /** Truth of a constant without computing it: what `? :` goes by. */
  readonly isTrueLiteral?: boolean | undefined;
}

type Given = Pick<Node, 'type' | 'run'> & Partial<Node>;

export function makeNode(given: Given): Node {
  const { run } = given;
  const fields = given.fields ?? [];
  const test: Test = given.test ?? ((scope) => isTrue(run(scope)));
  return {
    isConstant: false,
    requirements: () => [],
    fields,
    test,
    trace: (scope, found) => {
      const outcome = truthOf(test(scope));
      if (outcome) for (const field of fields) found.push({ field });
      return outcome;
    },
    ...given,
  };
}

/** @throws Failure where the test ended in an error */
export function truthOf(outcome: boolean | ExpressionError): boolean {
  if (typeof outcome !== 'boolean') throw new Failure(outcome);
  return outcome;
}

/** A part whose test is its natural form; its value is the truth of it. */
export function makeTest(given: Pick<Node, 'type' | 'test'> & Partial<Node>): Node {
  return makeNode({ ...given, run: (scope) => truthOf(given.test(scope)) });
}

export function constantNode(value: Value, type: Type = typeOf(value)): Node {
  const truth = isTrue(value);
  return makeNode({
    type,
    isConstant: true,
    isTrueLiteral: truth,
    run: () => value,
    test: () => truth,
    trace: () => truth,
  });
}

/** The value of a constant. @throws Failure where computing it failed */
export function valueOfConstant(node: Node): Value {
  return node.run(NO_FIELDS);
}

/** As above, for what only looks ahead: undefined where computing it failed, which is told when the rule comes to that part. */
export function knownConstant(node: Node): Value | undefined {
  if (!node.isConstant) return undefined;
  try {
    return valueOfConstant(node);
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

/** Computes a part made of constants once and for all. @throws Failure */
export function folded(node: Node, operands: readonly Node[]): Node {
  return operands.every((operand) => operand.isConstant) ? constantNode(valueOfConstant(node)) : node;
}

export const NO_FIELDS: Scope = { get: () => undefined };

/** Fields of several parts, each once, in order. */
export function fieldsOf(nodes: readonly (Node | undefined)[]): readonly string[] {
  return [...new Set(nodes.flatMap((node) => node?.fields ?? []))];
}
