/** What any rule language tells the index about a condition, so that the condition need not be evaluated on most events. */

/**
 * A necessary condition: the rule can only match if `field` is a text that, lower-cased, holds (`contains`), begins with, ends with or is
 * one of `texts`; for `equals` also if it is a number that one of them names in decimal; for any kind if it is a list or map, of which a
 * requirement says nothing. All requirements of one condition must hold at once.
 */
export interface Requirement {
  /** Lower case. */
  readonly field: string;
  readonly kind: 'equals' | 'contains' | 'prefix' | 'suffix';
  /** Lower case. */
  readonly texts: readonly string[];
}
