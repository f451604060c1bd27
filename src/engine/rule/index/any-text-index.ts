/** Which items can hold for an event because of a text in any of its values, whatever the field. Asked for every event, and so the most sparing of all. */

import type { Requirement } from './requirement.js';
import { createTextTable, type TextPlace, type TextTable } from './text-table.js';

/** Maps and lists in fields; what lies deeper is left out, as keywords leave it out. */
const DEPTH_MAX = 32;

const PLACES: Readonly<Record<Requirement['kind'], TextPlace>> = {
  equals: 'whole',
  prefix: 'start',
  suffix: 'end',
  contains: 'anywhere',
};

/** What numbers and truth values are written with: most keywords hold something else, and then only texts need to be searched. */
const PLAIN_VALUE = /^(?:[-+.\deaflrstu]|infinity|nan)*$/i;

const NONE: readonly number[] = [];

export class AnyTextIndex {
  readonly #tables: readonly TextTable[];
  /** Where there is but one: a loop over it would cost as much as many a value. */
  readonly #only: TextTable | undefined;
  /** Shorter values can hold none of the texts. */
  readonly #lengthMin: number;
  readonly #searchesPlainValues: boolean;
  #found: number[] = [];
  readonly #collect = (items: readonly number[]): void => {
    for (const item of items) if (!this.#found.includes(item)) this.#found.push(item);
  };
  /** Names of the envelope repeat from event to event; each is searched when it changes. */
  readonly #envelope: { text: string; found: readonly number[] }[] = [];

  constructor(filed: readonly { readonly item: number; readonly requirement: Requirement }[]) {
    const byPlace = new Map<TextPlace, Map<string, number[]>>();
    for (const { item, requirement } of filed) {
      const place = PLACES[requirement.kind];
      const texts = byPlace.get(place) ?? new Map<string, number[]>();
      byPlace.set(place, texts);
      for (const text of requirement.texts) {
        const items = texts.get(text);
        if (items === undefined) texts.set(text, [item]);
        else items.push(item);
      }
    }
    const texts = filed.flatMap(({ requirement }) => requirement.texts);
    this.#tables = [...byPlace].map(([place, items]) => createTextTable(place, items));
    this.#only = this.#tables.length === 1 ? this.#tables[0] : undefined;
    this.#lengthMin = Math.min(...texts.map(({ length }) => length));
    this.#searchesPlainValues = texts.some((text) => PLAIN_VALUE.test(text));
  }

  /**
   * @param fields    the event's
   * @param envelope  further texts of the event
   * @returns items one of whose texts is in one of them, each once, ascending
   */
  candidates(fields: Readonly<Record<string, unknown>>, envelope: readonly string[]): readonly number[] {
    const lengthMin = this.#lengthMin;
    const only = this.#only;
    for (const name in fields) {
      const value = fields[name];
      if (typeof value === 'string') {
        if (value.length < lengthMin) continue;
        if (only === undefined) this.#search(value);
        else only.find(value, this.#collect);
      } else if (value !== null && (this.#searchesPlainValues || typeof value === 'object')) {
        this.#searchInside(value, DEPTH_MAX);
      }
    }
    for (let index = 0; index < envelope.length; index++) this.#searchEnvelope(index, envelope[index]!);
    if (this.#found.length === 0) return NONE;
    const found = this.#found.sort((a, b) => a - b);
    this.#found = [];
    return found;
  }

  #search(value: string): void {
    for (const table of this.#tables) table.find(value, this.#collect);
  }

  #searchInside(value: unknown, depth: number): void {
    if (typeof value === 'object' && value !== null) {
      if (depth > 0) for (const item of Object.values(value)) this.#searchInside(item, depth - 1);
    } else if (value !== undefined && value !== null) {
      this.#search(String(value));
    }
  }

  #searchEnvelope(index: number, text: string): void {
    const known = this.#envelope[index];
    if (known !== undefined && known.text === text) {
      this.#collect(known.found);
      return;
    }
    const before = this.#found;
    this.#found = [];
    this.#search(text);
    this.#envelope[index] = { text, found: this.#found };
    const found = this.#found;
    this.#found = before;
    this.#collect(found);
  }
}
