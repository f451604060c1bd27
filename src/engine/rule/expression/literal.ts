/** Texts as a rule writes them: Python's string literals and their escapes. */

import { characterNamed } from './character-name.js';
import { syntaxFailure } from './failure.js';
import type { Text } from './text.js';
import { codesOf, fromCodes } from './text.js';

const SIMPLE_ESCAPES: ReadonlyMap<string, number> = new Map([
  ['\\', 0x5c],
  ["'", 0x27],
  ['"', 0x22],
  ['a', 7],
  ['b', 8],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['v', 11],
]);

const HEX_LENGTHS: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);

/** No UTF-8 can hold one, but JSON can. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * The text that a literal stands for. An unknown escape keeps its backslash, which is why `"\."` works in a pattern.
 *
 * @param body  what stands between the quotes
 * @param offset  of the body in the rule, for messages
 * @throws Failure of kind `syntax` for a broken `\x`, `\u`, `\U` or `\N`
 */
export function decodeLiteral(body: string, offset: number): Text {
  if (body.includes('\0')) throw syntaxFailure('a text cannot hold a NUL character; write \\0', offset);
  if (LONE_SURROGATE.test(body)) throw syntaxFailure('a text cannot hold half of a character; write \\ud83d', offset);
  if (!body.includes('\\')) {
    if (body.includes('\r')) throw lineBreak(offset);
    return body;
  }
  const codes: number[] = [];
  let place = 0;
  while (place < body.length) {
    const backslash = body.indexOf('\\', place);
    const plain = body.slice(place, backslash < 0 ? body.length : backslash);
    if (plain.includes('\r')) throw lineBreak(offset + place);
    for (const code of codesOf(plain)) codes.push(code);
    if (backslash < 0) break;
    place = decodeEscape(body, backslash, offset, codes);
  }
  return fromCodes(codes);
}

function lineBreak(offset: number): ReturnType<typeof syntaxFailure> {
  return syntaxFailure('a text cannot hold a carriage return; write \\r', offset);
}

/** Appends what the escape at `start` stands for and returns the offset after it. */
function decodeEscape(body: string, start: number, offset: number, codes: number[]): number {
  const letter = body[start + 1] ?? '';
  const simple = SIMPLE_ESCAPES.get(letter);
  if (simple !== undefined) {
    codes.push(simple);
    return start + 2;
  }
  // A carriage return is a line break to Python, and a backslash joins the lines.
  if (letter === '\r') return start + 2;
  if (letter >= '0' && letter <= '7') {
    const digits = /^[0-7]{1,3}/.exec(body.slice(start + 1, start + 4))?.[0] ?? letter;
    codes.push(Number.parseInt(digits, 8));
    return start + 1 + digits.length;
  }
  const length = HEX_LENGTHS.get(letter);
  if (length !== undefined) {
    const digits = body.slice(start + 2, start + 2 + length);
    const code = Number.parseInt(digits, 16);
    if (digits.length < length || !/^[0-9a-fA-F]+$/.test(digits) || code > 0x10ffff) {
      const hint = letter === 'x' ? '' : `; a folder such as "c:\\users" is written "c:\\\\users"`;
      throw syntaxFailure(`\\${letter} wants ${length} hexadecimal digits of a character${hint}`, offset + start);
    }
    codes.push(code);
    return start + 2 + length;
  }
  if (letter === 'N') {
    const name = /^\{([^}]+)\}/.exec(body.slice(start + 2))?.[1];
    const code = name === undefined ? undefined : characterNamed(name);
    if (name === undefined || code === undefined) {
      throw syntaxFailure('\\N wants the name of a Unicode character in braces', offset + start);
    }
    codes.push(code);
    return start + name.length + 4;
  }
  codes.push(0x5c);
  return start + 1;
}
