/**
 * Which items can hold for a value of one field: exact values by a map, beginnings, ends and parts by one walk each. Real values repeat
 * (97 % of look-ups in recorded events), so the answer is kept by value and most look-ups end there.
 */

import { createTextTable, type TextPlace, type TextTable } from './text-table.js';
import { ValueCache } from './value-cache.js';
import type { Witness } from './witness-plan.js';

/** Longer values hardly repeat and are not kept. */
const CACHE_VALUE_LENGTH_MAX = 256;

/** The event as conditions see it: by lower-cased name, texts lower-cased, ids as numbers. */
export interface FoldedFields {
  get(field: string): unknown;
}

const NONE: readonly number[] = [];

export class FieldIndex {
  readonly field: string;
  /** Ascending. Everything below names an item by its place in this list. */
  readonly #items: readonly number[];
  readonly #exact: ReadonlyMap<string | number, readonly number[]>;
  readonly #exactLengthMax: number;
  readonly #tables: readonly TextTable[];
  readonly #cache = new ValueCache<readonly number[]>();
  /** Places found in the search under way, each once: `#seen` holds the number of the search that met it last. */
  #found: number[] = [];
  #search = 0;
  readonly #seen: Float64Array;
  readonly #collect = (places: readonly number[]): void => {
    for (const place of places) {
      if (this.#seen[place] === this.#search) continue;
      this.#seen[place] = this.#search;
      this.#found.push(place);
    }
  };

  constructor(field: string, witnesses: readonly Witness[]) {
    this.field = field;
    const ordered = [...witnesses].sort((a, b) => a.item - b.item);
    this.#items = ordered.map(({ item }) => item);
    this.#seen = new Float64Array(ordered.length);
    const { exact, parts } = sortTexts(ordered);
    this.#exact = exact;
    this.#exactLengthMax = longest(exact.keys());
    this.#tables = (['start', 'end', 'anywhere'] as const)
      .filter((place) => parts[place].size > 0)
      .map((place) => createTextTable(place, parts[place]));
  }

  /**
   * Items whose witness holds, each once, ascending.
   *
   * @param value   the field as the event has it; what the answer is kept by
   * @param fields  the same event folded; asked only where the answer has to be worked out
   */
  candidates(value: unknown, fields: FoldedFields): readonly number[] {
    if (typeof value === 'string') {
      if (value.length > CACHE_VALUE_LENGTH_MAX) return this.#find(fields.get(this.field));
    } else if (typeof value !== 'number') {
      // Of lists and maps requirements say nothing; nothing else can fulfil one.
      return typeof value === 'object' && value !== null ? this.#items : NONE;
    }
    const kept = this.#cache.get(value);
    if (kept !== undefined) return kept;
    const found = this.#find(fields.get(this.field));
    this.#cache.set(value, found);
    return found;
  }

  #find(folded: unknown): readonly number[] {
    this.#search++;
    if (typeof folded === 'number') {
      this.#collect(this.#exact.get(folded) ?? NONE);
    } else if (typeof folded === 'string') {
      // A look-up hashes the whole of a long value only to find that no exact text is as long.
      if (folded.length <= this.#exactLengthMax) this.#collect(this.#exact.get(folded) ?? NONE);
      for (const table of this.#tables) table.find(folded, this.#collect);
    }
    if (this.#found.length === 0) return NONE;
    const items = this.#found.sort((a, b) => a - b).map((place) => this.#items[place]!);
    this.#found = [];
    return items;
  }
}

const PLACE_OF = { prefix: 'start', suffix: 'end', contains: 'anywhere' } as const;

interface SortedTexts {
  readonly exact: Map<string | number, number[]>;
  readonly parts: Record<TextPlace, Map<string, number[]>>;
}

function sortTexts(witnesses: readonly Witness[]): SortedTexts {
  const exact = new Map<string | number, number[]>();
  const parts = {
    start: new Map<string, number[]>(),
    end: new Map<string, number[]>(),
    anywhere: new Map<string, number[]>(),
  };
  for (const [place, { requirement }] of witnesses.entries()) {
    for (const text of requirement.texts) {
      if (requirement.kind !== 'equals') {
        add(parts[PLACE_OF[requirement.kind]], text, place);
        continue;
      }
      add(exact, text, place);
      const number = namedNumber(text);
      if (number !== undefined) add(exact, number, place);
    }
  }
  return { exact, parts };
}

function add<Key>(into: Map<Key, number[]>, key: Key, place: number): void {
  const places = into.get(key);
  if (places === undefined) into.set(key, [place]);
  else if (places.at(-1) !== place) places.push(place);
}

/**
 * The number that a text of a requirement stands for. Numbers are compared as doubles: two large ids that fall together make a candidate
 * too many, never one too few.
 */
function namedNumber(text: string): number | undefined {
  return /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}

function longest(keys: Iterable<string | number>): number {
  let most = -1;
  for (const key of keys) if (typeof key === 'string') most = Math.max(most, key.length);
  return most;
}
