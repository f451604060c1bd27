/**
 * Decides by which requirement each of many conditions is looked up (its witness). Alone, each would take its rarest; but every field that is
 * looked at costs something for every event, so conditions of a field that few use move to others where they lose less than that.
 */

import type { Requirement } from './requirement.js';
import { cheapest, guessedRate, searchCost } from './witness.js';

export interface IndexItem {
  /** What the index answers with; small whole numbers. */
  readonly item: number;
  readonly requirements: readonly Requirement[];
}

export interface Witness {
  readonly item: number;
  readonly requirement: Requirement;
}

export interface WitnessPlan {
  readonly byField: ReadonlyMap<string, readonly Witness[]>;
  /** Items without a usable requirement. */
  readonly without: readonly number[];
}

interface Choice {
  readonly item: IndexItem;
  readonly requirement: Requirement;
}

export function planWitnesses(items: readonly IndexItem[]): WitnessPlan {
  const shared = sharedCost(items);
  const byField = new Map<string, Choice[]>();
  const without: number[] = [];
  for (const item of items) {
    const requirement = cheapest(item.requirements, shared);
    if (requirement === undefined) without.push(item.item);
    else file(byField, { item, requirement });
  }
  // Those with the fewest conditions first: they are the likeliest to be given up, and what they give moves to the others.
  const fields = [...byField].sort(([, a], [, b]) => a.length - b.length).map(([field]) => field);
  for (const field of fields) giveUp(field, byField);
  return {
    byField: new Map([...byField].map(([field, choices]) => [field, choices.map(toWitness)])),
    without,
  };
}

/** Moves all conditions of a field to others in use, if that costs less than looking at the field. */
function giveUp(field: string, byField: Map<string, Choice[]>): void {
  const moved: Choice[] = [];
  let loss = 0;
  for (const { item, requirement } of byField.get(field) ?? []) {
    const other = cheapest(item.requirements, (name) => (name !== field && byField.has(name) ? 0 : undefined));
    if (other === undefined) return;
    loss += guessedRate(other) - guessedRate(requirement);
    moved.push({ item, requirement: other });
  }
  if (loss >= searchCost(field)) return;
  byField.delete(field);
  for (const choice of moved) file(byField, choice);
}

/** What a field costs is borne by all conditions that could use it. */
function sharedCost(items: readonly IndexItem[]): (field: string) => number {
  const users = new Map<string, number>();
  for (const { requirements } of items) {
    for (const field of new Set(requirements.map((requirement) => requirement.field))) {
      users.set(field, (users.get(field) ?? 0) + 1);
    }
  }
  return (field) => searchCost(field) / (users.get(field) ?? 1);
}

function file(byField: Map<string, Choice[]>, choice: Choice): void {
  const { field } = choice.requirement;
  const choices = byField.get(field);
  if (choices === undefined) byField.set(field, [choice]);
  else choices.push(choice);
}

function toWitness({ item, requirement }: Choice): Witness {
  return { item: item.item, requirement };
}
