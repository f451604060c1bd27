/** Reads a pattern piece by piece: a character, or a backslash with the character behind it. */

import { syntaxFailure } from '../failure.js';

export class Source {
  readonly #codes: readonly number[];
  #place = 0;
  #next: string | undefined;

  constructor(codes: readonly number[]) {
    this.#codes = codes;
    this.#advance();
  }

  /** The piece that `take` will give; undefined at the end. */
  get next(): string | undefined {
    return this.#next;
  }

  /** Offset of `next` in code points. */
  get place(): number {
    return this.#place - (this.#next === undefined ? 0 : lengthOf(this.#next));
  }

  take(): string | undefined {
    const piece = this.#next;
    this.#advance();
    return piece;
  }

  accept(piece: string): boolean {
    if (this.#next !== piece) return false;
    this.#advance();
    return true;
  }

  seek(place: number): void {
    this.#place = place;
    this.#advance();
  }

  /** Up to `most` pieces that `wanted` takes. */
  takeWhile(most: number, wanted: RegExp): string {
    let text = '';
    for (let count = 0; count < most && this.#next !== undefined && wanted.test(this.#next); count++)
      text += this.take();
    return text;
  }

  /** Everything up to the terminator, which is taken too. */
  takeUntil(terminator: string, what: string): string {
    let text = '';
    for (;;) {
      const piece = this.take();
      if (piece === undefined)
        throw this.wrong(text === '' ? `missing ${what}` : `missing ${terminator} after ${what}`);
      if (piece === terminator) {
        if (text === '') throw this.wrong(`missing ${what}`);
        return text;
      }
      text += piece;
    }
  }

  wrong(message: string): ReturnType<typeof syntaxFailure> {
    return syntaxFailure(`the pattern is wrong at its character ${this.place}: ${message}`);
  }

  #advance(): void {
    const code = this.#codes[this.#place];
    if (code === undefined) {
      this.#next = undefined;
      return;
    }
    this.#place++;
    let piece = String.fromCodePoint(code);
    if (piece === '\\') {
      const escaped = this.#codes[this.#place];
      if (escaped === undefined) throw syntaxFailure('the pattern ends in a lone backslash');
      this.#place++;
      piece += String.fromCodePoint(escaped);
    }
    this.#next = piece;
  }
}

function lengthOf(piece: string): number {
  return piece.startsWith('\\') ? 2 : 1;
}
