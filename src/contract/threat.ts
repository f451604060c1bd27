/** A threat as lists, pages and exports show it: what `scan` prints, and beside it what people decided. */

import { Type, type Static } from '@sinclair/typebox';
import { Completeness } from './completeness.js';
import { PageOf, PageQuery } from './list.js';
import { Nullable, OneOf, Time, Titles } from './scalar.js';

export const VERDICTS = ['open', 'confirmed', 'ignored'] as const;
export const Verdict = OneOf(VERDICTS);
export type Verdict = (typeof VERDICTS)[number];

/** Why a threat was handled as it was; `''` where nobody said. `other` wants a note. */
export const VERDICT_REASONS = ['', 'expected-software', 'test', 'duplicate', 'attack', 'other'] as const;
export const VerdictReason = OneOf(VERDICT_REASONS);
export type VerdictReason = (typeof VERDICT_REASONS)[number];

export const EVIDENCE_KINDS = ['rule', 'technique', 'profile', 'plugin'] as const;

export const ProcessRef = Type.Object(
  {
    id: Type.String(),
    image: Type.String(),
    commandLine: Type.String(),
    pid: Type.Integer(),
    guid: Type.String(),
  },
  { $id: 'ProcessRef' },
);
export type ProcessRef = Static<typeof ProcessRef>;

export const StartProcess = Type.Object(
  {
    id: Type.String(),
    image: Type.String(),
    commandLine: Type.String(),
    user: Type.String(),
    /** `SHA256=…,MD5=…` as the sensor wrote it. */
    hashes: Type.String(),
    time: Nullable(Time),
    pid: Type.Integer(),
    guid: Type.String(),
  },
  { $id: 'StartProcess' },
);
export type StartProcess = Static<typeof StartProcess>;

export const Matched = Type.Object(
  {
    field: Type.String(),
    /** As the event holds it. An attacker's text. */
    value: Type.String(),
    /** Offsets of the matched text in `value`, in UTF-16 units; absent where the whole value decided. */
    start: Type.Optional(Type.Integer()),
    end: Type.Optional(Type.Integer()),
  },
  { $id: 'Matched' },
);
export type Matched = Static<typeof Matched>;

export const Evidence = Type.Object(
  {
    kind: OneOf(EVIDENCE_KINDS),
    /** `rule:ID`, `technique:T1059.001`, `profile:ID`, `plugin:NAME:KEY`. */
    key: Type.String(),
    /** The English title, as `scan` prints it. */
    title: Type.String(),
    titles: Titles,
    points: Type.Number(),
    /** What it would score without its exception. */
    pointsWithout: Type.Number(),
    techniques: Type.Array(Type.String()),
    /** Id of the rule that made it, `null` for profiles and plugins. */
    rule: Nullable(Type.String()),
    event: Type.Object({
      /** 16 hex digits. */
      id: Type.String(),
      time: Nullable(Time),
      action: Nullable(Type.String()),
      file: Nullable(Type.String()),
      line: Type.Integer(),
    }),
    process: ProcessRef,
    matched: Type.Array(Matched),
    /** Id of the exception that turned the points to zero. */
    exception: Type.Optional(Type.String()),
  },
  { $id: 'Evidence' },
);
export type Evidence = Static<typeof Evidence>;

export const THREAT_KINDS = ['chain', 'host'] as const;

const shared = {
  /** = the chain's id. */
  id: Type.String(),
  /** `chain`: processes. `host`: a day's events of a host that name no process; `start` stands for none and has no image. */
  kind: OneOf(THREAT_KINDS),
  host: Type.String(),
  score: Type.Number(),
  threshold: Type.Number(),
  /** False once the chain's last process has ended. */
  active: Type.Boolean(),
  /** Event times of the first and the last evidence. */
  first: Nullable(Time),
  last: Nullable(Time),
  techniques: Type.Array(Type.String()),
  start: StartProcess,
  verdict: Verdict,
  reason: VerdictReason,
  note: Type.String(),
  /** It gained points after somebody had handled it. */
  changed: Type.Boolean(),
  handledBy: Nullable(Type.String()),
  handledAt: Nullable(Time),
  /** From the built-in sample attack, not from a real host. */
  sample: Type.Boolean(),
  /** Grows with each change of verdict or note; `If-Match: "REVISION"` on a change refuses to overwrite a colleague's. */
  revision: Type.Integer(),
};

/** The whole threat. `evidence`: most points first, then earliest, then key; its points sum to `score`. */
export const Threat = Type.Object(
  {
    ...shared,
    evidence: Type.Array(Evidence),
    /** Of the view of its host from the start of the chain to the last evidence, as it is known now: late records may complete it. */
    completeness: Completeness,
  },
  { $id: 'Threat' },
);
export type Threat = Static<typeof Threat>;

/** A row of a list. */
export const ThreatSummary = Type.Object(
  {
    ...shared,
    evidenceCount: Type.Integer(),
    /** The strongest evidence, at most three. */
    top: Type.Array(Type.Object({ key: Type.String(), titles: Titles, points: Type.Number() })),
  },
  { $id: 'ThreatSummary' },
);
export type ThreatSummary = Static<typeof ThreatSummary>;

export const ThreatPage = PageOf(ThreatSummary, 'ThreatPage');
export type ThreatPage = Static<typeof ThreatPage>;

export const THREAT_SORTS = ['score', 'last', 'first'] as const;

/** Filters of `GET /threats`; all that are given must hold. */
export const ThreatQuery = Type.Object(
  {
    ...PageQuery,
    verdict: Type.Optional(Verdict),
    changed: Type.Optional(Type.Boolean()),
    /** Whole name, or a pattern with `*`. */
    host: Type.Optional(Type.String({ maxLength: 256 })),
    /** `T1059` also finds its sub-techniques. */
    technique: Type.Optional(Type.String({ maxLength: 16 })),
    minScore: Type.Optional(Type.Number({ maximum: Number.MAX_SAFE_INTEGER })),
    /** Event time of the last evidence lies in `[from, to)`. */
    from: Type.Optional(Time),
    to: Type.Optional(Time),
    /** Part of host, image, command line or user, case-insensitive. */
    text: Type.Optional(Type.String({ maxLength: 256 })),
    /** Descending by this, then by id. */
    sort: Type.Optional(OneOf(THREAT_SORTS)),
  },
  { additionalProperties: false },
);
export type ThreatQuery = Static<typeof ThreatQuery>;

/** Body of `PATCH /threats/{id}`: at least one of these. */
export const ThreatChange = Type.Object(
  {
    verdict: Type.Optional(Verdict),
    reason: Type.Optional(VerdictReason),
    note: Type.Optional(Type.String({ maxLength: 4000 })),
  },
  { $id: 'ThreatChange', additionalProperties: false, minProperties: 1 },
);
export type ThreatChange = Static<typeof ThreatChange>;
