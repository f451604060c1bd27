/**
 * What Python 3.11's `re` knows of Unicode 14: words, digits, spaces and case. Kept as tables, because a newer Node knows more characters
 * and a rule must match the same texts everywhere. Source: Unicode Character Database 14.0.0, derived with CPython 3.11's `str` methods.
 */

import { CharSet } from './char-set.js';

/** Ranges as `gap` or `gap-length` in base 36, each gap counted from the end of the range before. */
function decode(lines: readonly string[]): CharSet {
  const bounds: number[] = [];
  let last = 0;
  for (const range of lines.join(' ').split(' ')) {
    const [gap = '0', length = '0'] = range.split('-');
    const low = last + Number.parseInt(gap, 36);
    last = low + Number.parseInt(length, 36);
    bounds.push(low, last);
  }
  return CharSet.ofSorted(bounds);
}

function once<Thing>(make: () => Thing): () => Thing {
  let thing: Thing | undefined;
  return () => (thing ??= make());
}

/** `\w`: letters, numbers of every kind, and the underscore. */
export const wordCharacters = once(() => decode(WORDS));
/** `\d`: decimal digits of every script. */
export const digitCharacters = once(() => decode(DIGITS));
/** `\s`: U+001C to U+001F and U+0085 are spaces, U+FEFF is not. */
export const spaceCharacters = once(() =>
  CharSet.ofRanges([
    [0x09, 0x0d],
    [0x1c, 0x20],
    [0x85, 0x85],
    [0xa0, 0xa0],
    [0x1680, 0x1680],
    [0x2000, 0x200a],
    [0x2028, 0x2029],
    [0x202f, 0x202f],
    [0x205f, 0x205f],
    [0x3000, 0x3000],
  ]),
);
/** The same under the flag `a`. */
export const asciiWordCharacters = once(() =>
  CharSet.ofRanges([
    [0x30, 0x39],
    [0x41, 0x5a],
    [0x5f, 0x5f],
    [0x61, 0x7a],
  ]),
);
export const asciiDigitCharacters = once(() => CharSet.ofRanges([[0x30, 0x39]]));
export const asciiSpaceCharacters = once(() =>
  CharSet.ofRanges([
    [0x09, 0x0d],
    [0x20, 0x20],
  ]),
);

/** What `(?i)` goes by. Case is simple case: one character to one character. */
export interface CaseRules {
  /** Characters that have a case at all. */
  readonly cased: CharSet;
  /** Characters whose lower case is another character. */
  readonly capitals: CharSet;
  /** Capital and its lower case, in the order of the capitals. */
  readonly pairs: readonly (readonly [number, number])[];
  lower(code: number): number;
  /** All capitals of a lower-case character. */
  capitalsOf(lower: number): readonly number[];
  /** Lower-case characters that share their upper case with another (`s` and `ſ`), each with the others. */
  readonly siblings: ReadonlyMap<number, readonly number[]>;
}

function caseRules(
  cased: CharSet,
  pairs: ReadonlyMap<number, number>,
  families: Iterable<readonly number[]>,
): CaseRules {
  const siblings = new Map<number, readonly number[]>();
  for (const family of families) {
    if (family.length < 2) continue;
    for (const code of family) {
      const others = family.filter((other) => other !== code);
      siblings.set(code, others);
    }
  }
  const capitals = new Map<number, number[]>();
  for (const [capital, lower] of pairs) capitals.set(lower, [...(capitals.get(lower) ?? []), capital]);
  return {
    cased,
    capitals: CharSet.ofCodes(pairs.keys()),
    pairs: [...pairs].sort(([left], [right]) => left - right),
    lower: (code) => pairs.get(code) ?? code,
    capitalsOf: (lower) => capitals.get(lower) ?? [],
    siblings,
  };
}

export const unicodeCase = once((): CaseRules => {
  const cased = decode(CASED);
  const pairs = new Map<number, number>();
  const byUpper = new Map<string, number[]>();
  cased.forEachRange((low, high) => {
    for (let code = low; code <= high; code++) {
      const character = String.fromCodePoint(code);
      const lower = character.toLowerCase().codePointAt(0) ?? code;
      if (lower !== code) {
        pairs.set(code, lower);
        continue;
      }
      const upper = character.toUpperCase();
      const family = byUpper.get(upper);
      if (family === undefined) byUpper.set(upper, [code]);
      else family.push(code);
    }
  });
  return caseRules(cased, pairs, byUpper.values());
});

export const asciiCase = once((): CaseRules => {
  const letters: readonly (readonly [number, number])[] = [
    [0x41, 0x5a],
    [0x61, 0x7a],
  ];
  const pairs = new Map(Array.from({ length: 26 }, (_, letter) => [0x41 + letter, 0x61 + letter]));
  return caseRules(CharSet.ofRanges(letters), pairs, []);
});

