/**
 * The everyday shapes (`.*\\cmd\.exe`, `.*a.*b.*`, `.*(powershell|cmd)\.exe$`) as a chain of plain texts with gaps between: `indexOf` does
 * the work. Where line feeds or surrogates could make a difference the chain says so, and the automaton is asked instead.
 */

import type { CharSet } from './char-set.js';
import { ALL, NOT_LINE_FEED } from './char-set.js';
import type { Pattern } from './syntax.js';
import { UNBOUNDED } from './syntax.js';

const MAX_OPTIONS = 16;
const MAX_ROUNDS = 8;
const LINE_FEED = '\n';
const SURROGATE = /[\ud800-\udfff]/;

/** Consecutive characters; `undefined` stands for any one character. */
type Letters = readonly (string | undefined)[];

/** A text with holes, each of them one unit wide. */
class Segment {
  readonly length: number;
  /** The longest text, which is searched for first. */
  readonly #key: { readonly offset: number; readonly text: string };
  readonly #others: readonly { readonly offset: number; readonly text: string }[];
  readonly #holes: readonly number[];

  constructor(letters: Letters) {
    const texts: { offset: number; text: string }[] = [];
    const holes: number[] = [];
    let offset = 0;
    for (const letter of letters) {
      const last = texts.at(-1);
      if (letter === undefined) holes.push(offset++);
      else {
        if (last !== undefined && last.offset + last.text.length === offset) last.text += letter;
        else texts.push({ offset, text: letter });
        offset += letter.length;
      }
    }
    this.length = offset;
    const key = texts.reduce((longest, text) => (text.text.length > longest.text.length ? text : longest), {
      offset: 0,
      text: '',
    });
    this.#key = key;
    this.#others = texts.filter((text) => text !== key);
    this.#holes = holes;
  }

  get hasHoles(): boolean {
    return this.#holes.length > 0;
  }

