/** The conditions of a rule in compiled form. Compiling is most of what loading costs, so it is done once for each rule however often it is asked. */

import { assert } from '../base/assert.js';
import { conditionReach } from './condition-reach.js';
import { fieldReader } from './event-field.js';
import type { Expression, Scope } from './expression/expression.js';
import { compileExpression } from './expression/index.js';
import { matchedValues } from './matched-value.js';
import type { Rule } from './rule.js';
import type { RuleCondition } from './rule-condition.js';
import { compileSigma } from './sigma/compiled/compile-sigma.js';

/** Lives as long as the rule does. */
const COMPILED = new WeakMap<Rule, readonly RuleCondition[]>();

/** For a rule whose expressions the caller has just compiled. */
export function keepCompiled(rule: Rule, expressions: readonly Expression[]): void {
  COMPILED.set(
    rule,
    expressions.map((expression) => conditionOf(rule, expression)),
  );
}

/**
 * Any of them is enough. None for a correlation: it matches no event by itself.
 *
 * @throws AssertionError if a condition does not compile: `loadPack` lets none of these through
 */
export function compiledConditions(rule: Rule): readonly RuleCondition[] {
  let conditions = COMPILED.get(rule);
  if (conditions === undefined) {
    conditions =
      rule.sigma === undefined ? rule.conditions.map((text) => compile(rule, text)) : sigmaConditions(rule.sigma);
    COMPILED.set(rule, conditions);
  }
  return conditions;
}

function sigmaConditions({ document, filters }: NonNullable<Rule['sigma']>): readonly RuleCondition[] {
  return document.kind === 'rule' ? [compileSigma(document, filters)] : [];
}

function compile(rule: Rule, text: string): RuleCondition {
  const compiled = compileExpression(text);
  assert(compiled.ok, `the conditions of rule ${rule.id} compile`);
  return conditionOf(rule, compiled.value);
}

function partsOf({ parts }: Expression, scope: Scope): ReadonlyMap<string, () => boolean> {
  const byField = new Map<string, (() => boolean)[]>();
  for (const { field, mayHold } of parts) {
    const ofField = byField.get(field) ?? [];
    byField.set(field, [...ofField, () => mayHold(scope)]);
  }
  return new Map(
    [...byField].map(([field, tests]) => [field, tests.length === 1 ? tests[0]! : () => tests.every((test) => test())]),
  );
}

function conditionOf(rule: Rule, expression: Expression): RuleCondition {
  return {
    reach: conditionReach(rule, expression),
    bind: ({ expressions }) => {
      const { evaluate } = expression;
      return { holds: () => evaluate(expressions), parts: partsOf(expression, expressions) };
    },
    matched: (event, { expressions }) =>
      expression.evaluate(expressions) === true ? matchedValues(expression.trace(expressions), event, fieldReader) : [],
  };
}