const WORDS = [
  '1c-9 8-p 5 2-p 1c 8-1 2 4-1 2-2 2-m 2-u 2-cp 5-b f-4 8 2 3m-4 2-1 3-3 2 7 2-2 2 2-j 2-2a 2-3u 9-4l 2-11 3 7-14 20-q 5-3',
  '1a-16 m-9 5-1 2-2q 2 g-1 8-e 3 h 2-t u-2g c f-16 a-1 5 6-l 5 a 4 o-o 8-a 6-n 2-5 i-15 1n-1h 4 j 8-9 5-9 2-f 5-7 3-1 3-l',
  '2-6 2 4-3 4 h e-1 2-2 5-b 3-5 3 9-5 5-1 3-l 2-6 2-1 2-1 2-1 w-3 2 8-9 3-2 h-8 2-2 2-l 2-6 2-1 2-4 4 j g-1 5-9 a c-7 3-1',
  '3-l 2-6 2-1 2-4 4 v-1 2-2 5-9 2-6 c 2-5 4-2 2-3 4-1 2 2-1 4-1 4-2 4-b n m-c j-7 2-2 2-m 2-f 4 r-2 3 3-1 5-9 9-6 2 5-7',
  '2-2 2-m 2-9 2-4 4 w-1 2-1 5-9 2-1 i-8 2-2 2-14 3 h 6-2 2-9 5-i 2-5 6-h 4-n 2-8 2 3-6 w-9 i-1b 2-1 d-6 a-9 14-1 2 2-4 2-n',
  '2 2-9 2-1 a 3-4 2 a-9 3-3 x w-j d-7 2-z s-4 38-16 l-a 7-5 5-3 4 4-1 8-2 5-c d 2-9 7-11 2 6 3-16 2-98 2-3 3-6 2 2-3 3-14',
  '2-3 3-w 2-3 3-6 2 2-3 3-e 2-1k 2-3 3-1u f-j 4-f h-2d 3-5 4-h7 3-g 2-p 6-22 4-a 8-h e-i f-h f-c 2-2 g-1f 10 5 4-9 7-9 n-9',
  '7-2g 8-4 3-x 2 6-1x b-u 14-13 3-4 c-17 5-p 7-a 12-m a-1g 18-9 7-9 e 2m-1a i-7 4-9 16-t e-1j r-z t-9 4-1c 3-8 8-16 3-2',
  '16-3 2-5 2-1 4 6-5b 1t-7p 3-5 3-11 3-5 3-7 2 2 2 2-u 3-1g 2-6 2 4-2 2-6 4-3 3-5 5-c 6-2 2-6 38-1 3-5 6-a 7-c 2u 5 3-9 2',
  '4-4 7 2 2 2-3 2-a 3-3 6-4 5 2-1l k7-1n 27-l hj-t vh-6c 7-3 4-1 a 3-11 2 6 3-1j 8 h-m a-6 2-6 2-6 2-6 2-6 2-6 2-6 2-6 29',
  'd2-2 q-8 8-4 3-4 5-2d 7-2 2-2h 2-3 6-16 2-2l 4-3 b-v 1d-f x-9 v-7 2-e x-9 14-e 8x-533 1t-h3g 1w-19 3-7g 4-r l-1a h-u',
  '3-27 14-8 3-2u 3-1r 6-1 2 2-4 p-f 2-2 2-3 2-m e-5 b-1f f-1d t-9 p-5 4 2-1 2-11 b-m q-s 8-1a t-a 7-4 2-o 2-14 o-2 2-7 5-9',
  '7-m 4 4-1d 2 4-1 3-4 3 2 p-2 3-a 8-2 d-5 3-5 3-5 a-6 2-6 2-16 2-d 7-36 e-9 7-8mb d-m 5-1c 6it-a5 3-2x 13-6 d-4 6 2-9 2-c',
  '2-4 2 2-1 2-1 2-2z y-a2 j-1r 3-1h 15-b 39-4 2-3q k-9 8-p 7-p c-2g 4-5 3-5 3-5 3-2 10-b 2-p 2-i 2-1 2-e 3-d z-3e d-18',
  'd-1k i-1 6t-s 4-1c h-q 5-z a-t 6-11 b-t 3-z 5-7 2-4 17-4d 3-9 7-z 5-z 5-13 9-1f d-a 2-e 2-6 2-1 2-a 2-e 2-6 2-1 1w-8m',
  'a-l b-7 p-5 2-15 2-8 1y-5 3 2-17 2-1 4 3-m 3-u 3-11 9-8 1d-i 2-1 6-w 5-p 1z-1j 5-j 3-1a g-3 2-2 2-s b-8 o-u 2-v x-7 2-r',
  '7-4 h-1h b-l 3-q 6-p o-6 29-20 1k-1e e-1e 8-15 d-9 87-u 2-15 7-1 27-13 9-l c-3 s-h 1b-r l-m d-1g r-t 2-1 3 e-18 x-o 8-9',
  'a-z g-9 5 3 9-y 4 d-1b f-3 c-a 2 5-j c-h 2-o 2d-6 2 2-3 2-e 2-9 8-1a i-9 c-7 3-1 3-l 2-6 2-1 2-4 4 j d-4 4f-1g j-3 6-9',
  '6-2 v-1b l-1 2 9-9 4n-1a 16-3 11-1b l c-9 13-16 e 8-9 1j-q m-b 5-6 56-17 39-2a d-7 3 3-7 2-1 2-n g 2 f-9 1z-7 3-12 h 2 t',
  'b-13 8 m c-19 k j-20 7c-8 2-10 i g-s 6-t 35-6 2-1 2-11 m a-9 7-5 2-1 2-v f 8-9 8n-i 5a g-k 18-pl 2v-32 i-5f 219-2o g-tq',
  '34i-g6 6nu-fs 8-u 2-9 7-26 2-9 7-t j-1b h-3 d-9 2-6 2-k 6-i j5-2e 2y-22 6 1v-c 1t-1 2 t-4qf 9-yd 17-8 6w8-3 2-6 2-1 2-82',
  '1a-2 i-3 9-az 1s5-2y 6-c 4-8 8-9 4ef-j 31-o 3s-2c 2-1y 2-1 3 3-1 3-3 2-b 2 2-6 2-1s 2-3 3-7 2-6 2-r 2-3 2-4 2 4-6 2-9f',
  '3-o 2-o 2-u 2-o 2-u 2-o 2-u 2-o 2-u 2-o 2-7 3-1d 1dt-u de-18 b-6 3-9 5 8y-t j-17 5-9 yv-6 2-3 2-1 2-e 2-5g 3-8 1d-1v 8',
  '5-9 m0-1m 2-2 2-3 25-18 2-e 5f-3 2-q 2-1 2 3 2-9 2-3 2 2 7 5 2 2 2-2 2-1 2 3 2 2 2 2 2-1 2 3-3 2-6 2-3 2-3 2 2-9 2-g 6-2',
  '2-4 2-g g5-c 25g-9 sn-wyn x-37c 8-65 3-4g1 f-5rk 2e8-f1 15v-3t6',
];

