/** What has had its time goes: first from the log, then from the state, which knows more of it than anybody can ask for any more. */

import type { LogStart, Pause } from '../../../app/ports.js';
import type { RetainingLog } from '../../../log/event-log.js';
import type { ServerLogger } from '../../../server/parts.js';
import type { StateRetention } from '../../../store/state-retention.js';
import type { SettingValues } from '../../settings.js';
import { systemClock, systemPause } from '../world.js';

export interface RetentionParts {
  readonly log: RetainingLog;
  readonly state: Pick<StateRetention, 'forget'>;
  /** Share the hosts. */
  readonly partitions: number;
  readonly settings: Pick<SettingValues, 'retention.days' | 'retention.gibibytes'>;
  readonly logger: ServerLogger;
  readonly pause?: Pause;
}

const DAY_MS = 86_400_000;
const GIB = 1024 * 1024 * 1024;

/** The state is gone through when another such part of what the log keeps is gone: each row is looked at a few times in its life. */
const PART_GONE = 8;
/** Between two steps in the state, so that judging hardly notices. */
const REST_MS = 10;

export class Retention {
  readonly #pause: Pause;
  /** Where the log began when the state was last gone through. */
  #forgotten = 0;
  #forgetting: Promise<void> | undefined;
  #isStopping = false;

  constructor(private readonly parts: RetentionParts) {
    this.#pause = parts.pause ?? systemPause;
  }

  /**
   * Resolves when the log is done; what the state forgets goes on beside all else.
   *
   * @param donePosition  the state has seen all up to here, and no start needs it
   */
  async run(donePosition: number): Promise<void> {
    const { log, partitions, settings, logger } = this.parts;
    const { 'retention.days': days, 'retention.gibibytes': gibibytes } = settings;
    if (days === 0 && gibibytes === 0) return;
    try {
      const { segments, bytes } = await log.retain({
        donePosition,
        beforeMs: days === 0 ? undefined : systemClock.nowMs() - days * DAY_MS,
        // Of all logs together.
        bytesMax: gibibytes === 0 ? undefined : (gibibytes * GIB) / partitions,
      });
      if (segments > 0) logger.info({ segments, bytes }, 'events that have had their time are removed');
      await this.#forgetIfDue();
    } catch (error) {
      logger.error({ err: error }, 'events that have had their time could not be removed; tried again later');
    }
  }

  /** The rest is forgotten after the next start. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#forgetting;
  }

  async #forgetIfDue(): Promise<void> {
    if (this.#forgetting !== undefined) return;
    const start = await this.parts.log.start();
    if (start === undefined || start.position === this.#forgotten) return;
    const kept = this.parts.log.lastPosition - start.position;
    if (this.#forgotten > 0 && start.position - this.#forgotten < kept / PART_GONE) return;
    this.#forgotten = start.position;
    this.#forgetting = this.#forget(start).finally(() => {
      this.#forgetting = undefined;
    });
  }

  async #forget(start: LogStart): Promise<void> {
    const { state, partitions, logger } = this.parts;
    try {
      const steps = state.forget(start, partitions);
      while (!this.#isStopping && steps.next().done !== true) await this.#pause.sleep(REST_MS);
    } catch (error) {
      // The next time begins anew.
      this.#forgotten = 0;
      logger.error({ err: error }, 'the state could not forget events that are gone; tried again later');
    }
  }
}
