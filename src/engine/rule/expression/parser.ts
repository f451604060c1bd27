/**
 * Parses a rule by operator precedence. From weakest to strongest: `or`, `and`, `not`, `|`, `^`, `&`, `? :`, comparisons and `in` (which do
 * not chain), `+ -`, `<< >>`, `* / // %`, `**`, unary `-`, members. All but `? :` and the prefixes bind to the left.
 */

import { syntaxFailure } from './failure.js';
import type { Token } from './lexer.js';
import { tokenize } from './lexer.js';
import type { BinaryOperator, Syntax } from './syntax.js';

const NOT_LEVEL = 3;
const CHOICE_LEVEL = 7;
const COMPARISON_LEVEL = 8;
const MINUS_LEVEL = 13;

const LEVELS: ReadonlyMap<string, number> = new Map([
  ['or', 1],
  ['and', 2],
  ['|', 4],
  ['^', 5],
  ['&', 6],
  ['?', CHOICE_LEVEL],
  ...['==', '!=', '<', '<=', '>', '>=', '=~', '=~~', '!~', '!~~', 'in'].map(
    (text) => [text, COMPARISON_LEVEL] as const,
  ),
  ['+', 9],
  ['-', 9],
  ['<<', 10],
  ['>>', 10],
  ['*', 11],
  ['/', 11],
  ['//', 11],
  ['%', 11],
  ['**', 12],
]);

/** Names that are meant for operators, in lower case: `AND` is a name like any other here. */
const FOREIGN_WORDS: ReadonlyMap<string, string> = new Map([
  ['and', '"and"'],
  ['or', '"or"'],
  ['not', '"not"'],
  ['in', '"in"'],
  ['contains', '"text" in field'],
]);
const DOUBLED_SYMBOLS: ReadonlyMap<string, string> = new Map([
  ['&', '"and"'],
  ['|', '"or"'],
]);

/** Longer rules, and rules nested deeper, are refused as a syntax error; a chain of `and` or `or` is one level however long. */
export const MAX_RULE_LENGTH = 262_144;
export const MAX_DEPTH = 500;

/** @throws Failure of kind `syntax` */
export function parse(text: string): Syntax {
  if (text.length > MAX_RULE_LENGTH)
    throw syntaxFailure(`a rule may have ${MAX_RULE_LENGTH} characters at most`, MAX_RULE_LENGTH);
  return new Parser(tokenize(text)).parse();
}

class Parser {
  readonly #tokens: readonly Token[];
  #place = 0;
  #depth = 0;
  /** Levels of the tree below each node that has any. */
  readonly #heights = new WeakMap<Syntax, number>();

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Syntax {
    const tree = this.#expression(0);
    if (this.#token.kind !== 'end') throw this.#unexpected();
    return tree;
  }

  get #token(): Token {
    return this.#tokens[this.#place] ?? { kind: 'end', at: 0 };
  }

