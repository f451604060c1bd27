/**
 * Splits Python source into what the literals of rule files are made of. Total: any text gives tokens and, for what is not understood, a
 * reason with its line; never a throw, and nothing is ever executed.
 */

export type Token =
  | { readonly kind: 'text'; readonly value: string; readonly line: number }
  | { readonly kind: 'number'; readonly value: number; readonly line: number }
  | { readonly kind: 'name'; readonly value: string; readonly line: number }
  | { readonly kind: 'mark'; readonly value: string; readonly line: number }
  /** The end of a statement: a line end outside of brackets. */
  | { readonly kind: 'end'; readonly value: ''; readonly line: number };

export interface PythonFault {
  readonly line: number;
  readonly message: string;
}

const NUMBER = /(?:0[xX][0-9a-fA-F](?:_?[0-9a-fA-F])*|0[oO][0-7]+|0[bB][01]+|\d(?:_?\d)*(?:\.\d*)?(?:[eE][+-]?\d+)?)/y;
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const STRING_START = /([rRbBuUfF]{0,2})("""|'''|"|')/y;

/** @returns what could be read up to the first fault, and that fault */
export function tokenize(source: string): {
  readonly tokens: readonly Token[];
  readonly fault: PythonFault | undefined;
} {
  const reader = new Reader(source);
  while (reader.fault === undefined && reader.step());
  return { tokens: reader.tokens, fault: reader.fault };
}

class Reader {
  readonly tokens: Token[] = [];
  fault: PythonFault | undefined;
  readonly #source: string;
  #at = 0;
  #line = 1;
  #brackets = 0;

  constructor(source: string) {
    this.#source = source.startsWith('\ufeff') ? source.slice(1) : source;
  }

  /** Reads one token; false at the end. */
  step(): boolean {
    const source = this.#source;
    const unit = source[this.#at];
    if (unit === undefined) {
      this.#endStatement();
      return false;
    }
    if (unit === '\n') {
      if (this.#brackets === 0) this.#endStatement();
      this.#line++;
      this.#at++;
    } else if (unit === ' ' || unit === '\t' || unit === '\r' || unit === '\f') {
      this.#at++;
    } else if (unit === '#') {
      const end = source.indexOf('\n', this.#at);
      this.#at = end < 0 ? source.length : end;
    } else if (unit === '\\' && /^\r?\n/.test(source.slice(this.#at + 1, this.#at + 3))) {
      this.#at = source.indexOf('\n', this.#at) + 1;
      this.#line++;
    } else if (!this.#readString() && !this.#readWord()) {
      this.#readMark(unit);
    }
    return true;
  }

  #endStatement(): void {
    if (this.tokens.length > 0 && this.tokens.at(-1)!.kind !== 'end')
      this.tokens.push({ kind: 'end', value: '', line: this.#line });
  }

  #readMark(unit: string): void {
    if ('([{'.includes(unit)) this.#brackets++;
    if (')]}'.includes(unit)) this.#brackets = Math.max(0, this.#brackets - 1);
    if (unit === ';' && this.#brackets === 0) this.#endStatement();
    else this.tokens.push({ kind: 'mark', value: unit, line: this.#line });
    this.#at++;
  }

  #readWord(): boolean {
    const number = this.#match(NUMBER);
    if (number !== undefined) {
      this.tokens.push({ kind: 'number', value: Number(number[0].replaceAll('_', '')), line: this.#line });
      return true;
    }
    const name = this.#match(NAME);
    if (name === undefined) return false;
    this.tokens.push({ kind: 'name', value: name[0], line: this.#line });
    return true;
  }

  #readString(): boolean {
    const start = this.#match(STRING_START);
    if (start === undefined) return false;
    const line = this.#line;
    const prefix = start[1]!.toLowerCase();
    const quote = start[2]!;
    if (prefix.includes('f') || prefix.includes('b')) {
      this.fault = { line, message: `A string that starts with ${prefix}${quote} is not a plain text` };
      return true;
    }
    const isRaw = prefix.includes('r');
    let value = '';
    for (;;) {
      const unit = this.#source[this.#at];
      if (unit === undefined || (unit === '\n' && quote.length === 1)) {
        this.fault = { line, message: 'A string has no end' };
        return true;
      }
      if (this.#source.startsWith(quote, this.#at)) break;
      if (unit === '\n') this.#line++;
      if (unit !== '\\') {
        value += unit;
        this.#at++;
        continue;
      }
      const escape = readEscape(this.#source, this.#at, isRaw);
      if (typeof escape.text !== 'string') {
        this.fault = {
          line: this.#line,
          message: `The escape ${this.#source.slice(this.#at, escape.end)} is not complete`,
        };
        return true;
      }
      if (this.#source.slice(this.#at, escape.end).includes('\n')) this.#line++;
      value += escape.text;
      this.#at = escape.end;
    }
    this.#at += quote.length;
    this.tokens.push({ kind: 'text', value: value.replaceAll('\r\n', '\n'), line });
    return true;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#source);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    return match;
  }
}

const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\n', ''],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['a', '\u0007'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);

const CODE_ESCAPE = /x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})/y;

/** Source: Python 3.11 reference, "String and Bytes literals"; an unknown escape keeps its backslash. */
function readEscape(
  source: string,
  at: number,
  isRaw: boolean,
): { readonly text: string | undefined; readonly end: number } {
  const next = source[at + 1] ?? '';
  if (isRaw) return { text: `\\${next}`, end: at + 2 };
  if (next === '\r' && source[at + 2] === '\n') return { text: '', end: at + 3 };
  const simple = SIMPLE_ESCAPES.get(next);
  if (simple !== undefined) return { text: simple, end: at + 2 };
  CODE_ESCAPE.lastIndex = at + 1;
  const code = CODE_ESCAPE.exec(source);
  if (code !== null) {
    const point = code[4] === undefined ? Number.parseInt(code[0].slice(1), 16) : Number.parseInt(code[4], 8);
    return { text: point > 0x10_ffff ? undefined : String.fromCodePoint(point), end: CODE_ESCAPE.lastIndex };
  }
  // `\N{…}` would need the table of Unicode's names; no rule of the original uses it.
  if (next === 'x' || next === 'u' || next === 'U' || next === 'N') return { text: undefined, end: at + 2 };
  return { text: `\\${next}`, end: at + 2 };
}