  /** Whether the longest text is missing, so that it does not matter how wide the holes are. */
  isAbsentFrom(text: string): boolean {
    return !text.includes(this.#key.text);
  }

  /** Half of a surrogate pair in a hole: the character there is wider than the hole. */
  hasSurrogateIn(text: string, place: number): boolean {
    for (const hole of this.#holes) {
      const unit = text.charCodeAt(place + hole);
      if (unit >= 0xd800 && unit <= 0xdfff) return true;
    }
    return false;
  }

  /** First place at or after `from`, or -1. */
  find(text: string, from: number): number {
    const { offset, text: key } = this.#key;
    for (let place = text.indexOf(key, from + offset); place >= 0; place = text.indexOf(key, place + 1)) {
      const start = place - offset;
      if (start + this.length > text.length) return -1;
      if (this.#othersMatch(text, start)) return start;
    }
    return -1;
  }

  matchesAt(text: string, place: number): boolean {
    if (place < 0 || place + this.length > text.length) return false;
    return text.startsWith(this.#key.text, place + this.#key.offset) && this.#othersMatch(text, place);
  }

  #othersMatch(text: string, place: number): boolean {
    for (const part of this.#others) if (!text.startsWith(part.text, place + part.offset)) return false;
    return true;
  }
}

type Piece =
  | { readonly kind: 'letters'; readonly options: readonly Letters[] }
  | { readonly kind: 'gap' | 'start' | 'end' | 'text-end' };

/** One of these texts, with a gap or the edge of the text on either side. */
type Link = readonly Segment[];

export class Chain {
  readonly #links: readonly Link[];
  readonly #openStart: boolean;
  readonly #openEnd: boolean;
  readonly #end: 'none' | 'end' | 'text-end';
  /** Some dot leaves out the line feed. */
  readonly #dots: boolean;
  /** Some dot stands for exactly one character. */
  readonly #holes: boolean;

  private constructor(pieces: readonly Piece[], openStart: boolean, end: 'none' | 'end' | 'text-end', dots: boolean) {
    const letters = pieces.filter((piece) => piece.kind === 'letters');
    this.#links = letters.map((piece) => piece.options.map((option) => new Segment(option)));
    this.#openStart = openStart || pieces[0]?.kind === 'gap';
    this.#openEnd = pieces.at(-1)?.kind === 'gap';
    this.#end = end;
    this.#dots = dots;
    this.#holes = letters.some((piece) => piece.options.some((option) => option.includes(undefined)));
  }

  /** @returns undefined for a pattern of another shape */
  static of(tree: Pattern, search: boolean): Chain | undefined {
    const pieces = piecesOf(tree);
    if (pieces === undefined) return undefined;
    const begins = pieces[0]?.kind === 'start';
    const last = pieces.at(-1)?.kind;
    const end = last === 'end' || last === 'text-end' ? last : 'none';
    const inner = pieces.slice(begins ? 1 : 0, end === 'none' ? undefined : -1);
    if (inner.some((piece) => piece.kind !== 'letters' && piece.kind !== 'gap')) return undefined;
    return new Chain(inner, search && !begins, end, usesDot(tree));
  }

  /** @returns undefined where plain texts cannot tell */
  matches(text: string): boolean | undefined {
    const links = this.#links;
    const closed = this.#end !== 'none' && !this.#openEnd;
    if (links.length === 0 && closed && !this.#openStart && text !== '') return this.#unfit(text, []);
    let place = 0;
    for (let index = 0; index < links.length; index++) {
      const link = links[index] ?? [];
      const floating = index > 0 || this.#openStart;
      place = this.#place(text, link, place, floating, closed && index === links.length - 1);
      if (place === NOWHERE) return this.#unfit(text, link);
      if (place === UNSURE) return undefined;
    }
    return this.#dots && text.includes(LINE_FEED) ? undefined : true;
  }

  #unfit(text: string, link: Link): boolean | undefined {
    if (this.#end === 'end' && text.endsWith(LINE_FEED)) return undefined;
    if (!this.#holes || !SURROGATE.test(text)) return false;
    return link.every((option) => option.isAbsentFrom(text)) ? false : undefined;
  }

  /** Where the link ends when it is placed as early as possible. */
  #place(text: string, link: Link, from: number, floating: boolean, atEnd: boolean): number {
    let earliest = NOWHERE;
    for (let index = 0; index < link.length; index++) {
      const option = link[index];
      if (option === undefined) continue;
      let start = from;
      if (atEnd) {
        start = text.length - option.length;
        if (start < from || (!floating && start !== from) || !option.matchesAt(text, start)) continue;
      } else if (floating) {
        start = option.find(text, from);
        if (start < 0) continue;
      } else if (!option.matchesAt(text, start)) continue;
      if (option.hasHoles && option.hasSurrogateIn(text, start)) return UNSURE;
      const end = start + option.length;
      if (earliest === NOWHERE || end < earliest) earliest = end;
    }
    return earliest;
  }
}

const NOWHERE = -1;
const UNSURE = -2;

function usesDot(tree: Pattern): boolean {
  switch (tree.form) {
    case 'set':
      return tree.set === NOT_LINE_FEED;
    case 'sequence':
      return tree.parts.some(usesDot);
    case 'choice':
      return tree.options.some(usesDot);
    case 'repeat':
    case 'group':
      return usesDot(tree.body);
    default:
      return false;
  }
}

/** The pattern as texts and gaps; undefined where it is something else. Neighbouring texts are one piece. */
function piecesOf(tree: Pattern): readonly Piece[] | undefined {
  switch (tree.form) {
    case 'set':
      return lettersOf(tree.set);
    case 'anchor':
      return tree.anchor === 'start' || tree.anchor === 'end' || tree.anchor === 'text-end'
        ? [{ kind: tree.anchor }]
        : undefined;
    case 'sequence':
      return joinAll(tree.parts.map(piecesOf));
    case 'choice':
      return uniteAll(tree.options.map(piecesOf));
    case 'group':
      return piecesOf(tree.body);
    case 'repeat':
      return piecesOfRepeat(tree);
    default:
      return undefined;
  }
}

function lettersOf(set: CharSet): readonly Piece[] | undefined {
  if (set === NOT_LINE_FEED || set === ALL) return [{ kind: 'letters', options: [[undefined]] }];
  if (set.size > 4) return undefined;
  const letters: string[] = [];
  for (const [low, high] of set.ranges())
    for (let code = low; code <= high; code++) letters.push(String.fromCodePoint(code));
  // Half a surrogate pair would be found inside of a whole one.
  if (letters.length === 0 || letters.some((letter) => letter.length === 1 && SURROGATE.test(letter))) return undefined;
  return [{ kind: 'letters', options: letters.map((letter) => [letter]) }];
}

function piecesOfRepeat(tree: Pattern & { readonly form: 'repeat' }): readonly Piece[] | undefined {
  if (tree.greed === 'possessive' || tree.least > MAX_ROUNDS) return undefined;
  const body = piecesOf(tree.body);
  if (body === undefined) return undefined;
  const rounds = Array.from({ length: tree.least }, () => body);
  if (tree.most === tree.least) return joinAll(rounds);
  if (tree.most === UNBOUNDED) {
    const isDot = tree.body.form === 'set' && (tree.body.set === NOT_LINE_FEED || tree.body.set === ALL);
    return isDot ? joinAll([...rounds, [{ kind: 'gap' }]]) : undefined;
  }
  if (tree.most !== 1) return undefined;
  return uniteAll([body, []]);
}

/** Letter after letter goes to the end of what is there: to build each text anew would take quadratic time. */
function joinAll(sequences: readonly (readonly Piece[] | undefined)[]): readonly Piece[] | undefined {
  const joined: (
    Exclude<Piece, { readonly kind: 'letters' }> | { kind: 'letters'; options: (string | undefined)[][] }
  )[] = [];
  for (const pieces of sequences) {
    if (pieces === undefined) return undefined;
    for (const piece of pieces) {
      const last = joined.at(-1);
      if (piece.kind !== 'letters') {
        if (piece.kind !== 'gap' || last?.kind !== 'gap') joined.push(piece);
      } else if (last?.kind !== 'letters') {
        joined.push({ kind: 'letters', options: piece.options.map((option) => [...option]) });
      } else {
        const [only] = piece.options;
        if (piece.options.length === 1 && only !== undefined) {
          for (const option of last.options) for (const letter of only) option.push(letter);
          continue;
        }
        if (piece.options.length * last.options.length > MAX_OPTIONS) return undefined;
        last.options = last.options.flatMap((left) => piece.options.map((right) => [...left, ...right]));
      }
    }
  }
  return joined;
}

/** Alternatives must be texts: a gap in one of them would need a chain of its own. */
function uniteAll(alternatives: readonly (readonly Piece[] | undefined)[]): readonly Piece[] | undefined {
  const options: Letters[] = [];
  for (const pieces of alternatives) {
    if (pieces === undefined || pieces.length > 1) return undefined;
    const [only] = pieces;
    if (only === undefined) options.push([]);
    else if (only.kind === 'letters') options.push(...only.options);
    else return undefined;
  }
  return options.length > MAX_OPTIONS ? undefined : [{ kind: 'letters', options }];
}