  /** The token's text where it is a reserved word or a symbol. */
  get #mark(): string | undefined {
    const token = this.#token;
    return token.kind === 'word' || token.kind === 'symbol' ? token.text : undefined;
  }

  #accept(mark: string): boolean {
    if (this.#mark !== mark) return false;
    this.#place++;
    return true;
  }

  #expect(mark: string): void {
    if (!this.#accept(mark)) throw this.#unexpected(`expected "${mark}"`);
  }

  #unexpected(hint?: string): ReturnType<typeof syntaxFailure> {
    const token = this.#token;
    const what = token.kind === 'end' ? 'the expression ends too early' : `unexpected ${describe(token)}`;
    const word = this.#foreignWord();
    if (word !== undefined) return syntaxFailure(`${what}; write ${word}`, token.at);
    return syntaxFailure(hint === undefined ? what : `${what}, ${hint}`, token.at);
  }

  /** What stands for a word of other languages at this place or right before it. */
  #foreignWord(): string | undefined {
    const token = this.#token;
    const before = this.#tokens[this.#place - 1];
    if (token.kind === 'symbol') {
      const isDouble = before?.kind === 'symbol' && before.text === token.text && before.at + 1 === token.at;
      return isDouble ? DOUBLED_SYMBOLS.get(token.text) : undefined;
    }
    for (const each of [token, before]) {
      const word = each?.kind === 'name' ? FOREIGN_WORDS.get(each.text.toLowerCase()) : undefined;
      if (word !== undefined) return word;
    }
    return undefined;
  }

  /** Bounds the height of the tree, and with it the recursion of everything that walks it. */
  #node(tree: Syntax, ...children: readonly (Syntax | undefined)[]): Syntax {
    let height = 0;
    for (const child of children) if (child !== undefined) height = Math.max(height, this.#heights.get(child) ?? 0);
    if (height >= MAX_DEPTH) throw syntaxFailure(`a rule may be nested ${MAX_DEPTH} levels deep at most`, tree.at);
    this.#heights.set(tree, height + 1);
    return tree;
  }

  /** @param weakest  level of the weakest operator that still belongs to this expression */
  #expression(weakest: number): Syntax {
    if (++this.#depth > MAX_DEPTH)
      throw syntaxFailure(`a rule may be nested ${MAX_DEPTH} levels deep at most`, this.#token.at);
    let left = this.#prefix();
    for (;;) {
      const mark = this.#mark;
      if (mark === undefined) break;
      if (mark === 'not') {
        if (weakest > NOT_LEVEL) break;
        left = this.#notIn(left);
        continue;
      }
      const level = LEVELS.get(mark);
      if (level === undefined || level < weakest) break;
      left = this.#operation(left, mark, level);
    }
    this.#depth--;
    return left;
  }

  #operation(left: Syntax, mark: string, level: number): Syntax {
    const { at } = this.#token;
    if (mark === 'and' || mark === 'or') return this.#chain(left, mark, level);
    this.#place++;
    if (mark === '?') {
      const whenTrue = this.#expression(0);
      this.#expect(':');
      const whenFalse = this.#expression(CHOICE_LEVEL);
      return this.#node({ form: 'choice', condition: left, whenTrue, whenFalse, at }, left, whenTrue, whenFalse);
    }
    const right = this.#expression(level + 1);
    if (level === COMPARISON_LEVEL) this.#refuseChain();
    if (mark === 'in') return this.#node({ form: 'in', member: left, container: right, at }, left, right);
    return this.#node({ form: 'binary', operator: mark as BinaryOperator, left, right, at }, left, right);
  }

  #chain(first: Syntax, form: 'and' | 'or', level: number): Syntax {
    const { at } = this.#token;
    const operands = [first];
    while (this.#accept(form)) operands.push(this.#expression(level + 1));
    return this.#node({ form, operands, at }, ...operands);
  }

  /** `not` after a complete expression can only begin `not in`. */
  #notIn(member: Syntax): Syntax {
    const { at } = this.#token;
    this.#place++;
    this.#expect('in');
    const container = this.#expression(COMPARISON_LEVEL + 1);
    this.#refuseChain();
    const test = this.#node({ form: 'in', member, container, at }, member, container);
    return this.#node({ form: 'not', operand: test, at }, test);
  }

  #refuseChain(): void {
    const mark = this.#mark;
    if (mark !== undefined && LEVELS.get(mark) === COMPARISON_LEVEL) throw this.#unexpected('comparisons do not chain');
  }

  #prefix(): Syntax {
    const { at } = this.#token;
    if (this.#accept('not')) {
      const operand = this.#expression(NOT_LEVEL);
      return this.#node({ form: 'not', operand, at }, operand);
    }
    if (this.#accept('-')) {
      const operand = this.#expression(MINUS_LEVEL);
      return this.#node({ form: 'minus', operand, at }, operand);
    }
    return this.#constant() ?? this.#members(this.#object());
  }

  /** Numbers and booleans, which have no members. */
  #constant(): Syntax | undefined {
    const token = this.#token;
    const { at } = token;
    if (token.kind === 'number') {
      this.#place++;
      return { form: 'number', value: token.value, at };
    }
    if (this.#accept('true')) return { form: 'boolean', value: true, at };
    if (this.#accept('false')) return { form: 'boolean', value: false, at };
    if (this.#accept('inf')) return { form: 'number', value: Number.POSITIVE_INFINITY, at };
    if (this.#accept('nan')) return { form: 'number', value: Number.NaN, at };
    return undefined;
  }

  #object(): Syntax {
    const token = this.#token;
    const { at } = token;
    switch (token.kind) {
      case 'name':
        this.#place++;
        return token.text.startsWith('$')
          ? { form: 'name', name: token.text.slice(1), builtin: true, at }
          : { form: 'name', name: token.text, builtin: false, at };
      case 'string':
        this.#place++;
        return { form: 'string', value: token.value, at };
      case 'datetime':
        this.#place++;
        return { form: 'datetime', text: token.value, at };
      case 'timedelta':
        this.#place++;
        return { form: 'timedelta', text: token.text, at };
      default:
        break;
    }
    if (this.#accept('null')) return { form: 'null', at };
    if (this.#accept('(')) {
      const inner = this.#expression(0);
      this.#expect(')');
      return inner;
    }
    // `&[` where an array may stand is read as its bracket: the lexer cannot know better.
    if (this.#accept('[') || this.#accept('&[')) return this.#array(at);
    if (this.#accept('{')) return this.#braces(at);
    throw this.#unexpected();
  }

  #array(at: number): Syntax {
    if (this.#accept(']')) return { form: 'array', members: [], at };
    const first = this.#expression(0);
    if (this.#accept('for')) return this.#comprehension(first, at);
    const members = this.#moreMembers(first, ']');
    return this.#node({ form: 'array', members, at }, ...members);
  }

  #comprehension(result: Syntax, at: number): Syntax {
    const token = this.#token;
    if (token.kind !== 'name') throw this.#unexpected('expected the name of the loop');
    this.#place++;
    this.#expect('in');
    const iterable = this.#expression(0);
    const condition = this.#accept('if') ? this.#expression(0) : undefined;
    this.#expect(']');
    const tree: Syntax = { form: 'comprehension', result, variable: token.text, iterable, condition, at };
    return this.#node(tree, result, iterable, condition);
  }

  #moreMembers(first: Syntax, close: string): Syntax[] {
    const members = [first];
    while (!this.#accept(close)) {
      this.#expect(',');
      if (this.#accept(close)) break;
      members.push(this.#expression(0));
    }
    return members;
  }

  #braces(at: number): Syntax {
    if (this.#accept('}')) return { form: 'mapping', entries: [], at };
    const first = this.#expression(0);
    if (!this.#accept(':')) {
      const members = this.#moreMembers(first, '}');
      return this.#node({ form: 'set', members, at }, ...members);
    }
    const entries: [Syntax, Syntax][] = [[first, this.#expression(0)]];
    while (!this.#accept('}')) {
      this.#expect(',');
      if (this.#accept('}')) break;
      const key = this.#expression(0);
      this.#expect(':');
      entries.push([key, this.#expression(0)]);
    }
    return this.#node({ form: 'mapping', entries, at }, ...entries.flat());
  }

  #members(object: Syntax): Syntax {
    let left = object;
    for (;;) {
      const { at } = this.#token;
      const mark = this.#mark;
      if (mark === '.' || mark === '&.') {
        this.#place++;
        const token = this.#token;
        if (token.kind !== 'name') throw this.#unexpected('expected the name of a member');
        this.#place++;
        left = this.#node({ form: 'attribute', object: left, name: token.text, safe: mark === '&.', at }, left);
      } else if (mark === '[' || mark === '&[') {
        this.#place++;
        left = this.#itemOrSlice(left, mark === '&[', at);
      } else {
        return left;
      }
    }
  }

  #itemOrSlice(container: Syntax, safe: boolean, at: number): Syntax {
    const start = this.#mark === ':' ? undefined : this.#expression(0);
    if (start !== undefined && this.#accept(']')) {
      return this.#node({ form: 'item', container, item: start, safe, at }, container, start);
    }
    this.#expect(':');
    const stop = this.#mark === ']' ? undefined : this.#expression(0);
    this.#expect(']');
    return this.#node({ form: 'slice', container, start, stop, safe, at }, container, start, stop);
  }
}

function describe(token: Token): string {
  switch (token.kind) {
    case 'end':
      return 'end';
    case 'symbol':
    case 'word':
    case 'name':
      return `"${token.text}"`;
    case 'timedelta':
      return 'timedelta';
    case 'string':
      return 'text';
    default:
      return token.kind;
  }
}
