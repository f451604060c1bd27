/** The flags of a pattern: `(?i)` at its start, for all of it, and `(?i-s:…)` for a part. */

import type { Source } from './source.js';

export interface Flags {
  readonly ignoreCase: boolean;
  readonly multiLine: boolean;
  readonly dotAll: boolean;
  readonly verbose: boolean;
  /** `\w`, `\d`, `\s`, `\b` and case know ASCII only. */
  readonly ascii: boolean;
}

export const NO_FLAGS: Flags = { ignoreCase: false, multiLine: false, dotAll: false, verbose: false, ascii: false };

const LETTERS = 'iLmsxatu';
/** They exclude each other and cannot be switched off. */
const TYPE_LETTERS = 'aLu';

export interface FlagChange {
  readonly on: string;
  readonly off: string;
  /** `(?i)`: holds for the whole pattern; otherwise for the group that follows. */
  readonly global: boolean;
}

export function startsFlags(piece: string): boolean {
  return piece === '-' || isLetter(piece);
}

function isLetter(piece: string): boolean {
  return piece.length === 1 && LETTERS.includes(piece);
}

/** Reads from `first`, which has been taken, to the `)` or `:`. */
export function readFlags(source: Source, first: string): FlagChange {
  let on = '';
  let piece: string | undefined = first;
  if (piece !== '-') {
    for (;;) {
      if (piece === 'L') throw source.wrong('the flag L is for patterns of bytes');
      on += piece;
      if (TYPE_LETTERS.includes(piece) && /a.*u|u.*a/.test(on))
        throw source.wrong('the flags a and u exclude each other');
      piece = source.take();
      if (piece === undefined) throw source.wrong('missing -, : or )');
      if (piece === ')' || piece === '-' || piece === ':') break;
      if (!isLetter(piece)) throw source.wrong(`unknown flag ${piece}`);
    }
  }
  if (piece === ')') return { on, off: '', global: true };
  if (on.includes('t')) throw source.wrong('the flag t can only be set for the whole pattern');
  const off = piece === '-' ? readSwitchedOff(source) : '';
  if (off.includes('t')) throw source.wrong('the flag t can only be set for the whole pattern');
  if ([...on].some((letter) => off.includes(letter))) throw source.wrong('a flag is switched on and off');
  return { on, off, global: false };
}

function readSwitchedOff(source: Source): string {
  let off = '';
  let piece = source.take();
  if (piece === undefined || !isLetter(piece)) throw source.wrong('missing flag after -');
  for (;;) {
    if (TYPE_LETTERS.includes(piece)) throw source.wrong('the flags a, u and L cannot be switched off');
    off += piece;
    piece = source.take();
    if (piece === undefined) throw source.wrong('missing :');
    if (piece === ':') return off;
    if (!isLetter(piece)) throw source.wrong(`unknown flag ${piece}`);
  }
}

export function applyFlags(flags: Flags, { on, off }: FlagChange): Flags {
  const value = (letter: string, before: boolean): boolean => (before || on.includes(letter)) && !off.includes(letter);
  return {
    ignoreCase: value('i', flags.ignoreCase),
    multiLine: value('m', flags.multiLine),
    dotAll: value('s', flags.dotAll),
    verbose: value('x', flags.verbose),
    ascii: on.includes('a') || (flags.ascii && !on.includes('u')),
  };
}
