/** The rule language: a text in, something that can be asked about events out. Reference: docs/reference/expressions.md */

import type { Result } from '../../base/result.js';
import { fail, ok } from '../../base/result.js';
import { compile } from './compile.js';
import type { Compiled } from './compile.js';
import type { Expression, ExpressionError, FieldPart, Requirement, TracedMatch } from './expression.js';
import { Failure } from './failure.js';
import type { Node } from './node.js';
import { parse } from './parser.js';

export type {
  Expression,
  ExpressionError,
  ExpressionErrorKind,
  Requirement,
  Scope,
  TracedMatch,
} from './expression.js';

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
