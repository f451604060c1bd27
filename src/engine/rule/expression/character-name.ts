/**
 * Characters by name, for `\N{…}` in texts and patterns. Unpacked when the first name is asked for, which hardly any rule does.
 *
 * A name is a list of words. Each is stored as the number of words that it shares with the name before, and the words that follow; words
 * are numbers in base 90, the commonest in one digit, most in two.
 */

import { ALIASES, NAMES, RUNS, STEPS, WORDS } from './character-name-table.js';

/** Digits of base 90: printable ASCII without the characters that mean something inside of a literal. */
const DIGITS = Array.from({ length: 0x5e }, (_, index) => String.fromCharCode(0x21 + index))
  .join('')
  .replaceAll(/['\\`$]/g, '');

/** First digits below this are a whole word number; below the next limit they begin one of two digits, above it one of three. */
const ONE_DIGIT = 60;
const TWO_DIGITS = 81;
const BASE = 90;

let table: ReadonlyMap<string, number> | undefined;

/**
 * @param name  in any case, but for Hangul syllables and unified ideographs, which Python wants in capitals
 * @returns the character's code point, or undefined where none has this name
 */
export function characterNamed(name: string): number | undefined {
  return syllableNamed(name) ?? ideographNamed(name) ?? (table ??= unpack()).get(upperCase(name)) ?? variantNamed(name);
}

/** ASCII only: names have no other letters, and `ſ` must not become an `S`. */
function upperCase(name: string): string {
  return name.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase());
}

function unpack(): ReadonlyMap<string, number> {
  const names = new Map<string, number>();
  const words = WORDS.join(' ').split(' ');
  const steps = STEPS.join(' ')
    .split(' ')
    .map((step) => step.split(',').map(Number));
  const text = NAMES.join('');
  let place = 0;
  const digit = (): number => DIGITS.indexOf(text[place++] ?? '!');
  const word = (): string => {
    const first = digit();
    if (first < ONE_DIGIT) return words[first] ?? '';
    if (first < TWO_DIGITS) return words[ONE_DIGIT + (first - ONE_DIGIT) * BASE + digit()] ?? '';
    const high = ONE_DIGIT + (TWO_DIGITS - ONE_DIGIT) * BASE + (first - TWO_DIGITS) * BASE * BASE;
    return words[high + digit() * BASE + digit()] ?? '';
  };
  let name: string[] = [];
  for (const code of codesOfRuns()) {
    const [kept = 0, added = 0] = steps[digit()] ?? [];
    name = name.slice(0, kept);
    for (let count = 0; count < added; count++) name.push(word());
    names.set(name.join(' '), code);
  }
  for (const alias of ALIASES.join(';').split(';')) {
    const [text = '', code = '0'] = alias.split('=');
    names.set(text, Number.parseInt(code, 36));
  }
  return names;
}

function* codesOfRuns(): Generator<number> {
  let last = 0;
  for (const run of RUNS.join(' ').split(' ')) {
    const [gap = '0', length = '0'] = run.split('-');
    const first = last + Number.parseInt(gap, 36);
    last = first + Number.parseInt(length, 36);
    for (let code = first; code <= last; code++) yield code;
  }
}

/** `VS17`: the short names of the variation selectors. */
function variantNamed(name: string): number | undefined {
  const number = Number(/^VS([1-9]\d{0,2})$/.exec(upperCase(name))?.[1] ?? 0);
  if (number < 1 || number > 256) return undefined;
  return number <= 16 ? 0xfe00 + number - 1 : 0xe0100 + number - 17;
}

const IDEOGRAPHS: readonly (readonly [number, number])[] = [
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0x20000, 0x2a6df],
  [0x2a700, 0x2b738],
  [0x2b740, 0x2b81d],
  [0x2b820, 0x2cea1],
  [0x2ceb0, 0x2ebe0],
  [0x30000, 0x3134a],
];

/** Ideographs of other kinds, whose names are found in any case. */
const NUMBERED: readonly (readonly [string, number, number])[] = [
  ['CJK COMPATIBILITY IDEOGRAPH-', 0xf900, 0xfa6d],
  ['CJK COMPATIBILITY IDEOGRAPH-', 0xfa70, 0xfad9],
  ['CJK COMPATIBILITY IDEOGRAPH-', 0x2f800, 0x2fa1d],
  ['KHITAN SMALL SCRIPT CHARACTER-', 0x18b00, 0x18cd5],
  ['NUSHU CHARACTER-', 0x1b170, 0x1b2fb],
];

function ideographNamed(name: string): number | undefined {
  const unified = /^CJK UNIFIED IDEOGRAPH-([0-9A-F]{4,5})$/.exec(name)?.[1];
  if (unified !== undefined) {
    const code = Number.parseInt(unified, 16);
    return IDEOGRAPHS.some(([first, last]) => code >= first && code <= last) ? code : undefined;
  }
  const upper = upperCase(name);
  for (const [prefix, first, last] of NUMBERED) {
    if (!upper.startsWith(prefix)) continue;
    const digits = upper.slice(prefix.length);
    const code = /^[0-9A-F]{4,5}$/.test(digits) ? Number.parseInt(digits, 16) : -1;
    if (code >= first && code <= last) return code;
  }
  return undefined;
}

const LEADS = ['G', 'GG', 'N', 'D', 'DD', 'R', 'M', 'B', 'BB', 'S', 'SS', '', 'J', 'JJ', 'C', 'K', 'T', 'P', 'H'];
const VOWELS = 'A AE YA YAE EO E YEO YE O WA WAE OE YO U WEO WE WI YU EU YI I'.split(' ');
const TAILS = ['', ...'G GG GS N NJ NH D L LG LM LB LS LT LP LH M B BS S SS NG J C K T P H'.split(' ')];

/** Hangul syllables are named by their letters: lead, vowel, tail (The Unicode Standard, 3.12). */
function syllableNamed(name: string): number | undefined {
  const letters = /^HANGUL SYLLABLE ([A-Z]+)$/.exec(name)?.[1];
  const parts = letters === undefined ? null : /^([^AEIOUWY]*)([AEIOUWY]+)([^AEIOUWY]*)$/.exec(letters);
  if (parts === null) return undefined;
  const [, lead = '', vowel = '', tail = ''] = parts;
  const places = [LEADS.indexOf(lead), VOWELS.indexOf(vowel), TAILS.indexOf(tail)] as const;
  if (places.includes(-1)) return undefined;
  return 0xac00 + (places[0] * VOWELS.length + places[1]) * TAILS.length + places[2];
}
