/** The running server's heart: takes events in, keeps the engine at the tail of the log, changes policy, answers from memory and log. */

import type { Event } from '../../engine/event/event.js';
import type { RoomOptions } from '../../engine/engine-options.js';
import type { EnginePlugin, PluginFinding } from '../../engine/plugin/plugin.js';
import type { Policy } from '../../engine/policy.js';
import type { Threat } from '../../engine/score/threat.js';
import type { EngineFigures, EventReader, LiveNotices, PolicyDesk } from '../live-ports.js';
import { StreamWatch } from '../completeness/stream-watch.js';
import type { CompiledPacks, PackSource } from '../policy/compile-packs.js';
import { LoggedPolicy } from '../policy/logged-policy.js';
import type { Clock, EffectStore, EventLog, Pause, PluginPolicy, PolicySettings } from '../ports.js';
import { LogFold } from '../replay/log-fold.js';
import { decodeStored, isEvent, type DecoderMaker } from '../replay/stored-event.js';
import { BACKLOG_MAX, EventIntake, type IntakeCounters } from './event-intake.js';
import { NoticeBoard } from './notice-board.js';
import { Pipeline, type LiveTrouble } from './pipeline.js';
import { LivePolicyDesk } from './policy-desk.js';
import { RecordWindows } from './record-windows.js';
import { RuleCosts } from './rule-costs.js';
import { recoverState, type StartProgress } from './recovery.js';
import { SnapshotKeeper, type SnapshotParts } from './snapshot-keeper.js';

export interface LiveParts {
  readonly log: EventLog;
  readonly store: EffectStore;
  readonly clock: Clock;
  /** Milliseconds that only go forward, finer than one; without it no rule is timed. */
  readonly stopwatch?: () => number;
  readonly pause: Pause;
  /** Reads one record of any JSON shape. */
  readonly decoder: DecoderMaker;
  /** The same for what senders hand in, within the configured limits; `decoder` where absent. */
  readonly intakeDecoder?: DecoderMaker;
  /** Where several share the hosts: which of the others takes events of this one; `undefined` where they are taken here, as all are where absent. */
  readonly elsewhere?: (host: string) => number | undefined;
  /** Pure: equal packs give equal rules. */
  readonly compile: (packs: readonly PackSource[]) => CompiledPacks;
  readonly readPacks: () => Promise<readonly PackSource[]>;
  /** As configured now; put in the log where they differ from what it told last. */
  readonly settings: PolicySettings;
  readonly plugins: readonly EnginePlugin[];
  /** Switches them to what the log says. */
  readonly usePlugins?: (plugins: PluginPolicy | undefined) => void;
  /** As configured now, put in the log as `settings` are; nothing is where absent. */
  readonly pluginPolicy?: PluginPolicy;
  /** Told before a configuration that differs from what held goes into the log; `before` is `undefined` for the first. */
  readonly onConfigured?: (what: 'settings' | 'plugins', before: unknown, after: unknown) => void;
  readonly onTrouble: (trouble: LiveTrouble) => void;
  /** Events on disk that may wait for the engine before more are refused. */
  readonly backlogMax?: number;
  /** What the engine may hold, where it is not what is usual. */
  readonly room?: RoomOptions;
  /** Where absent, each start reads the whole log. */
  readonly snapshots?: SnapshotParts;
}

export interface LiveFigures extends IntakeCounters, Omit<EngineFigures, 'restarts' | 'heapBytes' | 'spentMs'> {
  readonly lastPosition: number;
  readonly appliedPosition: number;
  readonly chains: number;
}

export class LiveService implements EventReader {
  readonly intake: EventIntake;
  readonly policy: PolicyDesk;
  readonly notices: LiveNotices;
  readonly #parts: LiveParts;
  readonly #fold: LogFold;
  readonly #logged: LoggedPolicy;
  readonly #pipeline: Pipeline;
  readonly #windows = new RecordWindows();
  readonly #streams = new StreamWatch();
  readonly #desk: LivePolicyDesk;
  readonly #board = new NoticeBoard();
  readonly #snapshots: SnapshotKeeper | undefined;
  readonly #costs: RuleCosts;
  #isReplaying = true;

