/**
 * A whole life of a server in memory, made from one number: one to three detections that share the hosts, senders that try again, snapshots, disks that
 * fail, detections that crash, kills, power cuts, a state that cannot be written for a while, hosts with little room, and a clock that is set back and
 * forth. No real time passes. What must hold is checked at the end (check.ts); the same number gives the same life again (but for the salts of the log's
 * checksums).
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { SharedIntake } from '../../../src/cli/serve/detection/shared-intake.js';
import type { RoomOptions } from '../../../src/engine/engine-options.js';
import type { Threat } from '../../../src/engine/score/threat.js';
import { CutDisk } from '../../support/cut-disk.js';
import { HandClock } from '../../support/live-kit.js';
import { unitsFrom } from '../../support/random.js';
import { batch } from '../story.js';
import { checkLife } from './check.js';
import { HandTimers } from './hand-timers.js';
import { MemoryState } from './memory-state.js';
import { diskFault, NO_FAULT, stateFault } from './trouble.js';
import { Worker, type Disks } from './worker.js';

/** What happened in a life, or in many. */
export const COUNTS = [
  'kills',
  'powerCuts',
  'crashes',
  'diskFaults',
  'clockJumps',
  'refusals',
  'snapshots',
  'takenUp',
  'shared',
  'events',
  'threats',
  'forgotten',
] as const;
export type Life = Record<(typeof COUNTS)[number], number>;

const BATCHES_KNOWN = 120;
/** A process that waits for what never comes is a fault too. */
const TURNS_MAX = 20_000;
const RESEND_MS = 500;

export interface SentBatch {
  /** As it is sent: a line each, or an array. */
  readonly body: Uint8Array;
  readonly records: readonly object[];
}

/** Made once: nothing changes them. */
const known = new Map<number, SentBatch>();

function batchOf(index: number): SentBatch {
  let made = known.get(index);
  if (made === undefined) {
    const records = batch(index);
    const text = index % 4 === 0 ? JSON.stringify(records) : records.map((record) => JSON.stringify(record)).join('\n');
    known.set(index, (made = { body: Buffer.from(text), records }));
  }
  return made;
}

type Ending = 'done' | 'killed' | 'power cut';

class World {
  readonly #random: () => number;
  readonly #clock = new HandClock();
  readonly #state = new MemoryState();
  readonly #acknowledged = new Set<number>();
  readonly #batches: readonly number[];
  readonly #disks: Disks[];
  /** Most have room for all; in the others nearly everything leaves again and again. */
  readonly #room: RoomOptions;
  readonly #counts = Object.fromEntries(COUNTS.map((name) => [name, 0])) as Life;
  #threats: readonly Threat[] = [];

  constructor(seed: number) {
    this.#random = unitsFrom(seed);
    const first = this.#below(BATCHES_KNOWN - 8);
    this.#batches = Array.from({ length: 2 + this.#below(7) }, (_, at) => first + at);
    this.#disks = Array.from({ length: 1 + this.#below(3) }, () => ({ log: new CutDisk(), snapshots: new CutDisk() }));
    this.#room = this.#chance(0.3) ? { maxProcessesPerHost: 1 + this.#below(6) } : {};
  }

