/**
 * A whole life of a server in memory, made from one number: senders that try again, an engine, a disk that fails, kills, power cuts, a state that
 * cannot be written for a while, and a clock that is set back and forth. No real time passes. What must hold is checked at the end; the same number gives
 * the same life again (but for the salts of the log's checksums).
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '../../src/app/app-error.js';
import type { IncomingEvent } from '../../src/app/live-ports.js';
import { LiveService } from '../../src/app/live/live-service.js';
import { LoggedPolicy } from '../../src/app/policy/logged-policy.js';
import { DEFAULT_POLICY } from '../../src/app/policy/policy-file.js';
import type { EffectStore, EventLog, Pause } from '../../src/app/ports.js';
import { LogFold } from '../../src/app/replay/log-fold.js';
import { decodeStored, isEvent } from '../../src/app/replay/stored-event.js';
import type { Effects } from '../../src/engine/effects.js';
import type { Threat } from '../../src/engine/score/threat.js';
import { LogReader } from '../../src/log/reader.js';
import { recover } from '../../src/log/recover.js';
import { LogWriter } from '../../src/log/writer.js';
import { createJsonDecoder } from '../../src/sources/json/json.js';
import { CutDisk, type DiskOperation } from '../support/cut-disk.js';
import { compilePlain, HandClock, incoming, plainPack, PLAIN_RULES } from '../support/live-kit.js';
import { unitsFrom } from '../support/random.js';
import { batch } from './story.js';

export interface Life {
  readonly kills: number;
  readonly cuts: number;
  readonly diskFaults: number;
  readonly refusals: number;
  readonly events: number;
  readonly threats: number;
}

const BATCHES_KNOWN = 120;
const FOLDER = 'log';
const PACKS = [plainPack(...PLAIN_RULES)];
/** Decoded once: events are never changed. */
const known = new Map<number, readonly IncomingEvent[]>();

function batchOf(index: number): readonly IncomingEvent[] {
  let events = known.get(index);
  if (events === undefined) known.set(index, (events = incoming(...batch(index))));
  return events;
}

/** Commits one after another, as a database that keeps whole transactions; of the last ones a power cut may take some. */
class MemoryStore {
  commits: { readonly effects: Effects; readonly position: number }[] = [];

  get position(): number {
    return this.commits.at(-1)?.position ?? 0;
  }

  /** As one run of the program sees it. */
  session(fault: () => Error | undefined): EffectStore {
    const position = (): number => this.position;
    const guarded = (work: () => void): void => {
      const error = fault();
      if (error !== undefined) throw error;
      work();
    };
    return {
      get committedPosition() {
        return position();
      },
      commit: (effects, upTo) =>
        guarded(() => {
          if (upTo > this.position) this.commits.push({ effects, position: upTo });
        }),
      hostStreams: () => [],
      addDuplicates: () => guarded(() => undefined),
    };
  }

  threats(): Threat[] {
    const found = new Map<string, Threat>();
    for (const { effects } of this.commits) {
      for (const { from } of effects.aliases) found.delete(from);
      for (const id of effects.withdrawn) found.delete(id);
      for (const threat of effects.threats) found.set(threat.id, threat);
    }
    return byId([...found.values()]);
  }

  events(): { readonly position: number; readonly eventId: string }[] {
    return this.commits.flatMap(({ effects }) =>
      effects.events.map(({ position, eventId }) => ({ position, eventId })),
    );
  }
}

/** The log's own parts over a disk in memory; what they lack is the lock and the index files, which are a real folder's. */
async function openLog(disk: CutDisk, lastKnownPosition: number, mayHaveHoles: boolean): Promise<EventLog> {
  const recovered = await recover(disk, FOLDER, true);
  const closed = [...recovered.closed];
  const reader = new LogReader(disk, FOLDER, (segment, { reason }) => {
    // Of a group that was never acknowledged a cut may take a record in the middle.
    if (!mayHaveHoles) throw new Error(`damage in ${segment}: ${reason}`);
  });
  const limits = { segmentBytes: 6_000, queuedBytes: 1e6, groupBytes: 1e6, reserveBytes: 0, roomBytes: 1_500 };
  // A state ahead of its log would mean that something was stored which was not durable.
  if (recovered.lastPosition < lastKnownPosition) {
    throw new Error(`the log ends at ${recovered.lastPosition}, the state has seen ${lastKnownPosition}`);
  }
  const writer = new LogWriter(disk, FOLDER, limits, recovered, ({ name, firstPosition }) => {
    closed.push({ name, firstPosition });
    return Promise.resolve();
  });
  return {
    append: (records) => writer.append(records),
    read(range = {}) {
      const { active, lastPosition } = writer;
      const segments = closed.map((segment, at) => {
        const next = closed[at + 1] ?? active;
        return { ...segment, nextPosition: next?.firstPosition, index: undefined, end: undefined };
      });
      const last = active && { ...active, nextPosition: undefined, end: active.index.end };
      return reader.read({ segments: last === undefined ? segments : [...segments, last], lastPosition }, range);
    },
    readAt: () => Promise.resolve(new Map()),
    get lastPosition() {
      return writer.lastPosition;
    },
    cut: recovered.cut,
    damage: [],
    get failure() {
      return writer.failure;
    },
    close: () => writer.close(),
  };
}

