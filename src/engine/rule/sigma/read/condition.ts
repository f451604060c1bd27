/**
 * Conditions: what selections have to do with each other. Tokens are parentheses and what stands between them and white space, because the
 * names of selections may hold nearly anything (`filter_main_mdadm.conf`).
 *
 *     or  ←  and  ←  not  ←  (1 | any | all) of (pattern | them),  name,  ( … )          binding the tighter the further right
 */

import { didYouMean } from '../../closest-word.js';
import type { Condition } from '../document.js';
import type { SigmaCode } from '../sigma-codes.js';
import { excerpt } from './faults.js';

export interface ConditionFault {
  readonly code: SigmaCode;
  readonly message: string;
  readonly hint: string | undefined;
}

const DEPTH_MAX = 64;
const LENGTH_MAX = 20_000;
/** Selections named, after patterns are resolved. */
const NAMES_MAX = 20_000;
const QUANTIFIERS: ReadonlySet<string> = new Set(['1', 'any', 'all']);
const WORDS: ReadonlySet<string> = new Set(['and', 'or', 'not', 'of', 'them', '(', ')', '|', 'near']);
/** What the aggregations of Sigma 1 are called now. */
const SUCCESSORS: ReadonlyMap<string, string> = new Map([
  ['count', '"event_count", or "value_count" for count(field)'],
  ['sum', '"value_sum"'],
  ['avg', '"value_avg"'],
  ['min', 'none; "value_percentile" comes nearest'],
  ['max', 'none; "value_percentile" comes nearest'],
  ['near', '"temporal"'],
]);

/** @param names  of the selections */
export function parseCondition(text: string, names: ReadonlySet<string>): Condition | ConditionFault {
  if (text.length > LENGTH_MAX) return fault(`The condition has ${text.length} characters; ${LENGTH_MAX} are allowed.`);
  try {
    return new ConditionParser(tokenise(text), names).parse();
  } catch (error) {
    if (error instanceof Refusal) return error.fault;
    throw error;
  }
}

/** Ends the parsing; never leaves this file. */
class Refusal {
  constructor(readonly fault: ConditionFault) {}
}

function fault(message: string, hint?: string, code: SigmaCode = 'SIGMA_CONDITION_INVALID'): ConditionFault {
  return { code, message, hint };
}

function tokenise(text: string): readonly string[] {
  return text.match(/[()]|[^\s()]+/g) ?? [];
}

class ConditionParser {
  readonly #tokens: readonly string[];
  readonly #names: ReadonlySet<string>;
  #at = 0;
  #depth = 0;
  #named = 0;

  constructor(tokens: readonly string[], names: ReadonlySet<string>) {
    this.#tokens = tokens;
    this.#names = names;
  }

