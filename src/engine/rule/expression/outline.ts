/** What a rule compares its fields with, as it stands there: for checks that look at a rule instead of running it. */

import type { Syntax } from './syntax.js';
import { childrenOf } from './syntax.js';

/** A text literal that a field is compared with. */
export interface Comparison {
  readonly field: string;
  /** Not the field itself but a piece of it, or the same in lower case; either is a text. */
  readonly isPart: boolean;
  /** `holds`: the text is sought in the field. `matches`: it is a pattern. */
  readonly how: 'equals' | 'holds' | 'matches';
  readonly text: string;
  /** Offset of the literal, for messages; so are the others here. */
  readonly at: number;
}

export interface Outline {
  /** Where each name stands first, whether it is a field or a variable of a loop. */
  readonly names: ReadonlyMap<string, number>;
  readonly comparisons: readonly Comparison[];
  /** All text literals. */
  readonly texts: readonly { readonly text: string; readonly at: number }[];
  readonly attributes: readonly { readonly name: string; readonly field: string | undefined; readonly at: number }[];
}

export function outlineOf(root: Syntax): Outline {
  const names = new Map<string, number>();
  const comparisons: Comparison[] = [];
  const texts: { text: string; at: number }[] = [];
  const attributes: { name: string; field: string | undefined; at: number }[] = [];
  const open: Syntax[] = [root];
  for (let tree = open.pop(); tree !== undefined; tree = open.pop()) {
    if (tree.form === 'name' && !tree.builtin && !names.has(tree.name)) names.set(tree.name, tree.at);
    if (tree.form === 'string' && typeof tree.value === 'string') texts.push({ text: tree.value, at: tree.at });
    if (tree.form === 'attribute') {
      // The point and the name touch, so the name stands behind it.
      const at = tree.at + (tree.safe ? 2 : 1);
      attributes.push({ name: tree.name, field: subjectOf(tree.object)?.field, at });
    }
    comparisons.push(...comparisonsIn(tree));
    for (const child of childrenOf(tree).toReversed()) open.push(child);
  }
  return { names, comparisons, texts, attributes };
}

function comparisonsIn(tree: Syntax): readonly Comparison[] {
  if (tree.form === 'in') {
    return [
      ...compared(subjectOf(tree.container), 'holds', [tree.member]),
      ...compared(subjectOf(tree.member), 'equals', membersOf(tree.container)),
    ];
  }
  if (tree.form !== 'binary') return [];
  const { operator, left, right } = tree;
  switch (operator) {
    case '==':
    case '!=':
      return [...compared(subjectOf(left), 'equals', [right]), ...compared(subjectOf(right), 'equals', [left])];
    case '=~':
    case '=~~':
    case '!~':
    case '!~~':
      return compared(subjectOf(left), 'matches', [right]);
    default:
      return [];
  }
}

type Subject = Pick<Comparison, 'field' | 'isPart'>;

function compared(
  subject: Subject | undefined,
  how: Comparison['how'],
  literals: readonly Syntax[],
): readonly Comparison[] {
  if (subject === undefined) return [];
  return literals.flatMap((literal) =>
    literal.form === 'string' && typeof literal.value === 'string'
      ? [{ ...subject, how, text: literal.value, at: literal.at }]
      : [],
  );
}

/** The field that a side is, or is cut from. */
function subjectOf(tree: Syntax): Subject | undefined {
  let isPart = false;
  for (;;) {
    switch (tree.form) {
      case 'name':
        return tree.builtin ? undefined : { field: tree.name, isPart };
      case 'slice':
        tree = tree.container;
        break;
      case 'attribute':
        if (tree.name !== 'as_lower') return undefined;
        tree = tree.object;
        break;
      default:
        return undefined;
    }
    isPart = true;
  }
}

function membersOf(tree: Syntax): readonly Syntax[] {
  switch (tree.form) {
    case 'array':
    case 'set':
      return tree.members;
    case 'mapping':
      return tree.entries.map(([key]) => key);
    default:
      return [];
  }
}
