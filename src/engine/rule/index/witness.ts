/**
 * Guesses what it costs to look a condition up by one of its requirements: the rarer it holds and the cheaper its field is to search, the
 * better. A wrong guess costs time and changes no answer. The unit is the evaluation of one condition.
 */

import type { Requirement } from './requirement.js';
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
]);

/** Reading any field of an event and looking its value up. */
const READ_COST = 0.2;

export function searchCost(field: string): number {
  return READ_COST + (SEARCH_COST.get(field) ?? 0);
}

/** The part of events for which a requirement is guessed to hold, 0–1: each unit that tells something halves it. */
export function guessedRate(requirement: Requirement): number {
  let rate = 0;
  for (const text of requirement.texts) rate += textRate(requirement.kind, text);
  return Math.min(1, rate);
}

function textRate(kind: Requirement['kind'], text: string): number {
  if (kind === 'equals') return 0.02;
  return (kind === 'contains' ? 1.5 : 1) * 0.5 ** tellingLength(text);
}

/** True if looking by it can spare anything: an empty text is in every value. */
export function isSelective(requirement: Requirement): boolean {
  return requirement.kind === 'equals' || requirement.texts.every((text) => text.length > 0);
}

/** The rarest of the requirements that are selective and about a field in question, the field's cost added; first of equals. */
export function cheapest(
  requirements: readonly Requirement[],
  costOf: (field: string) => number | undefined,
): Requirement | undefined {
  let best: Requirement | undefined;
  let bestCost = Infinity;
  for (const requirement of requirements) {
    const fieldCost = isSelective(requirement) ? costOf(requirement.field) : undefined;
    if (fieldCost === undefined) continue;
    const cost = guessedRate(requirement) + fieldCost;
    if (cost < bestCost) {
      best = requirement;
      bestCost = cost;
    }
  }
  return best;
}
