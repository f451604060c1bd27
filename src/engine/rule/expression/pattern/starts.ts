/** Where a search has to try at all. Leaves out only places where no match can begin, or none that an earlier place would not have found. */

import type { CharSet } from './char-set.js';
import { ALL, NOT_LINE_FEED } from './char-set.js';
import type { Codes } from './position.js';
import type { Pattern } from './syntax.js';
import { UNBOUNDED } from './syntax.js';

const LINE_FEED = 0x0a;

type Plan =
  | { readonly kind: 'first' }
  | { readonly kind: 'lines' }
  | { readonly kind: 'all'; readonly first: CharSet | undefined };

export function startsOf(tree: Pattern): (codes: Codes) => Iterable<number> {
  const plan = planOf(tree);
  return (codes) => walk(plan, codes);
}

function* walk(plan: Plan, codes: Codes): Generator<number> {
  if (plan.kind === 'first') {
    yield 0;
    return;
  }
  const first = plan.kind === 'all' ? plan.first : undefined;
  for (let place = 0; place <= codes.length; place++) {
    if (plan.kind === 'lines') {
      if (place === 0 || codes[place - 1] === LINE_FEED) yield place;
    } else if (first === undefined || (place < codes.length && first.has(codes[place] ?? 0))) yield place;
  }
}

function planOf(tree: Pattern): Plan {
  const leading = leadingOf(tree);
  if (leading?.form === 'anchor' && leading.anchor === 'start') return { kind: 'first' };
  if (leading?.form === 'repeat' && !hasReference(tree)) {
    // What `.*` fails to find from one place it fails to find from every later place of the same line.
    const { body, least, most, greed } = leading;
    if (body.form === 'set' && least === 0 && most === UNBOUNDED && greed !== 'possessive') {
      if (body.set === ALL) return { kind: 'first' };
      if (body.set === NOT_LINE_FEED) return { kind: 'lines' };
    }
  }
  const first = firstOf(tree);
  return { kind: 'all', first: first.empty ? undefined : first.set };
}

/** The first piece, looking into groups but not into alternatives and repeats. */
function leadingOf(tree: Pattern): Pattern | undefined {
  let place: Pattern | undefined = tree;
  while (place?.form === 'sequence' || place?.form === 'group')
    place = place.form === 'group' ? place.body : place.parts[0];
  return place;
}

function hasReference(tree: Pattern): boolean {
  switch (tree.form) {
    case 'reference':
    case 'condition':
      return true;
    case 'sequence':
      return tree.parts.some(hasReference);
    case 'choice':
      return tree.options.some(hasReference);
    case 'repeat':
    case 'group':
    case 'atomic':
    case 'look':
      return hasReference(tree.body);
    default:
      return false;
  }
}

interface First {
  /** Characters that a match can begin with. */
  readonly set: CharSet;
  /** It may also be empty, or begin with anything. */
  readonly empty: boolean;
}

const OPEN: First = { set: ALL, empty: true };

function firstOf(tree: Pattern): First {
  switch (tree.form) {
    case 'set':
      return { set: tree.set, empty: false };
    case 'sequence': {
      let known: First | undefined;
      for (const part of tree.parts) {
        const first = firstOf(part);
        known = known === undefined ? first : { set: known.set.union(first.set), empty: first.empty };
        if (!known.empty) return known;
      }
      return known === undefined ? OPEN : { ...known, empty: true };
    }
    case 'choice': {
      const options = tree.options.map(firstOf);
      return options.reduce((left, right) => ({ set: left.set.union(right.set), empty: left.empty || right.empty }));
    }
    case 'repeat': {
      const body = firstOf(tree.body);
      return tree.least === 0 ? { ...body, empty: true } : body;
    }
    case 'group':
    case 'atomic':
      return firstOf(tree.body);
    case 'anchor':
    case 'look':
      return NOWHERE;
    default:
      return OPEN;
  }
}

/** Takes no character, so the next piece decides. */
const NOWHERE: First = { set: ALL.complement(), empty: true };
