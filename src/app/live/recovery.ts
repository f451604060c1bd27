/** What a server does before it takes events: the log through the engine, effects that are stored already thrown away. */

import type { Effects } from '../../engine/effects.js';
import type { StreamWatch } from '../completeness/stream-watch.js';
import { withinPartition } from '../partition.js';
import type { Clock, EffectStore, EventLog, Pause, StoredRecord } from '../ports.js';
import type { LogFold } from '../replay/log-fold.js';
import { decodeStored, isEvent, type DecoderMaker } from '../replay/stored-event.js';
import { ArrivalCounter } from './arrival-counter.js';
import type { LiveTrouble } from './pipeline.js';
import type { RecordWindows } from './record-windows.js';

export interface RecoveryParts {
  readonly log: EventLog;
  readonly store: EffectStore;
  /** Empty, and filled with what is stored of the hosts that are not judged elsewhere. */
  readonly streams: StreamWatch;
  readonly elsewhere?: (host: string) => number | undefined;
  readonly fold: LogFold;
  readonly windows: RecordWindows;
  readonly decoder: DecoderMaker;
  readonly clock: Clock;
  readonly pause: Pause;
  readonly onEffects: (effects: Effects) => void;
  readonly onTrouble: (trouble: LiveTrouble) => void;
}

export interface StartProgress {
  readonly position: number;
  readonly lastPosition: number;
}

/** Effects gathered before they are stored or thrown away. */
const EVENTS_AT_ONCE = 5_000;
const PROGRESS_MS = 500;

/**
 * Reads the log.
 *
 * @param from  position that the engine has reached already, 0 where it is new
 * @returns the position that the state and the engine have both reached
 */
export async function recoverState(
  parts: RecoveryParts,
  from: number,
  onProgress: (progress: StartProgress) => void,
): Promise<number> {
  const { log } = parts;
  const reader = new Recovery(parts, from);
  const { lastPosition } = log;
  let toldMs = parts.clock.nowMs();
  for await (const records of log.read({ fromPosition: from + 1 })) {
    for (const record of records) reader.take(record);
    await parts.pause.turn();
    const nowMs = parts.clock.nowMs();
    if (nowMs - toldMs < PROGRESS_MS && nowMs >= toldMs) continue;
    toldMs = nowMs;
    onProgress({ position: withinPartition(records.at(-1)!.position), lastPosition: withinPartition(lastPosition) });
  }
  reader.finish(lastPosition);
  const last = withinPartition(lastPosition);
  onProgress({ position: last, lastPosition: last });
  return lastPosition;
}

class Recovery {
  readonly #arrivals = new ArrivalCounter();
  /** Position up to which streams are known. */
  readonly #streamsFrom: number;
  #sinceDrain = 0;
  #position: number;

  constructor(
    private readonly parts: RecoveryParts,
    from: number,
  ) {
    this.#position = from;
    const { store, streams, elsewhere } = parts;
    streams.restore(store.hostStreams().filter(({ key }) => elsewhere?.(key) === undefined));
    this.#streamsFrom = streams.isEmpty ? 0 : store.committedPosition;
  }

  take({ position, record }: StoredRecord): void {
    const { fold } = this.parts;
    this.#reach(position);
    if (record.kind === 'policy') {
      fold.change(record.change);
      if (record.change.kind === 'host-forgotten') this.#forget(position, record.change.host);
    } else if (record.kind === 'finding') this.#guarded(position, () => fold.finding(record.finding));
    else this.#takeEvent(position, record.raw, record.receivedMs);
    if (++this.#sinceDrain >= EVENTS_AT_ONCE) this.#drain();
  }

  finish(lastPosition: number): void {
    this.#reach(Math.max(this.#position, lastPosition));
    this.#drain();
  }

  /** Past the last record whose effects are stored, these go: what comes behind must not be thrown away with them, nor they be stored with it. */
  #reach(position: number): void {
    const { committedPosition } = this.parts.store;
    if (this.#position <= committedPosition && position > committedPosition) this.#drain();
    this.#position = position;
  }

  #takeEvent(position: number, raw: Uint8Array, receivedMs: number): void {
    const event = decodeStored(raw, receivedMs, this.parts.decoder);
    if (!isEvent(event)) {
      this.#tell('record-unreadable', position, `Record ${position} cannot be read: ${event.message}.`);
      return;
    }
    this.parts.windows.add(event);
    this.#guarded(position, () => this.parts.fold.event(event, position));
    if (position > this.parts.store.committedPosition) this.#arrivals.arrived(event.host, receivedMs);
    if (position > this.#streamsFrom) this.parts.streams.seen(event, receivedMs);
  }

  #forget(position: number, host: string): void {
    this.#arrivals.forget(host);
    // What was stored since is not from before.
    if (position > this.#streamsFrom) this.parts.streams.forget(host);
  }

  #drain(): void {
    this.#sinceDrain = 0;
    const effects = this.parts.fold.engine.drain();
    this.parts.onEffects(effects);
    if (this.#position <= this.parts.store.committedPosition) return;
    this.parts.store.commit(effects, this.#position, this.#arrivals.take(), this.parts.streams.take());
  }

  #guarded(position: number, work: () => void): void {
    try {
      work();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#tell('event-failed', position, `Record ${position} could not be judged: ${reason}.`);
    }
  }

  #tell(kind: LiveTrouble['kind'], position: number, message: string): void {
    this.parts.onTrouble({ kind, position, message });
  }
}
