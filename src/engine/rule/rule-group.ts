/**
 * The conditions that can concern one kind of event, with the index that names candidates among them. Which witness is rare has to be guessed
 * at first; what comes up in vain too often is measured, and the group files such conditions anew a few times. That changes no answer.
 */

import type { Event } from '../event/event.js';
import type { FieldReader } from './event-field.js';
import type { AnyTextIndex } from './index/any-text-index.js';
import { CandidateIndex } from './index/candidate-index.js';
import type { FieldIndex } from './index/field-index.js';
import type { Clause } from './index/requirement.js';
import { guessedRate } from './index/witness.js';
import type { IndexItem } from './index/witness-plan.js';
import { envelopeTexts } from './sigma/source/event-view.js';

/** Events after which the group looks at what came up in vain. Filing thousands of conditions takes milliseconds, so it is done rarely. */
const REVIEWS = [64, 512, 4096, 32_768] as const;
/** Before each review what came up is counted for one event in so many: hundreds tell as much as thousands, and counting costs. */
const COUNTED_ONE_IN = [1, 2, 16, 64] as const;
/** A witness that holds for a smaller part of events costs less than looking for another could save. */
const RATE_WORTH_MEASURING = 0.03;

export class RuleGroup {
  readonly #items: readonly IndexItem[];
  readonly #readerOf: (field: string) => FieldReader;
  readonly #mayHold: (item: number, field: string) => boolean;
  /** How often clauses that were witnesses once came up. */
  readonly #measured = new Map<Clause, number>();
  #index: CandidateIndex;
  #fields: readonly { readonly reader: FieldReader; readonly index: FieldIndex }[] = [];
  #anyText: AnyTextIndex | undefined;
  #reviews = 0;
  #events = 0;
  /** By item since the last review, over `#counted` events. */
  #cameUp = new Map<number, number>();
  #counted = 0;
  #isCounting = false;

  /** @param mayHold  as in `CandidateIndex` */
  constructor(
    items: readonly IndexItem[],
    readerOf: (field: string) => FieldReader,
    mayHold: (item: number, field: string) => boolean,
  ) {
    this.#items = items;
    this.#readerOf = readerOf;
    this.#mayHold = mayHold;
    this.#index = this.#file();
  }

  /** Calls `take` with the items that can hold for the event; some may come twice. */
  candidates(event: Event, take: (items: readonly number[]) => void): void {
    if (++this.#events === this.#nextReview) this.#review();
    this.#isCounting = this.#events % (COUNTED_ONE_IN[this.#reviews] ?? Infinity) === 0;
    if (this.#isCounting) this.#counted++;
    for (const { reader, index } of this.#fields) {
      const items = index.candidates(reader.read(event));
      if (items.length > 0) this.#give(items, take);
    }
    if (this.#anyText !== undefined) {
      const items = this.#anyText.candidates(event.fields, envelopeTexts(event));
      if (items.length > 0) this.#give(items, take);
    }
    if (this.#index.always.length > 0) take(this.#index.always);
  }

  #give(items: readonly number[], take: (items: readonly number[]) => void): void {
    if (this.#isCounting) for (const item of items) this.#cameUp.set(item, (this.#cameUp.get(item) ?? 0) + 1);
    take(items);
  }

  get #nextReview(): number {
    return REVIEWS[this.#reviews] ?? 0;
  }

  #file(): CandidateIndex {
    const rateOf = (clause: Clause): number => this.#measured.get(clause) ?? guessedRate(clause);
    this.#index = new CandidateIndex(this.#items, rateOf, this.#mayHold);
    this.#fields = this.#index.fields.map((index) => ({ reader: this.#readerOf(index.field), index }));
    this.#anyText = this.#index.anyText;
    return this.#index;
  }

  #review(): void {
    const events = this.#counted;
    this.#counted = 0;
    this.#reviews++;
    let isNews = false;
    for (const [item, count] of this.#cameUp) {
      const rate = count / events;
      const witness = this.#index.witnesses.get(item);
      if (witness === undefined || rate < RATE_WORTH_MEASURING) continue;
      if (rate > 2 * (this.#measured.get(witness) ?? guessedRate(witness))) isNews = true;
      this.#measured.set(witness, rate);
    }
    this.#cameUp = new Map();
    if (isNews) this.#file();
  }
}
