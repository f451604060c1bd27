/** The program of a detection thread: takes events, keeps the engine at the tail of its log, and answers the thread that serves HTTP. */

import { performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import type { SharedDelivery } from '../../../app/live/delivery.js';
import type { RulesInForce, RuleView } from '../../../app/live-ports.js';
import { assert } from '../../../engine/base/assert.js';
import type { Rule } from '../../../engine/rule/rule.js';
import type { ServerLogger } from '../../../server/parts.js';
import { setProgramRoot } from '../../program-root.js';
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
import { openDetection, type OpenDetection } from './open-detection.js';
import { toWire } from './wire-error.js';
import { WorkTime } from './work-time.js';

/** How often what has changed by itself is told. */
const STANDING_MS = 100;

type Tell = (message: FromDetection) => void;

/** The calls as they are answered here: now or later. */
type Answering = {
  readonly [Name in CallName]: (
    ...args: Parameters<DetectionCalls[Name]>
  ) => ReturnType<DetectionCalls[Name]> | Promise<ReturnType<DetectionCalls[Name]>>;
};

class DetectionThread {
  readonly #deliveries = new Map<number, SharedDelivery>();
  readonly #cancelled = new Set<number>();
  #delivered: Delivered[] = [];
  #standing = '';
  readonly #timer: NodeJS.Timeout;
  #closing: Promise<void> | undefined;

  constructor(
    private readonly detection: OpenDetection,
    private readonly time: WorkTime,
    private readonly tell: Tell,
  ) {
    this.#tellRules();
    this.#tellExceptions();
    detection.live.notices.subscribe((notice) => {
      if (notice.kind === 'policy' && notice.what === 'rules') this.#tellRules();
      if (notice.kind === 'policy' && notice.what === 'exceptions') this.#tellExceptions();
      tell({ kind: 'notice', notice });
    });
    this.#tellStanding();
    this.#timer = setInterval(() => this.#look(), STANDING_MS);
  }

  heard(message: ToDetection): void {
    switch (message.kind) {
      case 'pieces': {
        const blocks = message.blocks.map(asBuffer);
        for (const piece of message.pieces) this.#piece(piece, blocks);
        return;
      }
      case 'call':
        void this.#call(message.id, message.name, message.args);
        return;
      case 'cancel':
        this.#cancelled.add(message.id);
    }
  }

  #piece({ delivery: id, sender, block, start, end, next }: Piece, blocks: readonly Buffer[]): void {
    let delivery = this.#deliveries.get(id);
    if (delivery === undefined) {
      assert(sender !== undefined, 'the first piece of a delivery says who sends it');
      delivery = this.detection.live.intake.open(sender);
      this.#deliveries.set(id, delivery);
    }
    const opened = delivery;
    if (next !== 'never') this.time.reading(() => opened.push(blocks[block]!.subarray(start, end)));
    if (next === 'more') return;
    this.#deliveries.delete(id);
    if (next === 'last') void this.#end(id, delivery);
  }

  async #end(id: number, delivery: SharedDelivery): Promise<void> {
    const answer = await this.time.reading(() => delivery.end());
    // Whoever asks right after a refusal hears of it.
    if (answer.kind !== 'taken') this.#tellStanding();
    this.#delivered.push({ delivery: id, answer });
    // All that one sync has put on disk are answered with one message.
    if (this.#delivered.length === 1) process.nextTick(() => this.#tellDelivered());
  }

  #tellDelivered(): void {
    const answers = this.#delivered;
    this.#delivered = [];
    this.tell({ kind: 'delivered', answers });
  }

  async #call(id: number, name: CallName, args: readonly unknown[]): Promise<void> {
    try {
      const answer = this.#answering(id)[name] as (...args: readonly unknown[]) => unknown;
      this.tell({ kind: 'answer', id, value: await answer(...args) });
    } catch (error) {
      this.tell({ kind: 'fault', id, error: toWire(error) });
    }
  }

  #answering(id: number): Answering {
    const { live, hunter, plugins } = this.detection;
    const { policy, intake } = live;
    return {
      settled: () => intake.settled(),
      exceptionHits: () => policy.exceptionHits(),
      addException: (exception) => policy.addException(exception),
      removeException: (exception) => policy.removeException(exception),
      forgetHost: (host) => policy.forgetHost(host),
      reloadRules: async () => void (await policy.reloadRules()),
      ruleErrors: () => policy.ruleErrors(),
      ruleCosts: () => policy.ruleCosts(),
      ruleText: (rule) => policy.ruleText(rule),
      readEvents: (positions) => live.readEvents(positions),
      hunt: (question) => {
        const cancelled = (): boolean => this.#cancelled.has(id);
        const onProgress = (progress: { readonly progress: number; readonly events: number }): void =>
          this.tell({ kind: 'hunt-progress', id, progress });
        return hunter.hunt(question, onProgress, cancelled).finally(() => void this.#cancelled.delete(id));
      },
      plugins: () => plugins.plugins(),
      pluginPage: (name) => plugins.page(name),
      stop: () => this.#close(),
    };
  }

  #look(): void {
    const { failure } = this.detection;
    if (failure === undefined) this.#tellStanding();
    else void this.#giveUp(failure);
  }

  /** After a failed write only what is read from the disk again is known to be there: the thread ends, to be begun again from its log. */
  async #giveUp(failure: Error): Promise<void> {
    try {
      await this.#close();
    } finally {
      this.tell({ kind: 'failed', error: toWire(failure) });
    }
  }

  #close(): Promise<void> {
    clearInterval(this.#timer);
    return (this.#closing ??= this.detection.close());
  }

  #tellStanding(): void {
    const { intake, figures } = this.detection.live;
    const { used_heap_size: heapBytes } = getHeapStatistics();
    const standing: Standing = {
      refusal: intake.refusal,
      figures,
      heapBytes,
      spentMs: this.time.spent(performance.eventLoopUtilization().active),
    };
    const text = JSON.stringify([standing.refusal, figures]);
    if (text === this.#standing) return;
    this.#standing = text;
    this.tell({ kind: 'standing', standing });
  }

  #tellRules(): void {
    this.tell({ kind: 'rules', rules: bare(this.detection.live.policy.rules()) });
  }

  #tellExceptions(): void {
    this.tell({ kind: 'exceptions', exceptions: this.detection.live.policy.exceptions() });
  }
}

/** The same bytes. Coming from another thread they are a plain array, which takes twenty times as long to find the end of a line. */
function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** What a Sigma rule was compiled from is large, and nobody asks for it over there. */
function bare(rules: RulesInForce): RulesInForce {
  return { ...rules, rules: rules.rules.map(bareRule) };
}

function bareRule(rule: RuleView): RuleView {
  const { sigma: _sigma, ...view } = rule as Rule;
  return view;
}

function loggerTo(tell: Tell): ServerLogger {
  const at = (level: 'info' | 'warn' | 'error') => (fields: object, message: string) =>
    tell({ kind: 'log', level, fields, message });
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

async function main(data: DetectionThreadData, port: MessagePort): Promise<void> {
  const tell: Tell = (message) => port.postMessage(message);
  setProgramRoot(data.programRoot);
  const time = new WorkTime();
  let thread: DetectionThread;
  try {
    thread = new DetectionThread(await openDetection(data, loggerTo(tell), time), time, tell);
  } catch (error) {
    tell({ kind: 'failed', error: toWire(error) });
    return;
  }
  port.on('message', (message: ToDetection) => thread.heard(message));
  tell({ kind: 'started' });
}

assert(parentPort !== null, 'this program runs as a thread');
await main(workerData as DetectionThreadData, parentPort);
