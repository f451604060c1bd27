/**
 * Regular expressions of rules, on the engine that expressions use: linear in the text, whatever the pattern. Its dialect is Python's `re`,
 * which is also what the reference implementation of Sigma checks rules with.
 */

import { fail, ok, type Result } from '../../../base/result.js';
import { Failure } from '../../expression/failure.js';
import { Pattern } from '../../expression/pattern/pattern.js';
import { foldUnit } from '../../index/unit-fold.js';
import { foldText } from './fold-text.js';

/** Texts that a match must contain, folded as the index folds; each list means "one of these". */
export interface RegexLiterals {
  readonly kind: 'equals' | 'prefix' | 'suffix' | 'contains';
  readonly texts: readonly string[];
}

/** Every text that matches holds one of `texts`; folded by `foldText` where `isFolded`. */
export interface RegexGuard {
  readonly texts: readonly string[];
  readonly isFolded: boolean;
}

export class SigmaRegex {
  readonly #pattern: Pattern;
  readonly #ignoresCase: boolean;

  /** @throws Failure where the source is no pattern; see `compileRegex` */
  constructor(source: string, flags: string) {
    this.#pattern = new Pattern(flags === '' ? source : `(?${flags})${source}`);
    this.#ignoresCase = flags.includes('i');
  }

  /** What to look for before the pattern is asked: a search is many times cheaper. `undefined` where nothing is known. */
  get guard(): RegexGuard | undefined {
    const isFolded = this.#ignoresCase;
    const spell = (code: number): string => {
      const character = String.fromCodePoint(code);
      return isFolded ? foldText(character) : character;
    };
    const { inner } = this.#pattern.literals(spell);
    return inner === undefined ? undefined : { texts: inner, isFolded };
  }

  /** A pattern with look-around or back-references may reach the step limit; then it does not match. */
  matches(text: string): boolean {
    return withinLimit(() => this.#pattern.matches(text, true)) ?? false;
  }

  /** Where the first match stands; `undefined` where it cannot be told. */
  span(text: string): { readonly start: number; readonly end: number } | undefined {
    return withinLimit(() => this.#pattern.span(text, true));
  }

  literals(): readonly RegexLiterals[] {
    const { exact, prefix, suffix, inner } = this.#pattern.literals(spellFolded);
    const isStartBound = this.#pattern.isAnchoredAtStart;
    const end = this.#pattern.anchorAtEnd;
    // `$` also matches before a final line feed.
    const ending = (texts: readonly string[]): string[] =>
      end === 'end' ? texts.flatMap((text) => [text, `${text}\n`]) : [...texts];
    if (exact !== undefined && isStartBound && end !== undefined) return [{ kind: 'equals', texts: ending(exact) }];
    const known: RegexLiterals[] = [];
    if (prefix !== undefined && isStartBound) known.push({ kind: 'prefix', texts: prefix });
    if (suffix !== undefined && end !== undefined) known.push({ kind: 'suffix', texts: ending(suffix) });
    if (inner !== undefined) known.push({ kind: 'contains', texts: inner });
    return known;
  }
}

/** @returns what is wrong with the pattern, in words, where it is none */
export function compileRegex(source: string, flags: string): Result<SigmaRegex, string> {
  try {
    return ok(new SigmaRegex(source, flags));
  } catch (error) {
    if (error instanceof Failure) return fail(error.error.message);
    throw error;
  }
}

/** Units of the first plane fold as the index folds them; of letters beyond it nothing is said. */
function spellFolded(code: number): string | undefined {
  return code > 0xffff ? undefined : String.fromCharCode(foldUnit(code));
}

function withinLimit<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
