/** The rule language: a text in, something that can be asked about events out. Reference: docs/reference/expressions.md */

import { assert } from '../../base/assert.js';
import type { Result } from '../../base/result.js';
import { fail, ok } from '../../base/result.js';
import { compile } from './compile.js';
import type { Compiled } from './compile.js';
import type { Expression, ExpressionError, FieldPart, Requirement, TracedMatch } from './expression.js';
import { Failure } from './failure.js';
import type { Node } from './node.js';
import type { Outline } from './outline.js';
import { outlineOf } from './outline.js';
import { parse } from './parser.js';
import { Pattern } from './pattern/pattern.js';

export type {
  Expression,
  ExpressionError,
  ExpressionErrorKind,
  Requirement,
  Scope,
  TracedMatch,
} from './expression.js';
export { ALL_ATTRIBUTES } from './attribute.js';
export type { Comparison, Outline } from './outline.js';

/**
 * Compiles a rule. Total: any text gives an expression or an error, in time linear in its length but for the patterns and constants in it.
 * An expression keeps state while it evaluates, so a `Scope` must not evaluate the same expression from within `get`.
 */
export function compileExpression(text: string): Result<Expression, ExpressionError> {
  try {
    return ok(expressionOf(text, compile(parse(text))));
  } catch (error) {
    return fail(errorOf(error));
  }
}

export interface ReadExpression {
  readonly expression: Expression;
  readonly outline: Outline;
  /** The truth of an expression that reads nothing of the event. */
  readonly constant: boolean | undefined;
}

/** As `compileExpression`, with what can be said of the rule without an event. */
export function readExpression(text: string): Result<ReadExpression, ExpressionError> {
  try {
    const tree = parse(text);
    const compiled = compile(tree);
    const { isConstant, isTrueLiteral } = compiled.node;
    return ok({
      expression: expressionOf(text, compiled),
      outline: outlineOf(tree),
      constant: isConstant ? isTrueLiteral : undefined,
    });
  } catch (error) {
    return fail(errorOf(error));
  }
}

/** What is known of an expression that compiles, as plain data. */
export type KnownExpression = Pick<Expression, 'text' | 'fields' | 'requirements'>;

/** An expression that is compiled when it is first asked about an event: most of a large set of rules never are. */
export function knownExpression({ text, fields, requirements }: KnownExpression): Expression {
  let compiled: Expression | undefined;
  const made = (): Expression => {
    if (compiled === undefined) {
      const result = compileExpression(text);
      assert(result.ok, 'what is known of an expression is known of one that compiles');
      compiled = result.value;
    }
    return compiled;
  };
  return {
    text,
    fields,
    requirements,
    get parts() {
      return made().parts;
    },
    get evaluate() {
      return made().evaluate;
    },
    get trace() {
      return made().trace;
    },
  };
}

/** @param text  a pattern that compiles */
export function asksForCapital(text: string): boolean {
  return text !== text.toLowerCase() && new Pattern(text).asksForCapital;
}

function expressionOf(text: string, { node, reset }: Compiled): Expression {
  const { test } = node;
  let requirements: readonly Requirement[] | undefined;
  return {
    text,
    fields: node.fields,
    parts: (node.conjuncts ?? [node]).flatMap(fieldPart),
    get requirements() {
      return (requirements ??= node.requirements());
    },
    evaluate: (scope) => {
      reset?.();
      try {
        return test(scope);
      } catch (error) {
        return errorOf(error);
      }
    },
    trace: (scope) => {
      reset?.();
      const found: TracedMatch[] = [];
      try {
        return node.trace(scope, found) ? found : [];
      } catch (error) {
        errorOf(error);
        return [];
      }
    },
  };
}

function fieldPart({ decidedBy, test }: Node): readonly FieldPart[] {
  if (decidedBy === undefined) return [];
  const mayHold: FieldPart['mayHold'] = (scope) => {
    try {
      return test(scope) !== false;
    } catch (error) {
      errorOf(error);
      return true;
    }
  };
  return [{ field: decidedBy, mayHold }];
}

/** @throws whatever is no failure of the rule, but a bug */
function errorOf(error: unknown): ExpressionError {
  if (error instanceof Failure) return error.error;
  throw error;
}
