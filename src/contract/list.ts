/** Lists are paged by an opaque cursor: `?limit=&cursor=` gives `{items, next}`; `next` is `null` on the last page. */

import { Type, type Static, type TSchema } from '@sinclair/typebox';

export const PAGE_LIMIT_DEFAULT = 100;
export const PAGE_LIMIT_MAX = 1000;

export const PageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_LIMIT_MAX, default: PAGE_LIMIT_DEFAULT })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 512 })),
};

export interface Page<Item> {
  items: Item[];
  next: string | null;
  /** How many there are in all, up to 10,000; absent where counting would cost more than the page. */
  count?: number;
  /** False where `count` stopped at its limit. */
  countExact?: boolean;
}

/** `id` names the schema in the OpenAPI document: `ThreatPage`, … */
export function PageOf<Item extends TSchema>(item: Item, id: string) {
  return Type.Object(
    {
      items: Type.Array(item),
      next: Type.Union([Type.String(), Type.Null()]),
      count: Type.Optional(Type.Integer()),
      countExact: Type.Optional(Type.Boolean()),
    },
    { $id: id },
  );
}

/** Of lists that are told whole unless a limit is given. */
export const WholeListQuery = Type.Object(
  { limit: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_LIMIT_MAX })), cursor: PageQuery.cursor },
  { additionalProperties: false },
);
export type WholeListQuery = Static<typeof WholeListQuery>;
