/** The rules folder's entry: load packs, compile them, run their cases, bring over the original's rules. */

export { ruleDiagnostic, RULE_CODES, type RuleCode } from './diagnostic-codes.js';
export { createRuleSet } from './matcher.js';
export { type Assembly, assemblePacks } from './pack/assemble.js';
export type { CaseList, RuleCase } from './pack/cases-file.js';
export { loadPack, type Manifest, type Pack, type PackOptions } from './pack/pack.js';
export { PACK_LIMITS, type PackFile, packFileKind } from './pack/pack-file.js';
export {
  type LateParts,
  restoreReading,
  type StoredReading,
  type StoredSigma,
  storedReading,
} from './pack/stored-reading.js';
export { type CaseResult, runCases } from './pack/run-cases.js';
export type { TechniqueFact } from './pack/rule-entry.js';
export { isCorrelation } from './rule.js';
export type { Matched, Profile, Rule, RuleErrors, RuleSet, RuleSetName, SigmaSource } from './rule.js';
export { explainSigma } from './sigma/compiled/compile-sigma.js';
export type { LogSource, SigmaCorrelation, SigmaDocument, SigmaFilter, SigmaRule } from './sigma/document.js';
export type { SigmaExplanation } from './sigma/evaluator.js';
export { type Coverage, CoverageReport, type CoverageRow, type RuleCoverage } from './sigma/rule-coverage/coverage.js';
export { navigatorLayer } from './sigma/rule-coverage/navigator-layer.js';
export { lintSigmaSet } from './sigma/lint/lint-sigma-set.js';
export { isRuleProfile, RULE_PROFILES, type RuleProfile } from './rule-profile.js';
