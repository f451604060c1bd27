/** Opaque places in a list: the sort values of the last item shown, so that pages stay right while rows come and go. */

import { AppError } from '../app/app-error.js';
import type { Page, PageRequest } from '../app/query-ports.js';

type Kind = 'string' | 'number';

export function encodeCursor(values: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/**
 * @returns the values, or `undefined` where there is no cursor or an empty one: the list then starts from the beginning
 * @throws AppError `CURSOR_INVALID` where it is not one of this list's: whoever reads on with it would get the first page for ever
 */
export function decodeCursor(cursor: string | undefined, kinds: readonly Kind[]): (string | number)[] | undefined {
  if (cursor === undefined || cursor === '') return undefined;
  let values: unknown;
  try {
    values = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw invalidCursor();
  }
  if (!Array.isArray(values) || values.length !== kinds.length) throw invalidCursor();
  if (!values.every((value, at) => typeof value === kinds[at])) throw invalidCursor();
  return values as (string | number)[];
}

export function invalidCursor(): AppError {
  return new AppError(
    'CURSOR_INVALID',
    'The cursor is none of this list in this order. Give `next` of the page before as it came, with the same `sort`, or begin without one.',
  );
}

/** @param rows  one more than the page holds, where there are more */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  { limit }: PageRequest,
  item: (row: Row) => Item,
  place: (row: Row) => readonly (string | number)[],
  count?: Page<Item>['count'],
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const next = rows.length > limit && last !== undefined ? encodeCursor(place(last)) : undefined;
  return { items: shown.map(item), next, ...(count === undefined ? {} : { count }) };
}

/** Counting stops here: an exact number beyond it helps nobody and costs a scan. */
export const COUNT_MAX = 10_000;

export function countOf(counted: number): { readonly items: number; readonly exact: boolean } {
  return { items: Math.min(counted, COUNT_MAX), exact: counted <= COUNT_MAX };
}

/** A text as a part of a `LIKE … ESCAPE '\'` pattern. */
export function likeText(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
