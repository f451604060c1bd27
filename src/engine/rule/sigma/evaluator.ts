/** What both evaluators give, and what they read. */

import type { Matched } from '../rule.js';

/** One event as Sigma rules see it. */
export interface SigmaView {
  /** A field by the rule's name for it (spelling of letters does not matter); `undefined` where the event lacks it, `null` where it is null. */
  value(field: string): unknown;
  /** Every value of the event, nested ones and list items included, as text, for keywords. */
  texts(): Iterable<string>;
}

export interface SigmaExplanation {
  /** A node of the condition: `and`, `not`, a selection's name, a field's test, or one value's. */
  readonly text: string;
  readonly isTrue: boolean;
  readonly matched?: Matched | undefined;
  readonly parts: readonly SigmaExplanation[];
}