  constructor(parts: LiveParts) {
    this.#parts = parts;
    this.#costs = new RuleCosts(parts.stopwatch);
    const compile = rememberingLast(parts.compile);
    this.#logged = new LoggedPolicy(compile);
    this.#fold = new LogFold(
      this.#logged,
      { recordEvents: true, plugins: parts.plugins, ...parts.room },
      parts.usePlugins,
    );
    const state = { fold: this.#fold, policy: this.#logged, windows: this.#windows };
    if (parts.snapshots !== undefined) {
      this.#snapshots = new SnapshotKeeper(parts.snapshots, state, parts.clock, parts.onTrouble);
    }
    this.#pipeline = new Pipeline({
      ...parts,
      fold: this.#fold,
      streams: this.#streams,
      onTrouble: (trouble) => {
        if (trouble.kind === 'store-failed') this.intake.letGo();
        parts.onTrouble(trouble);
      },
      onStored: (effects) => {
        this.#costs.stored(effects);
        this.#board.stored(effects);
      },
      onRest: (position) => this.#snapshots?.atRest(position, this.#waiting()) ?? Promise.resolve(),
      onEvent: (event) => this.#costs.sample(event, this.#fold.engine.policy.rules),
      onHeardAgain: (host) => this.#board.heardAgain(host),
    });
    this.intake = new EventIntake({
      ...parts,
      pipeline: this.#pipeline,
      windows: this.#windows,
      backlogMax: parts.backlogMax ?? BACKLOG_MAX,
      decoder: parts.intakeDecoder ?? parts.decoder,
      elsewhere: parts.elsewhere ?? (() => undefined),
    });
    this.#desk = new LivePolicyDesk({
      ...parts,
      compile,
      fold: this.#fold,
      pipeline: this.#pipeline,
      policy: this.#logged,
      costs: this.#costs,
      tell: (notice) => this.#board.tell(notice),
    });
    this.policy = this.#desk;
    this.notices = this.#board;
  }

  /** True while `start` reads the log: what a plugin asked then was answered then, and the answer is a record further on. */
  get isReplaying(): boolean {
    return this.#isReplaying;
  }

  get figures(): LiveFigures {
    const { engine } = this.#fold;
    return {
      ...this.intake.counters,
      backlog: this.#waiting(),
      waitingSinceMs: this.#pipeline.waitingSinceMs,
      lastPosition: this.#parts.log.lastPosition,
      appliedPosition: this.#pipeline.applied,
      processes: engine.processCount,
      chains: engine.chainCount,
      forgottenByCorrelations: engine.counts.forgottenByCorrelations,
      forgottenProcesses: engine.counts.forgotten,
    };
  }

  /** Rules, lists and exceptions as the next event meets them. */
  get currentPolicy(): Policy {
    return this.#logged.current();
  }

  /** Plugins as the next event meets them; `undefined` until the log has told any. */
  get currentPlugins(): PluginPolicy | undefined {
    return this.#logged.plugins;
  }

  /** Threats as the engine holds them, most points first. */
  threats(): readonly Threat[] {
    return this.#fold.engine.threats();
  }

  /**
   * Brings engine and state to the end of the log, puts the configured settings and rules in force, and opens the intake.
   *
   * @throws AppError where the log or the state cannot be read or written
   */
  async start(onProgress: (progress: StartProgress) => void = () => undefined): Promise<void> {
    const { log, store } = this.#parts;
    const from = (await this.#snapshots?.takeUp(Math.min(store.committedPosition, log.lastPosition))) ?? 0;
    this.#board.know(this.threats().map(({ id }) => id));
    const position = await recoverState(
      {
        ...this.#parts,
        fold: this.#fold,
        windows: this.#windows,
        streams: this.#streams,
        onEffects: (effects) => this.#board.remember(effects),
      },
      from,
      (progress) => {
        this.intake.closedReason = `The server is starting: ${progress.position} of ${progress.lastPosition} records read.`;
        onProgress(progress);
      },
    );
    this.#isReplaying = false;
    this.#pipeline.begin(position);
    await this.#desk.useSettings(this.#parts.settings);
    if (this.#parts.pluginPolicy !== undefined) await this.#desk.usePlugins(this.#parts.pluginPolicy);
    await this.#desk.useRules(await this.#parts.readPacks());
    this.#tellFaultyRules();
    this.intake.closedReason = undefined;
  }

  /** Takes nothing more and stores what was taken. The log and the state may be closed afterwards. */
  async stop(): Promise<void> {
    this.intake.closedReason = 'The server is stopping.';
    this.intake.letGo();
    await this.#pipeline.stop();
    await this.#snapshots?.atEnd(() => (this.#pipeline.isAtRest ? this.#pipeline.applied : undefined));
  }

  /** Keeps what a plugin learned later; resolves once it is on disk. */
  async addFinding(finding: PluginFinding): Promise<void> {
    const receivedMs = this.#parts.clock.nowMs();
    const position = await this.#parts.log.append([{ kind: 'finding', receivedMs, finding }]);
    this.#pipeline.push({ kind: 'finding', position, finding });
  }

  async readEvents(
    positions: readonly number[],
  ): Promise<ReadonlyMap<number, { readonly event: Event; readonly receivedMs: number }>> {
    const found = new Map<number, { readonly event: Event; readonly receivedMs: number }>();
    for (const [position, record] of await this.#parts.log.readAt(positions)) {
      if (record.kind !== 'event') continue;
      const event = decodeStored(record.raw, record.receivedMs, this.#parts.decoder);
      if (isEvent(event)) found.set(position, { event, receivedMs: record.receivedMs });
    }
    return found;
  }

  /** Events that wait for the engine, in the log or before it. */
  #waiting(): number {
    return this.#pipeline.backlog + this.intake.held;
  }

  #tellFaultyRules(): void {
    const errors = this.#desk.rules().problems.filter(({ severity }) => severity === 'error').length;
    if (errors === 0) return;
    const message = `${errors} faults in the rules; the rules concerned are left out. \`chainsight rules lint\` lists them.`;
    this.#parts.onTrouble({ kind: 'rules-faulty', position: 0, message });
  }
}

/** Rules are compiled to be judged and again to be used, moments later. */
function rememberingLast(compile: LiveParts['compile']): LiveParts['compile'] {
  let last: { readonly packs: readonly PackSource[]; readonly compiled: CompiledPacks } | undefined;
  return (packs) => {
    if (last?.packs !== packs) last = { packs, compiled: compile(packs) };
    return last.compiled;
  };
}
