/**
 * `[[:alpha:]]`: named classes of characters, which the rules' flavour of regular expressions (PCRE) has and the pattern parser has not. It
 * would take the name for the letters of a set, and the rule would match something else without a word.
 */

type Range = readonly [first: number, last: number];

const [DIGIT, UPPER, LOWER]: readonly [Range, Range, Range] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x61, 0x7a],
];
/** ASCII only, as PCRE has them without its Unicode option; in ascending order. */
const CLASSES: ReadonlyMap<string, readonly Range[]> = new Map([
  ['alnum', [DIGIT, UPPER, LOWER]],
  ['alpha', [UPPER, LOWER]],
  ['ascii', [[0, 0x7f]]],
  [
    'blank',
    [
      [0x09, 0x09],
      [0x20, 0x20],
    ],
  ],
  [
    'cntrl',
    [
      [0, 0x1f],
      [0x7f, 0x7f],
    ],
  ],
  ['digit', [DIGIT]],
  ['graph', [[0x21, 0x7e]]],
  ['lower', [LOWER]],
  ['print', [[0x20, 0x7e]]],
  [
    'punct',
    [
      [0x21, 0x2f],
      [0x3a, 0x40],
      [0x5b, 0x60],
      [0x7b, 0x7e],
    ],
  ],
  [
    'space',
    [
      [0x09, 0x0d],
      [0x20, 0x20],
    ],
  ],
  ['upper', [UPPER]],
  ['word', [DIGIT, UPPER, [0x5f, 0x5f], LOWER]],
  ['xdigit', [DIGIT, [0x41, 0x46], [0x61, 0x66]]],
]);
const LAST_CODE = 0x10_ffff;
const NAMED = /\[:(\^?)([a-z]+):\]/y;

/** The expression with ranges for names; or what is wrong with one of them. */
export function withoutNamedClasses(source: string): string | { readonly problem: string; readonly hint: string } {
  if (!source.includes('[:')) return source;
  let result = '';
  let isInSet = false;
  let at = 0;
  while (at < source.length) {
    NAMED.lastIndex = at;
    const named = NAMED.exec(source);
    if (named !== null) {
      const [text, caret, name = ''] = named;
      const ranges = CLASSES.get(name);
      if (!isInSet) return { problem: `${text} has a meaning inside of brackets only`, hint: `Write "[${text}]".` };
      if (ranges === undefined)
        return { problem: `${text} is no class of characters`, hint: `Known: ${[...CLASSES.keys()].join(', ')}.` };
      result += (caret === '' ? ranges : othersThan(ranges)).map(written).join('');
      at += text.length;
      continue;
    }
    const opener = isInSet ? undefined : /^\[\^?\]?/.exec(source.slice(at, at + 3))?.[0];
    const taken = source[at] === '\\' ? source.slice(at, at + 2) : (opener ?? source.charAt(at));
    if (opener !== undefined) isInSet = true;
    else if (taken === ']') isInSet = false;
    result += taken;
    at += taken.length;
  }
  return result;
}

function othersThan(ranges: readonly Range[]): readonly Range[] {
  const others: Range[] = [];
  let next = 0;
  for (const [first, last] of ranges) {
    if (first > next) others.push([next, first - 1]);
    next = last + 1;
  }
  return [...others, [next, LAST_CODE]];
}

function written([first, last]: Range): string {
  return first === last ? escaped(first) : `${escaped(first)}-${escaped(last)}`;
}

function escaped(code: number): string {
  return `\\U${code.toString(16).padStart(8, '0')}`;
}
