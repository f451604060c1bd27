/** A threat between the database and the program. */

import type { StoredThreat, ThreatDecision, Verdict } from '../app/query-ports.js';
import type { LedgerEntry, StartProcess, Threat, ThreatKind } from '../engine/score/threat.js';

export interface ThreatRow {
  readonly id: string;
  readonly kind: string;
  readonly host: string;
  readonly score: number;
  readonly threshold: number;
  readonly active: number;
  readonly first_ms: number;
  readonly last_ms: number;
  readonly techniques: string;
  readonly start: string;
  readonly verdict: string;
  readonly reason: string;
  readonly note: string;
  readonly changed: number;
  readonly handled_by: string;
  readonly handled_ms: number;
  readonly revision: number;
  readonly evidence: string;
}

/** A host is shown by the fullest of its names, whichever it had when the row was written. */
export const THREAT_COLUMNS = `t.id, t.kind, coalesce(h.name, t.host) AS host, t.score, t.threshold, t.active, t.first_ms, t.last_ms,
  t.techniques, t.start, t.verdict, t.reason, t.note, t.changed, t.handled_by, t.handled_ms, t.revision, e.evidence`;

export const THREAT_TABLES = `threats t CROSS JOIN threat_evidence e ON e.id = t.id LEFT JOIN hosts h ON h.key = t.host_key`;

export function storedThreat(row: ThreatRow): StoredThreat {
  return { threat: threatOf(row), decision: decisionOf(row) };
}

function threatOf(row: ThreatRow): Threat {
  // Written by this program from the same types (`threat-writer.ts`).
  return {
    id: row.id,
    kind: row.kind as ThreatKind,
    host: row.host,
    score: row.score,
    threshold: row.threshold,
    active: row.active === 1,
    firstMs: row.first_ms,
    lastMs: row.last_ms,
    techniques: JSON.parse(row.techniques) as string[],
    start: JSON.parse(row.start) as StartProcess,
    evidence: (JSON.parse(row.evidence) as Partial<LedgerEntry>[]).map(withAbsent),
  };
}

/** JSON leaves out what is undefined; readers of a ledger may ask for each of its fields. */
function withAbsent(entry: Partial<LedgerEntry>): LedgerEntry {
  const { exception, rule, rulesVersion, event, ...rest } = entry as LedgerEntry;
  const { id, timeMs, action, file, line } = event;
  return { ...rest, exception, rule, rulesVersion, event: { id, timeMs, action, file, line } };
}

function decisionOf(row: ThreatRow): ThreatDecision {
  return {
    verdict: row.verdict as Verdict,
    reason: row.reason,
    note: row.note,
    changed: row.changed === 1,
    handledBy: row.handled_by,
    handledMs: row.handled_ms,
    revision: row.revision,
  };
}
