/**
 * The event as expressions read it (docs/reference/expressions.md): names and texts in lower case; process ids, access masks, ports and
 * session ids as numbers and `Initiated` and its kind as booleans, whatever form the source gave them. One scope is used for all events.
 */

import { BOOLEAN_FIELDS, NUMBER_FIELDS } from '../event/field-names.js';
import { type Event, toInteger } from '../event/event.js';
import { type FieldReader, fieldReader } from './event-field.js';
import type { Scope } from './expression/expression.js';
import { ValueCache } from './index/value-cache.js';

/** Lower-cased texts kept across events: real values repeat, and folding allocates where a capital is in the text. */
const KEPT_TEXT_LENGTH_MAX = 256;

/** Lists and maps inside a field; what lies deeper is left out. The sources' own limit is of the same size. */
const DEPTH_MAX = 32;

export class EventScope implements Scope {
  #event: Event | undefined;
  /** Grows with each event; a slot is valid if it holds the current one. */
  #serial = 0;
  readonly #slots = new Map<string, Slot>();
  readonly #lower = new ValueCache<string>();

  /** Turns the scope to another event; what was read before is forgotten. */
  turnTo(event: Event): this {
    this.#event = event;
    this.#serial++;
    return this;
  }

  /** The event's own time; an event without one has no "now". */
  get nowMs(): number | undefined {
    return this.#event === undefined || this.#event.timeSource === 'none' ? undefined : this.#event.timeMs;
  }

  get(name: string): unknown {
    let slot = this.#slots.get(name);
    if (slot === undefined) {
      slot = { reader: fieldReader(name), fold: this.#foldOf(name), serial: 0, value: undefined };
      this.#slots.set(name, slot);
    }
    if (slot.serial !== this.#serial) {
      slot.value = this.#event === undefined ? undefined : slot.fold(slot.reader.read(this.#event));
      slot.serial = this.#serial;
    }
    return slot.value;
  }

  #foldOf(name: string): Fold {
    const text = (value: string): string => this.#lowerCase(value);
    if (NUMBER_FIELDS.has(name)) {
      return (value) => toInteger(value) ?? foldValue(value, text, DEPTH_MAX);
    }
    if (BOOLEAN_FIELDS.has(name)) {
      return (value) => toBoolean(value) ?? foldValue(value, text, DEPTH_MAX);
    }
    return (value) => (typeof value === 'string' ? text(value) : foldValue(value, text, DEPTH_MAX));
  }

  #lowerCase(text: string): string {
    if (text.length > KEPT_TEXT_LENGTH_MAX) return text.toLowerCase();
    const kept = this.#lower.get(text);
    if (kept !== undefined) return kept;
    const lower = text.toLowerCase();
    this.#lower.set(text, lower);
    return lower;
  }
}

/** Turns a value as the event holds it into what conditions see. */
type Fold = (value: unknown) => unknown;

interface Slot {
  readonly reader: FieldReader;
  readonly fold: Fold;
  serial: number;
  value: unknown;
}

function toBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string' || value.length > 5) return undefined;
  const lower = value.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : undefined;
}

/** Lists and maps are copied with their names and texts folded. Maps have no prototype: their names are an attacker's text. */
function foldValue(value: unknown, text: (value: string) => string, depth: number): unknown {
  if (typeof value === 'string') return text(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return null;
  if (Array.isArray(value)) return value.map((item) => foldValue(item, text, depth - 1));
  const folded = Object.create(null) as Record<string, unknown>;
  for (const [key, item] of Object.entries(value)) {
    const lower = key.toLowerCase();
    if (!Object.hasOwn(folded, lower)) folded[lower] = foldValue(item, text, depth - 1);
  }
  return folded;
}
