/** Reads files through a fresh engine; nothing is stored. Whatever order the files are named in, and the events lie in, the report is the same. */

import type { Diagnostic } from '../../engine/base/diagnostic.js';
import { Engine } from '../../engine/engine.js';
import type { Event } from '../../engine/event/event.js';
import { SeenRecords } from '../../engine/event/seen-records.js';
import type { EnginePlugin } from '../../engine/plugin/plugin.js';
import type { Policy } from '../../engine/policy.js';
import { currentOf, type Process } from '../../engine/process/process.js';
import type { Rule } from '../../engine/rule/rule.js';
import type { Sink, Skip } from '../../sources/source.js';
import { buildReport, isoTime, newReadCounts, type Report } from '../report/report.js';

/** One file to read, wherever it lies. */
export interface ScanInput {
  readonly name: string;
  /** Hands all records to `sink`. Rejects only if the file cannot be read at all. */
  decode(sink: Sink): Promise<void>;
}

export interface ScanOptions {
  readonly policy: Policy;
  /** What loading the rules found wrong. */
  readonly diagnostics: readonly Diagnostic[];
  readonly plugins: readonly EnginePlugin[];
  readonly minScore?: number | undefined;
  /** True to keep a line for each match of a rule. */
  readonly keepHits: boolean;
  readonly nowMs: () => number;
  readonly onProgress?: (progress: { readonly files: number; readonly events: number; readonly name: string }) => void;
  readonly onSkip?: (skip: Skip) => void;
}

/** A line of `--hits`. */
export interface HitLine {
  readonly rule: string;
  readonly title: string;
  readonly level: string;
  readonly file: string | null;
  readonly line: number;
  readonly time: string;
  readonly host: string;
  readonly action: string | null;
  readonly guid: string;
  readonly chain: string;
}

export interface ScanResult {
  readonly report: Report;
  /** By file, line and rule; empty unless `keepHits`. */
  readonly hits: readonly HitLine[];
}

export async function scan(
  inputs: Iterable<ScanInput> | AsyncIterable<ScanInput>,
  options: ScanOptions,
): Promise<ScanResult> {
  const startedMs = options.nowMs();
  const counts = newReadCounts();
  const hits: Hit[] = [];
  const engine = new Engine(options.policy, {
    recordEvents: false,
    plugins: options.plugins,
    ...(options.keepHits ? { onHit: (event, rule, process) => void hits.push({ event, rule, process }) } : {}),
  });
  const seen = new SeenRecords();
  const sink: Sink = {
    event(event) {
      engine.apply(event, 0, !seen.add(event));
      if (event.timeSource === 'none') return;
      if (event.timeMs < counts.fromMs) counts.fromMs = event.timeMs;
      if (event.timeMs > counts.toMs) counts.toMs = event.timeMs;
    },
    skip(skip) {
      counts.skipped.set(skip.reason, (counts.skipped.get(skip.reason) ?? 0) + 1);
      options.onSkip?.(skip);
    },
  };
  for await (const input of inputs) {
    counts.files++;
    options.onProgress?.({ files: counts.files, events: engine.counts.events, name: input.name });
    await input.decode(sink);
    // Effects are for whoever stores them; here they would only fill memory.
    engine.drain();
  }
  const seconds = (options.nowMs() - startedMs) / 1000;
  return {
    report: buildReport(engine, counts, options.diagnostics, seconds, options.minScore),
    hits: hits.map(hitLine).sort(byPlace),
  };
}

interface Hit {
  readonly event: Event;
  readonly rule: Rule;
  readonly process: Process | undefined;
}

/** Made at the end, when it is settled which chain each process belongs to. */
function hitLine({ event, rule, process }: Hit): HitLine {
  const subject = process === undefined ? undefined : currentOf(process);
  const day = Math.floor(event.timeMs / 86_400_000);
  const chain = subject?.isRoot === true ? subject.dayChains?.get(day) : subject?.chain;
  return {
    rule: rule.id,
    title: rule.title.en,
    level: levelOf(rule.points),
    file: event.file ?? null,
    line: event.line,
    time: isoTime(event.timeMs),
    host: event.host,
    action: event.action ?? null,
    guid: subject?.guid ?? '',
    chain: chain?.id ?? '',
  };
}

/** Expression rules state points, not a level; readers of hits sort by Sigma's words. */
function levelOf(points: number): string {
  if (points >= 100) return 'critical';
  if (points >= 50) return 'high';
  if (points >= 20) return 'medium';
  return points >= 5 ? 'low' : 'informational';
}

function byPlace(one: HitLine, other: HitLine): number {
  if (one.file !== other.file) return (one.file ?? '') < (other.file ?? '') ? -1 : 1;
  if (one.line !== other.line) return one.line - other.line;
  if (one.time !== other.time) return one.time < other.time ? -1 : 1;
  return one.rule < other.rule ? -1 : one.rule > other.rule ? 1 : 0;
}
