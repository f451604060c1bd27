/** What a rule is once loaded, whatever language its condition was written in. */

import type { Title } from '../base/title.js';
import type { Action } from '../event/action.js';
import type { Event } from '../event/event.js';
import type { SigmaCorrelation, SigmaFilter, SigmaLevel, SigmaRule, SigmaStatus } from './sigma/document.js';

/**
 * `ioa`: the rule itself scores, and so does each of its techniques. `technique`: only its techniques score (the original's "attck" rules).
 * `sigma`: the rule itself scores; its techniques are noted at zero points, so that they count for profiles and nothing is paid twice.
 */
export type RuleSetName = 'ioa' | 'technique' | 'sigma';

/** A rule read from a Sigma document, with what the pack says of it. */
export interface SigmaSource {
  /** Of a correlation its place in the rules is all that the matcher knows: it matches no event by itself. */
  readonly document: SigmaRule | SigmaCorrelation;
  /** What these hold for is taken out of what the rule holds for. Empty for correlations. */
  readonly filters: readonly SigmaFilter[];
}

export interface Rule {
  /** Unique over all loaded packs; a later pack's rule of the same id replaces an earlier one's. */
  readonly id: string;
  readonly title: Title;
  readonly description: Title;
  readonly set: RuleSetName;
  /** Score of the rule (`ioa`, `sigma`) and of each technique it names (`ioa`, `technique`), once per chain each. */
  readonly points: number;
  /** Hits are counted and listed, but never become evidence. */
  readonly isShadow: boolean;
  /** What its author thinks of it; `undefined` where the language has no such word, or the author did not say. */
  readonly level: SigmaLevel | undefined;
  readonly status: SigmaStatus | undefined;
  /** Present exactly in the set `sigma`; `conditions`, `actions` and `eventIds` are empty then. */
  readonly sigma: SigmaSource | undefined;
  /** ATT&CK ids, `T1059` or `T1059.001`. */
  readonly techniques: readonly string[];
  /** Actions it is asked about; empty = every event. */
  readonly actions: readonly Action[];
  /** Windows event ids it is asked about, for channels that no action stands for (PowerShell 4104, …); empty = no such limit. */
  readonly eventIds: readonly number[];
  /** Its conditions as written, any of which is enough. */
  readonly conditions: readonly string[];
  readonly references: readonly string[];
  /** What harmless activity looks the same. */
  readonly falsePositives: readonly Title[];
  readonly author: string;
  readonly pack: string;
  readonly file: string;
  readonly line: number;
}

export interface Profile {
  readonly id: string;
  readonly title: Title;
  readonly description: Title;
  /** This many of `techniques` in one chain reach the profile. A parent id (`T1059`) is met by any of its sub-techniques. */
  readonly techniques: readonly string[];
  readonly atLeast: number;
  readonly points: number;
  readonly references: readonly string[];
  readonly pack: string;
  readonly file: string;
  readonly line: number;
}

/** A field whose value made a rule match. */
export interface Matched {
  readonly field: string;
  /** As the event holds it, not lower-cased. */
  readonly value: string;
  /** Offsets of the matched text in `value`, in UTF-16 units; absent where the whole value decided. */
  readonly start?: number | undefined;
  readonly end?: number | undefined;
}

/** Counted on the rule, shown to its author; never disturbs other rules. */
export interface RuleErrors {
  readonly rule: string;
  readonly count: number;
  readonly lastMessage: string;
}

/** All loaded rules in their compiled form. Pure but for its caches and error counts, which change no answer. */
export interface RuleSet {
  readonly rules: readonly Rule[];
  readonly profiles: readonly Profile[];
  /** Hash of everything that can change an answer; names the rule version in evidence. */
  readonly version: string;
  /** Rules that match, in load order with `ioa` before `technique`. An expression that ends in an error does not match. */
  match(event: Event): readonly Rule[];
  /** Why `rule` matched `event`; called only for hits that are kept. */
  explain(rule: Rule, event: Event): readonly Matched[];
  errors(): readonly RuleErrors[];
  /**
   * Evaluates what may hold for `event` with a clock beside it, for a sample of events: `match` itself measures nothing.
   *
   * @param clock  milliseconds that only go forward
   */
  timed(event: Event, clock: () => number, took: (rule: Rule, ms: number) => void): void;
}

/** It matches no event by itself: it counts those that other rules match. */
export function isCorrelation({ sigma }: Pick<Rule, 'sigma'>): boolean {
  return sigma?.document.kind === 'correlation';
}
