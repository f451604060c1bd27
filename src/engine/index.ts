/** The engine as other programs use it (`chainsight/engine`). Guide: docs/guides/use-as-a-library.md */

export { Engine } from './engine.js';
export type { EngineCounts, EngineOptions } from './engine-options.js';
export type { ChainRecord, Effects, EventRecord, ProcessRecord } from './effects.js';
export type { Action } from './event/action.js';
export { fieldOf, integerOf, textOf, type Event, type Fields } from './event/event.js';
export { DEFAULT_POLICY, DEFAULT_ROOT_IMAGES, DEFAULT_THRESHOLD, type Policy } from './policy.js';
export type { Matched, Profile, Rule, RuleSet } from './rule/rule.js';
export type { Evidence } from './score/evidence.js';
export type { Exception, ExceptionScope } from './score/exception.js';
export type { LedgerEntry, ProcessRef, Threat } from './score/threat.js';
