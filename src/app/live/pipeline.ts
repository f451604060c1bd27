/**
 * From synced records to stored effects. The log has already answered for the records; what happens here may lag behind, and after a crash happens again.
 *
 *     push ──► queue ──► engine, some events a turn ──► drain ──► store, in one transaction ──► notices
 *                                                         └─ at once after a quiet tenth of a second, else ten times a second
 */

import type { Effects } from '../../engine/effects.js';
import type { Event } from '../../engine/event/event.js';
import type { PluginFinding } from '../../engine/plugin/plugin.js';
import { assert } from '../../engine/base/assert.js';
import { AppError } from '../app-error.js';
import type { StreamWatch } from '../completeness/stream-watch.js';
import type { Clock, EffectStore, Pause, PolicyChange } from '../ports.js';
import type { LogFold } from '../replay/log-fold.js';
import { ArrivalCounter } from './arrival-counter.js';

export type Work =
  | {
      readonly kind: 'events';
      readonly position: number;
      readonly events: readonly Event[];
      readonly receivedMs: number;
      /** Told once the engine has taken them all in. */
      readonly onApplied?: () => void;
    }
  | { readonly kind: 'change'; readonly position: number; readonly change: PolicyChange }
  | { readonly kind: 'finding'; readonly position: number; readonly finding: PluginFinding };

export interface PipelineParts {
  readonly fold: LogFold;
  readonly store: EffectStore;
  readonly streams: StreamWatch;
  readonly clock: Clock;
  readonly pause: Pause;
  /** Told of effects once they are stored. */
  readonly onStored: (effects: Effects) => void;
  /** Told when all up to a position is judged and stored. Nothing is judged until it resolves. */
  readonly onRest: (position: number) => Promise<void>;
  /** Told of each event right before it is judged. */
  readonly onEvent: (event: Event) => void;
  /** Told of a host that is heard for the first time, or after it was quiet; its row is stored with the next effects. */
  readonly onHeardAgain: (host: string) => void;
  readonly onTrouble: (trouble: LiveTrouble) => void;
}

/** Something a person must hear of. The position is that of the record concerned, 0 where none is. */
export interface LiveTrouble {
  readonly kind:
    | 'event-failed'
    | 'events-stopped'
    | 'events-taken-again'
    | 'store-failed'
    | 'store-recovered'
    | 'record-unreadable'
    | 'rules-faulty'
    | 'snapshot-failed';
  readonly position: number;
  readonly message: string;
}

/** Events applied before everything else gets a turn, and how long they may take: some are far dearer than others. */
const SLICE_EVENTS = 200;
const SLICE_MS = 10;
/** The clock is looked at after so many. */
const SLICE_STEP = 16;
/** Effects are stored together: a process that had thousands of events meanwhile is one row. */
const COMMIT_EVENTS = 10_000;
const COMMIT_MS = 100;
/** The same where more waits for the engine already. */
const COMMIT_BUSY_MS = 200;
const RETRY_MS = 2_000;

