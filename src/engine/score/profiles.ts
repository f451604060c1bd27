/** Which profiles a chain has reached: N of these techniques, counted over what the ledger holds and nothing exempts. */

import type { Chain } from '../chain/chain.js';
import { countsFor, techniquesMet } from '../rule/profile-match.js';
import type { Profile } from '../rule/rule.js';
import type { LedgerItem } from './ledger.js';

export interface Reached {
  readonly profile: Profile;
  /** The entry whose technique completed the number. */
  readonly deciding: LedgerItem;
  /** Techniques of the profile that the chain shows, in the profile's order. */
  readonly techniques: readonly string[];
}

/** @param firstOnly  the original's way: the first profile in load order, and no other */
export function reachedProfiles(profiles: readonly Profile[], chain: Chain, firstOnly: boolean): Reached[] {
  if (profiles.length === 0) return [];
  const earliest = new Map<string, LedgerItem>();
  for (const item of chain.ledger.values()) {
    if (item.evidence.kind !== 'technique' || item.exception !== undefined) continue;
    for (const technique of countsFor(item.evidence.key.slice('technique:'.length))) note(earliest, technique, item);
  }
  const reached: Reached[] = [];
  if (earliest.size === 0) return reached;
  for (const profile of profiles) {
    const shown = techniquesMet(profile, earliest);
    if (shown.length < profile.atLeast) continue;
    const items = shown.map((technique) => earliest.get(technique)!).sort(byTime);
    reached.push({ profile, deciding: items[profile.atLeast - 1]!, techniques: shown });
    if (firstOnly) break;
  }
  return reached;
}

function note(earliest: Map<string, LedgerItem>, technique: string, item: LedgerItem): void {
  const known = earliest.get(technique);
  if (known === undefined || byTime(item, known) < 0) earliest.set(technique, item);
}

function byTime(one: LedgerItem, other: LedgerItem): number {
  const [a, b] = [one.evidence, other.evidence];
  if (a.event.timeMs !== b.event.timeMs) return a.event.timeMs - b.event.timeMs;
  if (a.event.id !== b.event.id) return a.event.id < b.event.id ? -1 : 1;
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}
