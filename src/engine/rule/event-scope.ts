/**
 * The event as expressions read it (docs/reference/expressions.md): names and texts in lower case; process ids, access masks, ports and
 * session ids as numbers and `Initiated` and its kind as booleans, whatever form the source gave them. One scope is used for all events.
 */

import { BOOLEAN_FIELDS, NUMBER_FIELDS } from '../event/field-names.js';
import { type Event, toInteger } from '../event/event.js';
import { type FieldReader, fieldReader } from './event-field.js';
import type { FieldAnswers, Scope } from './expression/expression.js';
import { type KnownValue, KnownValues } from './index/known-values.js';

/** Lists and maps inside a field; what lies deeper is left out. The sources' own limit is of the same size. */
const DEPTH_MAX = 32;

export class EventScope implements Scope {
  event: Event | undefined;
  /** Grows with each event; what a slot holds is valid if it holds the current one. */
  serial = 0;
  readonly #slots = new Map<string, Slot>();

  /** Turns the scope to another event; what was read before is forgotten. */
  turnTo(event: Event): this {
    this.event = event;
    this.serial++;
    return this;
  }

  /** The event's own time; an event without one has no "now". */
  get nowMs(): number | undefined {
    return this.event === undefined || this.event.timeSource === 'none' ? undefined : this.event.timeMs;
  }

  get(name: string): unknown {
    return this.#slot(name).value;
  }

  answersOf(name: string): FieldAnswers {
    return this.#slot(name);
  }

  #slot(name: string): Slot {
    let slot = this.#slots.get(name);
    if (slot === undefined) {
      slot = new Slot(this, name);
      this.#slots.set(name, slot);
    }
    return slot;
  }
}

/** One field, read and folded once for each event however many rules ask. */
class Slot implements FieldAnswers {
  readonly #owner: EventScope;
  readonly #reader: FieldReader;
  readonly #fold: Fold;
  readonly #values = new KnownValues();
  #serial = 0;
  #raw: unknown;
  #value: unknown;
  #isFolded = false;
  #known: KnownValue | undefined;

  constructor(owner: EventScope, name: string) {
    this.#owner = owner;
    this.#reader = fieldReader(name);
    this.#fold = foldOf(name);
  }

  /** As conditions see it. */
  get value(): unknown {
    if (this.#serial !== this.#owner.serial) this.#turn();
    if (!this.#isFolded) {
      this.#isFolded = true;
      this.#value = this.#fold(this.#raw, this.#known);
    }
    return this.#value;
  }

  get known(): KnownValue | undefined {
    if (this.#serial !== this.#owner.serial) this.#turn();
    return this.#known;
  }

  newTest(): number {
    return this.#values.newTest();
  }

  #turn(): void {
    const { event, serial } = this.#owner;
    this.#serial = serial;
    this.#raw = event === undefined ? undefined : this.#reader.read(event);
    this.#known = typeof this.#raw === 'string' ? this.#values.of(this.#raw) : undefined;
    this.#isFolded = false;
  }
}

/** Turns a value as the event holds it into what conditions see. */
type Fold = (value: unknown, known: KnownValue | undefined) => unknown;

function foldOf(name: string): Fold {
  if (NUMBER_FIELDS.has(name)) return (value, known) => toInteger(value) ?? foldAny(value, known);
  if (BOOLEAN_FIELDS.has(name)) return (value, known) => toBoolean(value) ?? foldAny(value, known);
  return foldAny;
}

/** Real values repeat, and folding allocates where a capital is in the text. */
function foldAny(value: unknown, known: KnownValue | undefined): unknown {
  if (typeof value !== 'string') return foldValue(value, DEPTH_MAX);
  return known === undefined ? value.toLowerCase() : (known.folded ??= value.toLowerCase());
}

function toBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string' || value.length > 5) return undefined;
  const lower = value.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : undefined;
}

/** Lists and maps are copied with their names and texts folded. Maps have no prototype: their names are an attacker's text. */
function foldValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.toLowerCase();
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return null;
  if (Array.isArray(value)) return value.map((item) => foldValue(item, depth - 1));
  const folded = Object.create(null) as Record<string, unknown>;
  for (const [key, item] of Object.entries(value)) {
    const lower = key.toLowerCase();
    if (!Object.hasOwn(folded, lower)) folded[lower] = foldValue(item, depth - 1);
  }
  return folded;
}
