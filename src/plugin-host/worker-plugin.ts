/**
 * A third-party plugin in a process of its own: it can throw, hang, flood or eat memory, and hurts only itself.
 *
 *     starting ──started──▶ running ──hang, crash──▶ starting (a few times in ten minutes) ──▶ failed
 *        └──refused, not in time──────────────────────────────────────────────────────────────────▲
 */

import type { PluginStatus } from '../app/live-ports.js';
import type { Action } from '../engine/event/action.js';
import type { EnginePlugin, PluginCall, PluginProcess } from '../engine/plugin/plugin.js';
import type { RuleInfo } from '../plugin-sdk/index.js';
import { CallQueue, type QueueLimits } from './call-queue.js';
import { checkedManifest } from './checked-manifest.js';
import { identityOf, type HostedPlugin } from './hosted-plugin.js';
import { WorkerProcess } from './worker-process.js';
import type { FromWorker, HookName, OutputLimits, WorkerManifest } from './worker/protocol.js';

export interface WorkerPluginOptions {
  readonly name: string;
  /** URL of the compiled module. */
  readonly module: string;
  /** URL of the worker's program. */
  readonly program: URL;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Calls are not passed on while this is true. */
  readonly isReplaying: () => boolean;
  /** `evidence` is as the worker sent it. @returns false if it was no evidence and not taken */
  readonly onEvidence: (evidence: unknown) => boolean;
  readonly tell: (message: string) => void;
  readonly limits: WorkerLimits;
}

export interface WorkerLimits {
  readonly startMs: number;
  /** A batch of calls, the rules or the page must be answered within this. */
  readonly answerMs: number;
  /** More starts than this within ten minutes, and it stays off. */
  readonly restartsMax: number;
  readonly heapMb: number;
  /** Of the whole process, what is outside the heap included. */
  readonly residentMb: number;
  readonly queue: QueueLimits;
  readonly output: OutputLimits;
}

const MIB = 1024 * 1024;

export const DEFAULT_WORKER_LIMITS: WorkerLimits = {
  startMs: 15_000,
  answerMs: 3000,
  restartsMax: 3,
  heapMb: 96,
  residentMb: 256,
  queue: { calls: 10_000, bytes: 64 * MIB, batchCalls: 200, batchBytes: 2 * MIB },
  output: { evidencePerBatch: 400, latePerSecond: 100, logLinesPerSecond: 5 },
};

const RESTART_WINDOW_MS = 600_000;
/** Faults told one by one; later ones are counted. */
const FAULTS_TOLD = 3;
const DROPPED_TOLD_EVERY = 10_000;

export class WorkerPlugin implements HostedPlugin {
  readonly enginePlugin: EnginePlugin;
  /** Resolves once it runs or has failed. */
  readonly started: Promise<void>;
  #manifest: WorkerManifest | undefined;
  #process: WorkerProcess | undefined;
  readonly #queue: CallQueue;
  /** Loaded last; told to each new process. */
  #rules: readonly RuleInfo[] = [];
  #areRulesNew = false;
  #page:
    | { readonly promise: Promise<string | undefined>; readonly answer: (html?: string) => void; isAsked: boolean }
    | undefined;
  #faults = 0;
  #droppedOutput = 0;
  /** Why it stopped for good. */
  #failed: string | undefined;
  #isClosed = false;
  #restartsMs: number[] = [];
  #ready: () => void = () => undefined;

  constructor(private readonly options: WorkerPluginOptions) {
    this.#queue = new CallQueue(options.limits.queue);
    this.started = new Promise((resolve) => (this.#ready = resolve));
    this.enginePlugin = {
      name: options.name,
      processCreated: (call) => this.#enqueue('processCreated', call),
      processAction: (call) => this.#enqueue('processAction', call),
      processEnded: (call) => this.#enqueue('processEnded', call),
    };
    this.#start();
  }

  get name(): string {
    return this.options.name;
  }

  get status(): PluginStatus {
    const { version, title } = this.#manifest ?? identityOf(this.options.name);
    const menu = this.#manifest?.menu;
    return {
      name: this.options.name,
      version,
      titles: title,
      state: this.#failed === undefined ? 'on' : 'failed',
      error: this.#failed,
      faults: this.#faults,
      menu: menu === undefined ? undefined : { titles: menu.title, icon: menu.icon },
      hasPage: this.#manifest?.hasPage === true,
    };
  }

  rulesLoaded(rules: readonly RuleInfo[]): void {
    this.#rules = rules;
    this.#areRulesNew = true;
    this.#next();
  }

  /** Those who ask at the same time get the same answer. */
  page(): Promise<string | undefined> {
    if (this.#manifest?.hasPage !== true || this.#failed !== undefined || this.#isClosed)
      return Promise.resolve(undefined);
    if (this.#page === undefined) {
      let answer: (html?: string) => void = () => undefined;
      const promise = new Promise<string | undefined>((resolve) => (answer = resolve));
      this.#page = { promise, answer, isAsked: false };
    }
    this.#next();
    return this.#page.promise;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#queue.clear();
    this.#answerPage(undefined);
    this.#ready();
    await this.#process?.stop();
  }

  #start(): void {
    const { program, module, settings, limits } = this.options;
    this.#process = new WorkerProcess({
      program,
      heapMb: limits.heapMb,
      onMessage: (message) => this.#hear(message),
      onEnd: (reason) => this.#ended(reason),
    });
    const job = { kind: 'start', module, settings, limits: limits.output, residentMbMax: limits.residentMb } as const;
    this.#process.give(job, limits.startMs, 'it did not start');
    this.#areRulesNew = true;
  }

