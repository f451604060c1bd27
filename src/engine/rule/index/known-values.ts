/**
 * The values of one field that were seen before, each with what was found out about it: real values repeat, and most tests of a rule ask one
 * field only, so what they said of a value need not be worked out again. Bounded; a value that is forgotten takes its answers along.
 */

import { Repetition, SHORT_VALUE_MAX } from './repetition.js';
import { ValueCache } from './value-cache.js';

/** Answers that share a number: two bits each. */
const ANSWERS_PER_WORD = 8;

export class KnownValue {
  /** Two bits for each test that was asked, by the number that `KnownValues.newTest` gave it: 0 = not yet, 2 = false, 3 = true. */
  readonly #answers: number[] = [];
  /** Without regard to letter case, as the language in question folds; kept here by whoever folds first. */
  folded: string | undefined;

  constructor(readonly text: string) {}

  /** What the test said of this value; `undefined` where it was not asked yet. */
  answer(test: number): boolean | undefined {
    const word = this.#answers[test >>> 3];
    if (word === undefined) return undefined;
    const bits = (word >>> ((test & (ANSWERS_PER_WORD - 1)) << 1)) & 3;
    return bits === 0 ? undefined : bits === 3;
  }

  keep(test: number, answer: boolean): void {
    const answers = this.#answers;
    const at = test >>> 3;
    while (answers.length <= at) answers.push(0);
    answers[at]! |= (answer ? 3 : 2) << ((test & (ANSWERS_PER_WORD - 1)) << 1);
  }
}

export class KnownValues {
  readonly #cache = new ValueCache<KnownValue>();
  #last: KnownValue | undefined;
  #tests = 0;
  readonly #longRepetition = new Repetition();

  /** A number for a test that depends on nothing but this field's value. */
  newTest(): number {
    return this.#tests++;
  }

  /** @returns `undefined` for values that are not worth keeping */
  of(text: string): KnownValue | undefined {
    // Events come in runs: one comparison is a third of what the cache costs.
    if (this.#last?.text === text) return this.#last;
    const isLong = text.length > SHORT_VALUE_MAX;
    if (isLong && !this.#longRepetition.isWorthKeeping(text.length)) return undefined;
    let known = this.#cache.get(text);
    if (isLong) this.#longRepetition.count(known !== undefined);
    if (known === undefined) {
      known = new KnownValue(text);
      this.#cache.set(text, known);
    }
    this.#last = known;
    return known;
  }
}
