/** Plain data made from the engine's state: what is stored, shown and printed. */

import { hex64 } from './base/hash.js';
import { DAY_MS, type Chain } from './chain/chain.js';
import type { ChainRecord, EventRecord, ProcessRecord } from './effects.js';
import type { Event } from './event/event.js';
import type { Process } from './process/process.js';
import type { Rule } from './rule/rule.js';
import { pointsOf, type LedgerItem } from './score/ledger.js';
import type { LedgerEntry, ProcessRef, Threat } from './score/threat.js';

export function processRef(process: Process): ProcessRef {
  return {
    id: process.id,
    image: process.image,
    commandLine: process.commandLine,
    pid: process.pid,
    guid: process.guid,
  };
}

/** Most points first, then earliest, then key. */
export function ledgerEntries(chain: Chain): LedgerEntry[] {
  return [...chain.ledger.values(), ...chain.profiles.values()].map(entryOf).sort((one, other) => {
    if (one.points !== other.points) return other.points - one.points;
    if (one.event.timeMs !== other.event.timeMs) return one.event.timeMs - other.event.timeMs;
    return one.key < other.key ? -1 : 1;
  });
}

function entryOf(item: LedgerItem): LedgerEntry {
  const { kind, key, title, points, techniques, rule, rulesVersion, policy, event, matched } = item.evidence;
  return {
    kind,
    key,
    title,
    points: pointsOf(item),
    techniques,
    rule,
    rulesVersion,
    policy,
    event,
    matched,
    pointsWithout: points,
    process: processRef(item.process),
    exception: item.exception?.id,
  };
}

export function threatOf(chain: Chain, threshold: number): Threat {
  const evidence = ledgerEntries(chain);
  const techniques = new Set<string>();
  let firstMs = Number.POSITIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const entry of evidence) {
    for (const technique of entry.techniques) techniques.add(technique);
    firstMs = Math.min(firstMs, entry.event.timeMs);
    lastMs = Math.max(lastMs, entry.event.timeMs);
  }
  const { start } = chain;
  return {
    id: chain.id,
    kind: start.isHostEvents ? 'host' : 'chain',
    host: start.host,
    score: chain.score,
    threshold,
    active: chain.alive > 0,
    firstMs,
    lastMs,
    techniques: [...techniques].sort(),
    start: {
      ...processRef(start),
      user: start.user,
      hashes: start.hashes,
      timeMs: startMsOf(chain),
    },
    evidence,
  };
}

/** Host events begin with their day. */
function startMsOf({ start, day }: Chain): number {
  return start.isHostEvents ? day * DAY_MS : start.startMs || start.identityStartMs;
}

export function chainRecord(chain: Chain): ChainRecord {
  let firstMs = startMsOf(chain);
  let lastMs = firstMs;
  for (const item of chain.ledger.values()) {
    const { timeMs } = item.evidence.event;
    if (firstMs === 0 || timeMs < firstMs) firstMs = timeMs;
    if (timeMs > lastMs) lastMs = timeMs;
  }
  return {
    id: chain.id,
    host: chain.start.host,
    startProcessId: chain.start.id,
    score: chain.score,
    active: chain.alive > 0,
    processCount: chain.processCount,
    firstMs,
    lastMs,
  };
}

export function processRecord(process: Process): ProcessRecord {
  let points = 0;
  for (const chain of process.chains) {
    // What it did before it left is held by a copy of it.
    for (const item of chain.ledger.values()) if (item.process.id === process.id) points += pointsOf(item);
    for (const item of chain.profiles.values()) if (item.process.id === process.id) points += pointsOf(item);
  }
  return {
    id: process.id,
    host: process.host,
    chainId: process.chain?.id ?? '',
    parentId: process.parentId,
    pid: process.pid,
    guid: process.guid,
    image: process.image,
    commandLine: process.commandLine,
    user: process.user,
    integrityLevel: process.integrityLevel,
    hashes: process.hashes,
    parentImage: process.parentImage,
    parentCommandLine: process.parentCommandLine,
    currentDirectory: process.currentDirectory,
    originalFileName: process.originalFileName,
    startMs: process.startMs,
    endMs: process.endMs,
    isRoot: process.isRoot,
    isPlaceholder: process.isPlaceholder,
    points,
  };
}

export function eventRecord(
  event: Event,
  position: number,
  host: string,
  process: Process | undefined,
  chainId: string,
  target: Process | undefined,
  rules: readonly Rule[],
): EventRecord {
  return {
    position,
    eventId: hex64({ high: event.idHigh, low: event.idLow }),
    host,
    timeMs: event.timeMs,
    action: event.action,
    windowsEventId: event.eventId,
    channel: event.channel,
    processId: process?.id ?? '',
    chainId,
    targetProcessId: target?.id ?? '',
    targetImage: target?.image ?? '',
    targetHashes: target?.hashes ?? '',
    rules: rules.map((rule) => rule.id),
  };
}
