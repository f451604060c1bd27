/** The conditions of a rule in compiled form. Compiling is most of what loading costs, so it is done once for each rule however often it is asked. */

import { assert } from '../base/assert.js';
import type { Expression } from './expression/expression.js';
import { compileExpression } from './expression/index.js';
import type { Rule } from './rule.js';

/** Lives as long as the rule does. */
const COMPILED = new WeakMap<Rule, readonly Expression[]>();

/** For a rule whose conditions the caller has just compiled. */
export function keepCompiled(rule: Rule, expressions: readonly Expression[]): void {
  COMPILED.set(rule, expressions);
}

/** @throws AssertionError if a condition does not compile: `loadPack` lets none of these through */
export function compiledConditions(rule: Rule): readonly Expression[] {
  let expressions = COMPILED.get(rule);
  if (expressions === undefined) {
    expressions = rule.conditions.map((text) => {
      const compiled = compileExpression(text);
      assert(compiled.ok, `the conditions of rule ${rule.id} compile`);
      return compiled.value;
    });
    COMPILED.set(rule, expressions);
  }
  return expressions;
}
