/**
 * Candidates among many conditions for one event: each condition is filed under one requirement of its own (its witness), so it comes up
 * only where that holds. Knows nothing of rule languages: whoever compiles a condition says what it requires.
 */

import { FieldIndex } from './field-index.js';
import { type IndexItem, planWitnesses } from './witness-plan.js';

export class CandidateIndex {
  /** One for each field that some witness is about; an item is in exactly one of them or in `always`. */
  readonly fields: readonly FieldIndex[];
  /** Items without a usable requirement: candidates for every event. Ascending. */
  readonly always: readonly number[];

  constructor(items: readonly IndexItem[]) {
    const { byField, without } = planWitnesses(items);
    this.always = [...without].sort((a, b) => a - b);
    this.fields = [...byField].map(([field, witnesses]) => new FieldIndex(field, witnesses));
  }
}