  async live(): Promise<Life> {
    const troubles = this.#below(4);
    for (let at = 0; at < troubles; at++) await this.#run(true);
    if ((await this.#run(false)) !== 'done') throw new Error('it ends without a reason');
    const { events, forgotten } = await checkLife({
      disks: this.#disks.map(({ log }) => log),
      state: this.#state,
      threats: this.#threats,
      sent: this.#batches.flatMap((index) => batchOf(index).records),
      mayHaveHoles: this.#counts.powerCuts > 0,
      room: this.#room,
    });
    return {
      ...this.#counts,
      events,
      threats: this.#threats.length,
      forgotten,
      shared: this.#disks.length > 1 ? 1 : 0,
    };
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #chance(part: number): boolean {
    return this.#random() < part;
  }

  /** One run of the program, from its start to whatever ends it. */
  async #run(isTroubled: boolean): Promise<Ending> {
    const timers = new HandTimers();
    for (const disk of this.#disks.flatMap(({ log, snapshots }) => [log, snapshots])) {
      disk.left = Number.POSITIVE_INFINITY;
      disk.fault = NO_FAULT;
    }
    if (isTroubled) this.#prepareTrouble();
    const workers = this.#workers(isTroubled);
    const turnOf = (part: number): number => (isTroubled && this.#chance(part) ? this.#below(40) : TURNS_MAX + 1);
    const [killTurn, crashTurn, crashAgainTurn] = [turnOf(0.4), turnOf(0.3), turnOf(0.1)];
    let isDone = false;
    let failure: unknown;
    this.#work(workers, timers).then(
      () => (isDone = true),
      (error: unknown) => (failure = error),
    );
    let ending: Ending | undefined;
    for (let turn = 0; ending === undefined; turn++) {
      failure ??= workers.find((worker) => worker.failure !== undefined)?.failure;
      if (failure !== undefined) throw failure;
      if (turn > TURNS_MAX) throw new Error('nothing happens any more');
      if (isDone) ending = 'done';
      else if (turn >= killTurn) ending = 'killed';
      else if (this.#disks.some(({ log, snapshots }) => log.left <= 0 || snapshots.left <= 0)) ending = 'power cut';
      else {
        if (turn === crashTurn || turn === crashAgainTurn) this.#crash(workers);
        await nextTurn();
        this.#passTime([timers, ...workers]);
      }
    }
    this.#threats = workers.flatMap((worker) => worker.threats());
    for (const worker of workers) worker.vanish();
    if (ending === 'killed') this.#counts.kills++;
    if (ending === 'power cut') this.#cutPower();
    return ending;
  }

  #prepareTrouble(): void {
    const anyDisk = (): CutDisk => {
      const { log, snapshots } = this.#disks[this.#below(this.#disks.length)]!;
      return this.#chance(0.8) ? log : snapshots;
    };
    if (this.#chance(0.5)) anyDisk().left = 1 + this.#below(40);
    if (this.#chance(0.4)) anyDisk().fault = diskFault(this.#random, () => void this.#counts.diskFaults++);
  }

  #workers(isTroubled: boolean): readonly Worker[] {
    const counts = this.#counts;
    const fault = isTroubled && this.#chance(0.3) ? stateFault(this.#random) : () => undefined;
    const recordsBetween = [8, 30, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY][this.#below(4)]!;
    return this.#disks.map(
      (disks, partition) =>
        new Worker({
          partition,
          partitions: this.#disks.length,
          disks,
          state: this.#state,
          stateFault: fault,
          clock: this.#clock,
          recordsBetween,
          mayHaveHoles: counts.powerCuts > 0,
          room: this.#room,
          onSnapshot: () => void counts.snapshots++,
          onTakenUp: () => void counts.takenUp++,
        }),
    );
  }

  /** All that the outside world wants of a run. */
  async #work(workers: readonly Worker[], timers: HandTimers): Promise<void> {
    const intake = new SharedIntake(workers);
    const waiting = this.#batches.filter((index) => !this.#acknowledged.has(index));
    // Some are sent although they were acknowledged: the answer was lost on its way.
    if (waiting.length < this.#batches.length && this.#chance(0.5)) waiting.push(this.#batches[0]!);
    await Promise.all([this.#send(intake, waiting, 'one', timers), this.#send(intake, waiting, 'two', timers)]);
    for (;;) {
      const isStopped = await Promise.all(workers.map((worker) => worker.stop()));
      if (isStopped.every(Boolean)) return;
      await timers.sleep(RESEND_MS);
    }
  }

  async #send(intake: SharedIntake, waiting: number[], sensor: string, timers: HandTimers): Promise<void> {
    for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
      const { body, records } = batchOf(index);
      const delivery = intake.open({ sensor, hosts: undefined });
      delivery.push(body);
      const answer = await delivery.end();
      if (answer.kind === 'taken') {
        if (answer.accepted !== records.length)
          throw new Error(`of ${records.length} events ${answer.accepted} are taken`);
        this.#acknowledged.add(index);
        continue;
      }
      this.#counts.refusals++;
      waiting.push(index);
      await timers.sleep(RESEND_MS);
    }
  }

  #crash(workers: readonly Worker[]): void {
    workers[this.#below(workers.length)]!.crash();
    this.#counts.crashes++;
  }

  #passTime(all: readonly { pass(ms: number): void }[]): void {
    const ms = this.#below(60);
    for (const each of all) each.pass(ms);
    if (!this.#chance(0.03)) this.#clock.timeMs += ms;
    else {
      // Somebody sets the clock.
      this.#clock.timeMs += Math.floor((this.#random() - 0.5) * 8 * 3_600_000);
      this.#counts.clockJumps++;
    }
  }

  /** What is there for the next run. */
  #cutPower(): void {
    this.#counts.powerCuts++;
    for (const disks of this.#disks) {
      disks.log = disks.log.remains(this.#random);
      disks.snapshots = disks.snapshots.remains(this.#random);
    }
    if (this.#chance(0.5)) this.#state.lose(this.#below(4));
  }
}

/** @throws Error which says what did not hold */
export function simulate(seed: number): Promise<Life> {
  return new World(seed).live();
}