/** Timers that fire when the world's hand says so. */
class HandTimers implements Pause {
  #nowMs = 0;
  #sleepers: { readonly atMs: number; readonly wake: () => void }[] = [];

  turn(): Promise<void> {
    return nextTurn();
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => void this.#sleepers.push({ atMs: this.#nowMs + ms, wake }));
  }

  pass(ms: number): void {
    this.#nowMs += ms;
    const due = this.#sleepers.filter(({ atMs }) => atMs <= this.#nowMs);
    this.#sleepers = this.#sleepers.filter(({ atMs }) => atMs > this.#nowMs);
    for (const { wake } of due) wake();
  }
}

type Ending = 'done' | 'killed' | 'power cut' | 'log failed';

class World {
  readonly random: () => number;
  readonly clock = new HandClock();
  readonly store = new MemoryStore();
  readonly acknowledged = new Set<number>();
  readonly batches: readonly number[];
  disk = new CutDisk();
  kills = 0;
  cuts = 0;
  diskFaults = 0;
  refusals = 0;
  #threats: readonly Threat[] = [];

  constructor(seed: number) {
    this.random = unitsFrom(seed);
    const first = this.#below(BATCHES_KNOWN - 8);
    this.batches = Array.from({ length: 2 + this.#below(7) }, (_, at) => first + at);
  }

  async live(): Promise<Life> {
    const troubles = this.#below(4);
    for (let at = 0; at < troubles; at++) await this.#run(true);
    for (let at = 0; (await this.#run(false)) !== 'done'; at++) if (at > 3) throw new Error('it does not end');
    const events = await this.#check();
    const { kills, cuts, diskFaults, refusals } = this;
    return { kills, cuts, diskFaults, refusals, events, threats: this.#threats.length };
  }

  #below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  /** One run of the program, from its start to whatever ends it. */
  async #run(isTroubled: boolean): Promise<Ending> {
    const { disk, store } = this;
    const timers = new HandTimers();
    let ending: Ending | undefined;
    if (isTroubled && this.random() < 0.5) disk.left = 1 + this.#below(40);
    const killTurn = isTroubled && this.random() < 0.5 ? this.#below(30) : Number.POSITIVE_INFINITY;
    disk.fault = isTroubled && this.random() < 0.4 ? this.#diskFault(this.#below(40)) : () => undefined;
    const storeFault = isTroubled && this.random() < 0.3 ? this.#storeFault(this.#below(4)) : () => undefined;
    const session = store.session(() => (ending === undefined ? storeFault() : new Error('the program is gone')));
    let log: EventLog | undefined;
    let service: LiveService | undefined;
    let failure: unknown;
    const work = async (): Promise<void> => {
      log = await openLog(disk, store.position, this.cuts > 0);
      service = this.#service(log, session, timers);
      await service.start();
      const waiting = this.batches.filter((index) => !this.acknowledged.has(index));
      // Some are sent although they were acknowledged: the answer was lost on its way.
      if (waiting.length < this.batches.length && this.random() < 0.5) waiting.push(this.batches[0]!);
      await Promise.all([this.#send(service, waiting, 'one', timers), this.#send(service, waiting, 'two', timers)]);
      await service.intake.settled();
      await service.stop();
      await log.close();
      this.#threats = byId(service.threats());
      ending ??= 'done';
    };
    work().catch((error: unknown) => {
      if (ending !== undefined) return;
      if (isTroubled && error instanceof AppError) ending = 'log failed';
      else if (isTroubled && isInjected(error)) ending = 'log failed';
      else failure = error;
    });
    for (let turn = 0; ending === undefined; turn++) {
      if (failure !== undefined) throw failure;
      if (turn > 20_000) throw new Error('nothing happens any more');
      if (turn >= killTurn) ending = 'killed';
      else if (disk.left <= 0) ending = 'power cut';
      else if (log?.failure !== undefined) ending = 'log failed';
      else {
        await nextTurn();
        this.#passTime(timers);
      }
    }
    this.#end(ending);
    return ending;
  }

  #passTime(timers: HandTimers): void {
    const ms = this.#below(60);
    timers.pass(ms);
    // Now and then somebody sets the clock.
    this.clock.timeMs += this.random() < 0.03 ? Math.floor((this.random() - 0.5) * 8 * 3_600_000) : ms;
  }

  /** What is there for the next run. */
  #end(ending: Ending): void {
    const { disk, store } = this;
    if (ending === 'done') this.disk = disk.survivor();
    else if (ending === 'power cut') {
      this.cuts++;
      this.disk = disk.remains(this.random);
      if (this.random() < 0.5) store.commits.length -= this.#below(Math.min(3, store.commits.length + 1));
    } else {
      if (ending === 'killed') this.kills++;
      this.disk = disk.survivor();
    }
    // Whatever of the run still moves reaches no disk any more.
    disk.left = 0;
  }

  #diskFault(after: number): (operation: DiskOperation) => Error | undefined {
    let left = after;
    const isFull = this.random() < 0.4;
    return (operation) => {
      if (--left >= 0 || (isFull && (operation !== 'write' || left < -3))) return undefined;
      this.diskFaults++;
      return injected(isFull ? 'ENOSPC' : 'EIO');
    };
  }

  #storeFault(times: number): () => Error | undefined {
    let left = times;
    return () => (--left >= 0 ? new AppError('STORE_FAILED', 'disk I/O error') : undefined);
  }

  #service(log: EventLog, store: EffectStore, pause: Pause): LiveService {
    return new LiveService({
      log,
      store,
      clock: this.clock,
      pause,
      decoder: createJsonDecoder,
      compile: compilePlain,
      readPacks: () => Promise.resolve(PACKS),
      settings: DEFAULT_POLICY,
      plugins: [],
      onTrouble: ({ kind, message }) => {
        if (kind === 'event-failed' || kind === 'record-unreadable') throw new Error(message);
      },
    });
  }

  async #send({ intake }: LiveService, waiting: number[], sensor: string, timers: HandTimers): Promise<void> {
    for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
      const answer = await intake.take(batchOf(index), sensor);
      if (answer.kind === 'taken') {
        this.acknowledged.add(index);
        continue;
      }
      this.refusals++;
      waiting.push(index);
      await timers.sleep(500);
    }
  }

  /** @returns how many events there are */
  async #check(): Promise<number> {
    const log = await openLog(this.disk.survivor(), this.store.position, this.cuts > 0);
    const policy = new LoggedPolicy(compilePlain);
    const fold = new LogFold(policy, { recordEvents: true, plugins: [] });
    const inLog = new Map<number, string>();
    for await (const records of log.read()) {
      for (const { position, record } of records) {
        if (record.kind === 'policy') fold.change(record.change);
        if (record.kind !== 'event') continue;
        const event = decodeStored(record.raw, record.receivedMs, createJsonDecoder);
        if (!isEvent(event)) throw new Error(`record ${position} cannot be read`);
        inLog.set(position, `${event.idHigh} ${event.idLow}`);
        fold.event(event, position);
      }
    }
    const ids = new Set(inLog.values());
    same('each event is in the log once', ids.size, inLog.size);
    const sent = new Set(
      this.batches.flatMap((index) => batchOf(index).map(({ event }) => `${event.idHigh} ${event.idLow}`)),
    );
    same('what was acknowledged is in the log, and nothing else', [...ids].sort(), [...sent].sort());
    const stored = this.store.events();
    same(
      'each event had its effects once',
      stored.map(({ position }) => position).sort((one, other) => one - other),
      [...inLog.keys()],
    );
    const threats = byId(fold.engine.threats());
    same('a replay gives what was live', threats, this.#threats);
    same('what is stored is what was live', this.store.threats(), this.#threats);
    for (const { id, score, evidence } of threats) {
      const sum = evidence.reduce((total, { points }) => total + points, 0);
      same(`the ledger of ${id} adds up`, sum, score);
    }
    return inLog.size;
  }
}

function byId(threats: readonly Threat[]): Threat[] {
  return threats.toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

function injected(code: string): Error {
  return Object.assign(new Error(`${code}: made for the test`), { code, isInjected: true });
}

function isInjected(error: unknown): boolean {
  return error instanceof Error && 'isInjected' in error;
}

/** Much cheaper than an assertion library where it holds, and it nearly always does. */
function same(promise: string, found: unknown, expected: unknown): void {
  const [one, other] = [JSON.stringify(found), JSON.stringify(expected)];
  if (one !== other) throw new Error(`${promise}:\n  ${one}\n  ${other}`);
}

/** @throws Error which says what did not hold */
export function simulate(seed: number): Promise<Life> {
  return new World(seed).live();
}
