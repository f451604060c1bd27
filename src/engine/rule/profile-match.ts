/** Whether the techniques of a chain reach a profile. */

import type { Profile } from './rule.js';

/** How many of the profile's techniques are among `seen`: each counts once, and a parent (`T1059`) is met by any of its sub-techniques. */
export function techniquesMet(profile: Profile, seen: Iterable<string>): number {
  const met = new Set<string>();
  for (const technique of seen) {
    met.add(technique);
    const dot = technique.indexOf('.');
    if (dot > 0) met.add(technique.slice(0, dot));
  }
  return new Set(profile.techniques.filter((technique) => met.has(technique))).size;
}

export function isProfileReached(profile: Profile, seen: Iterable<string>): boolean {
  return techniquesMet(profile, seen) >= profile.atLeast;
}
