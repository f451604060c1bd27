/**
 * A Sigma text with wildcards: literal parts and what stands between them. `*` is any number of characters, line ends included, `?` exactly one,
 * however many units it takes.
 */

/** Plain numbers, so that documents can be written down and read again as they are. */
export const MANY = 0;
export const ONE = 1;

/** Never two literals in a row, never two `MANY` in a row, never an empty literal. Empty = the empty text. */
export type TextPattern = readonly (string | typeof MANY | typeof ONE)[];