const DIGITS = [
  '1c-9 17r-9 3r-9 5j-9 bh-9 3b-9 3b-9 3b-9 3b-9 3b-9 3b-9 3b-9 3b-9 3b-9 2p-9 3b-9 1z-9 7r-9 1z-9 1fr-9 13-9 8d-9 3l-9',
  '4n-9 7-9 53-9 2f-9 3r-9 7-9 r7r-9 iv-9 13-9 5j-9 n-9 2f-9 bb-9 gev-9 13b-9 1on-9 ml-9 3l-9 1p-9 41-9 7r-9 9j-9 3b-9 af-9',
  '2v-9 2v-9 br-9 2v-9 l3-9 6v-9 1z-9 f5j-9 2f-9 3r-9 lf9-1d 1tt-9 br-9 193-9 3o7-9',
];

/** Characters whose lower or upper case differs from themselves. */
const CASED = [
  '1t-p 7-p 1n b-m 2-u 2-1r 2-2b 2-c 2-d 3-d 3-1 2 5-2k 2-h 7-q 2-1 2 2-1 4-1 2 2-1 2-4 3 2-1 3 8 3 2-1 4-5 6 b-1 4n 17-3',
  '3-1 4-2 2 7 2-2 2 2-j 2-1a 4-w 2-4 2-3o 9-4l 2-11 b-12 26x-11 2 6 3-16 3-2 ip-2d 3-5 1oj-8 8-16 3-2 56 4 h 36-4b 3 2-39',
  '3-5 3-11 3-5 3-7 2 2 2 2-u 3-1g 2-6 2 4-2 2-6 4-3 3-5 5-c 6-2 2-6 8a 4-1 7 s i-v 4-1 mq-1f 1ef-34 2-1 2-1 8-2t 8-3 4-1',
  'd-11 2 6 nwz-19 j-r 3r-d 3-1p a-e 4-2 3-4 2-o 2-q 6-1 5-3 s-1 nx t-27 fnl-6 d-4 sq-p 7-p x2-27 2p-z 5-z 39-a 2-e 2-6 2-1',
  '2-a 2-e 2-6 2-1 1c4-1e e-1e 2b2-1r gv5-1r o75-1v',
];
