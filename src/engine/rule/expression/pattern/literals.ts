/**
 * Texts that a match must contain, found by walking the pattern: they let most texts be turned away by a plain search, and name the
 * candidates for a rule in the first place. After Russ Cox, "Regular Expression Matching with a Trigram Index" (2012), with whole literals.
 */

import { tellingLength } from '../../index/telling-length.js';
import type { CharSet } from './char-set.js';
import type { Pattern } from './syntax.js';
import { UNBOUNDED } from './syntax.js';

/** Most texts of one list, and most characters of a class that are listed one by one. */
const MAX_TEXTS = 24;
const MAX_CLASS = 8;
/** Longer sequences are not looked into: nobody writes them, and each part costs. */
const MAX_PARTS = 4_096;
/** Rounds of a repeat that are spelled out. */
const MAX_ROUNDS = 4;

/** Each list means "one of these"; an empty text in it means that nothing is known. */
interface Knowledge {
  /** All texts that the piece can match; undefined where there are too many. */
  readonly exact: readonly string[] | undefined;
  readonly prefix: readonly string[];
  readonly suffix: readonly string[];
  /** The most telling texts, one of which every match contains; undefined where there are none. */
  readonly inner: readonly string[] | undefined;
}

export interface Literals {
  /** The whole match is one of these. */
  readonly exact: readonly string[] | undefined;
  /** The match begins with one of these; undefined where that says nothing. */
  readonly prefix: readonly string[] | undefined;
  readonly suffix: readonly string[] | undefined;
  readonly inner: readonly string[] | undefined;
}

/**
 * @param spell  a character as it appears in the texts to be searched (itself, or lower-cased); undefined for one that cannot be told
 */
export function literalsOf(tree: Pattern, spell: (code: number) => string | undefined): Literals {
  const { exact, prefix, suffix, inner } = learn(tree, spell);
  return { exact: telling(exact), prefix: telling(prefix), suffix: telling(suffix), inner };
}

function telling(texts: readonly string[] | undefined): readonly string[] | undefined {
  return texts?.every((text) => text !== '') === true ? texts : undefined;
}

const EMPTY: Knowledge = { exact: [''], prefix: [''], suffix: [''], inner: undefined };
const UNTOLD: Knowledge = { exact: undefined, prefix: [''], suffix: [''], inner: undefined };

type Spell = (code: number) => string | undefined;

function learn(tree: Pattern, spell: Spell): Knowledge {
  switch (tree.form) {
    case 'set':
      return learnSet(tree.set, spell);
    case 'anchor':
    case 'look':
      return EMPTY;
    case 'sequence':
      if (tree.parts.length > MAX_PARTS) return UNTOLD;
      return tree.parts.map((part) => learn(part, spell)).reduce(join, EMPTY);
    case 'choice':
      return tree.options.map((option) => learn(option, spell)).reduce(either);
    case 'repeat':
      return learnRepeat(tree, spell);
    case 'group':
    case 'atomic':
      return learn(tree.body, spell);
    case 'condition':
      return either(learn(tree.yes, spell), learn(tree.no, spell));
    case 'reference':
      return UNTOLD;
  }
}

function learnSet(set: CharSet, spell: Spell): Knowledge {
  if (set.isEmpty || set.size > MAX_CLASS) return UNTOLD;
  const texts = new Set<string>();
  for (const [low, high] of set.ranges()) {
    for (let code = low; code <= high; code++) {
      const text = spell(code);
      if (text === undefined) return UNTOLD;
      texts.add(text);
    }
  }
  return exactly([...texts]);
}

function exactly(exact: readonly string[]): Knowledge {
  return { exact, prefix: exact, suffix: exact, inner: telling(exact) };
}

function learnRepeat(tree: Pattern & { readonly form: 'repeat' }, spell: Spell): Knowledge {
  const body = learn(tree.body, spell);
  if (tree.most === 0) return EMPTY;
  if (tree.least === 0) {
    const optional = tree.most === 1 && body.exact !== undefined ? unite(body.exact, ['']) : undefined;
    return optional === undefined ? UNTOLD : { exact: optional, prefix: optional, suffix: optional, inner: undefined };
  }
  let known = body;
  const rounds = Math.min(tree.least, MAX_ROUNDS);
  for (let round = 1; round < rounds; round++) known = join(known, body);
  if (tree.most === tree.least && tree.least <= MAX_ROUNDS) return known;
  // The last rounds look like the first ones; what stands between is open.
  return { ...known, exact: undefined, inner: better(known.inner, tree.most === UNBOUNDED ? body.inner : undefined) };
}

function join(left: Knowledge, right: Knowledge): Knowledge {
  const exact = left.exact === undefined || right.exact === undefined ? undefined : cross(left.exact, right.exact);
  if (exact !== undefined) return exactly(exact);
  const prefix = left.exact === undefined ? left.prefix : (cross(left.exact, right.prefix) ?? left.exact);
  const suffix = right.exact === undefined ? right.suffix : (cross(left.suffix, right.exact) ?? right.exact);
  const isOpen = left.suffix.includes('') && right.prefix.includes('');
  const across = isOpen ? undefined : telling(cross(left.suffix, right.prefix));
  return {
    exact,
    prefix,
    suffix,
    inner: better(better(left.inner, right.inner), better(across, better(telling(prefix), telling(suffix)))),
  };
}

function either(left: Knowledge, right: Knowledge): Knowledge {
  const exact = left.exact === undefined || right.exact === undefined ? undefined : unite(left.exact, right.exact);
  return {
    exact,
    prefix: unite(left.prefix, right.prefix) ?? [''],
    suffix: unite(left.suffix, right.suffix) ?? [''],
    inner: left.inner === undefined || right.inner === undefined ? undefined : unite(left.inner, right.inner),
  };
}

function cross(left: readonly string[], right: readonly string[]): readonly string[] | undefined {
  if (left.length * right.length > MAX_TEXTS) return undefined;
  return [...new Set(left.flatMap((first) => right.map((second) => first + second)))];
}

function unite(left: readonly string[], right: readonly string[]): readonly string[] | undefined {
  const texts = [...new Set([...left, ...right])];
  return texts.length > MAX_TEXTS ? undefined : texts;
}

export function better(
  left: readonly string[] | undefined,
  right: readonly string[] | undefined,
): readonly string[] | undefined {
  if (left === undefined) return right;
  if (right === undefined) return left;
  if (extend(left, right)) return right;
  if (extend(right, left)) return left;
  return weight(right) > weight(left) ? right : left;
}

/** Whatever the texts, longer ones around them tell no less. */
function extend(texts: readonly string[], longer: readonly string[]): boolean {
  return texts.length === longer.length && texts.every((text, index) => longer[index]!.includes(text));
}

/** Long texts tell more than short ones, few more than many; `.exe` tells next to nothing. */
function weight(texts: readonly string[]): number {
  const shortest = (lengthOf: (text: string) => number): number => Math.min(...texts.map(lengthOf));
  return 8 * shortest(tellingLength) + shortest((text) => text.length) - texts.length;
}
