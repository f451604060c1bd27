/**
 * Sigma documents (specification 2.1) after reading: modifiers applied, wildcards and escapes parsed, patterns of selection names resolved. What is left
 * says only what must hold of an event. Both evaluators, the plain one and the compiled one, work on this form.
 *
 *     detection:                            Selection `sel`    every ─┬─ Image     one of  text "*\cmd.exe"
 *       sel:                                                         └─ CommandLine all of  text "* -c*", text "*echo*"
 *         Image|endswith: '\cmd.exe'        Condition          and ─┬─ sel
 *         CommandLine|contains|all: [...]                          └─ not ── sel_filter
 *       condition: sel and not 1 of sel_f…
 */

import type { TextPattern } from './text-pattern.js';

export const SIGMA_LEVELS = ['informational', 'low', 'medium', 'high', 'critical'] as const;
export type SigmaLevel = (typeof SIGMA_LEVELS)[number];

export const SIGMA_STATUSES = ['stable', 'test', 'experimental', 'deprecated', 'unsupported'] as const;
export type SigmaStatus = (typeof SIGMA_STATUSES)[number];

/** What people read of a document: without a say in what matches. Empty text or list where the document gives nothing. */
export interface SigmaAbout {
  readonly description: string;
  readonly author: string;
  /** As written. */
  readonly date: string;
  readonly modified: string;
  readonly license: string;
  readonly references: readonly string[];
  readonly falsePositives: readonly string[];
  readonly related: readonly { readonly id: string; readonly type: string }[];
  readonly fields: readonly string[];
  readonly scope: readonly string[];
  /** Attributes that the specification does not name, as they stand. */
  readonly custom: Readonly<Record<string, unknown>>;
}

/** What every kind of document carries. */
export interface SigmaHeader {
  /** Its `id`, else its `name`, else its file's path with the number of the document: never empty. */
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly status: SigmaStatus | undefined;
  readonly level: SigmaLevel | undefined;
  readonly tags: readonly string[];
  /** Upper-case ATT&CK technique ids of the tags: `T1059.001`. */
  readonly techniques: readonly string[];
  readonly about: SigmaAbout;
  readonly file: string;
  /** 1-based line on which the document begins. */
  readonly line: number;
}

export interface LogSource {
  /** Lower case; `undefined` = any. */
  readonly product: string | undefined;
  readonly category: string | undefined;
  readonly service: string | undefined;
  readonly definition: string;
}

export interface Detection {
  /** By name, in the order of the document; the condition names only these. */
  readonly selections: ReadonlyMap<string, Selection>;
  /** Any of several written conditions is enough: a list becomes one `or`. */
  readonly condition: Condition;
}

export interface SigmaRule extends SigmaHeader, Detection {
  readonly kind: 'rule';
  readonly logSource: LogSource;
}

/** A filter document: what its condition holds for is taken out of the rules that it names. */
export interface SigmaFilter extends SigmaHeader, Detection {
  readonly kind: 'filter';
  readonly logSource: LogSource;
  /** Ids or names of rules; `'any'` = every rule of a fitting log source. */
  readonly rules: readonly string[] | 'any';
}

export type CorrelationType =
  | 'event_count'
  | 'value_count'
  | 'temporal'
  | 'temporal_ordered'
  | 'value_sum'
  | 'value_avg'
  | 'value_percentile'
  | 'value_median';

export type Comparison = 'gt' | 'gte' | 'lt' | 'lte' | 'eq' | 'neq';

export interface SigmaCorrelation extends SigmaHeader {
  readonly kind: 'correlation';
  readonly type: CorrelationType;
  /** Ids or names of rules and of other correlations. */
  readonly rules: readonly string[];
  /** Fields whose values tell groups apart; see `aliases`. */
  readonly groupBy: readonly string[];
  /** By alias, then by rule (as in `rules`): the rule's own field. */
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly timespanMs: number;
  /** All must hold; empty for `temporal` types = all rules. */
  readonly conditions: readonly { readonly comparison: Comparison; readonly value: number }[];
  /** Fields that are counted or computed with; several are counted together as one value. */
  readonly fields: readonly string[];
  /** 0–100, for `value_percentile`. */
  readonly percentile: number | undefined;
  /** True = the rules it refers to give hits of their own as well. */
  readonly generate: boolean;
}

export type SigmaDocument = SigmaRule | SigmaFilter | SigmaCorrelation;

/** Named tests on an event. */
export type Selection =
  /** All must hold: a map. */
  | { readonly kind: 'every'; readonly tests: readonly FieldTest[] }
  /** One must hold: a list of maps, or of maps and keywords. */
  | { readonly kind: 'some'; readonly selections: readonly Selection[] }
  /** All must hold: a map with keywords beside fields, or with values that stand for several under `all`. */
  | { readonly kind: 'all'; readonly selections: readonly Selection[] }
  | KeywordTest;

/**
 * Sought in every value of the event, nested ones included, without a field; `all` may be found in different fields. A plain keyword has its
 * wildcards by now as well: `*word*`, to be compared with each value as the test of a field is.
 */
export interface KeywordTest {
  readonly kind: 'keywords';
  readonly quantifier: 'any' | 'all';
  readonly values: readonly ValueTest[];
}

export interface FieldTest {
  /** As written, without modifiers. */
  readonly field: string;
  /** Over `values`: one or all must hold. A field with several values in the event fulfils a test if any of them does. */
  readonly quantifier: 'any' | 'all';
  /** `neq`: the whole test the other way round; a missing field then fulfils it. */
  readonly isNegated: boolean;
  readonly values: readonly ValueTest[];
}

/** What must hold of one value. Numbers and booleans of events are compared as text: `4688` = `"4688"`, `true` = `"true"`. */
export type ValueTest =
  /** `contains`, `startswith` and `endswith` are wildcards of the pattern by now. Without `isCased` both sides are folded. */
  | { readonly kind: 'text'; readonly pattern: TextPattern; readonly isCased: boolean }
  /** Unanchored. Case-sensitive unless `flags` holds `i`; `m` and `s` as in the specification. */
  | { readonly kind: 'regex'; readonly source: string; readonly flags: string }
  /** Bits of the address and how many of them count; 4 or 6. */
  | { readonly kind: 'cidr'; readonly version: 4 | 6; readonly address: bigint; readonly prefixBits: number }
  | { readonly kind: 'number'; readonly comparison: Exclude<Comparison, 'eq' | 'neq'>; readonly value: number }
  /** The part of a time in the field, UTC: `minute` 0–59 … `week` ISO, `month` 1–12, `year`. */
  | {
      readonly kind: 'time';
      readonly part: 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';
      readonly comparison: Comparison;
      readonly value: number;
    }
  /** Whether the event has the field at all, even empty or null. */
  | { readonly kind: 'exists'; readonly isThere: boolean }
  /** Missing or null. */
  | { readonly kind: 'null' }
  /** Compared with another field of the same event. Missing fields fulfil nothing. */
  | {
      readonly kind: 'fieldref';
      readonly field: string;
      readonly place: 'whole' | 'start' | 'end' | 'anywhere';
      readonly isCased: boolean;
    };

export type Condition =
  | { readonly kind: 'selection'; readonly name: string }
  | { readonly kind: 'not'; readonly condition: Condition }
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly Condition[] };