  #hear(message: FromWorker): void {
    switch (message.kind) {
      case 'started': {
        const checked = checkedManifest(message.manifest, this.options.name);
        if (!checked.ok) {
          this.#fail(checked.reason);
          return;
        }
        this.#manifest = checked.manifest;
        this.#ready();
        break;
      }
      case 'refused':
        this.#fail(message.reason);
        return;
      case 'done':
        this.#countFaults(message.faults, message.lastFault);
        this.#countDropped(message.dropped);
        for (const evidence of message.evidence.slice(0, this.options.limits.output.evidencePerBatch))
          this.#take(evidence);
        break;
      case 'page':
        this.#answerPage(message.html);
        break;
      case 'late':
        this.#take(message.evidence);
        break;
      case 'log':
        this.options.tell(message.message);
        break;
      case 'dying':
        break;
    }
    this.#next();
  }

  #take(evidence: unknown): void {
    if (!this.options.onEvidence(evidence)) this.#countDropped(1);
  }

  #countFaults(count: number, last: string | undefined): void {
    if (count === 0) return;
    if (this.#faults < FAULTS_TOLD) this.options.tell(`failed: ${last ?? ''}`);
    this.#faults += count;
  }

  #countDropped(count: number): void {
    if (count > 0 && this.#droppedOutput === 0)
      this.options.tell('gives more than may be taken at once; what is too much is dropped');
    this.#droppedOutput += count;
  }

  #enqueue(hook: HookName, call: PluginCall): void {
    if (this.#failed !== undefined || this.#isClosed || this.options.isReplaying()) return;
    if (this.#manifest !== undefined && !isWanted(this.#manifest, hook, call.event.action)) return;
    const { event, process, chainId } = call;
    if (this.#queue.add({ hook, event, process: plainProcess(process), chainId })) this.#next();
    else if (this.#queue.dropped % DROPPED_TOLD_EVERY === 1) {
      this.options.tell(`is slower than the events; calls dropped so far: ${this.#queue.dropped}`);
    }
  }

  /** Gives the process what is next, if it is free: rules before events, a page between batches of events. */
  #next(): void {
    const process = this.#process;
    if (process === undefined || process.isBusy || this.#manifest === undefined) return;
    const { answerMs } = this.options.limits;
    if (this.#areRulesNew) {
      this.#areRulesNew = false;
      process.give({ kind: 'rules', rules: this.#rules }, answerMs, 'it did not take the rules');
    } else if (this.#page?.isAsked === false) {
      this.#page.isAsked = true;
      process.give({ kind: 'page' }, answerMs, 'it did not make its page');
    } else if (!this.#queue.isEmpty) {
      process.give({ kind: 'calls', calls: this.#queue.take() }, answerMs, 'it hung: no answer');
    }
  }

  /** It hung or died: the batch it had is lost, and a new one starts, a few times. */
  #ended(reason: string): void {
    this.#process = undefined;
    this.#answerPage(undefined);
    if (this.#isClosed || this.#failed !== undefined) return;
    this.#faults++;
    const nowMs = performance.now();
    this.#restartsMs = [...this.#restartsMs.filter((startMs) => nowMs - startMs < RESTART_WINDOW_MS), nowMs];
    if (this.#manifest === undefined) this.#fail(reason);
    else if (this.#restartsMs.length > this.options.limits.restartsMax) {
      this.#fail(`${reason}; it was started again ${this.options.limits.restartsMax} times`);
    } else {
      this.options.tell(`${reason}; it is started again`);
      this.#start();
    }
  }

  #fail(reason: string): void {
    this.#failed = reason;
    this.#queue.clear();
    this.options.tell(`is switched off: ${reason}`);
    this.#answerPage(undefined);
    this.#ready();
    void this.#process?.stop();
    this.#process = undefined;
  }

  #answerPage(html: string | undefined): void {
    const page = this.#page;
    this.#page = undefined;
    page?.answer(html);
  }
}

function isWanted(manifest: WorkerManifest, hook: HookName, action: Action | undefined): boolean {
  if (!manifest.hooks.includes(hook)) return false;
  return (
    hook !== 'processAction' ||
    manifest.actions === undefined ||
    (action !== undefined && manifest.actions.includes(action))
  );
}

/** A copy: the engine's own process goes on changing. */
function plainProcess(process: PluginProcess): PluginProcess {
  const {
    id,
    parentId,
    host,
    pid,
    guid,
    image,
    commandLine,
    user,
    integrityLevel,
    hashes,
    parentImage,
    startMs,
    isRoot,
  } = process;
  return {
    id,
    parentId,
    host,
    pid,
    guid,
    image,
    commandLine,
    user,
    integrityLevel,
    hashes,
    parentImage,
    startMs,
    isRoot,
  };
}
