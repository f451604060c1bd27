/** Packs of rules, as their files were read, made into one rule set; what is wrong with them is told, and the rest holds. */

import { techniqueById } from '../../engine/attack/technique.js';
import type { Diagnostic } from '../../engine/base/diagnostic.js';
import {
  assemblePacks,
  createRuleSet,
  loadPack,
  type PackFile,
  type RuleProfile,
  type RuleSet,
} from '../../engine/rule/index.js';

export interface PackSource {
  /** Name of a pack without a manifest: its folder's. */
  readonly name: string;
  readonly files: readonly PackFile[];
  /** Which Sigma rules to load, in place of what its manifest says. */
  readonly ruleProfiles?: readonly RuleProfile[] | undefined;
}

export interface CompiledPacks {
  readonly rules: RuleSet;
  readonly packs: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** @param sources  in order: a later pack's rule takes the place of an earlier one's of the same id */
export function compilePacks(sources: readonly PackSource[]): CompiledPacks {
  const packs = sources.map(({ name, files, ruleProfiles }) =>
    loadPack(files, { technique: techniqueById, name, ruleProfiles }),
  );
  const { rules, profiles, diagnostics } = assemblePacks(packs);
  return {
    rules: createRuleSet(rules, profiles),
    packs: packs.map((pack) => pack.manifest.name),
    diagnostics: [...packs.flatMap((pack) => pack.diagnostics), ...diagnostics],
  };
}
