/**
 * The event as compiled Sigma conditions read it: each field is read, and its text folded, once for each event however many rules ask. One is
 * used for all events; what was read before is forgotten when it turns to another.
 */

import type { Event } from '../../../event/event.js';
import type { FieldReader } from '../../event-field.js';
import { type KnownValue, KnownValues } from '../../index/known-values.js';
import { textsOfEvent } from '../source/event-view.js';
import { sigmaFieldReader } from '../source/sigma-field.js';
import { scalarText } from '../value/field-value.js';
import { foldText } from '../value/fold-text.js';

export class EventTexts {
  event: Event | undefined;
  /** Grows with each event; what a slot holds is valid if it holds the current one. */
  serial = 0;
  readonly #slots = new Map<string, FieldSlot>();
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
      this.#foldedTexts = this.texts.map(foldText);
      this.#foldedTextsSerial = this.serial;
    }
    return this.#foldedTexts;
  }
}

export class FieldSlot {
  /** As `sigmaFieldName` gave it. */
  readonly name: string;
  readonly #owner: EventTexts;
  readonly #reader: FieldReader;
  readonly #values = new KnownValues();
  #serial = -1;
  #value: unknown;
  #text: string | undefined;
  #folded: string | undefined;
  #known: KnownValue | undefined;
  #isKnownSought = false;

  constructor(owner: EventTexts, reader: FieldReader) {
    this.name = reader.name;
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
    if (this.#folded === undefined && this.#text !== undefined) this.#folded = this.#fold(this.#text);
    return this.#folded;
  }

  /** What is known of the field's text; `undefined` where it is no text, or one that is not kept. */
  get known(): KnownValue | undefined {
    if (this.#serial !== this.#owner.serial) this.#turn();
    if (!this.#isKnownSought) {
      this.#isKnownSought = true;
      this.#known = typeof this.#value === 'string' ? this.#values.of(this.#value) : undefined;
    }
    return this.#known;
  }

  /** The same test, asked once for each known value. It must depend on nothing but this field. */
  remembered(test: () => boolean): () => boolean {
    let number: number | undefined;
    return () => {
      const { known } = this;
      if (known === undefined) return test();
      // Of many tests only those that are ever asked take up room in each value's answers.
      number ??= this.#values.newTest();
      const kept = known.answer(number);
      if (kept !== undefined) return kept;
      const answer = test();
      known.keep(number, answer);
      return answer;
    };
  }

  /** Real values repeat, and folding allocates where a capital is in the text. */
  #fold(text: string): string {
    const { known } = this;
    return known === undefined ? foldText(text) : (known.folded ??= foldText(text));
  }

  #turn(): void {
    const { event, serial } = this.#owner;
    this.#serial = serial;
    this.#value = event === undefined ? undefined : this.#reader.read(event);
    this.#text = scalarText(this.#value);
    this.#folded = undefined;
    this.#known = undefined;
    this.#isKnownSought = false;
  }
}
