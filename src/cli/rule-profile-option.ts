/** `--rule-profile`, the same for every command that loads rules. */

import { InvalidArgumentError, Option } from 'commander';
import { isRuleProfile, RULE_PROFILES, type RuleProfile } from '../engine/rule/index.js';

export interface RuleProfileOption {
  /** `undefined`: what the packs' manifests say, and `all` where they say nothing. */
  readonly ruleProfile?: readonly RuleProfile[];
}

export function ruleProfileOption(): Option {
  return new Option(
    '--rule-profile <names>',
    `which Sigma rules to load, separated by commas: ${RULE_PROFILES.join(', ')} (default: what pack.yml says, else all)`,
  ).argParser(toProfiles);
}

function toProfiles(text: string): readonly RuleProfile[] {
  const words = text.split(',').map((word) => word.trim());
  const odd = words.find((word) => !isRuleProfile(word));
  if (odd !== undefined) {
    throw new InvalidArgumentError(`${JSON.stringify(odd)} is none of ${RULE_PROFILES.join(', ')}.`);
  }
  return words.filter(isRuleProfile);
}
