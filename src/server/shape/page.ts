/** Pages on their way out. */

import type { Page } from '../../app/query-ports.js';
import { HttpProblem } from '../problem.js';

export function pageShape<Item, Shape>(page: Page<Item>, shape: (item: Item) => Shape) {
  return {
    items: page.items.map(shape),
    next: page.next ?? null,
    ...(page.count === undefined ? {} : { count: page.count.items, countExact: page.count.exact }),
  };
}

/**
 * One page of a list that is in memory as a whole. The cursor is the key of the page's last item.
 * @throws HttpProblem 400 where no item has it: it may have gone meanwhile
 */
export function pageOfArray<Item>(
  items: readonly Item[],
  page: { readonly limit: number; readonly cursor: string | undefined },
  keyOf: (item: Item) => string,
): Page<Item> {
  const { cursor = '' } = page;
  const last = cursor === '' ? -1 : items.findIndex((item) => keyOf(item) === cursor);
  if (cursor !== '' && last === -1) {
    throw new HttpProblem(
      400,
      'REQUEST_INVALID',
      'The cursor names nothing in this list, or no longer does. Begin again without one.',
    );
  }
  const slice = items.slice(last + 1, last + 1 + page.limit);
  const end = slice.at(-1);
  const more = last + 1 + slice.length < items.length;
  return {
    items: slice,
    next: more && end !== undefined ? keyOf(end) : undefined,
    count: { items: items.length, exact: true },
  };
}

/** The same of a list that is told whole unless somebody asks for less. */
export function wholeOrPage<Item>(
  items: readonly Item[],
  { limit = Math.max(1, items.length), cursor }: { readonly limit?: number; readonly cursor?: string },
  keyOf: (item: Item) => string,
): Page<Item> {
  return pageOfArray(items, { limit, cursor }, keyOf);
}
