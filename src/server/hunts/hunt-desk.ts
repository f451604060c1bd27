/**
 * Hunts that run or ran in this server: started by a request, finished without it. The store keeps the latest fifty; how far those are that run is
 * known here alone. One that the store has as running and that runs nowhere was interrupted, be it by a stop or by a crash: it can be asked again, the log is
 * the truth.
 */

import { AppError } from '../../app/app-error.js';
import type { HuntError, HuntRecord, HuntStore } from '../../app/hunt-ports.js';
import type { HuntAnswer, Hunter, HuntQuestion } from '../../app/live-ports.js';
import type { Clock } from '../../app/ports.js';

const KEPT_MAX = 50;
const RUNNING_MAX = 2;
/** Of what one hunt found, as text: with fifty of them the state stays small. */
const CHAINS_LENGTH_MAX = 4 * 1024 * 1024;

export interface ShownHunt extends Omit<HuntRecord, 'state'> {
  readonly state: HuntRecord['state'] | 'interrupted';
  readonly chains: number;
}

export class HuntDesk {
  readonly #running = new Map<string, HuntRecord>();
  #stopping = false;

  constructor(
    private readonly hunter: Hunter,
    private readonly store: HuntStore,
    private readonly clock: Clock,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /**
   * @returns `undefined` where as many as may run at once are running
   * @throws AppError where it cannot be kept
   */
  start(id: string, question: HuntQuestion, by: string): ShownHunt | undefined {
    if (this.#running.size >= RUNNING_MAX || this.#stopping) return undefined;
    const record: HuntRecord = {
      id,
      question,
      by,
      startedMs: this.clock.nowMs(),
      state: 'running',
      finishedMs: 0,
      progress: 0,
      events: 0,
      cuts: [],
      error: undefined,
    };
    this.store.keepHunt(record, []);
    this.#running.set(id, record);
    this.#forgetOldest();
    void this.#run(record);
    return { ...record, chains: 0 };
  }

  get(id: string): ShownHunt | undefined {
    const kept = this.store.hunt(id);
    return kept === undefined ? undefined : this.#shown(kept);
  }

  /** Newest first. */
  list(): readonly ShownHunt[] {
    return this.store.hunts().map((hunt) => this.#shown(hunt));
  }

  /** Cancels a running hunt, which then stays as cancelled; removes a finished one. False where there is none. */
  end(id: string): boolean {
    const running = this.#running.get(id);
    if (running !== undefined) {
      this.#running.delete(id);
      this.store.keepHunt({ ...running, state: 'cancelled', finishedMs: this.clock.nowMs() }, []);
      return true;
    }
    if (this.store.hunt(id) === undefined) return false;
    this.store.removeHunt(id);
    return true;
  }

  /** Ends all hunts, for good: the next start shows them as interrupted. */
  stop(): void {
    this.#stopping = true;
    this.#running.clear();
  }

  #shown(kept: HuntRecord & { readonly chains: number }): ShownHunt {
    const running = this.#running.get(kept.id);
    if (running !== undefined) return { ...running, chains: 0 };
    return kept.state === 'running' ? { ...kept, state: 'interrupted' } : kept;
  }

  async #run({ id, question }: HuntRecord): Promise<void> {
    const change = (progress: Partial<HuntRecord>): void => {
      const record = this.#running.get(id);
      if (record !== undefined) this.#running.set(id, { ...record, ...progress });
    };
    try {
      const answer = await this.hunter.hunt(
        question,
        ({ progress, events }) => change({ progress, events }),
        () => !this.#running.has(id),
      );
      this.#finish(id, answer);
    } catch (error) {
      this.onFailure(error);
      this.#fail(id, {
        code: error instanceof AppError ? error.code : undefined,
        message: error instanceof Error ? error.message : 'unknown',
      });
    }
  }

  #finish(id: string, answer: HuntAnswer): void {
    const record = this.#running.get(id);
    if (record === undefined) return;
    const { chains, cuts } = bounded(answer);
    const finishedMs = this.clock.nowMs();
    this.store.keepHunt({ ...record, events: answer.events, cuts, state: 'done', progress: 1, finishedMs }, chains);
    this.#running.delete(id);
  }

  #fail(id: string, error: HuntError): void {
    const record = this.#running.get(id);
    this.#running.delete(id);
    if (record === undefined) return;
    try {
      this.store.keepHunt({ ...record, state: 'failed', error, finishedMs: this.clock.nowMs() }, []);
    } catch (unkept) {
      // It is kept as running, and so is shown as interrupted.
      this.onFailure(unkept);
    }
  }

  #forgetOldest(): void {
    for (const { id } of this.store.hunts().slice(KEPT_MAX)) if (!this.#running.has(id)) this.store.removeHunt(id);
  }
}

/** As many of the first chains as may be kept. */
function bounded({ chains, cuts }: HuntAnswer): Pick<HuntAnswer, 'chains' | 'cuts'> {
  let length = 0;
  const kept = chains.findIndex(({ threat }) => (length += JSON.stringify(threat).length) > CHAINS_LENGTH_MAX);
  if (kept < 0) return { chains, cuts };
  return { chains: chains.slice(0, kept), cuts: [...cuts, { reason: 'room', kept, found: chains.length }] };
}
