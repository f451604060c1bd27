/**
 * A detection thread as the thread that serves HTTP holds it. One that ends by itself is begun again, from its log; what was on its way to it is answered
 * with "send it again", and known records change nothing.
 */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { AppError } from '../../../app/app-error.js';
import type { HuntProgress, LiveNotice, Refusal, RulesInForce, Sender } from '../../../app/live-ports.js';
import { refusedDelivery, type SharedAnswer, type SharedDelivery } from '../../../app/live/delivery.js';
import { assert } from '../../../engine/base/assert.js';
import type { Exception } from '../../../engine/score/exception.js';
import type { ServerLogger } from '../../../server/parts.js';
import { youngSpaceMib } from '../../young-space.js';
import type {
  CallName,
  Delivered,
  DetectionCalls,
  DetectionThreadData,
  FromDetection,
  Piece,
  Standing,
  ToDetection,
} from './messages.js';
import { Outgoing } from './outgoing.js';
import { fromWire } from './wire-error.js';

/** Waits before a thread is begun again: at once after it has run well, ever later where it does not. */
const RESTART_MS = [0, 1_000, 5_000, 30_000] as const;
/** Where log or state cannot even be opened: that fails before anything is read, so another try costs little. */
const REOPEN_MS = 2_000;
/** Having run for so long counts as well. */
const RAN_WELL_MS = 60_000;

/** Bytes that may be on their way to a thread, or wait before its log, and not yet be answered for. */
const ON_THE_WAY_BYTES = 128 * 1024 * 1024;
/** The same of one sender, who may go over with a single delivery: more than one host alone may have waiting there, as a rule. */
const SENDER_BYTES = 48 * 1024 * 1024;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: ((progress: HuntProgress) => void) | undefined;
}

export interface HandleListeners {
  readonly onNotice: (notice: LiveNotice) => void;
  readonly logger: ServerLogger;
}

export class DetectionHandle {
  /** Times that the thread ended by itself. */
  restarts = 0;
  standing: Standing | undefined;
  /** In force; known once it is started. */
  rules: RulesInForce | undefined;
  exceptions: readonly Exception[] = [];
  #worker: Worker | undefined;
  #isUp = false;
  #isStopping = false;
  #startedMs = 0;
  #failures = 0;
  /** What is answered while there is no thread. */
  #outage: Refusal = DOWN;
  #lastId = 0;
  readonly #calls = new Map<number, Waiting>();
  /** Deliveries whose last piece is yet to come. */
  readonly #open = new Set<number>();
  /** Those that wait for their answer. */
  readonly #ended = new Map<number, (answer: SharedAnswer | Refusal) => void>();
  /** Bytes on their way, by sender. */
  readonly #onTheWay = new Map<string, number>();
  #onTheWayBytes = 0;
  readonly #outgoing = new Outgoing((message, transfer) => this.#worker?.postMessage(message, [...transfer]));

  constructor(
    private readonly data: DetectionThreadData,
    private readonly listeners: HandleListeners,
  ) {}

  /** Why no events are taken; `undefined` while they are. */
  get refusal(): string | undefined {
    return this.#isUp ? this.standing?.refusal : this.#outage.reason;
  }

