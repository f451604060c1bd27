/**
 * Candidates among many conditions for one event: each condition is filed under one requirement of its own (its witness), so it comes up
 * only where that holds. Knows nothing of rule languages: whoever compiles a condition says what it requires.
 */

import { FieldIndex, type Witness } from './field-index.js';
import type { Requirement } from './requirement.js';
import { chooseWitness, searchCost } from './witness.js';

export interface IndexItem {
  /** What `candidates` answers with; small whole numbers. */
  readonly item: number;
  readonly requirements: readonly Requirement[];
}

export class CandidateIndex {
  /** One for each field that some witness is about; an item is in exactly one of them or in `always`. */
  readonly fields: readonly FieldIndex[];
  /** Items without a usable requirement: candidates for every event. Ascending. */
  readonly always: readonly number[];

  constructor(items: readonly IndexItem[]) {
    const always: number[] = [];
    const byField = new Map<string, Witness[]>();
    const shared = sharedCost(items);
    for (const { item, requirements } of items) {
      const requirement = chooseWitness(requirements, shared);
      if (requirement === undefined) {
        always.push(item);
        continue;
      }
      const witnesses = byField.get(requirement.field);
      if (witnesses === undefined) byField.set(requirement.field, [{ item, requirement }]);
      else witnesses.push({ item, requirement });
    }
    this.always = always.sort((a, b) => a - b);
    this.fields = [...byField].map(([field, witnesses]) => new FieldIndex(field, witnesses));
  }
}

/** A field's cost is paid once an event however many conditions ask for it, so each bears a part: conditions that could share a field tend to. */
function sharedCost(items: readonly IndexItem[]): (field: string) => number {
  const users = new Map<string, number>();
  for (const { requirements } of items) {
    for (const field of new Set(requirements.map((requirement) => requirement.field))) {
      users.set(field, (users.get(field) ?? 0) + 1);
    }
  }
  return (field) => searchCost(field) / (users.get(field) ?? 1);
}
