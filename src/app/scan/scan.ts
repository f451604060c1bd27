/** Reads files through a fresh engine; nothing is stored. Whatever order the files are named in, and the events lie in, the report is the same. */

import type { Diagnostic } from '../../engine/base/diagnostic.js';
import { Engine } from '../../engine/engine.js';
import type { HitSubject } from '../../engine/engine-options.js';
import type { Event } from '../../engine/event/event.js';
import { SeenRecords } from '../../engine/event/seen-records.js';
import type { EnginePlugin } from '../../engine/plugin/plugin.js';
import type { Policy } from '../../engine/policy.js';
import { currentOf } from '../../engine/process/process.js';
import { isCorrelation, type Rule } from '../../engine/rule/rule.js';
import type { Sink, Skip } from '../../sources/source.js';
import { CorrelatedHits, type PlacedHit } from './correlated-hits.js';
import { isoTime, joinReport, newReadCounts, reportPart, type Report, type ReportPart } from '../report/report.js';

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
  /** Sigma's word, or what a rule's points amount to. */
  readonly level: string;
  /** Counted only: the hit scored nothing. */
  readonly shadow: boolean;
  /** Of the rules that were in force. */
  readonly rulesVersion: string;
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
  const part = new ScanPart(options);
  let files = 0;
  for await (const input of inputs) {
    files++;
    options.onProgress?.({ files, events: part.events, name: input.name });
    await input.decode(part);
  }
  return joinScan([part.result()], files, options.diagnostics, (options.nowMs() - startedMs) / 1000);
}

/** What one engine found, as plain values. */
export interface ScanPartResult {
  readonly report: ReportPart;
  readonly hits: readonly HitLine[];
}

/** Parts whose hosts are different ones make what one engine would have made of all. */
export function joinScan(
  parts: readonly ScanPartResult[],
  files: number,
  diagnostics: readonly Diagnostic[],
  seconds: number,
): ScanResult {
  return {
    report: joinReport(
      parts.map(({ report }) => report),
      files,
      diagnostics,
      seconds,
    ),
    hits: parts.flatMap(({ hits }) => hits).sort(byPlace),
  };
}

export type ScanPartOptions = Pick<ScanOptions, 'policy' | 'plugins' | 'minScore' | 'keepHits' | 'onSkip'>;

/** An engine and what is counted beside it: takes in all events of some hosts. */
export class ScanPart implements Sink {
  readonly #engine: Engine;
  readonly #options: ScanPartOptions;
  readonly #counts = newReadCounts();
  readonly #hits: Hit[] = [];
  readonly #correlated = new CorrelatedHits();
  readonly #seen = new SeenRecords();

  constructor(options: ScanPartOptions) {
    this.#options = options;
    this.#engine = new Engine(options.policy, {
      recordEvents: false,
      noteChanges: false,
      plugins: options.plugins,
      ...(options.keepHits
        ? {
            onHit: (event, rule, subject) => {
              if (!isCorrelation(rule)) this.#hits.push({ event, rule, subject });
            },
            onCorrelation: this.#correlated,
          }
        : {}),
    });
  }

  get events(): number {
    return this.#engine.counts.events;
  }

  event(event: Event): void {
    this.#engine.apply(event, 0, !this.#seen.add(event));
    if (event.timeSource === 'none') return;
    if (event.timeMs < this.#counts.fromMs) this.#counts.fromMs = event.timeMs;
    if (event.timeMs > this.#counts.toMs) this.#counts.toMs = event.timeMs;
  }

  skip(skip: Skip): void {
    this.#counts.skipped.set(skip.reason, (this.#counts.skipped.get(skip.reason) ?? 0) + 1);
    this.#options.onSkip?.(skip);
  }

  result(): ScanPartResult {
    return {
      report: reportPart(this.#engine, this.#counts, this.#options.minScore),
      hits: [...this.#hits.map(hitOf), ...this.#correlated.hits()].map((hit) =>
        hitLine(hit, this.#options.policy.rules.version),
      ),
    };
  }
}

interface Hit {
  readonly event: Event;
  readonly rule: Rule;
  readonly subject: HitSubject;
}

const hitOf = ({ event, rule, subject }: Hit): PlacedHit => ({ at: event, rule, process: subject.process });

/** Made at the end, when it is settled which chain each process belongs to. */
function hitLine({ at, rule, process }: PlacedHit, rulesVersion: string): HitLine {
  const subject = currentOf(process);
  const day = Math.floor(at.timeMs / 86_400_000);
  const chain = subject.isRoot ? subject.dayChains?.get(day) : subject.chain;
  return {
    rule: rule.id,
    title: rule.title.en,
    level: rule.level ?? levelOf(rule.points),
    shadow: rule.isShadow,
    rulesVersion,
    file: at.file ?? null,
    line: at.line,
    time: isoTime(at.timeMs),
    host: at.host,
    action: at.action ?? null,
    guid: subject.guid,
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
