/** Loaded rules and profiles, and what was wrong with those that did not load. */

import { Type, type Static } from '@sinclair/typebox';
import { PageOf, PageQuery } from './list.js';
import { Nullable, OneOf, Titles } from './scalar.js';

export const RULE_KINDS = ['ioa', 'technique', 'sigma', 'profile'] as const;

export const Rule = Type.Object(
  {
    id: Type.String(),
    kind: OneOf(RULE_KINDS),
    titles: Titles,
    descriptions: Titles,
    points: Type.Number(),
    /** Its hits are counted and listed, and score nothing. */
    shadow: Type.Boolean(),
    /** Sigma's words for how bad and how settled it is; `null` for other rules. */
    level: Nullable(Type.String()),
    status: Nullable(Type.String()),
    techniques: Type.Array(Type.String()),
    /** Of a profile: how many of its techniques reach it; 0 for rules. */
    atLeast: Type.Integer(),
    actions: Type.Array(Type.String()),
    conditions: Type.Array(Type.String()),
    /** The document of a Sigma rule as written, where the rule is asked for alone; `null` in lists and for other rules. */
    text: Nullable(Type.String()),
    references: Type.Array(Type.String()),
    /** What harmless activity looks the same. */
    falsePositives: Type.Array(Titles),
    author: Type.String(),
    pack: Type.String(),
    file: Type.String(),
    line: Type.Integer(),
    /** Evaluations that ended in an error since the rules were loaded, and the last message. */
    errors: Type.Integer(),
    lastError: Nullable(Type.String()),
  },
  { $id: 'Rule' },
);
export type Rule = Static<typeof Rule>;

export const RulePage = PageOf(Rule, 'RulePage');
export type RulePage = Static<typeof RulePage>;

export const RuleQuery = Type.Object(
  {
    ...PageQuery,
    pack: Type.Optional(Type.String({ maxLength: 128 })),
    kind: Type.Optional(OneOf(RULE_KINDS)),
    technique: Type.Optional(Type.String({ maxLength: 16 })),
    text: Type.Optional(Type.String({ maxLength: 256 })),
  },
  { additionalProperties: false },
);
export type RuleQuery = Static<typeof RuleQuery>;

export const Diagnostic = Type.Object(
  {
    code: Type.String(),
    severity: OneOf(['error', 'warning'] as const),
    message: Type.String(),
    file: Nullable(Type.String()),
    line: Nullable(Type.Integer()),
    column: Nullable(Type.Integer()),
    rule: Nullable(Type.String()),
    hint: Nullable(Type.String()),
  },
  { $id: 'Diagnostic' },
);
export type Diagnostic = Static<typeof Diagnostic>;

/** `GET /rules/status`, and the answer to `POST /rules/reload`. */
export const RulesStatus = Type.Object(
  {
    /** Hash of everything that can change an answer. */
    version: Type.String(),
    rules: Type.Integer(),
    profiles: Type.Integer(),
    packs: Type.Array(Type.String()),
    problems: Type.Array(Diagnostic),
  },
  { $id: 'RulesStatus' },
);
export type RulesStatus = Static<typeof RulesStatus>;
