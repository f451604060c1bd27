/** A range of the log again, through a fresh engine, under the policy of its day or another one: the same result that a scan gives. */

import type { Diagnostic } from '../../engine/base/diagnostic.js';
import type { Event } from '../../engine/event/event.js';
import { SeenRecords } from '../../engine/event/seen-records.js';
import { hostKey } from '../../engine/event/host-name.js';
import type { Policy } from '../../engine/policy.js';
import { fixedPolicy, LoggedPolicy, rulesLost, type PolicySource } from '../policy/logged-policy.js';
import type { CompiledPacks, PackSource } from '../policy/compile-packs.js';
import type { PolicyPlugins } from '../policy/plugin-policy.js';
import { partitionOf, withinPartition } from '../partition.js';
import type { PluginPolicy, PolicyChange, StoredRecord } from '../ports.js';
import type { ReadableLog } from './joined-log.js';
import { joinReport, newReadCounts, reportPart, type Report } from '../report/report.js';
import { LogFold } from './log-fold.js';
import { decodeStored, isEvent, type DecoderMaker } from './stored-event.js';

export interface ReplayOptions {
  readonly decoder: DecoderMaker;
  readonly compile: (packs: readonly PackSource[]) => CompiledPacks;
  /** Holds throughout; without it, what the log says held at each place. */
  readonly policy?:
    | {
        readonly policy: Policy;
        readonly diagnostics: readonly Diagnostic[];
        readonly plugins?: PluginPolicy | undefined;
      }
    | undefined;
  /** Asked for each policy; none where absent. */
  readonly plugins?: () => PolicyPlugins;
  /** Event times in `[fromMs, toMs)`. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly host?: string | undefined;
  readonly minScore?: number | undefined;
  readonly nowMs: () => number;
  readonly onProgress?: (progress: { readonly position: number; readonly lastPosition: number }) => void;
}

/**
 * @returns what `scan` would over the same events in the same order; `summary.files` is 0
 * @throws AppError `RULES_LOST` where the log was to tell the rules, and cannot
 */
export async function replay(log: ReadableLog, options: ReplayOptions): Promise<Report> {
  const [report] = await replayEach(log, options, [options.policy]);
  return report!;
}

/** Reads the log once for several policies. */
export async function replayEach(
  log: ReadableLog,
  options: Omit<ReplayOptions, 'policy'>,
  policies: readonly ReplayOptions['policy'][],
): Promise<readonly Report[]> {
  const startedMs = options.nowMs();
  const runs = policies.map((policy) => new Run(options, policy));
  const reading = new Reading(options, runs);
  const lastPosition = withinPartition(log.lastPosition);
  for await (const records of log.read({ fromMs: options.fromMs, toMs: options.toMs })) {
    for (const record of records) reading.take(record);
    for (const run of runs) run.drop();
    options.onProgress?.({ position: withinPartition(records.at(-1)!.position), lastPosition });
  }
  const seconds = (options.nowMs() - startedMs) / 1000;
  return runs.map((run) => run.report(reading.counts, seconds, options.minScore));
}

/** One policy over all partitions. Each has an engine and changes of policy of its own, as it has live: what the log of one says is no news to another. */
class Run {
  readonly #parts: Part[] = [];
  #partition: number | undefined;

  constructor(
    private readonly options: Omit<ReplayOptions, 'policy'>,
    private readonly given: ReplayOptions['policy'],
  ) {
    this.#parts.push(new Part(options, given));
  }

  /** What goes on at this position. */
  at(position: number): Part {
    const partition = partitionOf(position);
    if (partition !== this.#partition) {
      if (this.#partition !== undefined) this.#parts.push(new Part(this.options, this.given));
      this.#partition = partition;
    }
    return this.#parts.at(-1)!;
  }

  /** Effects are for whoever stores them; here they would only fill memory. */
  drop(): void {
    this.#parts.at(-1)!.fold.engine.drain();
  }

  report(counts: ReturnType<typeof newReadCounts>, seconds: number, minScore: number | undefined): Report {
    for (const { fold } of this.#parts) fold.settle();
    // What was read is counted for all together.
    const parts = this.#parts.map(({ fold }, at) =>
      reportPart(fold.engine, at === 0 ? counts : newReadCounts(), minScore),
    );
    return joinReport(parts, counts.files, this.#parts.at(-1)!.diagnostics(), seconds);
  }
}

class Part {
  readonly fold: LogFold;
  readonly diagnostics: () => readonly Diagnostic[];
  /** That the log has still to say by which rules it judges. */
  #lacksRules: boolean;

  constructor(options: Omit<ReplayOptions, 'policy'>, given: ReplayOptions['policy']) {
    let source: PolicySource;
    if (given === undefined) {
      const logged = new LoggedPolicy(options.compile);
      source = logged;
      this.diagnostics = () => logged.compiled().diagnostics;
    } else {
      source = fixedPolicy(given.policy, given.plugins);
      this.diagnostics = () => given.diagnostics;
    }
    this.#lacksRules = given === undefined;
    const plugins = options.plugins?.();
    const engineOptions = { recordEvents: false, plugins: plugins?.enginePlugins ?? [] };
    this.fold = new LogFold(source, engineOptions, (stated) => plugins?.use(stated));
  }

  change(change: PolicyChange): void {
    if (change.kind === 'rules') this.#lacksRules = false;
    this.fold.change(change);
  }

  event(event: Event, position: number, isRepeated: boolean): void {
    if (this.#lacksRules) throw rulesLost();
    this.fold.event(event, position, isRepeated);
  }
}

/** Decodes each record once and hands it to every run. */
class Reading {
  readonly counts = newReadCounts();
  readonly #seen = new SeenRecords();
  readonly #hostKey: string | undefined;

  constructor(
    private readonly options: Omit<ReplayOptions, 'policy'>,
    private readonly runs: readonly Run[],
  ) {
    this.#hostKey = options.host === undefined ? undefined : hostKey(options.host);
  }

  take({ position, record }: StoredRecord): void {
    if (record.kind === 'policy') for (const run of this.runs) run.at(position).change(record.change);
    else if (record.kind === 'finding') for (const run of this.runs) run.at(position).fold.finding(record.finding);
    else this.#takeEvent(position, record.raw, record.receivedMs);
  }

  #takeEvent(position: number, raw: Uint8Array, receivedMs: number): void {
    const event = decodeStored(raw, receivedMs, this.options.decoder);
    if (!isEvent(event)) {
      const { skipped } = this.counts;
      skipped.set(event.reason, (skipped.get(event.reason) ?? 0) + 1);
      return;
    }
    const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = this.options;
    if (event.timeMs < fromMs || event.timeMs >= toMs) return;
    if (this.#hostKey !== undefined && this.#hostKey !== hostKey(event.host)) return;
    const isRepeated = !this.#seen.add(event);
    for (const run of this.runs) run.at(position).event(event, position, isRepeated);
    this.counts.fromMs = Math.min(this.counts.fromMs, event.timeMs);
    this.counts.toMs = Math.max(this.counts.toMs, event.timeMs);
  }
}