  parse(): Condition {
    if (this.#tokens.length === 0)
      throw new Refusal(fault('The condition is empty.', 'Name the selections that must hold.'));
    const condition = this.#or();
    const rest = this.#peek();
    if (rest === undefined) return condition;
    if (rest === ')') throw new Refusal(fault('A ")" is not opened before.'));
    throw this.#unexpected(rest);
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  /** The next token if it is this word. A selection of that name does not hide the word: no rule could be read otherwise. */
  #accept(word: string): boolean {
    if (this.#peek()?.toLowerCase() !== word) return false;
    this.#at++;
    return true;
  }

  #or(): Condition {
    return this.#joined('or', () => this.#joined('and', () => this.#not()));
  }

  #joined(word: 'and' | 'or', next: () => Condition): Condition {
    const conditions = [next()];
    while (this.#accept(word)) conditions.push(next());
    return together(word, conditions);
  }

  #not(): Condition {
    let isNegated = false;
    while (this.#accept('not')) isNegated = !isNegated;
    const condition = this.#operand();
    return isNegated ? { kind: 'not', condition } : condition;
  }

  #operand(): Condition {
    const token = this.#peek();
    if (token === undefined) throw new Refusal(fault('The condition ends where a selection is expected.'));
    if (token === '(') return this.#parenthesis();
    if (this.#tokens[this.#at + 1]?.toLowerCase() === 'of') return this.#quantified(token);
    if (this.#names.has(token) && !WORDS.has(token.toLowerCase())) {
      this.#at++;
      return this.#name(token);
    }
    throw this.#unexpected(token);
  }

  #parenthesis(): Condition {
    if (++this.#depth > DEPTH_MAX) throw new Refusal(fault(`Parentheses are nested more than ${DEPTH_MAX} deep.`));
    this.#at++;
    const condition = this.#or();
    if (!this.#accept(')')) {
      const next = this.#peek();
      throw next === undefined ? new Refusal(fault('A "(" is not closed.')) : this.#unexpected(next);
    }
    this.#depth--;
    return condition;
  }

  #quantified(quantifier: string): Condition {
    if (!QUANTIFIERS.has(quantifier.toLowerCase())) {
      const hint = /^\d+$/.test(quantifier)
        ? 'For more than one, write the combinations out with "and" and "or".'
        : undefined;
      throw new Refusal(fault(`Before "of" stand 1, any or all, not "${excerpt(quantifier)}".`, hint));
    }
    const pattern = this.#tokens[this.#at + 2];
    if (pattern === undefined || pattern === '(' || pattern === ')') {
      throw new Refusal(fault('After "of" a pattern or "them" is expected.'));
    }
    this.#at += 3;
    const names = namesLike(pattern, this.#names);
    if (names.length === 0) {
      const message = `No selection fits "${excerpt(pattern)}".`;
      throw new Refusal(fault(message, unknownHint(pattern, this.#names), 'SIGMA_CONDITION_NAME_UNKNOWN'));
    }
    const conditions = names.map((name) => this.#name(name));
    return together(quantifier.toLowerCase() === 'all' ? 'and' : 'or', conditions);
  }

  #name(name: string): Condition {
    if (++this.#named > NAMES_MAX)
      throw new Refusal(fault(`The condition stands for more than ${NAMES_MAX} selections.`));
    return { kind: 'selection', name };
  }

  #unexpected(token: string): Refusal {
    const aggregation = this.#aggregation();
    if (aggregation !== undefined) return new Refusal(aggregation);
    if (WORDS.has(token.toLowerCase())) {
      return new Refusal(fault(`"${token}" stands where a selection or the end is expected.`));
    }
    if (this.#names.has(token))
      return new Refusal(fault(`Between "${excerpt(token)}" and what stands before it "and" or "or" is missing.`));
    return new Refusal(
      fault(
        `There is no selection "${excerpt(token)}".`,
        unknownHint(token, this.#names),
        'SIGMA_CONDITION_NAME_UNKNOWN',
      ),
    );
  }

  /** What is behind a pipe, or `near`: the part of Sigma 1 that correlations took the place of. */
  #aggregation(): ConditionFault | undefined {
    const rest = this.#tokens.slice(Math.max(0, this.#at)).join(' ');
    const match = /^\S*\|\s*(\w*)|^(near)\b/.exec(rest);
    if (match === null) return undefined;
    const successor = SUCCESSORS.get((match[1] || match[2] || '').toLowerCase());
    return fault(
      'The condition counts or compares over time, which conditions of Sigma 2 do not.',
      successor === undefined
        ? 'Write a correlation; see docs/reference/sigma.md.'
        : `Write a correlation of the type ${successor}; see docs/reference/sigma.md.`,
      'SIGMA_CONDITION_AGGREGATION',
    );
  }
}

function together(kind: 'and' | 'or', conditions: readonly Condition[]): Condition {
  const [only] = conditions;
  return conditions.length === 1 && only !== undefined ? only : { kind, conditions };
}

/** Names beginning with `_` are meant by patterns that begin so, and by no other; `them` leaves them out. */
function namesLike(pattern: string, names: ReadonlySet<string>): readonly string[] {
  const isAll = pattern.toLowerCase() === 'them';
  const pieces = (isAll ? '*' : pattern).split('*');
  const isHidden = pattern.startsWith('_');
  return [...names].filter((name) => (isHidden || !name.startsWith('_')) && fitsPieces(name, pieces));
}

/** Whether the name is the pieces with anything between them. The first and the last are fixed, the others are taken as early as they come. */
function fitsPieces(name: string, pieces: readonly string[]): boolean {
  const first = pieces[0] ?? '';
  if (pieces.length === 1) return name === first;
  const last = pieces.at(-1) ?? '';
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = name.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at + last.length <= name.length;
}

function unknownHint(word: string, names: ReadonlySet<string>): string {
  const known = [...names].slice(0, 20).map((name) => excerpt(name));
  return didYouMean(word.replaceAll('*', ''), names) ?? `There are: ${known.join(', ')}.`;
}
