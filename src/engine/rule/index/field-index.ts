/**
 * Which items can hold for a value of one field: exact values by a map, beginnings, ends and parts by one walk each. Real values repeat
 * (97 % of look-ups in recorded events), so the answer is kept by value and most look-ups are one map access.
 */

import { BoundedCache } from './bounded-cache.js';
import type { Requirement } from './requirement.js';
import { TextTable, type TextItems, type TextPlace } from './text-table.js';

/** Values kept by field, twice this number at most; at 256 units each that is 2 MB for the busiest field. */
const CACHE_VALUES = 2048;
/** Longer values hardly repeat, and hashing them to look them up costs as much as walking them. */
const CACHE_VALUE_LENGTH_MAX = 256;

/** Turns a value as the event holds it into what conditions see: lower-cased text or a number; anything else has no candidates. */
export type Fold = (value: unknown) => unknown;

const NONE: readonly number[] = [];

export class FieldIndex {
  readonly field: string;
  readonly #exact: ReadonlyMap<string | number, readonly number[]>;
  readonly #tables: readonly TextTable[];
  /** For lists and maps, of which requirements say nothing. */
  readonly #all: readonly number[];
  readonly #fold: Fold;
  readonly #cache = new BoundedCache<unknown, readonly number[]>(CACHE_VALUES);

  constructor(
    field: string,
    witnesses: readonly { readonly item: number; readonly requirement: Requirement }[],
    fold: Fold,
  ) {
    this.field = field;
    this.#fold = fold;
    const exact = new Map<string | number, number[]>();
    const places: Record<TextPlace, Map<string, number[]>> = { start: new Map(), end: new Map(), anywhere: new Map() };
    for (const { item, requirement } of witnesses) {
      for (const text of requirement.texts) {
        if (requirement.kind === 'equals') {
          add(exact, text, item);
          const number = namedNumber(text);
          if (number !== undefined) add(exact, number, item);
        } else {
          add(places[PLACE_OF[requirement.kind]], text, item);
        }
      }
    }
    this.#exact = exact;
    this.#all = sorted(new Set(witnesses.map(({ item }) => item)));
    this.#tables = (['start', 'end', 'anywhere'] as const)
      .filter((place) => places[place].size > 0)
      .map((place) => new TextTable(place, places[place] as TextItems));
  }

  /** Items whose witness holds for the value, each once, ascending. */
  candidates(value: unknown): readonly number[] {
    if (typeof value === 'string') {
      if (value.length > CACHE_VALUE_LENGTH_MAX) return this.#search(value);
    } else if (typeof value !== 'number') {
      return typeof value === 'object' && value !== null ? this.#all : NONE;
    }
    const kept = this.#cache.get(value);
    if (kept !== undefined) return kept;
    const found = this.#search(value);
    this.#cache.set(value, found);
    return found;
  }

  #search(value: unknown): readonly number[] {
    const folded = this.#fold(value);
    if (typeof folded !== 'string') {
      return typeof folded === 'number' ? sorted(new Set(this.#exact.get(folded))) : NONE;
    }
    const found = new Set<number>(this.#exact.get(folded));
    for (const table of this.#tables) {
      table.find(folded, (items) => {
        for (const item of items) found.add(item);
      });
    }
    return sorted(found);
  }
}

const PLACE_OF = { prefix: 'start', suffix: 'end', contains: 'anywhere' } as const;

function add<Key>(into: Map<Key, number[]>, key: Key, item: number): void {
  const items = into.get(key);
  if (items === undefined) into.set(key, [item]);
  else if (!items.includes(item)) items.push(item);
}

/**
 * The number that a text of a requirement stands for. Numbers are compared as doubles: two large ids that fall together make a candidate
 * too many, never one too few.
 */
function namedNumber(text: string): number | undefined {
  return /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}

function sorted(items: ReadonlySet<number>): readonly number[] {
  return items.size === 0 ? NONE : [...items].sort((a, b) => a - b);
}
