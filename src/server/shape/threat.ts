/** Stored threats as the contract shows them. */

import type { StoredThreat } from '../../app/query-ports.js';
import type {
  Completeness,
  Evidence,
  StartProcess,
  Threat,
  ThreatSummary,
  VerdictReason,
} from '../../contract/index.js';
import { VERDICT_REASONS } from '../../contract/index.js';
import type { LedgerEntry, ProcessRef, Threat as EngineThreat } from '../../engine/score/threat.js';
import { isoOrNull } from './time.js';

const TOP_EVIDENCE = 3;

export function threatShape(
  stored: StoredThreat,
  completeness: Completeness,
  isSample: (host: string) => boolean,
): Threat {
  return { ...sharedShape(stored, isSample), evidence: stored.threat.evidence.map(evidenceShape), completeness };
}

export function threatSummary(stored: StoredThreat, isSample: (host: string) => boolean): ThreatSummary {
  const { evidence } = stored.threat;
  return {
    ...sharedShape(stored, isSample),
    evidenceCount: evidence.length,
    top: evidence.slice(0, TOP_EVIDENCE).map(({ key, title, points }) => ({ key, titles: title, points })),
  };
}

export function startShape(start: EngineThreat['start']): StartProcess {
  const { id, image, commandLine, user, hashes, pid, guid } = start;
  return { id, image, commandLine, user, hashes, time: isoOrNull(start.timeMs), pid, guid };
}

function sharedShape({ threat, decision }: StoredThreat, isSample: (host: string) => boolean) {
  return {
    id: threat.id,
    kind: threat.kind,
    host: threat.host,
    score: threat.score,
    threshold: threat.threshold,
    active: threat.active,
    first: isoOrNull(threat.firstMs),
    last: isoOrNull(threat.lastMs),
    techniques: [...threat.techniques],
    start: startShape(threat.start),
    verdict: decision.verdict,
    reason: reasonShape(decision.reason),
    note: decision.note,
    changed: decision.changed,
    handledBy: decision.handledBy === '' ? null : decision.handledBy,
    handledAt: isoOrNull(decision.handledMs),
    sample: isSample(threat.host),
    revision: decision.revision,
  };
}

function reasonShape(reason: string): VerdictReason {
  return VERDICT_REASONS.find((known) => known === reason) ?? 'other';
}

function evidenceShape(entry: LedgerEntry): Evidence {
  return {
    kind: entry.kind,
    key: entry.key,
    title: entry.title.en,
    titles: { en: entry.title.en, zh: entry.title.zh },
    points: entry.points,
    pointsWithout: entry.pointsWithout,
    techniques: [...entry.techniques],
    rule: entry.rule ?? null,
    event: {
      id: entry.event.id,
      time: isoOrNull(entry.event.timeMs),
      action: entry.event.action ?? null,
      file: entry.event.file ?? null,
      line: entry.event.line,
    },
    process: refShape(entry.process),
    matched: entry.matched.map(({ field, value, start, end }) => ({
      field,
      value,
      ...(start === undefined ? {} : { start }),
      ...(end === undefined ? {} : { end }),
    })),
    ...(entry.exception === undefined ? {} : { exception: entry.exception }),
  };
}

function refShape({ id, image, commandLine, pid, guid }: ProcessRef): ProcessRef {
  return { id, image, commandLine, pid, guid };
}
