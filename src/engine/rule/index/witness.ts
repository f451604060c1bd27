/**
 * Guesses what it costs to look a condition up by one of its clauses: the rarer it holds and the cheaper its fields are to search, the
 * better. A wrong guess costs time and changes no answer. The unit is the evaluation of one condition.
 */

import { ANY_FIELD, type Clause, type Requirement } from './requirement.js';
import { tellingLength } from './telling-length.js';

/**
 * Fields that are long and different in every event. Everything not named here is short (a path, a name, a number) and nearly always
 * answered from the cache.
 */
const SEARCH_COST: ReadonlyMap<string, number> = new Map([
  ['commandline', 0.5],
  ['parentcommandline', 0.3],
  ['details', 0.3],
  ['calltrace', 3],
  ['hostapplication', 3],
  ['scriptblocktext', 6],
  ['contextinfo', 6],
  ['payload', 6],
  ['message', 8],
  [ANY_FIELD, 10],
]);

/** Reading any field of an event and looking its value up. */
export const READ_COST = 0.2;

export function searchCost(field: string): number {
  return READ_COST + (SEARCH_COST.get(field) ?? 0);
}

/** Clauses are made once for each rule and weighed for each group of events. */
const RATES = new WeakMap<Clause, number>();

/** The part of events for which a clause is guessed to hold, 0–1: each unit that tells something halves it. */
export function guessedRate(clause: Clause): number {
  let rate = RATES.get(clause);
  if (rate === undefined) {
    rate = 0;
    for (const { kind, texts } of clause) for (const text of texts) rate += textRate(kind, text);
    rate = Math.min(1, rate);
    RATES.set(clause, rate);
  }
  return rate;
}

/** How often a text is guessed to be found; `contains` anywhere in a value, so more often than at its edge. */
export function textRate(kind: Requirement['kind'], text: string): number {
  if (kind === 'equals') return 0.02;
  return (kind === 'contains' ? 1.5 : 1) * 0.5 ** tellingLength(text);
}

/** True if looking by it can spare anything: an empty text is in every value. */
export function isSelective(clause: Clause): boolean {
  return clause.every(({ kind, texts }) => kind === 'equals' || texts.every((text) => text.length > 0));
}

/** How often a clause holds, guessed or measured. */
export type RateOf = (clause: Clause) => number;

/** The rarest of the clauses that are selective and about fields in question only, the fields' cost added; first of equals. */
export function cheapest(
  clauses: readonly Clause[],
  costOf: (field: string) => number | undefined,
  rateOf: RateOf = guessedRate,
): Clause | undefined {
  let best: Clause | undefined;
  let bestCost = Infinity;
  for (const clause of clauses) {
    const fieldsCost = isSelective(clause) ? costOfFields(clause, costOf) : undefined;
    if (fieldsCost === undefined) continue;
    const cost = rateOf(clause) + fieldsCost;
    if (cost < bestCost) {
      best = clause;
      bestCost = cost;
    }
  }
  return best;
}

function costOfFields(clause: Clause, costOf: (field: string) => number | undefined): number | undefined {
  let total = 0;
  let last: string | undefined;
  for (const { field } of clause) {
    if (field === last) continue;
    last = field;
    const cost = costOf(field);
    if (cost === undefined) return undefined;
    total += cost;
  }
  return total;
}
