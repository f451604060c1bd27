/** Whether techniques reach a profile: those of a chain's ledger, or those that a case states. */

import type { Profile } from './rule.js';

/** What a technique counts for: itself and, a sub-technique, its parent (`T1059.001` also for `T1059`). */
export function countsFor(technique: string): readonly string[] {
  const dot = technique.indexOf('.');
  return dot > 0 ? [technique, technique.slice(0, dot)] : [technique];
}

/** Techniques of the profile that are shown, each once, in its order. `shown` holds what `countsFor` gave. */
export function techniquesMet(profile: Profile, shown: { has(technique: string): boolean }): readonly string[] {
  return [...new Set(profile.techniques)].filter((technique) => shown.has(technique));
}

export function isProfileReached(profile: Profile, techniques: Iterable<string>): boolean {
  return techniquesMet(profile, new Set([...techniques].flatMap(countsFor))).length >= profile.atLeast;
}