  /**
   * Resolves once it takes events.
   *
   * @throws AppError where its log or the state cannot be used
   */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      let whenOver: (error: Error) => void = reject;
      this.#startedMs = performance.now();
      const program = pathToFileURL(join(this.data.programRoot, 'dist', 'detection-thread.js'));
      const resourceLimits = { maxYoungGenerationSizeMb: youngSpaceMib(this.data.partitions) };
      const worker = new Worker(program, { workerData: this.data, resourceLimits });
      this.#worker = worker;
      let reason = new Error('It ended without a word.');
      worker.on('error', (error: unknown) => {
        reason = error instanceof Error ? error : new Error(String(error));
      });
      worker.on('exit', () => {
        this.#down(reason);
        whenOver(reason);
      });
      worker.on('message', (message: FromDetection) => {
        if (message.kind === 'started') {
          this.#isUp = true;
          whenOver = (error) => this.#crashed(error);
          resolve();
        } else if (message.kind === 'failed') {
          reason = fromWire(message.error);
          void worker.terminate();
        } else this.#heard(message);
      });
    });
  }

  call<Name extends CallName>(
    name: Name,
    args: Parameters<DetectionCalls[Name]>,
    onProgress?: (progress: HuntProgress, cancel: () => void) => void,
  ): Promise<ReturnType<DetectionCalls[Name]>> {
    return new Promise((resolve, reject) => {
      if (!this.#isUp) throw away(this.#outage);
      const id = ++this.#lastId;
      const cancel = (): void => this.#post({ kind: 'cancel', id });
      this.#calls.set(id, {
        resolve: (value) => resolve(value as ReturnType<DetectionCalls[Name]>),
        reject,
        onProgress: onProgress && ((progress) => onProgress(progress, cancel)),
      });
      this.#post({ kind: 'call', id, name, args });
    });
  }

  open(sender: Sender): SharedDelivery {
    if (!this.#isUp) return refusedDelivery(this.#outage);
    if (this.#isFull(sender.sensor)) return refusedDelivery(FULL);
    const delivery = ++this.#lastId;
    this.#open.add(delivery);
    let first: Sender | undefined = sender;
    let sent = 0;
    const send = (bytes: Uint8Array | undefined, next: Piece['next']): void => {
      // It may have been opened with a thread that is not there any more.
      if (!this.#open.has(delivery)) return;
      // Asked now: once they have left, they have none.
      const length = bytes?.length ?? 0;
      this.#outgoing.add({ delivery, sender: first, next }, bytes);
      first = undefined;
      sent += length;
      this.#move(sender.sensor, length);
      if (next !== 'more') this.#open.delete(delivery);
    };
    const settle = async (): Promise<SharedAnswer | Refusal> => {
      if (!this.#open.has(delivery)) return this.#outage;
      send(undefined, 'last');
      return new Promise((resolve) => this.#ended.set(delivery, resolve));
    };
    const arrived = (): void => {
      this.#move(sender.sensor, -sent);
      sent = 0;
    };
    return {
      push: (bytes) => send(bytes, 'more'),
      async end() {
        const answer = await settle();
        arrived();
        return answer;
      },
      abandon() {
        send(undefined, 'never');
        arrived();
      },
    };
  }

  /** Resolves once all that was taken so far has had its effects. */
  settled(): Promise<void> {
    return this.call('settled', []);
  }

  #isFull(sensor: string): boolean {
    return this.#onTheWayBytes >= ON_THE_WAY_BYTES || (this.#onTheWay.get(sensor) ?? 0) >= SENDER_BYTES;
  }

  #move(sensor: string, change: number): void {
    this.#onTheWayBytes += change;
    const bytes = (this.#onTheWay.get(sensor) ?? 0) + change;
    if (bytes === 0) this.#onTheWay.delete(sensor);
    else this.#onTheWay.set(sensor, bytes);
  }

  /** Takes nothing more, and ends once what was taken has had its effects. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#isUp) {
      await this.call('stop', []).catch((error: unknown) => {
        // A thread that ended by itself meanwhile has stopped as well.
        if (this.#isUp) throw error;
      });
    }
    await this.#worker?.terminate();
  }

  #post(message: ToDetection): void {
    this.#worker?.postMessage(message);
  }

  #heard(message: Exclude<FromDetection, { readonly kind: 'started' | 'failed' }>): void {
    switch (message.kind) {
      case 'delivered':
        for (const delivered of message.answers) this.#delivered(delivered);
        return;
      case 'answer':
        this.#take(message.id)?.resolve(message.value);
        return;
      case 'fault':
        this.#take(message.id)?.reject(fromWire(message.error));
        return;
      case 'hunt-progress':
        this.#calls.get(message.id)?.onProgress?.(message.progress);
        return;
      case 'standing':
        this.standing = message.standing;
        return;
      case 'rules':
        this.rules = message.rules;
        return;
      case 'exceptions':
        this.exceptions = message.exceptions;
        return;
      case 'notice':
        this.listeners.onNotice(message.notice);
        return;
      case 'log':
        this.listeners.logger[message.level](message.fields, message.message);
    }
  }

  #delivered({ delivery, answer }: Delivered): void {
    this.#ended.get(delivery)?.(answer);
    this.#ended.delete(delivery);
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#calls.get(id);
    this.#calls.delete(id);
    return waiting;
  }

  /** Everybody who waits is told; nobody waits for a thread that is not there. */
  #down(cause: Error): void {
    this.#outage = outageBy(cause);
    this.#isUp = false;
    this.#worker = undefined;
    this.#outgoing.clear();
    this.#open.clear();
    for (const resolve of this.#ended.values()) resolve(this.#outage);
    this.#ended.clear();
    for (const { reject } of this.#calls.values()) reject(away(this.#outage));
    this.#calls.clear();
  }

  #crashed(error: Error): void {
    if (this.#isStopping) return;
    this.restarts++;
    this.#failures = performance.now() - this.#startedMs > RAN_WELL_MS ? 0 : this.#failures;
    this.#beginAgain(error, RESTART_MS[Math.min(this.#failures++, RESTART_MS.length - 1)]!);
  }

  #beginAgain(error: Error, waitMs: number): void {
    this.listeners.logger.error({ err: error, waitMs }, 'detection ended by itself, and is begun again');
    const timer = setTimeout(() => {
      if (this.#isStopping) return;
      this.start().then(
        () => this.listeners.logger.info({}, 'detection runs again, and events are taken'),
        (again: unknown) => {
          assert(again instanceof Error, 'a thread ends with an error');
          if (again instanceof AppError && !this.#isStopping) this.#beginAgain(again, REOPEN_MS);
          else this.#crashed(again);
        },
      );
    }, waitMs);
    timer.unref();
  }
}

const FULL: Refusal = {
  kind: 'busy',
  reason: 'More events wait to be read than may; nothing was taken.',
  retryAfterSeconds: 1,
};

/** The world's failures are told in full, for a person to mend them; a crash is ours, and over in a moment. */
function outageBy(cause: Error): Refusal {
  return cause instanceof AppError
    ? { kind: 'stopped', reason: `Detection is being begun again. ${cause.message}` }
    : DOWN;
}

/** What waits on a disk may be asked again after so long. */
const STOPPED_RETRY_S = 5;

function away(outage: Refusal): AppError {
  const retryAfterSeconds = outage.kind === 'busy' ? outage.retryAfterSeconds : STOPPED_RETRY_S;
  return new AppError('DETECTION_AWAY', outage.reason, { retryAfterSeconds });
}

const DOWN: Refusal = {
  kind: 'busy',
  reason: 'Detection is being begun again; nothing was taken.',
  retryAfterSeconds: 1,
};
