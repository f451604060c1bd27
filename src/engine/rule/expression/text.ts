/**
 * Texts of the rule language count code points. A JavaScript string serves nearly always; only where a high and a low surrogate stand
 * side by side without being one character (`"\ud83d\ude00"` written as two escapes) does it not: such a text is a `SplitText`.
 */

export class SplitText {
  constructor(readonly codes: readonly number[]) {}
}

export type Text = string | SplitText;

const SURROGATE = /[\ud800-\udfff]/;

function isHigh(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

export function isText(value: unknown): value is Text {
  return typeof value === 'string' || value instanceof SplitText;
}

/** Whether its UTF-16 units are its characters. */
export function isPlain(text: Text): text is string {
  return typeof text === 'string' && !SURROGATE.test(text);
}

export function codesOf(text: Text): readonly number[] {
  if (typeof text !== 'string') return text.codes;
  const codes: number[] = [];
  for (let index = 0; index < text.length; index++) {
    const code = text.codePointAt(index) ?? 0;
    if (code > 0xffff) index++;
    codes.push(code);
  }
  return codes;
}

export function fromCodes(codes: readonly number[]): Text {
  for (let index = 1; index < codes.length; index++) {
    if (isLow(codes[index] ?? 0) && isHigh(codes[index - 1] ?? 0)) return new SplitText([...codes]);
  }
  let text = '';
  for (let start = 0; start < codes.length; start += 4096)
    text += String.fromCodePoint(...codes.slice(start, start + 4096));
  return text;
}

/** The text as a string, in which surrogates that stand side by side have become one character. */
export function joined(text: Text): string {
  return typeof text === 'string' ? text : text.codes.map((code) => String.fromCodePoint(code)).join('');
}

export function lengthOf(text: Text): number {
  if (typeof text !== 'string') return text.codes.length;
  if (!SURROGATE.test(text)) return text.length;
  return codesOf(text).length;
}

/** Part of a text; bounds in code points, already cut to its length. */
export function sliceText(text: Text, start: number, end: number): Text {
  return isPlain(text) ? text.slice(start, end) : fromCodes(codesOf(text).slice(start, end));
}

export function concatenate(left: Text, right: Text): Text {
  if (typeof left === 'string' && typeof right === 'string') {
    const meets = right !== '' && left !== '' && isLow(right.charCodeAt(0)) && isHigh(left.charCodeAt(left.length - 1));
    if (!meets) return left + right;
  }
  return fromCodes([...codesOf(left), ...codesOf(right)]);
}

export function equalTexts(left: Text, right: Text): boolean {
  if (typeof left === 'string' || typeof right === 'string') return left === right;
  return left.codes.length === right.codes.length && left.codes.every((code, index) => code === right.codes[index]);
}

/** By code points: U+FFFF comes before U+1F600, which UTF-16 order would turn round. */
export function compareTexts(left: Text, right: Text): -1 | 0 | 1 {
  if (isPlain(left) && isPlain(right)) return left < right ? -1 : left > right ? 1 : 0;
  const a = codesOf(left);
  const b = codesOf(right);
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference < 0 ? -1 : 1;
  }
  return a.length === b.length ? 0 : a.length < b.length ? -1 : 1;
}

export function includesText(text: Text, part: Text): boolean {
  if (typeof text === 'string' && typeof part === 'string' && !SURROGATE.test(part)) return text.includes(part);
  const whole = codesOf(text);
  const sought = codesOf(part);
  for (let start = 0; start + sought.length <= whole.length; start++) {
    let length = 0;
    while (length < sought.length && whole[start + length] === sought[length]) length++;
    if (length === sought.length) return true;
  }
  return false;
}

/** One text for each character. */
export function charactersOf(text: Text): Text[] {
  return isPlain(text) ? text.split('') : codesOf(text).map((code) => String.fromCodePoint(code));
}

/** A key that differs for texts that differ: split texts are marked by a character that no other key begins with. */
export function textKey(text: Text): string {
  return typeof text === 'string' ? `s${text}` : `\uffff${text.codes.join(',')}`;
}

/** Applies a mapping of strings to the parts of a text that are strings. */
export function mapText(text: Text, change: (part: string) => string): Text {
  if (typeof text === 'string') return change(text);
  return fromCodes(
    text.codes.flatMap((code) =>
      codesOf(isHigh(code) || isLow(code) ? String.fromCodePoint(code) : change(String.fromCodePoint(code))),
    ),
  );
}

/** Characters that Python's `str.isspace` knows; U+FEFF is not one, U+001C to U+001F and U+0085 are. */
const SPACES = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const SPACE_RUN = new RegExp(`[${SPACES}]+`, 'u');
const OUTER_SPACE = new RegExp(`^[${SPACES}]+|[${SPACES}]+$`, 'gu');

export function stripText(text: string): string {
  return text.replace(OUTER_SPACE, '');
}

export function splitWords(text: Text): Text[] {
  if (typeof text === 'string') return text.split(SPACE_RUN).filter((word) => word !== '');
  const words: Text[] = [];
  let word: number[] = [];
  for (const code of [...text.codes, 0x20]) {
    if (!SPACE_RUN.test(String.fromCodePoint(code))) word.push(code);
    else if (word.length > 0) {
      words.push(fromCodes(word));
      word = [];
    }
  }
  return words;
}
