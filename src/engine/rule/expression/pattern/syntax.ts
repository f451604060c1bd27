/** The tree of a pattern. Flags are already worked into it: a piece of text is a set of code points, an anchor knows its kind. */

import type { CharSet } from './char-set.js';
import type { CaseRules } from './unicode.js';

export type Anchor =
  | 'start'
  | 'line-start'
  /** Before a final line feed too. */
  | 'end'
  | 'line-end'
  | 'text-end'
  | 'word-edge'
  | 'no-word-edge'
  | 'ascii-word-edge'
  | 'ascii-no-word-edge';

/** `possessive` and atomic groups never give back what they took. */
export type Greed = 'greedy' | 'lazy' | 'possessive';

export type Pattern =
  | { readonly form: 'set'; readonly set: CharSet }
  | { readonly form: 'anchor'; readonly anchor: Anchor }
  | { readonly form: 'sequence'; readonly parts: readonly Pattern[] }
  | { readonly form: 'choice'; readonly options: readonly Pattern[] }
  | {
      readonly form: 'repeat';
      readonly body: Pattern;
      readonly least: number;
      readonly most: number;
      readonly greed: Greed;
    }
  /** `index` from 1; undefined for a group that captures nothing. */
  | { readonly form: 'group'; readonly index: number; readonly body: Pattern }
  | { readonly form: 'atomic'; readonly body: Pattern }
  /** `back`: characters to step back first, for look-behind; 0 for look-ahead. */
  | { readonly form: 'look'; readonly body: Pattern; readonly negated: boolean; readonly back: number }
  | { readonly form: 'reference'; readonly group: number; readonly fold: CaseRules | undefined }
  | { readonly form: 'condition'; readonly group: number; readonly yes: Pattern; readonly no: Pattern };

/** `most` of a repeat without an upper bound. */
export const UNBOUNDED = Number.POSITIVE_INFINITY;

export const NOTHING: Pattern = { form: 'sequence', parts: [] };
