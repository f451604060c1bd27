/** Packs of rules, as their files were read, made into one rule set; what is wrong with them is told, and the rest holds. */

import { techniqueById } from '../../engine/attack/technique.js';
import type { Diagnostic } from '../../engine/base/diagnostic.js';
import { createRuleSet, loadPack, type PackFile, type RuleSet } from '../../engine/rule/index.js';

export interface PackSource {
  /** Name of a pack without a manifest: its folder's. */
  readonly name: string;
  readonly files: readonly PackFile[];
}

export interface CompiledPacks {
  readonly rules: RuleSet;
  readonly packs: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** @param sources  in order: a later pack's rule takes the place of an earlier one's of the same id */
export function compilePacks(sources: readonly PackSource[]): CompiledPacks {
  const packs = sources.map(({ name, files }) => loadPack(files, { technique: techniqueById, name }));
  return {
    rules: createRuleSet(
      packs.flatMap((pack) => pack.rules),
      packs.flatMap((pack) => pack.profiles),
    ),
    packs: packs.map((pack) => pack.manifest.name),
    diagnostics: packs.flatMap((pack) => pack.diagnostics),
  };
}
