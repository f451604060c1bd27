/** Finds what a pattern can never match in a text in lower case. */

import type { Pattern } from './syntax.js';

/** Larger classes are not looked through: `[^x]` has a million members, and one of them will do. */
const MAX_CLASS = 64;

/** Whether the pattern, or one of the alternatives that it offers, asks for a capital letter. */
export function asksForCapital(tree: Pattern): boolean {
  switch (tree.form) {
    case 'set':
      return isCapitalsOnly(tree);
    case 'sequence':
      return tree.parts.some(asksForCapital);
    case 'choice':
      return tree.options.some(asksForCapital);
    case 'repeat':
      return tree.most > 0 && asksForCapital(tree.body);
    case 'group':
    case 'atomic':
      return asksForCapital(tree.body);
    case 'look':
      return !tree.negated && asksForCapital(tree.body);
    case 'condition':
      return asksForCapital(tree.yes) || asksForCapital(tree.no);
    case 'anchor':
    case 'reference':
      return false;
  }
}

function isCapitalsOnly({ set }: Pattern & { readonly form: 'set' }): boolean {
  if (set.isEmpty || set.size > MAX_CLASS) return false;
  return set.ranges().every(([low, high]) => {
    for (let code = low; code <= high; code++) {
      const character = String.fromCodePoint(code);
      if (character === character.toLowerCase()) return false;
    }
    return true;
  });
}