interface Waiter {
  readonly isDone: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class Pipeline {
  /** Why effects cannot be stored at the moment; taking events would only fill the memory. */
  trouble: string | undefined;
  readonly #arrivals = new ArrivalCounter();
  #duplicates = 0;
  #queue: Work[] = [];
  /** Events of the first work that are applied already. */
  #offset = 0;
  #backlog = 0;
  /** When the first of the events came that are judged and not stored yet. */
  #unstoredSinceMs: number | undefined;
  #pushed = 0;
  #applied = 0;
  #committed = 0;
  #sinceCommit = 0;
  #lastCommitMs = 0;
  #isRunning = false;
  #isAlarmSet = false;
  #isHurried = false;
  #isStopping = false;
  /** Effects could not be stored and are gone: only a restart helps. */
  #isHalted = false;
  #waiters: Waiter[] = [];

  constructor(private readonly parts: PipelineParts) {}

  /** Events in the log that wait for the engine. */
  get backlog(): number {
    return this.#backlog;
  }

  /** When the oldest event came whose effects are not stored yet; `undefined` where there is none. */
  get waitingSinceMs(): number | undefined {
    if (this.#unstoredSinceMs !== undefined) return this.#unstoredSinceMs;
    const first = this.#queue.find((work) => work.kind === 'events');
    return first?.receivedMs;
  }

  /** Position up to which the engine has taken everything in. */
  get applied(): number {
    return this.#applied;
  }

  /** Everything that was pushed is judged and stored. */
  get isAtRest(): boolean {
    return this.#committed === this.#pushed && !this.#isHalted;
  }

  /** Continues behind a replay that ended at `position`. */
  begin(position: number): void {
    this.#pushed = position;
    this.#applied = position;
    this.#committed = position;
  }

  push(work: Work): void {
    assert(work.position > this.#pushed, 'records reach the pipeline in the order of the log');
    this.#pushed = work.kind === 'events' ? work.position + work.events.length - 1 : work.position;
    if (work.kind === 'events') this.#backlog += work.events.length;
    this.#queue.push(work);
    this.#kick();
  }

  /** Counted repetitions are written with the next commit. */
  repeated(count: number): void {
    this.#duplicates += count;
    this.#kick();
  }

  /** Resolves once everything up to `position` has gone through the engine. */
  whenApplied(position: number): Promise<void> {
    return this.#when(() => this.#applied >= position);
  }

  /** Resolves once the effects of everything pushed so far are stored. @throws AppError `STORE_FAILED` where they never will */
  whenStored(): Promise<void> {
    const position = this.#pushed;
    if (this.#committed >= position) return Promise.resolve();
    this.#isHurried = true;
    this.#kick();
    return this.#when(() => this.#committed >= position);
  }

  /** Stores what can be stored. What cannot is in the log, and is done again at the next start. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.trouble === undefined) await this.whenStored().catch(() => undefined);
  }

  #when(isDone: () => boolean): Promise<void> {
    if (isDone()) return Promise.resolve();
    if (this.#isHalted) return Promise.reject(this.#haltError());
    return new Promise((resolve, reject) => {
      this.#waiters.push({ isDone, resolve, reject });
    });
  }

  #tellWaiters(): void {
    if (this.#waiters.length === 0) return;
    const done = this.#waiters.filter((waiter) => waiter.isDone());
    this.#waiters = this.#waiters.filter((waiter) => !waiter.isDone());
    for (const waiter of done) waiter.resolve();
  }

  #kick(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    do {
      await this.parts.pause.turn();
      this.#applySlice();
      this.#tellWaiters();
      if (this.#isDue()) await this.#commit();
      if (this.#isHalted) return;
      if (this.#committed === this.#applied) await this.parts.onRest(this.#committed);
    } while (this.#queue.length > 0);
    this.#isRunning = false;
    if (this.#hasUncommitted()) this.#setAlarm();
  }

  #setAlarm(): void {
    if (this.#isAlarmSet) return;
    this.#isAlarmSet = true;
    void this.parts.pause.sleep(COMMIT_MS).then(() => {
      this.#isAlarmSet = false;
      this.#kick();
    });
  }

  #hasUncommitted(): boolean {
    return this.#applied > this.#committed || this.#duplicates > 0;
  }

  #isDue(): boolean {
    if (!this.#hasUncommitted()) return false;
    if (this.#isHurried || this.#sinceCommit >= COMMIT_EVENTS) return true;
    const sinceMs = this.parts.clock.nowMs() - this.#lastCommitMs;
    // The clock may have been set back.
    return sinceMs >= (this.#backlog > 0 ? COMMIT_BUSY_MS : COMMIT_MS) || sinceMs < 0;
  }

  #applySlice(): void {
    const { clock } = this.parts;
    const untilMs = clock.nowMs() + SLICE_MS;
    for (let left = SLICE_EVENTS; left > 0;) {
      const work = this.#queue[0];
      if (work === undefined) return;
      left -= this.#applySome(work, Math.min(left, SLICE_STEP));
      if (clock.nowMs() >= untilMs) return;
    }
  }

  /** @returns how many steps of the first work were done; it leaves the queue with the last */
  #applySome(work: Work, most: number): number {
    let done = 1;
    if (work.kind === 'events') {
      const end = Math.min(work.events.length, this.#offset + most);
      done = end - this.#offset;
      for (; this.#offset < end; this.#offset++) this.#applyEvent(work, this.#offset);
      if (end < work.events.length) return done;
      work.onApplied?.();
    } else {
      if (work.kind === 'change') this.#applyChange(work.change);
      else this.#guarded(work.position, () => this.parts.fold.finding(work.finding));
      this.#applied = work.position;
      this.#sinceCommit++;
    }
    this.#queue.shift();
    this.#offset = 0;
    return done;
  }

  #applyChange(change: PolicyChange): void {
    this.parts.fold.change(change);
    if (change.kind !== 'host-forgotten') return;
    this.#arrivals.forget(change.host);
    this.parts.streams.forget(change.host);
  }

  #applyEvent(work: Work & { readonly kind: 'events' }, offset: number): void {
    const event = work.events[offset]!;
    const position = work.position + offset;
    this.parts.onEvent(event);
    this.#guarded(position, () => this.parts.fold.event(event, position));
    this.#arrivals.arrived(event.host, work.receivedMs);
    if (this.parts.streams.seen(event, work.receivedMs)) this.parts.onHeardAgain(event.host);
    this.#unstoredSinceMs ??= work.receivedMs;
    this.#backlog--;
    this.#sinceCommit++;
    this.#applied = position;
  }

  /**
   * A fault of ours that one event brings out must not stop the server, now and at every start, for whoever can send that event. It is told, and a
   * replay meets it at the same place with the same result.
   */
  #guarded(position: number, work: () => void): void {
    try {
      work();
    } catch (error) {
      const message = `Record ${position} could not be judged: ${error instanceof Error ? error.message : String(error)}.`;
      this.parts.onTrouble({ kind: 'event-failed', position, message });
    }
  }

  async #commit(): Promise<void> {
    const effects = this.parts.fold.engine.drain();
    const arrivals = this.#arrivals.take();
    const streams = this.parts.streams.take();
    const duplicates = this.#duplicates;
    this.#duplicates = 0;
    const position = this.#applied;
    const { store } = this.parts;
    const isStored = await this.#withPatience(() => {
      store.commit(effects, position, arrivals, streams);
      if (duplicates > 0) store.addDuplicates(duplicates);
    });
    if (!isStored) {
      // These effects are lost here and will be made again from the log; anything behind them must not be stored before.
      this.#isHalted = true;
      for (const waiter of this.#waiters.splice(0)) waiter.reject(this.#haltError());
      return;
    }
    this.#committed = position;
    this.#unstoredSinceMs = undefined;
    this.#sinceCommit = 0;
    this.#isHurried = false;
    this.#lastCommitMs = this.parts.clock.nowMs();
    this.parts.onStored(effects);
    this.#tellWaiters();
  }

  /** Tries as long as it takes: until it is done, the effects exist only here. @returns false where there is no use in trying */
  async #withPatience(write: () => void): Promise<boolean> {
    for (;;) {
      try {
        write();
        if (this.trouble === undefined) return true;
        this.trouble = undefined;
        this.#tell('store-recovered', 'The state can be written again.');
        return true;
      } catch (error) {
        const isNew = this.trouble === undefined;
        this.trouble = error instanceof Error ? error.message : String(error);
        if (isNew) this.#tell('store-failed', this.trouble);
        if (this.#isStopping || !(error instanceof AppError)) return false;
      }
      await this.parts.pause.sleep(RETRY_MS);
    }
  }

  #haltError(): AppError {
    return new AppError('STORE_FAILED', `Effects could not be stored: ${this.trouble ?? 'unknown'}.`);
  }

  #tell(kind: LiveTrouble['kind'], message: string): void {
    this.parts.onTrouble({ kind, position: this.#applied, message });
  }
}
