/** Watches the streams of all hosts as their events are applied, and hands over what changed, to be stored with the effects of the same events. */

import type { Event } from '../../engine/event/event.js';
import { hostKey } from '../../engine/event/host-name.js';
import type { HostStreamRow } from '../ports.js';
import { HostStream } from './host-stream.js';

/** Some 3 KiB each. Beyond it the host that was silent longest is dropped, and begins anew should it come again: names that are made up push out each other. */
const HOSTS_MAX = 50_000;
/** Names by which hosts are found at once; the same host may be called by several. */
const NAMES_MAX = 65_536;

interface Watched {
  readonly key: string;
  readonly stream: HostStream;
  isChanged: boolean;
}

export class StreamWatch {
  /** Least recently heard first, as far as one `take` can be told from the next. */
  readonly #byKey = new Map<string, Watched>();
  readonly #byName = new Map<string, Watched>();
  #changed: Watched[] = [];
  #lastName = '';
  #last: Watched | undefined;

  constructor(private readonly hostsMax = HOSTS_MAX) {}

  /** What was stored up to the position from which events are shown to `seen`. */
  restore(rows: Iterable<HostStreamRow>): void {
    for (const { key, data } of rows) {
      if (this.#byKey.size >= this.hostsMax) return;
      this.#byKey.set(key, { key, stream: HostStream.fromText(data), isChanged: false });
    }
  }

  /** Nothing is known of any host: of a new state, or of one that an earlier version wrote. */
  get isEmpty(): boolean {
    return this.#byKey.size === 0;
  }

  /** @returns true where the host was not active before: it is new, or had been quiet for longer than it is used to send */
  seen(event: Event, receivedMs: number): boolean {
    if (event.host === '') return false;
    // Events come in runs of one host.
    const host = event.host === this.#lastName && this.#last !== undefined ? this.#last : this.#hostOf(event.host);
    if (!host.isChanged) {
      host.isChanged = true;
      this.#changed.push(host);
      this.#byKey.delete(host.key);
      this.#byKey.set(host.key, host);
    }
    const { lastMs, quietAfterMs } = host.stream.habit;
    host.stream.seen(event, receivedMs);
    return receivedMs - lastMs > quietAfterMs;
  }

  /** The host begins anew. */
  forget(name: string): void {
    const key = hostKey(name);
    const host = this.#byKey.get(key);
    this.#byKey.delete(key);
    this.#changed = this.#changed.filter((changed) => changed !== host);
    this.#forgetNames();
  }

  /** What changed since the last call. */
  take(): readonly HostStreamRow[] {
    const rows = this.#changed.map(({ key, stream }): HostStreamRow => ({
      key,
      quietAfterMs: stream.habit.quietAfterMs,
      silentAfterMs: stream.habit.silentAfterMs,
      activeSinceMs: stream.habit.activeSinceMs,
      missing: stream.missing,
      data: stream.toText(),
    }));
    for (const host of this.#changed) host.isChanged = false;
    this.#changed = [];
    return rows;
  }

  #hostOf(name: string): Watched {
    let host = this.#byName.get(name);
    if (host === undefined) {
      const key = hostKey(name);
      host = this.#byKey.get(key);
      if (host === undefined) {
        host = { key, stream: new HostStream(), isChanged: false };
        if (this.#byKey.size >= this.hostsMax) this.#dropOldest();
        this.#byKey.set(key, host);
      }
      if (this.#byName.size >= NAMES_MAX) this.#byName.clear();
      this.#byName.set(name, host);
    }
    this.#lastName = name;
    this.#last = host;
    return host;
  }

  /** What changed of it is still taken. */
  #dropOldest(): void {
    this.#byKey.delete(this.#byKey.keys().next().value!);
    this.#forgetNames();
  }

  #forgetNames(): void {
    this.#byName.clear();
    this.#last = undefined;
  }
}
