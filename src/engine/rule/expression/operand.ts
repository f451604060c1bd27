/** What operators say of their operands. */

import type { ExpressionError, TracedMatch } from './expression.js';
import { typeFailure, withArticle } from './failure.js';
import type { Type } from './type.js';

/** @throws Failure where the type can never work with the operator */
export function requireKind(operator: string, type: Type, kinds: readonly string[]): void {
  if (type.kind !== 'unknown' && !kinds.includes(type.kind)) throw mismatch(operator, type.kind);
}

export function mismatch(operator: string, ...kinds: readonly string[]): ReturnType<typeof typeFailure> {
  return typeFailure(`${operator} does not work with ${kinds.map(withArticle).join(' and ')}`);
}

export function missingField(name: string): ExpressionError {
  return { kind: 'resolution', message: `the event has no field "${name}"` };
}

/** A field that decided as a whole; of texts with their length. */
export function wholeField(field: string, value: unknown): TracedMatch {
  return typeof value === 'string' ? { field, start: 0, end: value.length } : { field };
}
