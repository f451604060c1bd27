/** Which profiles a chain has reached: N of these techniques, counted over what the ledger holds and nothing exempts. */

import type { Chain } from '../chain/chain.js';
import { countsFor } from '../rule/profile-match.js';
import type { Profile } from '../rule/rule.js';
import type { LedgerItem } from './ledger.js';

export interface Reached {
  readonly profile: Profile;
  /** The entry whose technique completed the number. */
  readonly deciding: LedgerItem;
  /** Techniques of the profile that the chain shows, in the profile's order. */
  readonly techniques: readonly string[];
}

/** What is looked up for every technique that a chain shows, worked out once for each set of profiles. */
interface ProfileIndex {
  /** By ledger key of a technique: what it counts for, as far as some profile asks for it. */
  readonly countedBy: Map<string, readonly string[]>;
  /** Places in the set of profiles, by technique. */
  readonly askedBy: ReadonlyMap<string, readonly number[]>;
  readonly techniques: readonly (readonly string[])[];
}

const INDEXES = new WeakMap<readonly Profile[], ProfileIndex>();
const NONE: readonly string[] = [];
const NOTHING_REACHED: readonly Reached[] = [];
const KEY_START = 'technique:';

function indexOf(profiles: readonly Profile[]): ProfileIndex {
  let index = INDEXES.get(profiles);
  if (index === undefined) {
    const techniques = profiles.map((profile) => [...new Set(profile.techniques)]);
    const askedBy = new Map<string, number[]>();
    for (const [place, asked] of techniques.entries()) {
      for (const technique of asked) askedBy.set(technique, [...(askedBy.get(technique) ?? []), place]);
    }
    index = { countedBy: new Map(), askedBy, techniques };
    INDEXES.set(profiles, index);
  }
  return index;
}

function countedFor({ countedBy, askedBy }: ProfileIndex, key: string): readonly string[] {
  let counted = countedBy.get(key);
  if (counted === undefined) {
    const asked = countsFor(key.slice(KEY_START.length)).filter((technique) => askedBy.has(technique));
    counted = asked.length === 0 ? NONE : asked;
    countedBy.set(key, counted);
  }
  return counted;
}

/** @param firstOnly  the original's way: the first profile in load order, and no other */
export function reachedProfiles(profiles: readonly Profile[], chain: Chain, firstOnly: boolean): readonly Reached[] {
  const index = indexOf(profiles);
  const earliest = new Map<string, LedgerItem>();
  const met = new Uint32Array(profiles.length);
  for (const item of chain.ledger.values()) {
    if (item.evidence.kind !== 'technique' || item.exception !== undefined) continue;
    for (const technique of countedFor(index, item.evidence.key)) {
      const known = earliest.get(technique);
      if (known === undefined) for (const place of index.askedBy.get(technique)!) met[place]!++;
      if (known === undefined || byTime(item, known) < 0) earliest.set(technique, item);
    }
  }
  let reached: Reached[] | undefined;
  for (const [place, profile] of profiles.entries()) {
    if (met[place]! < profile.atLeast) continue;
    const techniques = index.techniques[place]!.filter((technique) => earliest.has(technique));
    const items = techniques.map((technique) => earliest.get(technique)!).sort(byTime);
    (reached ??= []).push({ profile, deciding: items[profile.atLeast - 1]!, techniques });
    if (firstOnly) break;
  }
  return reached ?? NOTHING_REACHED;
}

function byTime(one: LedgerItem, other: LedgerItem): number {
  const [a, b] = [one.evidence, other.evidence];
  if (a.event.timeMs !== b.event.timeMs) return a.event.timeMs - b.event.timeMs;
  if (a.event.id !== b.event.id) return a.event.id < b.event.id ? -1 : 1;
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}
