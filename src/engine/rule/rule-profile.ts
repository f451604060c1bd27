/**
 * Which rules of a Sigma collection are loaded. A collection holds what is certain beside what only a hunter wants to read; its authors say which is
 * which by status, level and tags, and a profile is a choice among these.
 */

import { SIGMA_LEVELS, type SigmaHeader, type SigmaLevel } from './sigma/document.js';

export const RULE_PROFILES = ['core', 'core+', 'all', 'emerging-threats', 'threat-hunting', 'deprecated'] as const;
export type RuleProfile = (typeof RULE_PROFILES)[number];

export const DEFAULT_RULE_PROFILES: readonly RuleProfile[] = ['all'];

/** `shadow`: loaded, its hits counted and listed but never scored. */
export type RuleChoice = 'load' | 'shadow' | 'leave';

type Facts = Pick<SigmaHeader, 'status' | 'level' | 'tags' | 'file'>;

export function isRuleProfile(word: string): word is RuleProfile {
  return (RULE_PROFILES as readonly string[]).includes(word);
}

/** A rule is loaded if any of the profiles wants it, and scores if any of these wants it so. */
export function chooseRule(rule: Facts, profiles: readonly RuleProfile[]): RuleChoice {
  const kind = kindOf(rule);
  let choice: RuleChoice = 'leave';
  for (const profile of profiles) {
    const next = chooseBy(profile, kind, rule);
    if (next === 'load') return next;
    if (next === 'shadow') choice = next;
  }
  return choice;
}

type RuleKind = 'retired' | 'emerging' | 'hunting' | 'general';

function chooseBy(profile: RuleProfile, kind: RuleKind, { status, level }: Facts): RuleChoice {
  switch (profile) {
    case 'core':
      return kind === 'general' && status === 'stable' && isAtLeast(level, 'high') ? 'load' : 'leave';
    case 'core+': {
      if (kind !== 'general') return 'leave';
      const least = status === 'stable' ? 'medium' : status === 'test' ? 'high' : undefined;
      return least !== undefined && isAtLeast(level, least) ? 'load' : 'leave';
    }
    case 'all':
      return kind === 'retired' ? 'leave' : kind === 'hunting' ? 'shadow' : 'load';
    case 'emerging-threats':
      return kind === 'emerging' ? 'load' : 'leave';
    case 'threat-hunting':
      return kind === 'hunting' ? 'load' : 'leave';
    case 'deprecated':
      return kind === 'retired' ? 'load' : 'leave';
  }
}

/** By tag; collections that do not tag keep them in folders of these names. */
function kindOf({ status, tags, file }: Facts): RuleKind {
  if (status === 'deprecated' || status === 'unsupported') return 'retired';
  const path = `/${file}`;
  if (tags.includes('detection.threat-hunting') || path.includes('/rules-threat-hunting/')) return 'hunting';
  if (tags.includes('detection.emerging-threats') || path.includes('/rules-emerging-threats/')) return 'emerging';
  return 'general';
}

function isAtLeast(level: SigmaLevel | undefined, least: SigmaLevel): boolean {
  return level !== undefined && SIGMA_LEVELS.indexOf(level) >= SIGMA_LEVELS.indexOf(least);
}
