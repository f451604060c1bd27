/** How many characters a piece of a pattern can be wide. Look-behind needs a fixed width. */

import type { Pattern } from './syntax.js';

export interface Width {
  readonly least: number;
  /** `Infinity` where there is no bound. */
  readonly most: number;
}

const NONE: Width = { least: 0, most: 0 };

/** @param groups  width of each group by number; a reference is as wide as its group */
export function widthOf(pattern: Pattern, groups: ReadonlyMap<number, Width>): Width {
  switch (pattern.form) {
    case 'set':
      return { least: 1, most: 1 };
    case 'anchor':
    case 'look':
      return NONE;
    case 'sequence':
      return pattern.parts.map((part) => widthOf(part, groups)).reduce(sum, NONE);
    case 'choice':
      return pattern.options.map((option) => widthOf(option, groups)).reduce(either);
    case 'repeat': {
      const body = widthOf(pattern.body, groups);
      // Nothing without a bound, taken no times, is nothing (`0 * Infinity` is not).
      const most = body.most === 0 || pattern.most === 0 ? 0 : body.most * pattern.most;
      return { least: body.least * pattern.least, most };
    }
    case 'group':
    case 'atomic':
      return widthOf(pattern.body, groups);
    case 'reference':
      return groups.get(pattern.group) ?? NONE;
    case 'condition':
      return either(widthOf(pattern.yes, groups), widthOf(pattern.no, groups));
  }
}

function sum(left: Width, right: Width): Width {
  return { least: left.least + right.least, most: left.most + right.most };
}

function either(left: Width, right: Width): Width {
  return { least: Math.min(left.least, right.least), most: Math.max(left.most, right.most) };
}
