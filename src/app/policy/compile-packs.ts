/** Packs of rules, as their files were read, made into one rule set; what is wrong with them is told, and the rest holds. */

import { techniqueById } from '../../engine/attack/technique.js';
import type { Diagnostic } from '../../engine/base/diagnostic.js';
import {
  assemblePacks,
  createRuleSet,
  loadPack,
  type Pack,
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
  /** Files that could not be read. */
  readonly problems?: readonly Diagnostic[] | undefined;
}

export interface CompiledPacks {
  readonly rules: RuleSet;
  readonly packs: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** @param sources  in order: a later pack's rule takes the place of an earlier one's of the same id */
export function compilePacks(sources: readonly PackSource[]): CompiledPacks {
  const packs = sources.map(loadOnce);
  const { rules, profiles, diagnostics } = assemblePacks(packs);
  return {
    rules: createRuleSet(rules, profiles),
    packs: packs.map((pack) => pack.manifest.name),
    diagnostics: [
      ...packs.flatMap((pack, at) => [...(sources[at]!.problems ?? []), ...pack.diagnostics]),
      ...diagnostics,
    ],
  };
}

interface Loaded {
  readonly source: PackSource;
  readonly pack: Pack;
}

/** By their first file. Of many packs a reload changes one, and whoever reads them again hands in the same object for the same file. */
const LOADED = new WeakMap<PackFile, Loaded>();

function loadOnce(source: PackSource): Pack {
  const { name, files, ruleProfiles } = source;
  const [first] = files;
  const known = first === undefined ? undefined : LOADED.get(first);
  if (known !== undefined && isSame(known.source, source)) return known.pack;
  const pack = loadPack(files, { technique: techniqueById, name, ruleProfiles });
  if (first !== undefined) LOADED.set(first, { source, pack });
  return pack;
}

function isSame(one: PackSource, other: PackSource): boolean {
  return (
    one.name === other.name &&
    String(one.ruleProfiles) === String(other.ruleProfiles) &&
    one.files.length === other.files.length &&
    one.files.every((file, at) => file === other.files[at])
  );
}
