/**
 * Hunts that run or ran in this server: started by a request, finished without it. Kept in memory only, the latest fifty; a hunt can be asked
 * again, the log is the truth.
 */

import type { HuntAnswer, HuntedChain, Hunter, HuntQuestion } from '../../app/live-ports.js';
import type { Clock } from '../../app/ports.js';

const KEPT_MAX = 50;
const RUNNING_MAX = 2;

export type HuntState = 'running' | 'done' | 'failed' | 'cancelled';

export interface HuntRecord {
  readonly id: string;
  readonly question: HuntQuestion;
  readonly by: string;
  readonly startedMs: number;
  readonly state: HuntState;
  /** 0 while it runs. */
  readonly finishedMs: number;
  readonly progress: number;
  readonly events: number;
  readonly chains: readonly HuntedChain[];
  readonly cut: string | undefined;
  readonly error: string | undefined;
}

export class HuntDesk {
  /** In order of their start. */
  readonly #hunts = new Map<string, HuntRecord>();
  #stopping = false;

  constructor(
    private readonly hunter: Hunter,
    private readonly clock: Clock,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** `undefined` where as many as may run at once are running. */
  start(id: string, question: HuntQuestion, by: string): HuntRecord | undefined {
    const running = [...this.#hunts.values()].filter(({ state }) => state === 'running').length;
    if (running >= RUNNING_MAX || this.#stopping) return undefined;
    const record: HuntRecord = {
      id,
      question,
      by,
      startedMs: this.clock.nowMs(),
      state: 'running',
      finishedMs: 0,
      progress: 0,
      events: 0,
      chains: [],
      cut: undefined,
      error: undefined,
    };
    this.#hunts.set(id, record);
    this.#forgetOldest();
    void this.#run(record);
    return record;
  }

  get(id: string): HuntRecord | undefined {
    return this.#hunts.get(id);
  }

  /** Newest first. */
  list(): readonly HuntRecord[] {
    return [...this.#hunts.values()].reverse();
  }

  /** Cancels a running hunt, which then stays as cancelled; removes a finished one. False where there is none. */
  end(id: string): boolean {
    const record = this.#hunts.get(id);
    if (record === undefined) return false;
    if (record.state === 'running') this.#change(id, { state: 'cancelled', finishedMs: this.clock.nowMs() });
    else this.#hunts.delete(id);
    return true;
  }

  /** Ends all hunts, for good. */
  stop(): void {
    this.#stopping = true;
    for (const { id, state } of this.#hunts.values()) if (state === 'running') this.end(id);
  }

  async #run({ id, question }: HuntRecord): Promise<void> {
    const isRunning = (): boolean => this.#hunts.get(id)?.state === 'running';
    try {
      const answer: HuntAnswer = await this.hunter.hunt(
        question,
        ({ progress, events }) => {
          if (isRunning()) this.#change(id, { progress, events });
        },
        () => !isRunning(),
      );
      if (isRunning()) this.#change(id, { ...answer, state: 'done', progress: 1, finishedMs: this.clock.nowMs() });
    } catch (error) {
      this.onFailure(error);
      const message = error instanceof Error ? error.message : 'unknown';
      if (isRunning()) this.#change(id, { state: 'failed', error: message, finishedMs: this.clock.nowMs() });
    }
  }

  #change(id: string, change: Partial<HuntRecord>): void {
    const record = this.#hunts.get(id);
    if (record !== undefined) this.#hunts.set(id, { ...record, ...change });
  }

  #forgetOldest(): void {
    for (const { id, state } of this.#hunts.values()) {
      if (this.#hunts.size <= KEPT_MAX) return;
      if (state !== 'running') this.#hunts.delete(id);
    }
  }
}
