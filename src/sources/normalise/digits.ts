/**
 * Whole numbers that JSON's reader rounds, beyond 2^53: Windows' `Keywords` are 64 bits with the upper ones set, and rules compare them as
 * text. Their digits are read again from the record's bytes, and only where the rounded number shows that there is need.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const MINUS = 0x2d;
const SPACE = 0x20;
const DIGITS_MAX = 20;

/** Success and failure of an audit as shippers write them, unsigned, signed or by name: all that Security's records have, and doubles hold them exactly. */
const AUDIT: ReadonlyMap<unknown, string> = new Map(
  [
    ['0x8020000000000000', '9232379236109516800', '-9214364837600034816', 'Audit Success', 'Audit success'],
    ['0x8010000000000000', '9227875636482146304', '-9218868437227405312', 'Audit Failure', 'Audit failure'],
  ].flatMap(([hex = '', unsigned = '', signed = '', ...names]) =>
    [
      unsigned,
      signed,
      ...[unsigned, signed].map(Number),
      ...[unsigned, signed].map((digits) => String(Number(digits))),
      ...names,
    ].map((given): [unknown, string] => [given, hex]),
  ),
);

/** Security's `Keywords` in Windows' hex; there are too many to read any of their digits again. */
export function restoreAudit(fields: Record<string, unknown>): void {
  const hex = AUDIT.get(fields['Keywords']);
  if (hex !== undefined) fields['Keywords'] = hex;
}

/** Other `Keywords` as Windows' XML has them, which rules compare: hex without a sign. What is no whole number of 64 bits stays as it is. */
export function restoreKeywords(fields: Record<string, unknown>, content: Uint8Array | object): void {
  const value = fields['Keywords'];
  const audit = typeof value === 'string' ? AUDIT.get(value) : undefined;
  if (audit !== undefined) fields['Keywords'] = audit;
  else if (typeof value === 'number' || typeof value === 'string') {
    const text = typeof value === 'number' ? numberText(value, 'Keywords', content) : value;
    const number = /^-?\d{1,20}$/.test(text) ? unrounded(text) : undefined;
    if (number !== undefined && number >= -(1n << 63n) && number < 1n << 64n)
      fields['Keywords'] = `0x${BigInt.asUintN(64, number).toString(16)}`;
  }
}

/** Digits as they are; where a program of JavaScript's wrote them, which rounds to zeros at the end, those of the number it had. */
function unrounded(digits: string): bigint {
  const double = Number(digits);
  return String(double) === digits ? BigInt(double) : BigInt(digits);
}

const WORD = 2 ** 64;

/** A number as text, with its own digits where they can be had; else with all that the rounded one has, up to 64 bits. */
function numberText(value: number, name: string, content: Uint8Array | object): string {
  const digits = Number.isSafeInteger(value) ? undefined : digitsIn(content, name, value);
  return digits ?? String(Number.isInteger(value) && Math.abs(value) < WORD ? BigInt(value) : value);
}

/** What stands behind `name` in the bytes, where that is the number of which `value` is left. */
function digitsIn(content: Uint8Array | object, name: string, value: number): string | undefined {
  if (!(content instanceof Uint8Array)) return undefined;
  const first = name.charCodeAt(0);
  for (let at = content.indexOf(first); at !== -1; at = content.indexOf(first, at + 1)) {
    const end = endOfName(content, at, name);
    const digits = end === undefined ? undefined : digitsAt(content, end);
    // A look-alike, in a text or in another map, is another number, or the same.
    if (digits !== undefined && Number(digits) === value) return digits;
  }
  return undefined;
}

/** Offset behind the colon of `"name":`; in a text within the record, backslashes stand before its quotes. */
function endOfName(content: Uint8Array, start: number, name: string): number | undefined {
  if (content[start - 1] !== QUOTE) return undefined;
  for (let index = 0; index < name.length; index++) {
    if (content[start + index] !== name.charCodeAt(index)) return undefined;
  }
  let at = start + name.length;
  while (content[at] === BACKSLASH) at++;
  if (content[at++] !== QUOTE) return undefined;
  at = pastBlanks(content, at);
  return content[at] === COLON ? pastBlanks(content, at + 1) : undefined;
}

function pastBlanks(content: Uint8Array, start: number): number {
  let at = start;
  while ((content[at] ?? 0xff) <= SPACE) at++;
  return at;
}

function digitsAt(content: Uint8Array, start: number): string | undefined {
  let digits = content[start] === MINUS ? '-' : '';
  const from = start + digits.length;
  let at = from;
  for (; at - from < DIGITS_MAX && isDigit(content[at]); at++) digits += String.fromCharCode(content[at] ?? 0);
  return at === from || isDigit(content[at]) ? undefined : digits;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
