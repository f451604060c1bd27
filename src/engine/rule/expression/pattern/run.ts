/**
 * A run of so many characters of one kind, anywhere or at the end: `.{1000,}`, `(.){200,}`, `[^/]{100,}$`. An automaton would keep a state for
 * each count that may be under way; counting is enough.
 */

import type { CharSet } from './char-set.js';
import type { Pattern } from './syntax.js';

const LINE_FEED = 0x0a;

/** From so many on an automaton gets slow. */
const LEAST_MIN = 8;

export class Run {
  readonly #set: CharSet;
  readonly #least: number;
  readonly #end: 'none' | 'end' | 'text-end';
  /** Membership of the first 128 characters. */
  readonly #ascii: readonly boolean[];

  private constructor(set: CharSet, least: number, end: 'none' | 'end' | 'text-end') {
    this.#set = set;
    this.#least = least;
    this.#end = end;
    this.#ascii = Array.from({ length: 128 }, (_, code) => set.has(code));
  }

  /** @returns undefined for a pattern of another shape, or one that is not sought anywhere in a text */
  static of(tree: Pattern, search: boolean): Run | undefined {
    if (!search) return undefined;
    const [repeat, anchor, more] = tree.form === 'sequence' ? tree.parts : [tree];
    if (repeat?.form !== 'repeat' || repeat.least < LEAST_MIN || more !== undefined) return undefined;
    const body = repeat.body.form === 'group' ? repeat.body.body : repeat.body;
    const only = body.form === 'sequence' && body.parts.length === 1 ? body.parts[0]! : body;
    if (only.form !== 'set') return undefined;
    if (anchor === undefined) return new Run(only.set, repeat.least, 'none');
    if (anchor.form !== 'anchor' || (anchor.anchor !== 'end' && anchor.anchor !== 'text-end')) return undefined;
    // What the run takes in beyond `most` need not be taken: it may begin later.
    return new Run(only.set, repeat.least, anchor.anchor);
  }

  matches(text: string): boolean {
    let length = 0;
    for (let at = 0; at < text.length; at++) {
      // Before a final line feed is an end as well; the line feed itself may belong to the run.
      if (this.#end === 'end' && length >= this.#least && at === text.length - 1 && text.charCodeAt(at) === LINE_FEED) {
        return true;
      }
      const code = text.codePointAt(at)!;
      if (code > 0xffff) at++;
      length = (code < 128 ? this.#ascii[code]! : this.#set.has(code)) ? length + 1 : 0;
      if (this.#end === 'none' && length >= this.#least) return true;
    }
    return length >= this.#least;
  }
}
