/**
 * Picks, from what must hold for a condition, the one requirement to look it up by: the rarer it holds and the cheaper its field is to
 * search, the better. A poor choice costs time and changes no answer.
 */

import type { Requirement } from './requirement.js';

/**
 * What it costs to search a field that is long and different in every event, in evaluations of a condition. Everything not named here is
 * short (a path, a name, a number) and nearly always answered from the cache.
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

/** A first look at any field costs this much, so that conditions gather on few fields. */
const READ_COST = 0.05;

export function searchCost(field: string): number {
  return READ_COST + (SEARCH_COST.get(field) ?? 0);
}

/** The part of events for which a requirement is guessed to hold, 0–1. Longer texts are rarer; a beginning (`c:\windows\`) is shared by many. */
export function guessedRate(requirement: Requirement): number {
  let rate = 0;
  for (const text of requirement.texts) rate += textRate(requirement.kind, text.length);
  return Math.min(1, rate);
}

function textRate(kind: Requirement['kind'], length: number): number {
  switch (kind) {
    case 'equals':
      return 0.02;
    case 'suffix':
      return Math.min(1, 0.8 ** length);
    case 'contains':
      return Math.min(1, 1.5 * 0.8 ** length);
    case 'prefix':
      return Math.min(1, 6 * 0.8 ** length);
  }
}

/** True if looking by it can spare anything: an empty text is in every value. */
export function isSelective(requirement: Requirement): boolean {
  return requirement.kind === 'equals' || requirement.texts.every((text) => text.length > 0);
}

/** @returns the cheapest requirement by `rate + cost of the field`, first of equals; `undefined` where none is selective */
export function chooseWitness(
  requirements: readonly Requirement[],
  costOf: (field: string) => number,
): Requirement | undefined {
  let best: Requirement | undefined;
  let bestCost = Infinity;
  for (const requirement of requirements) {
    if (!isSelective(requirement)) continue;
    const cost = guessedRate(requirement) + costOf(requirement.field);
    if (cost < bestCost) {
      best = requirement;
      bestCost = cost;
    }
  }
  return best;
}
