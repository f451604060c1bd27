/**
 * A Sigma text with wildcards: literal parts and what stands between them. `*` is any number of characters, line ends included, `?` exactly one
 * UTF-16 unit.
 */

export const MANY = Symbol('*');
export const ONE = Symbol('?');

/** Never two literals in a row, never two `MANY` in a row, never an empty literal. Empty = the empty text. */
export type TextPattern = readonly (string | typeof MANY | typeof ONE)[];
