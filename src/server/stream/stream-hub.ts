/**
 * Live messages for all consoles: numbered, the last thousand kept for those who come back, changes of one threat within a quarter of a second
 * sent as one.
 *
 *     notice ──► pending (one per threat) ──250 ms──► message with a number ──► ring ──► every client
 *
 * A client that cannot keep up is cut off: it comes back with its last number and gets what it missed, or `reset`. Where more changes in a quarter of a
 * second than anybody could look at, all get `reset`, once in five seconds.
 */

import { AppError } from '../../app/app-error.js';
import type { LiveNotice, LiveNotices } from '../../app/live-ports.js';
import type { Clock } from '../../app/ports.js';
import type { StateQueries } from '../../app/query-ports.js';
import type { StreamMessage } from '../../contract/index.js';
import type { HostDesk } from '../host-desk.js';
import { recentVolume } from '../shape/host.js';
import { threatSummary } from '../shape/threat.js';
import { threatCountsOf } from '../statistics.js';

const FLUSH_MS = 250;
const STATISTICS_MS = 1000;
const BEAT_MS = 15_000;
const RING_MAX = 1000;
/** Changes told one by one with a flush: each costs a look at the state. */
const NEWS_MAX = 250;
/** From one `reset` to the next: whoever gets it asks for all it shows. */
const FLUSHES_A_RESET = 20;
const CLIENTS_MAX = 500;
/** Bytes that may wait for a slow client. */
const BACKLOG_MAX = 1024 * 1024;

/** One connection, as the hub sees it. */
export interface StreamClient {
  write(text: string): void;
  /** Bytes not yet taken by the network. */
  readonly backlog: number;
  close(): void;
  /** Ends it without sending what still waits. */
  cut(): void;
  /** False once what it was opened with has ended; asked before each message. */
  isAllowed(): boolean;
}

export class StreamHub {
  readonly #clients = new Set<StreamClient>();
  readonly #ring: { readonly id: number; readonly text: string }[] = [];
  readonly #threats = new Set<string>();
  readonly #removed = new Map<string, string | undefined>();
  readonly #hosts = new Set<string>();
  /** More changed than can be told one by one. */
  #isOverrun = false;
  #flushesSinceReset = FLUSHES_A_RESET;
  readonly #policy = new Set<(LiveNotice & { kind: 'policy' })['what']>();
  readonly #timers: NodeJS.Timeout[];
  readonly #unsubscribe: () => void;
  /** Numbers go on from the clock, so that those of an earlier run of the server are smaller. */
  #lastId: number;
  #lastStatistics = '';

