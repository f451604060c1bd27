/** Regular expressions of rules: whether they compile, and in linear time. */

import { parsePattern } from '../../expression/pattern/parser.js';
import { type Pattern, UNBOUNDED } from '../../expression/pattern/syntax.js';
import { Failure } from '../../expression/failure.js';
import type { SigmaCode } from '../sigma-codes.js';
import { excerpt, REASON_LENGTH } from './faults.js';
import { withoutNamedClasses } from './posix-class.js';

export interface Regex {
  readonly source: string;
  /** Of `i`, `m`, `s`, each once. */
  readonly flags: string;
}

export interface RegexFault {
  readonly code: SigmaCode;
  readonly message: string;
  readonly hint: string | undefined;
}

const SOURCE_LENGTH_MAX = 10_000;
/** A little below what the automaton takes. */
const NODES_MAX = 1_900;
/** Flags for the whole expression, where they stand first. */
const LEADING_FLAGS = /^\(\?([ims]+)\)/;

/**
 * @param flags  those of the modifiers
 * @returns the expression with its leading flags taken off and added to `flags`
 */
export function readRegex(text: string, flags: string): Regex | RegexFault {
  if (text.length > SOURCE_LENGTH_MAX) {
    return invalid(`The expression has ${text.length} characters; ${SOURCE_LENGTH_MAX} are allowed.`, undefined);
  }
  let source = text;
  let all = flags;
  for (let match = LEADING_FLAGS.exec(source); match !== null; match = LEADING_FLAGS.exec(source)) {
    source = source.slice(match[0].length);
    for (const flag of match[1]!) if (!all.includes(flag)) all += flag;
  }
  const plain = withoutNamedClasses(source);
  if (typeof plain !== 'string') return invalid(`The expression does not compile: ${plain.problem}.`, plain.hint);
  source = plain;
  try {
    const { tree } = parsePattern(source);
    const reason = unsupported(tree);
    if (reason !== undefined) return { code: 'SIGMA_REGEX_UNSUPPORTED', ...reason };
    if (nodeCount(tree) > NODES_MAX) {
      return {
        code: 'SIGMA_REGEX_UNSUPPORTED',
        message: 'The expression is too large, or repeats too much, to be matched in linear time.',
        hint: 'Use smaller counts, or "+" and "*".',
      };
    }
    return { source, flags: all };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return invalid(
      `The expression does not compile: ${excerpt(error.error.message, REASON_LENGTH)}.`,
      regexHint(source),
    );
  }
}

function invalid(message: string, hint: string | undefined): RegexFault {
  return { code: 'SIGMA_REGEX_INVALID', message, hint };
}

function regexHint(source: string): string | undefined {
  if (source.includes('(?<')) return 'Named groups have no use here; write "(".';
  return 'A character with a meaning of its own is written with a backslash before it.';
}

/** What of the tree has no automaton. The parser bounds the depth. */
function unsupported(tree: Pattern): { readonly message: string; readonly hint: string } | undefined {
  switch (tree.form) {
    case 'look':
      return {
        message: 'The expression looks ahead or behind, which takes more than linear time.',
        hint: 'Write a second test, and exclude it with "not" in the condition.',
      };
    case 'reference':
      return {
        message: 'The expression refers back to a group, which takes more than linear time.',
        hint: 'Write out what may stand there.',
      };
    case 'condition':
      return { message: 'The expression depends on whether a group matched.', hint: 'Write out both with "|".' };
    case 'atomic':
      return { message: 'The expression has an atomic group.', hint: 'Use a plain group: time is linear anyway.' };
    case 'sequence':
      return firstOf(tree.parts);
    case 'choice':
      return firstOf(tree.options);
    case 'group':
      return unsupported(tree.body);
    case 'repeat':
      if (tree.greed === 'possessive') {
        return { message: 'The expression has a possessive repeat.', hint: 'Use a plain one: time is linear anyway.' };
      }
      return unsupported(tree.body);
    default:
      return undefined;
  }
}

function firstOf(trees: readonly Pattern[]): { readonly message: string; readonly hint: string } | undefined {
  for (const tree of trees) {
    const reason = unsupported(tree);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** Nodes of the automaton: what is repeated counts as often as it may be. */
function nodeCount(tree: Pattern): number {
  const sum = (trees: readonly Pattern[]): number => trees.reduce((total, each) => total + nodeCount(each), 0);
  switch (tree.form) {
    case 'sequence':
      return sum(tree.parts);
    case 'choice':
      return sum(tree.options) + tree.options.length - 1;
    case 'group':
      return nodeCount(tree.body);
    case 'repeat': {
      const body = nodeCount(tree.body);
      const optional = tree.most === UNBOUNDED ? 1 : tree.most - tree.least;
      return body * tree.least + (body + 1) * optional;
    }
    default:
      return 1;
  }
}
