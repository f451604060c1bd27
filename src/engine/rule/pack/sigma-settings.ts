/** How a pack takes its Sigma rules: what its manifest says, with what is so without it. */

import { chooseRule, DEFAULT_RULE_PROFILES, type RuleProfile } from '../rule-profile.js';
import { LEVEL_POINTS, type LevelPoints, pointsOfLevel } from '../sigma-points.js';
import type { SigmaCorrelation, SigmaRule } from '../sigma/document.js';
import type { SigmaSettingsText } from './pack-schema.js';

export interface SigmaSettings {
  readonly profiles: readonly RuleProfile[];
  readonly points: LevelPoints;
  /** Of single rules, by id. */
  readonly rules: ReadonlyMap<
    string,
    { readonly points?: number; readonly shadow?: boolean; readonly enabled?: boolean }
  >;
  readonly placeholders: ReadonlyMap<string, readonly string[]>;
}

/** @param instead  profiles that somebody asked for, in place of the manifest's */
export function sigmaSettings(
  text: SigmaSettingsText | undefined,
  instead: readonly RuleProfile[] | undefined,
): SigmaSettings {
  return {
    profiles: instead ?? text?.profiles ?? DEFAULT_RULE_PROFILES,
    points: { ...LEVEL_POINTS, ...text?.points },
    rules: new Map(Object.entries(text?.rules ?? {})),
    placeholders: new Map(
      Object.entries(text?.placeholders ?? {}).map(([name, values]) => [name, values.map(String)] as const),
    ),
  };
}

export interface SigmaTerms {
  readonly points: number;
  readonly isShadow: boolean;
}

/** @returns `undefined` where the rule is not to be loaded */
export function termsOf(document: SigmaRule | SigmaCorrelation, settings: SigmaSettings): SigmaTerms | undefined {
  const own = settings.rules.get(document.id);
  const choice = chooseRule(document, settings.profiles);
  if (own?.enabled === false || (choice === 'leave' && own?.enabled !== true)) return undefined;
  return {
    points: own?.points ?? pointsOfLevel(document.level, settings.points),
    isShadow: own?.shadow ?? choice === 'shadow',
  };
}
