/** The result of a scan or a replay: the one object that is printed as JSON, as text and as a page. Shape: INTERFACES in docs/reference/cli.md. */

import type { Diagnostic } from '../../engine/base/diagnostic.js';
import type { Title } from '../../engine/base/title.js';
import type { Engine } from '../../engine/engine.js';
import type { Action } from '../../engine/event/action.js';
import type { LedgerEntry, Threat } from '../../engine/score/threat.js';

export const REPORT_VERSION = 1;

export interface ReportSummary {
  readonly files: number;
  readonly events: number;
  /** How many records were left out, by reason; sorted by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  readonly hosts: number;
  readonly processes: number;
  readonly chains: number;
  readonly threats: number;
  readonly hits: number;
  /** ISO 8601 UTC of the first and last event, `null` where none tells its time. */
  readonly from: string | null;
  readonly to: string | null;
  readonly seconds: number;
}

export interface ReportEvidence {
  readonly kind: string;
  readonly key: string;
  readonly title: string;
  readonly titles: Title;
  readonly points: number;
  readonly techniques: readonly string[];
  readonly event: {
    readonly id: string;
    readonly time: string;
    readonly action: Action | null;
    readonly file: string | null;
    readonly line: number;
  };
  readonly process: {
    readonly image: string;
    readonly commandLine: string;
    readonly pid: number;
    readonly guid: string;
  };
  readonly matched: readonly {
    readonly field: string;
    readonly value: string;
    readonly start?: number;
    readonly end?: number;
  }[];
  /** Id of the exception that made the points zero. */
  readonly exception?: string;
}

export interface ReportThreat {
  readonly id: string;
  readonly host: string;
  readonly score: number;
  readonly threshold: number;
  readonly active: boolean;
  readonly first: string;
  readonly last: string;
  readonly techniques: readonly string[];
  readonly start: {
    readonly image: string;
    readonly commandLine: string;
    readonly user: string;
    readonly hashes: string;
    readonly time: string;
    readonly pid: number;
    readonly guid: string;
  };
  readonly evidence: readonly ReportEvidence[];
}

export interface Report {
  readonly version: typeof REPORT_VERSION;
  readonly summary: ReportSummary;
  readonly rules: {
    readonly loaded: number;
    readonly failed: readonly { readonly file: string; readonly line: number; readonly reason: string }[];
  };
  readonly threats: readonly ReportThreat[];
}

/** What was counted while events were read. */
export interface ReadCounts {
  files: number;
  skipped: Map<string, number>;
  fromMs: number;
  toMs: number;
}

export function newReadCounts(): ReadCounts {
  return { files: 0, skipped: new Map(), fromMs: Number.POSITIVE_INFINITY, toMs: Number.NEGATIVE_INFINITY };
}

/**
 * @param minScore  list chains from this score on; the threshold, where it is left out
 * @param seconds   how long it took: the only figure that differs between two runs over the same input
 */
export function buildReport(
  engine: Engine,
  counts: ReadCounts,
  diagnostics: readonly Diagnostic[],
  seconds: number,
  minScore?: number,
): Report {
  const threats = engine.threats(minScore).map(reportThreat);
  return {
    version: REPORT_VERSION,
    summary: {
      files: counts.files,
      events: engine.counts.events,
      skipped: Object.fromEntries([...counts.skipped].sort(([one], [other]) => (one < other ? -1 : 1))),
      hosts: engine.hostNames.length,
      processes: engine.processCount,
      chains: engine.chainCount,
      threats: threats.length,
      hits: engine.counts.hits,
      from: counts.fromMs === Number.POSITIVE_INFINITY ? null : isoTime(counts.fromMs),
      to: counts.toMs === Number.NEGATIVE_INFINITY ? null : isoTime(counts.toMs),
      seconds,
    },
    rules: {
      loaded: engine.policy.rules.rules.length,
      failed: diagnostics
        .filter((diagnostic) => diagnostic.severity === 'error')
        .map((diagnostic) => ({ file: diagnostic.file ?? '', line: diagnostic.line ?? 0, reason: diagnostic.message })),
    },
    threats,
  };
}

export function reportThreat(threat: Threat): ReportThreat {
  return {
    id: threat.id,
    host: threat.host,
    score: threat.score,
    threshold: threat.threshold,
    active: threat.active,
    first: isoTime(threat.firstMs),
    last: isoTime(threat.lastMs),
    techniques: threat.techniques,
    start: {
      image: threat.start.image,
      commandLine: threat.start.commandLine,
      user: threat.start.user,
      hashes: threat.start.hashes,
      time: isoTime(threat.start.timeMs),
      pid: threat.start.pid,
      guid: threat.start.guid,
    },
    evidence: threat.evidence.map(reportEvidence),
  };
}

function reportEvidence(entry: LedgerEntry): ReportEvidence {
  return {
    kind: entry.kind,
    key: entry.key,
    title: entry.title.en,
    titles: entry.title,
    points: entry.points,
    techniques: entry.techniques,
    event: {
      id: entry.event.id,
      time: isoTime(entry.event.timeMs),
      action: entry.event.action ?? null,
      file: entry.event.file ?? null,
      line: entry.event.line,
    },
    process: {
      image: entry.process.image,
      commandLine: entry.process.commandLine,
      pid: entry.process.pid,
      guid: entry.process.guid,
    },
    matched: entry.matched.map((matched) => ({
      field: matched.field,
      value: matched.value,
      ...(matched.start === undefined || matched.end === undefined ? {} : { start: matched.start, end: matched.end }),
    })),
    ...(entry.exception === undefined ? {} : { exception: entry.exception }),
  };
}

const LATEST_MS = 8.64e15;

/** ISO 8601 UTC with milliseconds; times beyond what a date can hold (a sensor's rubbish) are cut to its ends. */
export function isoTime(timeMs: number): string {
  return new Date(Math.min(Math.max(timeMs, -LATEST_MS), LATEST_MS)).toISOString();
}
