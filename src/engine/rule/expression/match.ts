/** The four pattern operators. `=~` matches at the start of the text, `=~~` anywhere; `!~` and `!~~` are their opposites. */

import type { ExpressionError } from './expression.js';
import { Failure, typeFailure, withArticle } from './failure.js';
import type { Node, Test } from './node.js';
import { fieldsOf, folded, makeTest, truthOf, valueOfConstant } from './node.js';
import { missingField, requireKind } from './operand.js';
import { Pattern } from './pattern/pattern.js';
import { requireMatch } from './requirement.js';
import type { MatchOperator } from './syntax.js';
import type { Text } from './text.js';
import { isText, textKey } from './text.js';
import { BOOLEAN } from './type.js';
import type { Value } from './value.js';
import { kindOf } from './value.js';

/** What the last pattern that matched left for `$re_groups`. */
export interface LastMatch {
  /** Null until a pattern has matched. */
  groups: (() => readonly Value[]) | null;
}

const NOT_A_TEXT: ExpressionError = { kind: 'type', message: 'a pattern can only be compared with a text or null' };

/**
 * @param last  set where the rule reads `$re_groups`
 * @throws Failure of kind `syntax` where a constant pattern is wrong
 */
export function matchNode(operator: MatchOperator, left: Node, right: Node, last: LastMatch | undefined): Node {
  requireKind(operator, left.type, ['null', 'string']);
  requireKind(operator, right.type, ['null', 'string']);
  const search = operator === '=~~' || operator === '!~~';
  const negated = operator === '!~' || operator === '!~~';
  const constant =
    right.isConstant && right.type.kind === 'string' ? new Pattern(textOf(valueOfConstant(right))) : undefined;
  const fields = fieldsOf([left, right]);
  const matches = (pattern: Pattern, text: Text): boolean => {
    const matched = pattern.matches(text, search);
    if (matched && last !== undefined) last.groups = () => pattern.groups(text, search);
    return matched !== negated;
  };
  const test =
    constant === undefined
      ? computedTest(left, right, matches, negated)
      : constantTest(left, constant, matches, negated);
  const node = makeTest({
    type: BOOLEAN,
    fields,
    test,
    requirements: () =>
      constant !== undefined && left.field !== undefined && !negated ? requireMatch(left.field, constant, search) : [],
    trace: (scope, found) => {
      if (!truthOf(test(scope))) return false;
      if (negated) return true;
      for (const field of fields) {
        const value = field === left.field ? scope.get(field) : undefined;
        const pattern = typeof value === 'string' ? (constant ?? patternOf(right.run(scope))) : null;
        found.push(
          pattern === null || typeof value !== 'string' ? { field } : { field, ...spanOf(pattern, value, search) },
        );
      }
      return true;
    },
  });
  return folded(node, [left, right]);
}

type Matches = (pattern: Pattern, text: Text) => boolean;

function constantTest(left: Node, pattern: Pattern, matches: Matches, negated: boolean): Test {
  const { field } = left;
  if (field === undefined) {
    return (scope) => {
      const value = left.run(scope);
      if (isText(value)) return matches(pattern, value);
      return value === null ? negated : NOT_A_TEXT;
    };
  }
  const missing = missingField(field);
  return (scope) => {
    const value = scope.get(field);
    if (typeof value === 'string') return matches(pattern, value);
    if (value === undefined) return missing;
    return value === null ? negated : NOT_A_TEXT;
  };
}

function computedTest(left: Node, right: Node, matches: Matches, negated: boolean): Test {
  return (scope) => {
    const value = left.run(scope);
    if (value !== null && !isText(value)) return NOT_A_TEXT;
    const pattern = patternOf(right.run(scope));
    if (value === null || pattern === null) return (value === null && pattern === null) !== negated;
    return matches(pattern, value);
  };
}

/** Patterns that rules compute, the latest few: compiling one costs far more than matching it. */
const RECENT = new Map<string, Pattern>();
const MAX_RECENT = 64;
const MAX_RECENT_LENGTH = 1_000;
/** A pattern that a rule computes may come from an event, and compiling a long one takes long. */
const MAX_COMPUTED_LENGTH = 4_096;

/** @throws Failure of kind `syntax` for a wrong pattern, `type` for what is neither text nor null */
function patternOf(value: Value): Pattern | null {
  if (value === null) return null;
  if (!isText(value)) throw typeFailure(`${withArticle(kindOf(value))} is no pattern`);
  const key = textKey(value);
  const known = RECENT.get(key);
  if (known !== undefined) return known;
  if (key.length > MAX_COMPUTED_LENGTH)
    throw typeFailure(`a computed pattern may have ${MAX_COMPUTED_LENGTH} characters at most`);
  const pattern = new Pattern(value);
  if (key.length <= MAX_RECENT_LENGTH) {
    if (RECENT.size >= MAX_RECENT) RECENT.delete(RECENT.keys().next().value ?? '');
    RECENT.set(key, pattern);
  }
  return pattern;
}

function textOf(value: Value): Text {
  if (!isText(value)) throw typeFailure('a pattern is a text');
  return value;
}

/** Undefined also where telling the place would take too many steps: the truth is known all the same. */
function spanOf(
  pattern: Pattern,
  text: string,
  search: boolean,
): { readonly start: number; readonly end: number } | undefined {
  try {
    return pattern.span(text, search);
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
