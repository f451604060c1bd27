/** What any rule language tells the index about a condition, so that the condition need not be evaluated on most events. */

/**
 * Holds if `field` is a text that, without regard to letter case, holds (`contains`), begins with, ends with or is one of `texts`; a number
 * or truth value counts by its text, and for `equals` a number also by any decimal form of itself. Of a list or map a requirement says
 * nothing, which counts as holding.
 */
export interface Requirement {
  /** Lower case. `ANY_FIELD` = some value of the event, whatever its field. */
  readonly field: string;
  readonly kind: 'equals' | 'contains' | 'prefix' | 'suffix';
  readonly texts: readonly string[];
}

/** A necessary condition: a rule can only match if at least one of these holds. All clauses of one rule must hold at once. */
export type Clause = readonly Requirement[];

/** Names no field: no event can have it. */
export const ANY_FIELD = '*';
