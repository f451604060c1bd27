/**
 * A detection as its thread holds it, without the thread: a live service over a log of its own. One that crashes, or whose log fails, is begun again from its
 * disk; who waits for an answer is told to send again.
 */

import type { Refusal } from '../../../src/app/live-ports.js';
import { refusedDelivery, type SharedDelivery } from '../../../src/app/live/delivery.js';
import { LiveService } from '../../../src/app/live/live-service.js';
import { shareOf } from '../../../src/app/partition.js';
import type { CompiledPacks } from '../../../src/app/policy/compile-packs.js';
import { DEFAULT_POLICY } from '../../../src/engine/policy.js';
import type { Clock, EventLog } from '../../../src/app/ports.js';
import type { Detections } from '../../../src/cli/serve/detection/shared-intake.js';
import type { RoomOptions } from '../../../src/engine/engine-options.js';
import type { Threat } from '../../../src/engine/score/threat.js';
import { snapshotFolder } from '../../../src/log/snapshot-folder.js';
import { createJsonDecoder } from '../../../src/sources/json/json.js';
import type { CutDisk } from '../../support/cut-disk.js';
import { compilePlain, plainPack, PLAIN_RULES } from '../../support/live-kit.js';
import { HandTimers } from './hand-timers.js';
import { openMemoryLog } from './memory-log.js';
import type { MemoryState } from './memory-state.js';
import { isOfTheWorld } from './trouble.js';

/** What is there whatever becomes of the program. */
export interface Disks {
  log: CutDisk;
  snapshots: CutDisk;
}

export interface WorkerParts {
  readonly partition: number;
  readonly partitions: number;
  readonly disks: Disks;
  readonly state: MemoryState;
  readonly stateFault: () => Error | undefined;
  readonly clock: Clock;
  /** Records after which another snapshot is written. */
  readonly recordsBetween: number;
  readonly mayHaveHoles: boolean;
  readonly room: RoomOptions;
  readonly onSnapshot: () => void;
  readonly onTakenUp: () => void;
}

const PACKS = [plainPack(...PLAIN_RULES)];
const PLAIN = compilePlain(PACKS);
/** Rules hold no state; compiled once, they serve all lives. The version stands in all evidence. */
export const COMPILED: CompiledPacks = { ...PLAIN, rules: { ...PLAIN.rules, version: 'plain' } };
const DOWN: Refusal = { kind: 'busy', reason: 'It is being begun again; nothing was taken.', retryAfterSeconds: 1 };
/** Between its end and another try. */
const REST_MS = 300;

/** From a start to whatever ends it; what still moves of an ended one reaches neither disk nor state. */
interface Run {
  isOver: boolean;
  readonly timers: HandTimers;
  readonly disks: Disks;
  log: EventLog | undefined;
  /** Once it takes events. */
  service: LiveService | undefined;
  /** Resolves with its end. */
  readonly ended: Promise<Refusal>;
  readonly end: () => void;
}

type Handle = Detections[number];

export class Worker implements Handle {
  /** What went wrong that nobody did to it. */
  failure: Error | undefined;
  #run: Run | undefined;
  #untilMs = 0;
  #nowMs = 0;

  constructor(private readonly parts: WorkerParts) {
    this.#begin();
  }

  get isUp(): boolean {
    return this.#run?.service !== undefined;
  }

  get refusal(): string | undefined {
    return this.isUp ? this.#run?.service?.intake.refusal : DOWN.reason;
  }

  open(sender: Parameters<Handle['open']>[0]): SharedDelivery {
    const run = this.#run;
    if (run?.service === undefined) return refusedDelivery(DOWN);
    const delivery = run.service.intake.open(sender);
    return {
      push: (bytes) => delivery.push(bytes),
      end: () => Promise.race([run.ended, delivery.end()]),
      abandon: () => delivery.abandon(),
    };
  }

  /** Resolves once all that was taken has had its effects; never, where it ends before. */
  async settled(): Promise<void> {
    await this.#run?.service?.intake.settled();
  }

  threats(): readonly Threat[] {
    return this.#run?.service?.threats() ?? [];
  }

