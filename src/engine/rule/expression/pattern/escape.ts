/** What a backslash means in a pattern, inside and outside of a class. Python refuses every escaped ASCII letter that means nothing. */

import { characterNamed } from '../character-name.js';
import type { Source } from './source.js';
import type { CharSet } from './char-set.js';
import type { Anchor } from './syntax.js';

const CONTROLS: ReadonlyMap<string, number> = new Map([
  ['\\a', 7],
  ['\\b', 8],
  ['\\f', 12],
  ['\\n', 10],
  ['\\r', 13],
  ['\\t', 9],
  ['\\v', 11],
  ['\\\\', 0x5c],
]);

const HEX_LENGTHS: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);

export interface Categories {
  readonly word: CharSet;
  readonly digit: CharSet;
  readonly space: CharSet;
}

export type Escaped =
  | { readonly kind: 'code'; readonly code: number }
  | { readonly kind: 'category'; readonly set: CharSet }
  | { readonly kind: 'anchor'; readonly anchor: Anchor }
  | { readonly kind: 'reference'; readonly group: number };

/** An escape inside `[…]`, where `\b` is a backspace and there are no anchors and no references. */
export function readClassEscape(source: Source, piece: string, categories: Categories): Escaped {
  const control = CONTROLS.get(piece);
  if (control !== undefined) return { kind: 'code', code: control };
  const category = categoryOf(piece, categories);
  if (category !== undefined) return { kind: 'category', set: category };
  const letter = piece.slice(1);
  if (/^[0-7]$/.test(letter)) {
    const digits = letter + source.takeWhile(2, /^[0-7]$/);
    return octal(source, digits);
  }
  if (/^[89]$/.test(letter)) throw source.wrong(`bad escape ${piece}`);
  return readCommonEscape(source, piece, letter);
}

/** An escape outside of a class. `groups` = groups opened so far, for telling a reference. */
export function readEscape(source: Source, piece: string, categories: Categories, ascii: boolean): Escaped {
  const anchor = anchorOf(piece, ascii);
  if (anchor !== undefined) return { kind: 'anchor', anchor };
  const category = categoryOf(piece, categories);
  if (category !== undefined) return { kind: 'category', set: category };
  const control = CONTROLS.get(piece);
  if (control !== undefined) return { kind: 'code', code: control };
  const letter = piece.slice(1);
  if (letter === '0') return { kind: 'code', code: Number.parseInt(`0${source.takeWhile(2, /^[0-7]$/)}`, 8) };
  if (/^[1-9]$/.test(letter)) return readNumber(source, letter);
  return readCommonEscape(source, piece, letter);
}

/** Three octal digits are a character; one or two digits refer to a group. */
function readNumber(source: Source, first: string): Escaped {
  let digits = first;
  if (source.next !== undefined && /^[0-9]$/.test(source.next)) {
    digits += source.take();
    if (/^[0-7]{2}$/.test(digits) && source.next !== undefined && /^[0-7]$/.test(source.next)) {
      digits += source.take();
      return octal(source, digits);
    }
  }
  return { kind: 'reference', group: Number(digits) };
}

function octal(source: Source, digits: string): Escaped {
  const code = Number.parseInt(digits, 8);
  if (code > 0o377) throw source.wrong(`octal escape \\${digits} is above \\377`);
  return { kind: 'code', code };
}

function readCommonEscape(source: Source, piece: string, letter: string): Escaped {
  const length = HEX_LENGTHS.get(letter);
  if (length !== undefined) {
    const digits = source.takeWhile(length, /^[0-9a-fA-F]$/);
    const code = Number.parseInt(digits, 16);
    if (digits.length !== length || code > 0x10ffff) throw source.wrong(`incomplete escape ${piece}${digits}`);
    return { kind: 'code', code };
  }
  if (letter === 'N') {
    if (!source.accept('{')) throw source.wrong('missing { after \\N');
    const name = source.takeUntil('}', 'character name');
    const code = characterNamed(name);
    if (code === undefined) throw source.wrong(`there is no character named ${JSON.stringify(name)}`);
    return { kind: 'code', code };
  }
  if (/^[a-zA-Z]$/.test(letter)) throw source.wrong(`bad escape ${piece}`);
  return { kind: 'code', code: letter.codePointAt(0) ?? 0 };
}

function categoryOf(piece: string, categories: Categories): CharSet | undefined {
  switch (piece) {
    case '\\d':
      return categories.digit;
    case '\\D':
      return categories.digit.complement();
    case '\\s':
      return categories.space;
    case '\\S':
      return categories.space.complement();
    case '\\w':
      return categories.word;
    case '\\W':
      return categories.word.complement();
    default:
      return undefined;
  }
}

function anchorOf(piece: string, ascii: boolean): Anchor | undefined {
  switch (piece) {
    case '\\A':
      return 'start';
    case '\\Z':
      return 'text-end';
    case '\\b':
      return ascii ? 'ascii-word-edge' : 'word-edge';
    case '\\B':
      return ascii ? 'ascii-no-word-edge' : 'no-word-edge';
    default:
      return undefined;
  }
}
