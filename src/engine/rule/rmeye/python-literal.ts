/**
 * Reads the literal that a Python file assigns to a name: lists, tuples, dictionaries, strings (joined where they touch or are added),
 * numbers, True, False, None. Anything else in it is a fault with its line. Never executes anything; recursion is bounded.
 */

import { fail, ok, type Result } from '../../base/result.js';
import { type PythonFault, type Token, tokenize } from './python-token.js';

export type PythonValue = {
  /** Where the value starts; 1-based. */
  readonly line: number;
} & (
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'none' }
  | { readonly kind: 'list'; readonly items: readonly PythonValue[] }
  | { readonly kind: 'map'; readonly entries: ReadonlyMap<string, PythonValue> }
);

const DEPTH_MAX = 50;

/**
 * @param name  of the variable: `rule` in `rule = […]`
 * @returns the last value assigned to it at the file's top level; `undefined` where the file assigns nothing to it
 */
export function readAssignment(source: string, name: string): Result<PythonValue | undefined, PythonFault> {
  const { tokens, fault } = tokenize(source);
  if (fault !== undefined) return fail(fault);
  let value: PythonValue | undefined;
  for (let at = 0; at < tokens.length; at++) {
    if (isAssignmentTo(tokens, at, name)) {
      const parser = new Parser(tokens, at + 2);
      const parsed = parser.value(0);
      if (parsed === undefined) return fail(parser.fault ?? { line: tokens[at]!.line, message: 'No value' });
      if (!parser.isAtEnd())
        return fail({ line: parser.line, message: 'Something follows the value; only plain values are read' });
      value = parsed;
    }
    while (at < tokens.length && tokens[at]!.kind !== 'end') at++;
  }
  return ok(value);
}

function isAssignmentTo(tokens: readonly Token[], at: number, name: string): boolean {
  const [target, mark, next] = tokens.slice(at, at + 3);
  return target?.kind === 'name' && target.value === name && isMark(mark, '=') && !isMark(next, '=');
}

class Parser {
  fault: PythonFault | undefined;
  readonly #tokens: readonly Token[];
  #at: number;

  constructor(tokens: readonly Token[], at: number) {
    this.#tokens = tokens;
    this.#at = at;
  }

  get line(): number {
    return (this.#tokens[this.#at] ?? this.#tokens.at(-1))?.line ?? 1;
  }

  isAtEnd(): boolean {
    const token = this.#tokens[this.#at];
    return token === undefined || token.kind === 'end';
  }

  value(depth: number): PythonValue | undefined {
    const token = this.#tokens[this.#at];
    if (token === undefined || token.kind === 'end') return this.#fail('The value ends too early');
    if (depth > DEPTH_MAX) return this.#fail('The value is nested too deep');
    const { line } = token;
    switch (token.kind) {
      case 'text':
        return { kind: 'text', value: this.#text(), line };
      case 'number':
        this.#at++;
        return { kind: 'number', value: token.value, line };
      case 'name':
        return this.#constant(token.value, line);
      case 'mark':
        return this.#bracketed(token.value, line, depth);
    }
  }

  #constant(name: string, line: number): PythonValue | undefined {
    if (name === 'True' || name === 'False') {
      this.#at++;
      return { kind: 'boolean', value: name === 'True', line };
    }
    if (name === 'None') {
      this.#at++;
      return { kind: 'none', line };
    }
    return this.#fail(`"${name.slice(0, 40)}" is not a plain value`);
  }

  #bracketed(mark: string, line: number, depth: number): PythonValue | undefined {
    if (mark === '-') {
      this.#at++;
      const number = this.value(depth + 1);
      if (number?.kind === 'number') return { ...number, value: -number.value, line };
      return number === undefined ? undefined : this.#fail('"-" stands before something that is not a number');
    }
    if (mark === '[') return this.#list(']', line, depth);
    if (mark === '{') return this.#map(line, depth);
    if (mark !== '(') return this.#fail(`"${mark}" is not the start of a plain value`);
    const list = this.#list(')', line, depth);
    // Parentheses around one value without a comma are only parentheses, not a tuple.
    return list?.kind === 'list' && list.items.length === 1 && !list.hasComma ? this.#joined(list.items[0]!) : list;
  }

  #list(
    close: string,
    line: number,
    depth: number,
  ): { kind: 'list'; items: PythonValue[]; line: number; hasComma: boolean } | undefined {
    this.#at++;
    const items: PythonValue[] = [];
    let hasComma = false;
    while (!this.#take(close)) {
      const item = this.value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
      if (this.#take(',')) hasComma = true;
      else if (!isMark(this.#tokens[this.#at], close)) return this.#fail(`"," or "${close}" is missing`);
    }
    return { kind: 'list', items, line, hasComma };
  }

  #map(line: number, depth: number): PythonValue | undefined {
    this.#at++;
    const entries = new Map<string, PythonValue>();
    while (!this.#take('}')) {
      const key = this.value(depth + 1);
      if (key === undefined) return undefined;
      if (key.kind !== 'text') return this.#fail('A key is not a text');
      if (!this.#take(':')) return this.#fail('":" is missing after a key');
      const value = this.value(depth + 1);
      if (value === undefined) return undefined;
      entries.set(key.value, value);
      if (!this.#take(',') && !isMark(this.#tokens[this.#at], '}')) return this.#fail('"," or "}" is missing');
    }
    return { kind: 'map', entries, line };
  }

  /** Strings that touch are one string; so are strings added with `+`. */
  #text(): string {
    let text = '';
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token?.kind === 'text') {
        text += token.value;
        this.#at++;
      } else if (isMark(token, '+') && this.#tokens[this.#at + 1]?.kind === 'text') {
        this.#at++;
      } else {
        return text;
      }
    }
  }

  #joined(value: PythonValue): PythonValue {
    return value.kind === 'text' ? { ...value, value: value.value + this.#text() } : value;
  }

  #take(mark: string): boolean {
    if (!isMark(this.#tokens[this.#at], mark)) return false;
    this.#at++;
    return true;
  }

  #fail(message: string): undefined {
    this.fault ??= { line: this.line, message };
    return undefined;
  }
}

function isMark(token: Token | undefined, value: string): boolean {
  return token?.kind === 'mark' && token.value === value;
}
