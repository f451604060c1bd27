/** Rule sets for engine tests: conditions are plain functions, so that no other part of the program is under test. */

import type { Event } from '../../src/engine/event/event.js';
import { DEFAULT_POLICY, type Policy } from '../../src/engine/policy.js';
import type { Profile, Rule, RuleSet, RuleSetName } from '../../src/engine/rule/rule.js';

export interface TestRule {
  readonly id: string;
  readonly points: number;
  readonly set?: RuleSetName;
  readonly isShadow?: boolean;
  readonly techniques?: readonly string[];
  readonly when: (event: Event) => boolean;
}

export function ruleSet(
  rules: readonly TestRule[],
  profiles: readonly Partial<Profile>[] = [],
  version = 'v1',
): RuleSet {
  const loaded = rules.map(({ id, when, ...about }) => ({ rule: plainRule(id, about), when }));
  loaded.sort((one, other) => (one.rule.set === other.rule.set ? 0 : one.rule.set === 'ioa' ? -1 : 1));
  return {
    rules: loaded.map(({ rule }) => rule),
    profiles: profiles.map((profile) => ({
      id: 'profile',
      title: { en: 'Profile', zh: '画像' },
      description: { en: '', zh: '' },
      techniques: [],
      atLeast: 1,
      points: 0,
      references: [],
      pack: 'test',
      file: 'test.yml',
      line: 1,
      ...profile,
    })),
    version,
    match: (event) => loaded.filter(({ when }) => when(event)).map(({ rule }) => rule),
    explain: (_rule, event) => [{ field: 'Image', value: String(event.fields['Image'] ?? '') }],
    errors: () => [],
    timed(event, clock, took) {
      for (const { rule, when } of loaded) {
        const startedMs = clock();
        when(event);
        took(rule, clock() - startedMs);
      }
    },
  };
}

/** A rule that says nothing but its id, for tests to say what matters to them. */
export function plainRule(id: string, about: Partial<Rule> = {}): Rule {
  return {
    id,
    title: { en: id, zh: id },
    description: { en: '', zh: '' },
    set: 'ioa',
    points: 10,
    isShadow: false,
    level: undefined,
    status: undefined,
    sigma: undefined,
    techniques: [],
    actions: [],
    eventIds: [],
    conditions: [],
    references: [],
    falsePositives: [],
    author: 'test',
    pack: 'test',
    file: 'test.yml',
    line: 1,
    ...about,
  };
}

export function policy(rules: RuleSet, changes: Partial<Policy> = {}): Policy {
  return { ...DEFAULT_POLICY, rules, ...changes };
}
