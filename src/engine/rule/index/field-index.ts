/**
 * Which items can hold for a value of one field: exact values, beginnings and ends by a walk that stops at the first dead end, parts by a
 * search. Real values repeat (97 % of look-ups in recorded events), so the answer is kept by value and most look-ups end there.
 */

import { NUMBER_FIELDS } from '../../event/field-names.js';
import { toInteger } from '../../event/event.js';
import { Repetition, SHORT_VALUE_MAX } from './repetition.js';
import type { Requirement } from './requirement.js';
import { createTextTable, type TextPlace, type TextTable } from './text-table.js';
import { ValueCache } from './value-cache.js';

/** An item is found by any of its requirements; all are about the index's field. */
export interface Filed {
  readonly item: number;
  /** `undefined`: found by any value, and by none; only `MayHold` can rule it out. */
  readonly requirement: Requirement | undefined;
}

/** False where an item cannot hold for the value that the event under way has in the index's field. */
export type MayHold = (item: number) => boolean;

const NONE: readonly number[] = [];

export class FieldIndex {
  readonly field: string;
  /** Ascending. Everything below names an item by its place in this list. */
  readonly #items: readonly number[];
  readonly #numbers: ReadonlyMap<number, readonly number[]>;
  /** Values of this field are numbers in several spellings (`0x1410`, `5136`). */
  readonly #hasNumbers: boolean;
  readonly #tables: readonly TextTable[];
  /** Places of items that no text finds. */
  readonly #unsought: readonly number[];
  /** Of events without the field, once it was asked. */
  #foundAbsent: readonly number[] | undefined;
  readonly #mayHold: MayHold;
  readonly #cache = new ValueCache<readonly number[]>();
  #last: string | number | undefined;
  #lastFound = NONE;
  readonly #longRepetition = new Repetition();
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

  constructor(field: string, filed: readonly Filed[], mayHold: MayHold) {
    this.field = field;
    this.#items = [...new Set(filed.map(({ item }) => item))].sort((a, b) => a - b);
    this.#seen = new Float64Array(this.#items.length);
    const placeOf = new Map(this.#items.map((item, place) => [item, place]));
    this.#mayHold = mayHold;
    this.#unsought = filed.flatMap(({ item, requirement }) => (requirement === undefined ? [placeOf.get(item)!] : []));
    const { numbers, parts } = sortTexts(filed, placeOf);
    this.#numbers = numbers;
    this.#hasNumbers = numbers.size > 0 && NUMBER_FIELDS.has(field);
    this.#tables = PLACES.filter((place) => parts[place].size > 0).map((place) => createTextTable(place, parts[place]));
  }

  /**
   * Items one of whose requirements holds, without those that a value seen before was found to rule out; each once, ascending.
   *
   * @param value  the field as the event has it
   */
  candidates(value: unknown): readonly number[] {
    switch (typeof value) {
      case 'string':
        if (value.length > SHORT_VALUE_MAX) return this.#findLong(value);
        break;
      case 'number':
        break;
      case 'boolean':
      case 'bigint':
        return this.#find(String(value));
      default:
        // Of lists and maps requirements say nothing; nothing else can fulfil one.
        if (typeof value === 'object' && value !== null) return this.#items;
        if (value === null) return this.#unsoughtOf();
        return (this.#foundAbsent ??= this.#unsoughtOf());
    }
    // Events come in runs: one comparison is a third of what the cache costs.
    if (value === this.#last) return this.#lastFound;
    let found = this.#cache.get(value);
    if (found === undefined) {
      found = this.#find(value);
      this.#cache.set(value, found);
    }
    this.#last = value;
    this.#lastFound = found;
    return found;
  }

  #findLong(value: string): readonly number[] {
    // Of a value that is seen once, what rules conditions out is asked when they are evaluated.
    if (!this.#longRepetition.isWorthKeeping(value.length)) return this.#sought(value);
    const kept = this.#cache.get(value);
    this.#longRepetition.count(kept !== undefined);
    if (kept !== undefined) return kept;
    const found = this.#find(value);
    this.#cache.set(value, found);
    return found;
  }

  #find(value: string | number): readonly number[] {
    const items = this.#sought(value).filter(this.#mayHold);
    return items.length === 0 ? NONE : items;
  }

  #unsoughtOf(): readonly number[] {
    return this.#unsought.map((place) => this.#items[place]!).filter(this.#mayHold);
  }

  /** Items one of whose requirements holds, ascending. */
  #sought(value: string | number): readonly number[] {
    this.#search++;
    const number = typeof value === 'number' ? value : this.#hasNumbers ? toInteger(value) : undefined;
    if (number !== undefined) this.#collect(this.#numbers.get(number) ?? NONE);
    const text = typeof value === 'number' ? String(value) : value;
    for (const table of this.#tables) table.find(text, this.#collect);
    this.#collect(this.#unsought);
    if (this.#found.length === 0) return NONE;
    const items = this.#found.sort((a, b) => a - b).map((place) => this.#items[place]!);
    this.#found = [];
    return items;
  }
}

const PLACES: readonly TextPlace[] = ['whole', 'start', 'end', 'anywhere'];
const PLACE_OF = { equals: 'whole', prefix: 'start', suffix: 'end', contains: 'anywhere' } as const;

interface SortedTexts {
  readonly numbers: Map<number, number[]>;
  readonly parts: Record<TextPlace, Map<string, number[]>>;
}

function sortTexts(filed: readonly Filed[], placeOf: ReadonlyMap<number, number>): SortedTexts {
  const numbers = new Map<number, number[]>();
  const parts = {
    whole: new Map<string, number[]>(),
    start: new Map<string, number[]>(),
    end: new Map<string, number[]>(),
    anywhere: new Map<string, number[]>(),
  };
  for (const { item, requirement } of filed) {
    if (requirement === undefined) continue;
    const place = placeOf.get(item)!;
    for (const text of requirement.texts) {
      add(parts[PLACE_OF[requirement.kind]], text, place);
      const number = requirement.kind === 'equals' ? namedNumber(text) : undefined;
      if (number !== undefined) add(numbers, number, place);
    }
  }
  return { numbers, parts };
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
  return /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}
