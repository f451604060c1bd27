/** What the plugin says to the server, within limits: a plugin that floods fills neither the channel nor the server's memory. */

import type { LateEvidence } from '../../plugin-sdk/index.js';
import { checkedLateEvidence } from '../checked-evidence.js';
import { messageOf } from '../thrown.js';
import type { FromWorker, OutputLimits } from './protocol.js';

const LOG_LENGTH_MAX = 500;

export class Output {
  #evidence: LateEvidence[] | undefined;
  #faults = 0;
  #lastFault: string | undefined;
  #dropped = 0;
  #second = 0;
  #lateInSecond = 0;
  #linesInSecond = 0;

  constructor(
    private readonly limits: OutputLimits,
    private readonly send: (message: FromWorker) => void,
  ) {}

  /** Evidence is gathered from here to `done`. */
  begin(): void {
    this.#evidence = [];
  }

  done(): void {
    const evidence = this.#evidence ?? [];
    this.#evidence = undefined;
    this.send({ kind: 'done', faults: this.#faults, lastFault: this.#lastFault, evidence, dropped: this.#dropped });
    this.#faults = 0;
    this.#lastFault = undefined;
    this.#dropped = 0;
  }

  evidence(stated: LateEvidence): void {
    const gathered = this.#evidence;
    if (gathered === undefined) this.late(stated);
    else if (gathered.length >= this.limits.evidencePerBatch) this.#dropped++;
    else this.#checked(stated, (evidence) => gathered.push(evidence));
  }

  late(stated: LateEvidence): void {
    this.#turnSecond();
    if (++this.#lateInSecond > this.limits.latePerSecond) this.#dropped++;
    else this.#checked(stated, (evidence) => this.send({ kind: 'late', evidence }));
  }

  log(message: unknown): void {
    this.#turnSecond();
    if (++this.#linesInSecond > this.limits.logLinesPerSecond) this.#dropped++;
    else this.send({ kind: 'log', message: messageOf(message).slice(0, LOG_LENGTH_MAX) });
  }

  /** Runs what is the plugin's: what it throws, now or later, is a fault. */
  attempt<Result>(what: string, call: () => Result): Result | undefined {
    try {
      const result = call();
      if (result instanceof Promise) result.catch((error: unknown) => this.#fault(what, error));
      return result;
    } catch (error) {
      this.#fault(what, error);
      return undefined;
    }
  }

  #fault(what: string, error: unknown): void {
    this.#faults++;
    this.#lastFault = `${what}: ${messageOf(error)}`.slice(0, LOG_LENGTH_MAX);
  }

  /** Texts are cut to length here already: what is too long should not have to be carried over first. */
  #checked(stated: LateEvidence, take: (evidence: LateEvidence) => void): void {
    const evidence = checkedLateEvidence(stated);
    if (evidence === undefined)
      this.#fault('evidence', 'it is not whole: key, points, title in en and zh, process, event and time are needed');
    else take(evidence);
  }

  #turnSecond(): void {
    const second = Math.floor(performance.now() / 1000);
    if (second === this.#second) return;
    this.#second = second;
    this.#lateInSecond = 0;
    this.#linesInSecond = 0;
  }
}
