/**
 * Candidates among many conditions for one event: each condition is filed under one clause of its own (its witness), so it comes up only
 * where one of that clause's requirements holds. Knows nothing of rule languages: whoever compiles a condition says what it requires.
 */

import { FieldIndex } from './field-index.js';
import { type IndexItem, planWitnesses } from './witness-plan.js';

export class CandidateIndex {
  /**
   * One for each field that some witness is about; an item is in one or more of them (it may come up several times) or in `always`. That of
   * `ANY_FIELD` is to be asked about every value of an event.
   */
  readonly fields: readonly FieldIndex[];
  /** Items without a usable clause: candidates for every event. Ascending. */
  readonly always: readonly number[];

  constructor(items: readonly IndexItem[]) {
    const { byField, without } = planWitnesses(items);
    this.always = [...without].sort((a, b) => a - b);
    this.fields = [...byField].map(([field, filed]) => new FieldIndex(field, filed));
  }
}
