/** Takes events in: repetitions out, the rest to the log, and an answer once it is on disk. */

import type { Event } from '../../engine/event/event.js';
import { AppError } from '../app-error.js';
import type { IncomingEvent, Intake, Refusal, Sender, TakeAnswer } from '../live-ports.js';
import type { Clock, EventLog, LogRecord } from '../ports.js';
import { asReceived, type DecoderMaker } from '../replay/stored-event.js';
import { ByteCopies } from './byte-copies.js';
import { DecodedDelivery, refusedDelivery, type SharedDelivery } from './delivery.js';
import { Flights, type Flight } from './flights.js';
import type { LiveTrouble, Pipeline } from './pipeline.js';
import type { RecordWindows } from './record-windows.js';

/** Beyond it, events that are on disk wait for the engine in memory, and their effects come ever later. */
export const BACKLOG_MAX = 50_000;
/** What waits is done within about this time: nobody's events are later for all that others send. */
const LAG_SECONDS = 2;
/** However slow the engine is, so many may wait. */
const BACKLOG_LEAST = 4_000;
/** Part of what may wait that one sender may fill: a second's work, so that one who is told to wait a second leaves nothing idle. */
const SENDER_SHARE = 0.5;
/** After a disk was nearly full, this long passes before the server calls itself ready again without a try. */
const FULL_MS = 30_000;

export interface IntakeCounters {
  accepted: number;
  duplicates: number;
}

export interface IntakeParts {
  readonly log: EventLog;
  readonly pipeline: Pipeline;
  readonly windows: RecordWindows;
  readonly clock: Clock;
  readonly backlogMax: number;
  /** For what senders hand in. */
  readonly decoder: DecoderMaker;
  readonly elsewhere: (host: string) => number | undefined;
  readonly onTrouble: (trouble: LiveTrouble) => void;
}

export class EventIntake implements Intake {
  /** Since the start. */
  readonly counters: IntakeCounters = { accepted: 0, duplicates: 0 };
  readonly #flights = new Flights();
  readonly #copies = new ByteCopies();
  /** Events that wait for the engine, by who sent them. */
  readonly #waiting = new Map<string, number>();
  #fullUntilMs = 0;
  #fullReason = '';
  /** The disk took no events the last time: told once, however many are sent meanwhile. */
  #isStopped = false;
  /** Why nothing is taken yet, or any more. */
  closedReason: string | undefined = 'The server is starting.';

  constructor(private readonly parts: IntakeParts) {}