  pass(ms: number): void {
    this.#nowMs += ms;
    this.#run?.timers.pass(ms);
    if (this.#run?.log?.failure !== undefined) this.crash();
    if (this.#run === undefined && this.#nowMs >= this.#untilMs) {
      this.#begin();
    }
  }

  /** It ends in the middle of whatever it does, and is begun again after a while. */
  crash(): void {
    const run = this.#run;
    if (run === undefined) return;
    this.#abandon(run);
    run.end();
    this.#untilMs = this.#nowMs + REST_MS;
  }

  /** The whole program ends: nobody is told. */
  vanish(): void {
    if (this.#run !== undefined) this.#abandon(this.#run);
  }

  /** All that was taken has had its effects, and the log is closed. @returns false where it ended before that */
  async stop(): Promise<boolean> {
    const run = this.#run;
    if (run?.service === undefined || run.log === undefined) return false;
    const { service, log } = run;
    const stopping = async (): Promise<boolean> => {
      await service.intake.settled();
      await service.stop();
      await log.close();
      return true;
    };
    try {
      return await Promise.race([run.ended.then(() => false), stopping()]);
    } catch (error) {
      if (!isOfTheWorld(error)) throw error;
      if (!run.isOver) this.crash();
      return false;
    }
  }

  #abandon(run: Run): void {
    run.isOver = true;
    const { disks } = this.parts;
    for (const kind of ['log', 'snapshots'] as const) {
      const { fault, left } = run.disks[kind];
      disks[kind] = run.disks[kind].survivor();
      disks[kind].fault = fault;
      disks[kind].left = left;
      run.disks[kind].left = 0;
    }
    this.#run = undefined;
  }

  #begin(): void {
    let end: (() => void) | undefined;
    const ended = new Promise<Refusal>((resolve) => (end = () => resolve(DOWN)));
    const timers = new HandTimers();
    const { log, snapshots } = this.parts.disks;
    const run: Run = {
      isOver: false,
      timers,
      disks: { log, snapshots },
      log: undefined,
      service: undefined,
      ended,
      end: end!,
    };
    this.#run = run;
    this.#start(run).catch((error: unknown) => {
      if (run.isOver) return;
      if (isOfTheWorld(error)) this.crash();
      else this.failure = error instanceof Error ? error : new Error(String(error));
    });
  }

  async #start(run: Run): Promise<void> {
    const { partition, state, mayHaveHoles } = this.parts;
    const lastKnownPosition = state.position(partition);
    run.log = await openMemoryLog(run.disks.log, { partition, lastKnownPosition, mayHaveHoles });
    const service = this.#service(run, run.log);
    await service.start();
    run.service = service;
  }

  #service(run: Run, log: EventLog): LiveService {
    const { partition, partitions, state, stateFault, clock, recordsBetween } = this.parts;
    const store = state.session(partition, () => (run.isOver ? new Error('the program is gone') : stateFault()));
    const snapshots = snapshotFolder('snapshots', { files: run.disks.snapshots, reserveBytes: 0 });
    return new LiveService({
      log,
      store,
      clock,
      pause: run.timers,
      decoder: createJsonDecoder,
      elsewhere: (host) => {
        const place = shareOf(host, partitions);
        return place === partition ? undefined : place;
      },
      compile: () => COMPILED,
      readPacks: () => Promise.resolve(PACKS),
      settings: DEFAULT_POLICY,
      plugins: [],
      room: this.parts.room,
      snapshots: {
        store: {
          list: () => snapshots.list(),
          read: (head) => {
            this.parts.onTakenUp();
            return snapshots.read(head);
          },
          write: (head, chunks) => snapshots.write(head, chunks),
        },
        identity: 'a program',
        recordsBetween,
        onWritten: () => Promise.resolve(this.parts.onSnapshot()),
      },
      onTrouble: ({ kind, message }) => {
        if (kind === 'event-failed' || kind === 'record-unreadable') this.failure ??= new Error(message);
        // A snapshot that bears its name was whole when it got it, and no disk here flips a byte.
        if (kind === 'snapshot-failed' && /of no use/.test(message)) this.failure ??= new Error(message);
      },
    });
  }
}
