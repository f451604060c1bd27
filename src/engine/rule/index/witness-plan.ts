/**
 * Decides by which clause each of many conditions is looked up (its witness). Alone, each would take its rarest; but every field that is
 * looked at costs something for every event, so conditions of a field that few use move to others where they lose less than that.
 */

import type { Filed } from './field-index.js';
import type { Clause } from './requirement.js';
import { cheapest, guessedRate, type RateOf, READ_COST, searchCost } from './witness.js';

export interface IndexItem {
  /** What the index answers with; small whole numbers. */
  readonly item: number;
  readonly clauses: readonly Clause[];
  /** Fields each of which alone can say that the condition does not hold; asked only where no clause is of use. */
  readonly decidingFields?: (() => Iterable<string>) | undefined;
}

export interface WitnessPlan {
  readonly byField: ReadonlyMap<string, readonly Filed[]>;
  readonly witnesses: ReadonlyMap<number, Clause>;
  /** Items that nothing can be looked up by. */
  readonly without: readonly number[];
}

/** @param rateOf  how often a clause holds; guessed unless something better is known */
export function planWitnesses(items: readonly IndexItem[], rateOf: RateOf = guessedRate): WitnessPlan {
  const shared = sharedCost(items);
  const chosen = new Map<IndexItem, Clause>();
  const rest: IndexItem[] = [];
  for (const item of items) {
    const clause = cheapest(item.clauses, shared, rateOf);
    if (clause === undefined) rest.push(item);
    else chosen.set(item, clause);
  }
  const users = usersByField(chosen);
  // Those with the fewest conditions first: they are the likeliest to be given up, and what they give moves to the others.
  for (const field of [...users.keys()].sort((a, b) => users.get(a)!.size - users.get(b)!.size)) {
    giveUp(field, users, chosen, rateOf);
  }
  const fields = byField(chosen);
  const without = rest.filter((item) => !fileByField(item, fields)).map(({ item }) => item);
  return {
    byField: fields,
    witnesses: new Map([...chosen].map(([{ item }, clause]) => [item, clause])),
    without,
  };
}

/** Files an item without a usable clause under a field that can rule it out, best one whose values repeat. @returns false if there is none */
function fileByField({ item, decidingFields }: IndexItem, fields: Map<string, Filed[]>): boolean {
  let best: string | undefined;
  let bestCost = Infinity;
  for (const field of decidingFields?.() ?? []) {
    const cost = searchCost(field) + (fields.has(field) ? 0 : READ_COST);
    if (cost >= bestCost) continue;
    best = field;
    bestCost = cost;
  }
  if (best === undefined) return false;
  const filed = fields.get(best);
  if (filed === undefined) fields.set(best, [{ item, requirement: undefined }]);
  else filed.push({ item, requirement: undefined });
  return true;
}

/** Moves all conditions of a field to others in use, if that costs less than looking at the field. */
function giveUp(
  field: string,
  users: Map<string, Set<IndexItem>>,
  chosen: Map<IndexItem, Clause>,
  rateOf: RateOf,
): void {
  const moved: [IndexItem, Clause][] = [];
  const costMax = searchCost(field);
  let loss = 0;
  for (const item of users.get(field)!) {
    const other = cheapest(item.clauses, (name) => (name !== field && users.has(name) ? 0 : undefined), rateOf);
    if (other === undefined) return;
    loss += rateOf(other) - rateOf(chosen.get(item)!);
    if (loss >= costMax) return;
    moved.push([item, other]);
  }
  users.delete(field);
  for (const [item, clause] of moved) {
    for (const { field: before } of chosen.get(item)!) users.get(before)?.delete(item);
    chosen.set(item, clause);
    for (const { field: now } of clause) users.get(now)!.add(item);
  }
}

function usersByField(chosen: ReadonlyMap<IndexItem, Clause>): Map<string, Set<IndexItem>> {
  const users = new Map<string, Set<IndexItem>>();
  for (const [item, clause] of chosen) {
    for (const { field } of clause) {
      const known = users.get(field);
      if (known === undefined) users.set(field, new Set([item]));
      else known.add(item);
    }
  }
  return users;
}

/** What a field costs is borne by all conditions that could use it. */
function sharedCost(items: readonly IndexItem[]): (field: string) => number {
  const users = new Map<string, number>();
  for (const { clauses } of items) {
    const fields = new Set<string>();
    for (const clause of clauses) for (const { field } of clause) fields.add(field);
    for (const field of fields) users.set(field, (users.get(field) ?? 0) + 1);
  }
  return (field) => searchCost(field) / (users.get(field) ?? 1);
}

function byField(chosen: ReadonlyMap<IndexItem, Clause>): Map<string, Filed[]> {
  const fields = new Map<string, Filed[]>();
  for (const [{ item }, clause] of chosen) {
    for (const requirement of clause) {
      const filed = fields.get(requirement.field);
      if (filed === undefined) fields.set(requirement.field, [{ item, requirement }]);
      else filed.push({ item, requirement });
    }
  }
  return fields;
}
