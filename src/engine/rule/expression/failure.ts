/** How a part of an expression ends without a value. Thrown inside the evaluator only: `evaluate` and `compileExpression` turn it into a value. */

import type { ExpressionError, ExpressionErrorKind } from './expression.js';

/** Not an `Error`: a failed look-up is everyday business, and capturing a stack would cost more than the whole rule. */
export class Failure {
  constructor(readonly error: ExpressionError) {}
}

export function failure(kind: ExpressionErrorKind, message: string, offset?: number): Failure {
  return new Failure(offset === undefined ? { kind, message } : { kind, message, offset });
}

/** The kind of a value with its article, for messages. */
export function withArticle(kind: string): string {
  return `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`;
}

export function typeFailure(message: string): Failure {
  return failure('type', message);
}

export function syntaxFailure(message: string, offset?: number): Failure {
  return failure('syntax', message, offset);
}
