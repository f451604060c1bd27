/**
 * Asks the service, politely: each thing once in the days an answer is kept, few at a time, and nothing at all for a while after it said "too many".
 *
 *     ask ──kept answer──▶ told at once
 *      └──▶ waiting ──free place──▶ under way ──verdict──▶ kept, told
 *              ▲                       ├──429──▶ pause
 *              └───────────────────────┘
 */

import type { HttpAnswer, Outside } from '../../plugin-sdk/index.js';
import { addressVerdict, hashVerdict, type Verdict } from './answer.js';

export interface Question {
  readonly kind: 'hash' | 'ip';
  /** Lower-case hex, or an address in its normal form: never a text that an event chose. */
  readonly value: string;
  /** Asked again before the question leaves: an analyst may have allow-listed the file while it waited. */
  mayLeave(): boolean;
}

export interface InquirerSettings {
  /** Without a slash at its end. */
  readonly address: string;
  readonly key: string;
  readonly timeoutMs: number;
  readonly cacheDays: number;
  readonly concurrency: number;
}

export interface InquirerCounts {
  asked: number;
  fromCache: number;
  failed: number;
  /** Questions let go because too many waited. */
  dropped: number;
}

const DAY_MS = 86_400_000;
const WAITING_MAX = 1000;
const ANSWER_BYTES_MAX = 512 * 1024;
const PAUSE_MS = 60_000;
const PAUSE_MAX_MS = 3_600_000;
/** A service that is down fails every question; the log need not say so each time. */
const TELL_EVERY_MS = 60_000;

interface Waiting {
  readonly question: Question;
  readonly told: ((verdict: Verdict) => void)[];
}

export class Inquirer {
  readonly counts: InquirerCounts = { asked: 0, fromCache: 0, failed: 0, dropped: 0 };
  readonly #waiting = new Map<string, Waiting>();
  readonly #underWay = new Map<string, Waiting>();
  #notBeforeMs = 0;
  #lastToldMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly settings: InquirerSettings,
    private readonly outside: Outside,
    private readonly log: (message: string) => void,
  ) {}

  get waiting(): number {
    return this.#waiting.size;
  }

  get underWay(): number {
    return this.#underWay.size;
  }

  /** Calls `told` once the answer is known, perhaps at once; never, where the service does not tell. */
  ask(question: Question, told: (verdict: Verdict) => void): void {
    const key = `${question.kind}:${question.value}`;
    const kept = this.#kept(key);
    if (kept !== undefined) {
      this.counts.fromCache++;
      told(kept);
      return;
    }
    const asked = this.#waiting.get(key) ?? this.#underWay.get(key);
    if ((asked === undefined ? this.#waiting.size : asked.told.length) >= WAITING_MAX) this.counts.dropped++;
    else if (asked !== undefined) asked.told.push(told);
    else {
      this.#waiting.set(key, { question, told: [told] });
      this.#next();
    }
  }

  #next(): void {
    while (this.#underWay.size < this.settings.concurrency) {
      const entry = this.#waiting.entries().next().value;
      if (entry === undefined) return;
      const [key, waiting] = entry;
      this.#waiting.delete(key);
      this.#underWay.set(key, waiting);
      void this.#run(key, waiting);
    }
  }

  async #run(key: string, waiting: Waiting): Promise<void> {
    try {
      // Another answer may have prolonged the pause meanwhile.
      for (let pauseMs = this.#pauseMs(); pauseMs > 0; pauseMs = this.#pauseMs()) await this.outside.wait(pauseMs);
      if (!waiting.question.mayLeave()) return;
      this.counts.asked++;
      const answer = await this.#get(waiting.question);
      if (answer.status === 429) {
        this.#pause(answer);
        this.#waiting.set(key, waiting);
      } else this.#take(key, waiting, answer);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    } finally {
      this.#underWay.delete(key);
      this.#next();
    }
  }

  #get({ kind, value }: Question): Promise<HttpAnswer> {
    const { address, key, timeoutMs } = this.settings;
    return this.outside.get(`${address}/v4/${kind}/${encodeURIComponent(value)}`, {
      headers: { apikey: key, accept: 'application/json' },
      timeoutMs,
      maxBytes: ANSWER_BYTES_MAX,
    });
  }

  #take(key: string, waiting: Waiting, { status, text }: HttpAnswer): void {
    const verdict = (waiting.question.kind === 'hash' ? hashVerdict : addressVerdict)(status, text);
    if (verdict === undefined) {
      this.#fail(`the service answered ${status} with something that is no verdict`);
      return;
    }
    const untilMs = this.outside.nowMs() + this.settings.cacheDays * DAY_MS;
    this.outside.remember(key, `${untilMs} ${verdict}`);
    for (const tell of waiting.told) tell(verdict);
  }

  /** No pause is longer than the longest: the clock was set back then, and what is left of it is not known any more. */
  #pauseMs(): number {
    const nowMs = this.outside.nowMs();
    if (this.#notBeforeMs - nowMs > PAUSE_MAX_MS) this.#notBeforeMs = nowMs + PAUSE_MS;
    return this.#notBeforeMs - nowMs;
  }

  #pause(answer: HttpAnswer): void {
    const nowMs = this.outside.nowMs();
    const stated = Object.hasOwn(answer.headers, 'retry-after') ? answer.headers['retry-after']! : '';
    // Seconds or a date. Source: RFC 9110, 10.2.3.
    const statedMs = /^\d{1,9}$/.test(stated) ? Number(stated) * 1000 : Date.parse(stated) - nowMs;
    const pauseMs = statedMs > 0 ? Math.min(statedMs, PAUSE_MAX_MS) : PAUSE_MS;
    this.#notBeforeMs = Math.max(this.#notBeforeMs, nowMs + pauseMs);
    this.#tell(`the service asks to wait; the next question goes out in ${Math.ceil(pauseMs / 1000)} s`);
  }

  #fail(reason: string): void {
    this.counts.failed++;
    this.#tell(`a look-up failed (${this.counts.failed} in all): ${reason}`);
  }

  #tell(message: string): void {
    const nowMs = this.outside.nowMs();
    if (nowMs - this.#lastToldMs < TELL_EVERY_MS) return;
    this.#lastToldMs = nowMs;
    this.log(message);
  }

  #kept(key: string): Verdict | undefined {
    const [, untilMs, verdict] = /^(\d+) (bad|good|unknown)$/.exec(this.outside.recall(key) ?? '') ?? [];
    return Number(untilMs) > this.outside.nowMs() ? (verdict as Verdict) : undefined;
  }
}
