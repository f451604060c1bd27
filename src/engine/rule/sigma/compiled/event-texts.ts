/**
 * The event as compiled Sigma conditions read it: each field is read, and its text folded, once for each event however many rules ask. One is
 * used for all events; what was read before is forgotten when it turns to another.
 */

import type { Event } from '../../../event/event.js';
import type { FieldReader } from '../../event-field.js';
import { ValueCache } from '../../index/value-cache.js';
import { textsOfEvent } from '../source/event-view.js';
import { sigmaFieldReader } from '../source/sigma-field.js';
import { scalarText } from '../value/field-value.js';
import { foldText } from '../value/fold-text.js';

/** Folded texts kept across events: real values repeat, and folding allocates where a capital is in the text. */
const KEPT_TEXT_LENGTH_MAX = 256;

export class EventTexts {
  event: Event | undefined;
  /** Grows with each event; what a slot holds is valid if it holds the current one. */
  serial = 0;
  readonly #slots = new Map<string, FieldSlot>();
  readonly #folded = new ValueCache<string>();
  #texts: readonly string[] = [];
  #foldedTexts: readonly string[] = [];
  #textsSerial = -1;
  #foldedTextsSerial = -1;

  turnTo(event: Event): void {
    this.event = event;
    this.serial++;
  }

  /** @param name  what `sigmaFieldName` gave */
  slot(name: string): FieldSlot {
    let slot = this.#slots.get(name);
    if (slot === undefined) {
      slot = new FieldSlot(this, sigmaFieldReader(name));
      this.#slots.set(name, slot);
    }
    return slot;
  }

  fold(text: string): string {
    if (text.length > KEPT_TEXT_LENGTH_MAX) return foldText(text);
    const kept = this.#folded.get(text);
    if (kept !== undefined) return kept;
    const folded = foldText(text);
    this.#folded.set(text, folded);
    return folded;
  }

  /** Every text of the event, for keywords. */
  get texts(): readonly string[] {
    if (this.#textsSerial !== this.serial) {
      this.#texts = this.event === undefined ? [] : textsOfEvent(this.event);
      this.#textsSerial = this.serial;
    }
    return this.#texts;
  }

  get foldedTexts(): readonly string[] {
    if (this.#foldedTextsSerial !== this.serial) {
      this.#foldedTexts = this.texts.map((text) => this.fold(text));
      this.#foldedTextsSerial = this.serial;
    }
    return this.#foldedTexts;
  }
}

export class FieldSlot {
  readonly #owner: EventTexts;
  readonly #reader: FieldReader;
  #serial = -1;
  #value: unknown;
  #text: string | undefined;
  #folded: string | undefined;

  constructor(owner: EventTexts, reader: FieldReader) {
    this.#owner = owner;
    this.#reader = reader;
  }

  /** As the event has it. */
  get value(): unknown {
    if (this.#serial !== this.#owner.serial) this.#turn();
    return this.#value;
  }

  /** Of a field with one value; `undefined` for lists, maps, null and what is missing. */
  get text(): string | undefined {
    if (this.#serial !== this.#owner.serial) this.#turn();
    return this.#text;
  }

  get folded(): string | undefined {
    if (this.#serial !== this.#owner.serial) this.#turn();
    if (this.#folded === undefined && this.#text !== undefined) this.#folded = this.#owner.fold(this.#text);
    return this.#folded;
  }

  #turn(): void {
    const { event, serial } = this.#owner;
    this.#serial = serial;
    this.#value = event === undefined ? undefined : this.#reader.read(event);
    this.#text = scalarText(this.#value);
    this.#folded = undefined;
  }
}
