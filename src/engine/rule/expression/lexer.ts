/**
 * Cuts a rule into tokens. White space is space, tab and line feed; there are no comments. Where two readings are possible the original's
 * lexer decides by a fixed order of regular expressions; the comments below name the places where that shows.
 */

import { DURATION } from './date-text.js';
import { failure, syntaxFailure } from './failure.js';
import { decodeLiteral } from './literal.js';
import type { Text } from './text.js';

/** Punctuation and operators stand for themselves; `word` is a reserved word, `name` any other, with its `$` if it has one. */
export type Token = { readonly at: number } & (
  | { readonly kind: 'end' }
  | { readonly kind: 'symbol'; readonly text: string }
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'name'; readonly text: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string' | 'datetime'; readonly value: Text }
  | { readonly kind: 'timedelta'; readonly text: string }
);

const RESERVED: ReadonlySet<string> = new Set([
  'and',
  'or',
  'not',
  'in',
  'for',
  'if',
  'true',
  'false',
  'null',
  'inf',
  'nan',
]);
const REFUSED: ReadonlySet<string> = new Set(['elif', 'else', 'while']);

const NAME = /\$?[a-zA-Z_][a-zA-Z0-9_]*/y;
const NUMBER =
  /0(?:b[01]+|o[0-7]+|x[0-9a-fA-F]+)|[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?/y;
/** Longest first: `=~~` before `=~`, `<<` before `<`. */
const SYMBOL = /\*\*|\/\/|<<|<=|>>|>=|=~~|=~|!~~|!~|==|!=|[-&|^()?:+%,[\]{}*/<>]/y;

/** Symbols of other languages, which mean nothing alone. */
const MEANT: ReadonlyMap<string, string> = new Map([
  ['=', '=='],
  ['!', 'not'],
]);

/** Python refuses to read longer whole numbers in decimal. */
const MAX_DECIMAL_DIGITS = 4300;

/** @throws Failure of kind `syntax`, and of kind `type` for whole numbers that no float can hold */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let place = 0;
  while (place < text.length) {
    const letter = text[place] ?? '';
    if (letter === ' ' || letter === '\t' || letter === '\n') {
      place++;
      continue;
    }
    const [token, end] = readToken(text, place, letter);
    tokens.push(token);
    place = end;
  }
  tokens.push({ kind: 'end', at: text.length });
  return tokens;
}

function readToken(text: string, at: number, letter: string): readonly [Token, number] {
  const next = text[at + 1] ?? '';
  if (letter === '"' || letter === "'") return readString(text, at, at, 'string');
  if (next === '"' || next === "'") {
    if (letter === 's') return readString(text, at, at + 1, 'string');
    if (letter === 'd') return readString(text, at, at + 1, 'datetime');
    if (letter === 't') return readDuration(text, at, next);
  }
  const name = matchAt(NAME, text, at);
  if (name !== undefined) {
    if (REFUSED.has(name)) throw syntaxFailure(`"${name}" is reserved for later use`, at);
    return [{ kind: RESERVED.has(name) ? 'word' : 'name', text: name, at }, at + name.length];
  }
  const number = matchAt(NUMBER, text, at);
  if (number !== undefined) return [{ kind: 'number', value: numberOf(number, at), at }, at + number.length];
  const member = memberSymbol(text, at);
  if (member !== undefined) return [{ kind: 'symbol', text: member, at }, at + member.length];
  const symbol = matchAt(SYMBOL, text, at);
  if (symbol !== undefined) return [{ kind: 'symbol', text: symbol, at }, at + symbol.length];
  const meant = MEANT.get(letter);
  if (meant !== undefined) throw syntaxFailure(`unexpected character "${letter}"; write "${meant}"`, at);
  throw syntaxFailure(`unexpected character ${JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0))}`, at);
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** `.` and `&.` touch what stands before them and the name behind; `&[` touches what stands before it. */
function memberSymbol(text: string, at: number): string | undefined {
  const before = text[at - 1];
  const touches = before !== undefined && /\S/.test(before);
  if (!touches) return undefined;
  const symbol = text.startsWith('&[', at)
    ? '&['
    : text.startsWith('&.', at)
      ? '&.'
      : text[at] === '.'
        ? '.'
        : undefined;
  if (symbol === undefined || symbol === '&[') return symbol;
  return /[a-zA-Z_]/.test(text[at + symbol.length] ?? '') ? symbol : undefined;
}

function readString(text: string, at: number, quoteAt: number, kind: 'string' | 'datetime'): readonly [Token, number] {
  const quote = text[quoteAt] ?? '"';
  let place = quoteAt + 1;
  while (text[place] !== quote) {
    if (text[place] === '\\') place++;
    const letter = text[place];
    if (letter === undefined || letter === '\n') throw syntaxFailure('a text has no closing quote on its line', at);
    place++;
  }
  return [{ kind, value: decodeLiteral(text.slice(quoteAt + 1, place), quoteAt + 1), at }, place + 1];
}

function readDuration(text: string, at: number, quote: string): readonly [Token, number] {
  const end = text.indexOf(quote, at + 2);
  const body = text.slice(at + 2, Math.max(end, at + 2));
  if (end < 0 || !DURATION.test(body)) {
    throw syntaxFailure('this is not an ISO 8601 timedelta of weeks, days, hours, minutes and seconds', at);
  }
  return [{ kind: 'timedelta', text: body, at }, end + 1];
}

/** Every number passes through a 64-bit float. */
function numberOf(text: string, at: number): number {
  if (/^0[box]/.test(text)) return finiteWhole(Number(BigInt(text)), at);
  if (!/^\d+$/.test(text)) return Number(text);
  if (/^0+[1-9]/.test(text)) throw syntaxFailure('a whole number has no leading zeros (octal is 0o17)', at);
  if (text.length > MAX_DECIMAL_DIGITS) throw syntaxFailure('a whole number has too many digits', at);
  return finiteWhole(Number(text), at);
}

function finiteWhole(value: number, at: number): number {
  if (!Number.isFinite(value)) throw failure('type', 'a whole number is too large', at);
  return value;
}
