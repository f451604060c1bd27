/** What is known of how complete hosts' streams are, at the moment of a request. */

import type { AccessStore } from '../app/access-ports.js';
import { AppError } from '../app/app-error.js';
import { completenessOf } from '../app/completeness/completeness.js';
import { listeningAt, stateOf, type Listening } from '../app/completeness/host-state.js';
import { HostStream } from '../app/completeness/host-stream.js';
import type { Clock } from '../app/ports.js';
import type { HostQueries, HostRecord } from '../app/query-ports.js';
import type { Completeness, Host, HostDetail } from '../contract/index.js';
import type { Threat } from '../engine/score/threat.js';
import { completenessShape, streamShape } from './shape/completeness.js';
import { hostShape, recentVolume } from './shape/host.js';

const DAY_MS = 24 * 60 * 60_000;

/** The fact that says until when a server listened, written once a minute. */
const LISTENED = 'listened-until';
const LISTENED_MS = 60_000;

export class HostDesk {
  readonly #startedMs: number;
  /** When the server before this one stopped; 0 where nobody knows. */
  readonly #listenedMs: number;
  readonly #timer: NodeJS.Timeout;

  constructor(
    private readonly state: HostQueries,
    private readonly facts: Pick<AccessStore, 'fact' | 'setFact'>,
    private readonly clock: Clock,
    private readonly isSample: (host: string) => boolean,
  ) {
    this.#startedMs = clock.nowMs();
    this.#listenedMs = Number(facts.fact(LISTENED) ?? 0) || 0;
    this.#timer = setInterval(() => this.#keepTime(), LISTENED_MS);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#keepTime();
  }

  listening(): Listening {
    return listeningAt(this.clock.nowMs(), this.#startedMs, this.#listenedMs);
  }

  /** Shapes of a page of hosts. */
  shaper(): (record: HostRecord) => Host {
    const listening = this.listening();
    return (record) => this.#shape(record, listening);
  }

  host(record: HostRecord): Host {
    return this.#shape(record, this.listening());
  }

  detail(record: HostRecord): HostDetail {
    const stream = this.#stream(record.name);
    return { ...this.host(record), stream: stream === undefined ? null : streamShape(stream) };
  }

  /** How complete the view of the threat's host was over the threat's time. */
  completenessOf(threat: Threat): Completeness {
    const record = this.state.host(threat.host);
    if (record === undefined) return { state: 'unknown', notes: [] };
    const host = { state: stateOf(record, this.listening()), lastMs: record.lastMs };
    return completenessShape(completenessOf(this.#stream(threat.host), host, spanOf(threat)));
  }

  #keepTime(): void {
    try {
      this.facts.setFact(LISTENED, String(this.clock.nowMs()));
    } catch (error) {
      // A state that cannot be written is told of elsewhere. Here it costs that a host is called quiet a little too long after the next start.
      if (!(error instanceof AppError)) throw error;
    }
  }

  #shape(record: HostRecord, listening: Listening): Host {
    const recent = recentVolume(this.state, listening.nowMs, record.name);
    return hostShape(record, recent, stateOf(record, listening), this.isSample);
  }

  #stream(name: string): HostStream | undefined {
    const text = this.state.hostStream(name);
    return text === undefined ? undefined : HostStream.fromText(text);
  }
}

/** From the start of the chain to its last evidence. A root process is judged by day, so what it did weeks before is not part of it. */
function spanOf({ firstMs, lastMs, start, active }: Threat) {
  const isOfTheDay = start.timeMs > 0 && start.timeMs < firstMs && start.timeMs > firstMs - DAY_MS;
  return { fromMs: isOfTheDay ? start.timeMs : firstMs, toMs: lastMs, isOpen: active };
}
