/** Pages on their way out. */

import type { Page } from '../../app/query-ports.js';

export function pageShape<Item, Shape>(page: Page<Item>, shape: (item: Item) => Shape) {
  return {
    items: page.items.map(shape),
    next: page.next ?? null,
    ...(page.count === undefined ? {} : { count: page.count.items, countExact: page.count.exact }),
  };
}

/**
 * One page of a list that is in memory as a whole. The cursor is the key of the page's last item.
 * An unknown cursor starts from the beginning.
 */
export function pageOfArray<Item>(
  items: readonly Item[],
  page: { readonly limit: number; readonly cursor: string | undefined },
  keyOf: (item: Item) => string,
): Page<Item> {
  const last = page.cursor === undefined ? -1 : items.findIndex((item) => keyOf(item) === page.cursor);
  const slice = items.slice(last + 1, last + 1 + page.limit);
  const end = slice.at(-1);
  const more = last + 1 + slice.length < items.length;
  return {
    items: slice,
    next: more && end !== undefined ? keyOf(end) : undefined,
    count: { items: items.length, exact: true },
  };
}
