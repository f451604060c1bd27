/** Takes events in, senders by turns: repetitions out, the rest to the log, and an answer once it is on disk. */

import type { Event } from '../../engine/event/event.js';
import { hostKey } from '../../engine/event/host-name.js';
import { AppError } from '../app-error.js';
import type { IncomingEvent, Intake, Refusal, Sender, TakeAnswer } from '../live-ports.js';
import type { Clock, EventLog, LogRecord } from '../ports.js';
import { asReceived, type DecoderMaker } from '../replay/stored-event.js';
import { ByteCopies } from './byte-copies.js';
import { DecodedDelivery, partlyTaken, refusedDelivery, type SharedDelivery } from './delivery.js';
import { FairLine, type Party } from './fair-line.js';
import { Flights, type Flight } from './flights.js';
import type { LiveTrouble, Pipeline } from './pipeline.js';
import type { RecordWindows } from './record-windows.js';
import { WorkRate } from './work-rate.js';

/** Beyond it, events that wait for the engine fill the memory, and their effects come ever later. */
export const BACKLOG_MAX = 50_000;
/**
 * What waits is done within about this time. Hosts that send share it, with a part left for one more. To keep somebody waiting costs less than to refuse
 * what comes again at once, and delays nobody else; but an answer must come before senders give up.
 */
const LAG_SECONDS = 4;
/** However slow the engine is, so many may wait. */
const BACKLOG_LEAST = 4_000;
/** Of that, what is in the log already, which everybody waits for. Room for many connections' batches in one sync. */
const AHEAD_SECONDS = 0.15;
const AHEAD_LEAST = 500;
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
  readonly #line = new FairLine(() => this.#aheadMost());
  readonly #rate = new WorkRate();
  #fullUntilMs = 0;
  #fullReason = '';
  /** The disk took no events the last time: told once, however many are sent meanwhile. */
  #isStopped = false;
  /** Why nothing is taken yet, or any more. */
  closedReason: string | undefined = 'The server is starting.';

  constructor(private readonly parts: IntakeParts) {}

  open(sender: Sender): SharedDelivery {
    const outage = this.#outage();
    if (outage !== undefined) return refusedDelivery(outage);
    const { decoder, elsewhere } = this.parts;
    const take = (events: readonly IncomingEvent[], sensor: string): Promise<TakeAnswer> => this.take(events, sensor);
    const refusal = (host: string, sensor: string): Refusal | undefined =>
      this.#refuseAtOnce(1, { sensor, host: hostKey(host) });
    return new DecodedDelivery({ decoder, elsewhere, take, refusal, copies: this.#copies }, sender);
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

  /** Events that wait before the log. */
  get held(): number {
    return this.#line.held;
  }

  /** Whoever waits for a turn looks again whether there will be one. */
  letGo(): void {
    this.#line.letGo();
  }

  /** What cannot go on in the middle is refused as a whole: sent again, the part that was taken is known. */
  async take(events: readonly IncomingEvent[], sensor: string): Promise<TakeAnswer> {
    // As a rule all are of one host. A collector's are counted as the first one's.
    const party: Party = { sensor, host: hostKey(events[0]?.event.host ?? '') };
    const refused = this.#refuseAtOnce(events.length, party);
    if (refused !== undefined) return refused;
    this.#line.enter(party, events.length);
    let duplicates = 0;
    let tried = 0;
    try {
      while (tried < events.length) {
        const first = tried;
        const turn = this.#outage() ?? this.#line.turn(party, events.length - first);
        const granted = turn instanceof Promise ? await turn : turn;
        if (typeof granted !== 'number') return first === 0 ? granted : partlyTaken(granted);
        if (granted === 0) continue;
        tried += granted;
        const part = granted === events.length ? events : events.slice(first, tried);
        const answer = await this.#takePart(part, party);
        if (answer.kind !== 'taken') return first === 0 ? answer : partlyTaken(answer);
        duplicates += answer.duplicates;
      }
    } finally {
      this.#line.leave(party, events.length - tried);
    }
    return { kind: 'taken', duplicates };
  }

  async #takePart(events: readonly IncomingEvent[], party: Party): Promise<TakeAnswer> {
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
      records.push({ kind: 'event', raw, receivedMs, eventMs: event.timeMs, sensor: party.sensor });
    }
    const duplicates = events.length - fresh.length;
    let left = events.length;
    try {
      if (records.length > 0) {
        const appended = this.parts.log.append(records);
        flight.landed = appended;
        this.#taken(await appended, fresh, receivedMs, party);
        left = duplicates;
      }
      // A repetition of what another request brings is answered when that is on disk.
      for (const other of others) await other.landed;
    } catch (error) {
      return this.#refuse(error);
    } finally {
      for (const event of fresh) this.#flights.leave(event);
      this.#line.done(party, left);
    }
    this.counters.accepted += fresh.length;
    this.counters.duplicates += duplicates;
    if (duplicates > 0) this.parts.pipeline.repeated(duplicates);
    return { kind: 'taken', duplicates };
  }

  #taken(position: number, events: readonly Event[], receivedMs: number, party: Party): void {
    this.#fullUntilMs = 0;
    this.#tellStopped(undefined);
    for (const event of events) this.parts.windows.add(event);
    this.parts.pipeline.push({
      kind: 'events',
      position,
      events,
      receivedMs,
      onApplied: () => this.#judged(party, events.length),
    });
  }

  #judged(party: Party, count: number): void {
    this.#line.done(party, count);
    this.#rate.done(count, this.#line.held > 0, this.parts.clock.nowMs());
  }

  #outage(): Refusal | undefined {
    if (this.closedReason !== undefined) return { kind: 'busy', reason: this.closedReason, retryAfterSeconds: 5 };
    const { trouble } = this.parts.pipeline;
    return trouble === undefined ? undefined : { kind: 'stopped', reason: trouble };
  }

  /** The last ones may go over: what was read is worth more than the bound, but for those of the memory. */
  #refuseAtOnce(count: number, party: Party): Refusal | undefined {
    const outage = this.#outage();
    if (outage !== undefined) return outage;
    const line = this.#line;
    const { backlogMax } = this.parts;
    if (line.total > 0 && line.total + count > backlogMax) return busy(`${line.total} events wait`);
    const ofSensor = line.ofSensor(party);
    if (ofSensor === 0) return undefined;
    // However many hosts it names, room is left for others.
    if (ofSensor + count > backlogMax / (line.sensors + 1)) return busy(`${ofSensor} events of this sender wait`);
    const own = line.of(party);
    if (own === 0 || own < this.#backlogMost() / (line.parties + 1)) return undefined;
    return busy(`${own} events of this host wait`);
  }

  /** Events that may wait: as many as are judged within the time that is promised. */
  #backlogMost(): number {
    const { backlogMax } = this.parts;
    const { perSecond } = this.#rate;
    if (perSecond === undefined) return backlogMax;
    return Math.min(backlogMax, Math.max(BACKLOG_LEAST, perSecond * LAG_SECONDS));
  }

  #aheadMost(): number {
    return Math.max(AHEAD_LEAST, Math.floor((this.#rate.perSecond ?? 0) * AHEAD_SECONDS));
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

function busy(what: string): Refusal {
  return { kind: 'busy', reason: `${what} to be judged; nothing was taken.`, retryAfterSeconds: 1 };
}
