/**
 * The process of a third-party plugin, seen from the server: one job at a time, each to be answered in time. A thread would not do: one that runs out
 * of memory takes the whole server with it (seen with Node 20, whatever limits are set).
 */

import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { checkedMessage } from './checked-message.js';
import type { FromWorker, ToWorker } from './worker/protocol.js';

export interface WorkerProcessOptions {
  /** URL of the program (`dist/plugin-worker.js`). */
  readonly program: URL;
  readonly heapMb: number;
  /** Told of every message. The answer to a job makes the process free again first. */
  readonly onMessage: (message: FromWorker) => void;
  /** Told once, when it has ended or did not answer in time. */
  readonly onEnd: (reason: string) => void;
}

const ANSWERS: ReadonlySet<FromWorker['kind']> = new Set(['started', 'refused', 'done', 'page']);

export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #isBusy = false;
  #jobs = 0;
  #isOver = false;
  #lastWord: string | undefined;

  constructor(private readonly options: WorkerProcessOptions) {
    const child = fork(fileURLToPath(options.program), [], {
      serialization: 'advanced',
      execArgv: [`--max-old-space-size=${options.heapMb}`],
      // The server's environment may hold secrets. Windows cannot start a program without this one.
      env: process.env['SystemRoot'] === undefined ? {} : { SystemRoot: process.env['SystemRoot'] },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#child = child;
    child.on('message', (message) => this.#hear(checkedMessage(message)));
    child.on('error', (error) => this.#end(error.message));
    this.#exited = new Promise((resolve) => {
      child.on('exit', (code, signal) => {
        resolve();
        this.#end(this.#lastWord ?? reasonOf(code, signal));
      });
      // It could not even be started.
      child.on('error', () => child.pid === undefined && resolve());
    });
  }

  get isBusy(): boolean {
    return this.#isBusy || this.#isOver;
  }

  /** Only while it is not busy. @param withinMs  without an answer by then, the process is ended */
  give(job: ToWorker, withinMs: number, ifLate: string): void {
    this.#isBusy = true;
    const number = ++this.#jobs;
    this.#timer = setTimeout(() => {
      // An answer may have come while this process itself was busy: what waits is heard first.
      setImmediate(() => {
        if (this.#isBusy && this.#jobs === number) this.#end(`${ifLate} within ${withinMs} ms`);
      });
    }, withinMs);
    this.#child.send(job, (error) => {
      if (error !== null) this.#end(this.#lastWord ?? 'it ended');
    });
  }

  /** Resolves once it is gone. */
  async stop(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  #hear(message: FromWorker | undefined): void {
    if (this.#isOver || message === undefined) return;
    if (message.kind === 'dying') {
      this.#lastWord = message.reason;
      return;
    }
    if (ANSWERS.has(message.kind)) {
      this.#isBusy = false;
      clearTimeout(this.#timer);
    }
    this.options.onMessage(message);
  }

  #end(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#child.kill('SIGKILL');
    this.options.onEnd(reason);
  }
}

function reasonOf(code: number | null, signal: NodeJS.Signals | null): string {
  // Its watchdog kills it where it grows too large; Node aborts where the heap is full.
  if (signal === 'SIGKILL' || signal === 'SIGABRT') return 'it took too much memory';
  return signal === null ? `it ended by itself with code ${code}` : `it was ended by ${signal}`;
}
