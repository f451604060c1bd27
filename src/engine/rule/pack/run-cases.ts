/** Runs the cases of a pack: what a rule must match and what it must not. */

import { createRuleSet } from '../matcher.js';
import { isProfileReached } from '../profile-match.js';
import type { Profile, Rule } from '../rule.js';
import type { RuleCase } from './cases-file.js';
import type { Pack } from './pack.js';

export interface CaseResult {
  /** Rule or profile. */
  readonly id: string;
  readonly case: RuleCase;
  readonly passed: boolean;
  readonly expected: 'match' | 'no match';
  /** An expression that ends in an error does not match; the error is told because it is often why. */
  readonly got: 'match' | 'no match' | `no match (${string})`;
}

/** In the order of the files; cases of rules that did not load fail. Each rule runs alone, so that another one cannot hide its fault. */
export function runCases(pack: Pack): readonly CaseResult[] {
  const rules = new Map(pack.rules.map((rule) => [rule.id, rule]));
  const profiles = new Map(pack.profiles.map((profile) => [profile.id, profile]));
  return pack.cases.flatMap(({ id, cases }) => {
    const rule = rules.get(id);
    const profile = profiles.get(id);
    return cases.map((one) => {
      const got =
        rule !== undefined
          ? ruleAnswer(rule, one)
          : profile !== undefined
            ? profileAnswer(profile, one)
            : 'no match (the rule did not load)';
      const expected = one.shouldMatch ? 'match' : 'no match';
      const passed = (got === 'match') === one.shouldMatch && (rule ?? profile) !== undefined;
      return { id, case: one, passed, expected, got };
    });
  });
}

function ruleAnswer(rule: Rule, { event }: RuleCase): CaseResult['got'] {
  if (event === undefined) return 'no match';
  const set = createRuleSet([rule], []);
  if (set.match(event).length > 0) return 'match';
  const [error] = set.errors();
  return error === undefined ? 'no match' : `no match (${error.lastMessage})`;
}

function profileAnswer(profile: Profile, { techniques }: RuleCase): CaseResult['got'] {
  return isProfileReached(profile, techniques ?? []) ? 'match' : 'no match';
}
