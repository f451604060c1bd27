/**
 * Candidates among many conditions for one event: each condition is filed under one clause of its own (its witness), so it comes up only
 * where one of that clause's requirements holds. Knows nothing of rule languages: whoever compiles a condition says what it requires.
 */

import { AnyTextIndex } from './any-text-index.js';
import { FieldIndex, type Filed } from './field-index.js';
import { ANY_FIELD, type Clause, type Requirement } from './requirement.js';
import type { RateOf } from './witness.js';
import { type IndexItem, planWitnesses } from './witness-plan.js';

export class CandidateIndex {
  /** One for each field that some witness is about; an item is in one or more of them (it may come up several times) or in `always`. */
  readonly fields: readonly FieldIndex[];
  /** For witnesses that are about any field. */
  readonly anyText: AnyTextIndex | undefined;
  /** Items without a usable clause: candidates for every event. Ascending. */
  readonly always: readonly number[];

  /** What each item outside `always` is filed under. */
  readonly witnesses: ReadonlyMap<number, Clause>;

  /** @param mayHold  false where the item cannot hold for the value that the event under way has in the field */
  constructor(
    items: readonly IndexItem[],
    rateOf?: RateOf,
    mayHold: (item: number, field: string) => boolean = () => true,
  ) {
    const { byField, witnesses, without } = planWitnesses(items, rateOf);
    this.witnesses = witnesses;
    this.always = [...without].sort((a, b) => a - b);
    this.fields = [...byField].flatMap(([field, filed]) =>
      field === ANY_FIELD ? [] : [new FieldIndex(field, filed, (item) => mayHold(item, field))],
    );
    const anyText = byField.get(ANY_FIELD);
    this.anyText = anyText === undefined ? undefined : new AnyTextIndex(anyText.filter(hasRequirement));
  }
}

function hasRequirement(filed: Filed): filed is Filed & { readonly requirement: Requirement } {
  return filed.requirement !== undefined;
}