  constructor(
    notices: LiveNotices,
    private readonly state: StateQueries,
    private readonly clock: Clock,
    private readonly hosts: HostDesk,
    private readonly isSample: (host: string) => boolean,
  ) {
    this.#lastId = clock.nowMs();
    this.#unsubscribe = notices.subscribe((notice) => this.#note(notice));
    this.#timers = [
      setInterval(() => this.#orLater(() => this.#flush()), FLUSH_MS),
      setInterval(() => this.#orLater(() => this.#tellStatistics()), STATISTICS_MS),
      setInterval(() => this.#orLater(() => this.#beat()), BEAT_MS),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  get isFull(): boolean {
    return this.#clients.size >= CLIENTS_MAX;
  }

  /** @param after  number of the last message the client has seen; `undefined` for a first visit */
  add(client: StreamClient, after: number | undefined): void {
    this.#clients.add(client);
    client.write(`retry: 2000\n\n`);
    if (after !== undefined) this.#resume(client, after);
    else client.write(`id: ${this.#lastId}\n: live\n\n`);
  }

  remove(client: StreamClient): void {
    this.#clients.delete(client);
  }

  get clients(): number {
    return this.#clients.size;
  }

  threatChanged(id: string): void {
    this.#note({ kind: 'threat', id });
  }

  threatRemoved(id: string): void {
    this.#note({ kind: 'threat-removed', id, into: undefined });
  }

  close(): void {
    this.#unsubscribe();
    for (const timer of this.#timers) clearInterval(timer);
    for (const client of this.#clients) client.close();
    this.#clients.clear();
  }

  #note(notice: LiveNotice): void {
    switch (notice.kind) {
      case 'threat':
        this.#threats.add(notice.id);
        this.#removed.delete(notice.id);
        break;
      case 'threat-removed':
        this.#removed.set(notice.id, notice.into);
        this.#threats.delete(notice.id);
        break;
      case 'host':
        this.#hosts.add(notice.name);
        break;
      case 'policy':
        this.#policy.add(notice.what);
        break;
    }
    if (this.#threats.size + this.#removed.size + this.#hosts.size <= NEWS_MAX) return;
    this.#isOverrun = true;
    this.#forgetNews();
  }

  /** While the state cannot be read, which is told of elsewhere, nothing is said; then everybody is told to ask for all that they show. */
  #orLater(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#isOverrun = true;
      this.#forgetNews();
    }
  }

  #flush(): void {
    this.#flushesSinceReset++;
    if (this.#isOverrun) this.#tellReset();
    else this.#tellNews();
    for (const [what] of drain(this.#policy)) this.#send({ type: 'policy', what });
  }

  #tellReset(): void {
    if (this.#flushesSinceReset < FLUSHES_A_RESET) return;
    this.#forgetNews();
    this.#isOverrun = false;
    this.#flushesSinceReset = 0;
    this.#send({ type: 'reset' });
  }

  #forgetNews(): void {
    for (const news of [this.#threats, this.#removed, this.#hosts]) news.clear();
  }

  #tellNews(): void {
    for (const [id, into] of drain(this.#removed)) this.#send({ type: 'threat-removed', id, into: into ?? null });
    for (const [id] of drain(this.#threats)) {
      const stored = this.state.threat(id);
      if (stored !== undefined) this.#send({ type: 'threat', threat: threatSummary(stored, this.isSample) });
    }
    for (const [name] of drain(this.#hosts)) {
      const record = this.state.host(name);
      if (record !== undefined) this.#send({ type: 'host', host: this.hosts.host(record) });
    }
  }

  #tellStatistics(): void {
    if (this.#clients.size === 0) return;
    const nowMs = this.clock.nowMs();
    const message = {
      type: 'statistics',
      threats: threatCountsOf(this.state),
      events: this.state.eventCounts().events,
      hosts: this.state.knownHosts(),
      perMinute: recentVolume(this.state, nowMs).perMinute,
    } as const satisfies StreamMessage;
    const text = JSON.stringify(message);
    if (text === this.#lastStatistics) return;
    this.#lastStatistics = text;
    this.#send(message);
  }

  #beat(): void {
    this.#tellAll(': beat\n\n');
  }

  #send(message: StreamMessage): void {
    const id = ++this.#lastId;
    const text = `id: ${id}\nevent: ${message.type}\ndata: ${JSON.stringify(message)}\n\n`;
    this.#ring.push({ id, text });
    if (this.#ring.length > RING_MAX) this.#ring.shift();
    this.#tellAll(text);
  }

  #tellAll(text: string): void {
    for (const client of this.#clients) {
      if (!client.isAllowed() || client.backlog > BACKLOG_MAX) this.#drop(client);
      else client.write(text);
    }
  }

  #resume(client: StreamClient, after: number): void {
    const first = this.#ring[0]?.id ?? this.#lastId + 1;
    if (after > this.#lastId || after < first - 1) {
      client.write(`id: ${this.#lastId}\nevent: reset\ndata: {"type":"reset"}\n\n`);
      return;
    }
    for (const { id, text } of this.#ring) if (id > after) client.write(text);
  }

  #drop(client: StreamClient): void {
    this.#clients.delete(client);
    client.cut();
  }
}

/** Empties the set or map while giving what it held. */
function* drain<Key, Value>(things: Set<Key> | Map<Key, Value>): Generator<[Key, Value | undefined]> {
  const entries = things instanceof Map ? [...things] : [...things].map((key): [Key, undefined] => [key, undefined]);
  things.clear();
  yield* entries;
}
