/** Names a set of rules by a hash of everything in it that can change an answer, so evidence can say which rules made it. */

import { hashId } from '../base/hash.js';
import type { Profile, Rule } from './rule.js';

/** 32 hex digits. Titles, descriptions and places may change without a new version; order may not, since the first match can decide. */
export function ruleVersion(rules: readonly Rule[], profiles: readonly Profile[]): string {
  return hashId(
    JSON.stringify(
      rules.map((rule) => [
        rule.id,
        rule.set,
        rule.points,
        rule.techniques,
        rule.actions,
        rule.eventIds,
        rule.conditions,
      ]),
    ),
    JSON.stringify(profiles.map((profile) => [profile.id, profile.techniques, profile.atLeast, profile.points])),
  );
}
