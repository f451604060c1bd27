/** Parts that read one field only: asked once for each value of it where the scope keeps answers (`index/known-values.ts`). */

import type { FieldAnswers, Scope } from './expression.js';
import type { Node } from './node.js';

/** @param node  must depend on its one field and on nothing else: not on the time, on groups of patterns, or on variables of loops */
export function rememberedNode(node: Node): Node {
  const [field] = node.fields;
  if (field === undefined || node.fields.length > 1) return node;
  const { test } = node;
  /** An expression may be asked by the rule sets of two policies in turn; each has its own scope. */
  const numbers = new WeakMap<Scope, number>();
  let owner: Scope | undefined;
  let answers: FieldAnswers | undefined;
  let number = 0;
  const turnTo = (scope: Scope): void => {
    owner = scope;
    answers = scope.answersOf?.(field);
    if (answers === undefined) return;
    number = numbers.get(scope) ?? answers.newTest();
    numbers.set(scope, number);
  };
  return {
    ...node,
    decidedBy: field,
    conjuncts: undefined,
    test: (scope) => {
      if (scope !== owner) turnTo(scope);
      const known = answers?.known;
      if (known === undefined) return test(scope);
      const kept = known.answer(number);
      if (kept !== undefined) return kept;
      const outcome = test(scope);
      // Errors are told anew: they are rare, and each is an object of its own.
      if (typeof outcome === 'boolean') known.keep(number, outcome);
      return outcome;
    },
  };
}
