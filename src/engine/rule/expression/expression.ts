/**
 * The original's rule language (Python's rule-engine 3.5.0) as the rest of the program sees it.
 * Grammar and meaning: docs/reference/expressions.md. Compiled once into closures; no `eval`; every pattern in linear time or under a step limit.
 */

import type { KnownValue } from '../index/known-values.js';
import type { Requirement } from '../index/requirement.js';

/**
 * What can be wrong. All four at compile time, because constant parts are computed then; at run time `syntax` only for a pattern that is
 * itself computed.
 */
export type ExpressionErrorKind = 'syntax' | 'resolution' | 'type' | 'lookup';

export interface ExpressionError {
  readonly kind: ExpressionErrorKind;
  readonly message: string;
  /** 0-based offset in the text, for `syntax`. */
  readonly offset?: number | undefined;
}

/** The event as an expression reads it: names and texts lower-cased, ids and masks as numbers. Own names only. */
export interface Scope {
  /** UTC milliseconds that `$now` and `$today` stand for: the event's own time; absent = the two are resolution errors. */
  readonly nowMs?: number | undefined;
  /** `undefined` = absent (a resolution error when reached); null, boolean, number, string, array, or plain object otherwise. */
  get(name: string): unknown;
  /** Where answers about one field's values are kept from event to event; left out by scopes of one event. */
  answersOf?(name: string): FieldAnswers;
}

/** Kept answers of one field. */
export interface FieldAnswers {
  /** Of the value that the scope stands at; `undefined` for what is no text, or not worth keeping. */
  readonly known: KnownValue | undefined;
  /** A number for a test that depends on nothing but the field. */
  newTest(): number;
}

export type { Requirement };

export interface FieldPart {
  readonly field: string;
  /** False only where the part is false for the field's value; a field that is absent has none. */
  mayHold(scope: Scope): boolean;
}

/** A field read and compared with a pattern or text while the expression came out true. */
export interface TracedMatch {
  readonly field: string;
  /** The text that was sought or the text that a pattern matched; offsets are into the lower-cased value, in UTF-16 units. */
  readonly start?: number | undefined;
  readonly end?: number | undefined;
}

export interface Expression {
  readonly text: string;
  /** Names it may read, in order of first appearance. */
  readonly fields: readonly string[];
  /** Worked out when first read: of patterns it takes as long as the rest of compiling. */
  readonly requirements: readonly Requirement[];
  /**
   * Parts that must all hold and are each decided by one field; not all of the condition. A part that ends in an error makes nothing false: the
   * whole then has its say.
   */
  readonly parts: readonly FieldPart[];
  /** Truth of the result, as in Python; or the error it ended in. */
  evaluate(scope: Scope): boolean | ExpressionError;
  /** Fields that made it true, in order of evaluation, without those under `not`; empty where it is not true. */
  trace(scope: Scope): readonly TracedMatch[];
}
