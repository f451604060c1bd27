/** The result of a scan or a replay: the one object that is printed as JSON, as text and as a page. Shape: INTERFACES in docs/reference/cli.md. */

import type { Diagnostic } from '../../engine/base/diagnostic.js';
import type { Title } from '../../engine/base/title.js';
import type { Engine } from '../../engine/engine.js';
import type { Action } from '../../engine/event/action.js';
import type { LedgerEntry, Threat, ThreatKind } from '../../engine/score/threat.js';

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
  /** `host`: events of a day that name no process; `start` stands for none. */
  readonly kind: ThreatKind;
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

/** What one engine has to tell; several of them, each with hosts of its own, make one report. Plain values, so that threads can hand it over. */
export interface ReportPart {
  readonly events: number;
  readonly skipped: ReadonlyMap<string, number>;
  readonly hosts: number;
  readonly processes: number;
  readonly chains: number;
  readonly hits: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly rulesLoaded: number;
  readonly threats: readonly ReportThreat[];
}

/** @param minScore  list chains from this score on; the threshold, where it is left out */
export function reportPart(engine: Engine, counts: ReadCounts, minScore?: number): ReportPart {
  return {
    events: engine.counts.events,
    skipped: counts.skipped,
    hosts: engine.hostNames.length,
    processes: engine.processCount,
    chains: [...engine.chains()].length,
    hits: engine.counts.hits,
    fromMs: counts.fromMs,
    toMs: counts.toMs,
    rulesLoaded: engine.policy.rules.rules.length,
    threats: engine.threats(minScore).map(reportThreat),
  };
}

/**
 * @param parts    at least one, all of the same rules
 * @param seconds  how long it took: the only figure that differs between two runs over the same input
 */
export function joinReport(
  parts: readonly ReportPart[],
  files: number,
  diagnostics: readonly Diagnostic[],
  seconds: number,
): Report {
  const sum = (of: (part: ReportPart) => number): number => parts.reduce((total, part) => total + of(part), 0);
  const threats = parts.flatMap((part) => part.threats);
  if (parts.length > 1) threats.sort((one, other) => other.score - one.score || (one.id < other.id ? -1 : 1));
  const fromMs = Math.min(...parts.map((part) => part.fromMs));
  const toMs = Math.max(...parts.map((part) => part.toMs));
  return {
    version: REPORT_VERSION,
    summary: {
      files,
      events: sum((part) => part.events),
      skipped: joinCounts(parts.map((part) => part.skipped)),
      hosts: sum((part) => part.hosts),
      processes: sum((part) => part.processes),
      chains: sum((part) => part.chains),
      threats: threats.length,
      hits: sum((part) => part.hits),
      from: fromMs === Number.POSITIVE_INFINITY ? null : isoTime(fromMs),
      to: toMs === Number.NEGATIVE_INFINITY ? null : isoTime(toMs),
      seconds,
    },
    rules: {
      loaded: parts[0]!.rulesLoaded,
      failed: diagnostics
        .filter((diagnostic) => diagnostic.severity === 'error')
        .map((diagnostic) => ({ file: diagnostic.file ?? '', line: diagnostic.line ?? 0, reason: diagnostic.message })),
    },
    threats,
  };
}

function joinCounts(parts: readonly ReadonlyMap<string, number>[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const part of parts) for (const [name, count] of part) counts.set(name, (counts.get(name) ?? 0) + count);
  return Object.fromEntries([...counts].sort(([one], [other]) => (one < other ? -1 : 1)));
}

export function reportThreat(threat: Threat): ReportThreat {
  return {
    id: threat.id,
    kind: threat.kind,
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