  open(sender: Sender): SharedDelivery {
    // What would be refused once it is read need not be read.
    const refused = this.#refuseAtOnce(1, sender.sensor);
    if (refused !== undefined) return refusedDelivery(refused);
    const { decoder, elsewhere } = this.parts;
    const take = (events: readonly IncomingEvent[], sensor: string): Promise<TakeAnswer> => this.take(events, sensor);
    return new DecodedDelivery({ decoder, elsewhere, take, copies: this.#copies }, sender);
  }

  get refusal(): string | undefined {
    if (this.closedReason !== undefined) return this.closedReason;
    if (this.parts.log.failure !== undefined) return this.parts.log.failure.message;
    if (this.parts.pipeline.trouble !== undefined) return this.parts.pipeline.trouble;
    return this.parts.clock.nowMs() < this.#fullUntilMs ? this.#fullReason : undefined;
  }

  settled(): Promise<void> {
    return this.parts.pipeline.whenStored();
  }

  async take(events: readonly IncomingEvent[], sensor: string): Promise<TakeAnswer> {
    const refused = this.#refuseAtOnce(events.length, sensor);
    if (refused !== undefined) return refused;
    const receivedMs = this.parts.clock.nowMs();
    const flight: Flight = { landed: Promise.resolve() };
    const others = new Set<Flight>();
    const fresh: Event[] = [];
    const records: LogRecord[] = [];
    for (const { event: given, raw } of events) {
      const event = asReceived(given, receivedMs);
      const flying = this.#flights.of(event);
      if (flying !== undefined && flying !== flight) others.add(flying);
      if (flying !== undefined || this.parts.windows.has(event)) continue;
      this.#flights.board(event, flight);
      fresh.push(event);
      records.push({ kind: 'event', raw, receivedMs, eventMs: event.timeMs, sensor });
    }
    try {
      if (records.length > 0) {
        const appended = this.parts.log.append(records);
        flight.landed = appended;
        this.#taken(await appended, fresh, receivedMs, sensor);
      }
      // A repetition of what another request brings is answered when that is on disk.
      for (const other of others) await other.landed;
    } catch (error) {
      return this.#refuse(error);
    } finally {
      for (const event of fresh) this.#flights.leave(event);
    }
    const duplicates = events.length - fresh.length;
    this.counters.accepted += fresh.length;
    this.counters.duplicates += duplicates;
    if (duplicates > 0) this.parts.pipeline.repeated(duplicates);
    return { kind: 'taken', duplicates };
  }

  #taken(position: number, events: readonly Event[], receivedMs: number, sensor: string): void {
    this.#fullUntilMs = 0;
    this.#tellStopped(undefined);
    this.#wait(sensor, events.length);
    for (const event of events) this.parts.windows.add(event);
    this.parts.pipeline.push({
      kind: 'events',
      position,
      events,
      receivedMs,
      onApplied: () => this.#wait(sensor, -events.length),
    });
  }

  #wait(sensor: string, change: number): void {
    const waiting = (this.#waiting.get(sensor) ?? 0) + change;
    if (waiting === 0) this.#waiting.delete(sensor);
    else this.#waiting.set(sensor, waiting);
  }

  /** The last ones may go over: what was read is worth more than the bound, but for that of the memory. */
  #refuseAtOnce(count: number, sensor: string): Refusal | undefined {
    if (this.closedReason !== undefined) return { kind: 'busy', reason: this.closedReason, retryAfterSeconds: 5 };
    const { pipeline, backlogMax } = this.parts;
    if (pipeline.trouble !== undefined) return { kind: 'stopped', reason: pipeline.trouble };
    const { backlog } = pipeline;
    const most = this.#backlogMost();
    if (backlog >= most || (backlog > 0 && backlog + count > backlogMax)) {
      return { kind: 'busy', reason: `${backlog} events wait to be judged; nothing was taken.`, retryAfterSeconds: 1 };
    }
    const own = this.#waiting.get(sensor) ?? 0;
    if (own < most * SENDER_SHARE) return undefined;
    const reason = `${own} events of this sender wait to be judged; nothing was taken.`;
    return { kind: 'busy', reason, retryAfterSeconds: 1 };
  }

  /** Events that may wait: as many as are judged within the time that is promised. */
  #backlogMost(): number {
    const { pipeline, backlogMax } = this.parts;
    const { eventsPerSecond } = pipeline;
    if (eventsPerSecond === undefined) return backlogMax;
    return Math.min(backlogMax, Math.max(BACKLOG_LEAST, eventsPerSecond * LAG_SECONDS));
  }

  #refuse(error: unknown): TakeAnswer {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'LOG_BUSY' || error.code === 'LOG_CLOSED') {
      return { kind: 'busy', reason: error.message, retryAfterSeconds: error.retryAfterSeconds ?? 5 };
    }
    if (error.code === 'LOG_FULL') {
      this.#fullUntilMs = this.parts.clock.nowMs() + FULL_MS;
      this.#fullReason = error.message;
    }
    this.#tellStopped(error.message);
    return { kind: 'stopped', reason: error.message };
  }

  /** @param reason  `undefined` where events are taken */
  #tellStopped(reason: string | undefined): void {
    const isStopped = reason !== undefined;
    if (isStopped === this.#isStopped) return;
    this.#isStopped = isStopped;
    const position = this.parts.log.lastPosition;
    if (isStopped)
      this.parts.onTrouble({ kind: 'events-stopped', position, message: `No events are taken: ${reason}` });
    else this.parts.onTrouble({ kind: 'events-taken-again', position, message: 'Events are taken again.' });
  }
}
