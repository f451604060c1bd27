/** How a pack takes its Sigma rules: what its manifest says, with what is so without it. */

import { Value } from '@sinclair/typebox/value';
import { chooseRule, DEFAULT_RULE_PROFILES, type RuleProfile } from '../rule-profile.js';
import { LEVEL_POINTS, type LevelPoints, pointsOfLevel } from '../sigma-points.js';
import type { SigmaCorrelation, SigmaRule } from '../sigma/document.js';
import { SigmaSettingsSchema, type SigmaSettingsText } from './pack-schema.js';

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

/**
 * What is right of settings that are wrong somewhere, entry by entry: without the lists of a manifest most rules would be called wrong
 * because of one value that has nothing to do with them.
 */
export function rightSettings(value: unknown): SigmaSettingsText {
  const right: Record<string, unknown> = {};
  for (const [key, part] of entriesOf(value)) {
    if (isRight({ [key]: part })) right[key] = part;
    else if (key === 'rules' || key === 'placeholders') {
      right[key] = Object.fromEntries(
        entriesOf(part).filter((entry) => isRight({ [key]: Object.fromEntries([entry]) })),
      );
    }
  }
  return right;
}

function isRight(settings: unknown): settings is SigmaSettingsText {
  return Value.Check(SigmaSettingsSchema, settings);
}

function entriesOf(value: unknown): readonly [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
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
