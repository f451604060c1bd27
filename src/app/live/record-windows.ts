/** The latest records of each host, by identity: how a shipper's retry is known. Made again at every start, from a snapshot and what the log has behind it. */

import type { Event } from '../../engine/event/event.js';
import { hostKey } from '../../engine/event/host-name.js';
import { SeenRecords } from '../../engine/event/seen-records.js';
import { SMALLEST_TABLE, type SeenByHost } from '../replay/fold-snapshot.js';

export interface WindowLimits {
  /** At least so many of a host's latest records are remembered, at most twice as many. */
  readonly recordsPerHost: number;
  /** Beyond it, the host that was silent longest is forgotten. */
  readonly hosts: number;
}

/** A quarter MiB for a busy host, half a KiB for a quiet one. */
export const DEFAULT_WINDOWS: WindowLimits = { recordsPerHost: 8192, hosts: 4096 };

export class RecordWindows implements SeenByHost {
  /** Least recently heard first. */
  readonly #hosts = new Map<string, SeenRecords>();

  constructor(private readonly limits: WindowLimits = DEFAULT_WINDOWS) {}

  get recordsPerHost(): number {
    return this.limits.recordsPerHost;
  }

  hosts(): Iterable<readonly [key: string, seen: SeenRecords]> {
    return this.#hosts;
  }

  put(key: string, seen: SeenRecords): void {
    this.#hosts.delete(key);
    this.#hosts.set(key, seen);
  }

  has(event: Event): boolean {
    return this.#hosts.get(hostKey(event.host))?.has(event.idHigh, event.idLow) ?? false;
  }

  add(event: Event): void {
    const key = hostKey(event.host);
    const known = this.#hosts.get(key);
    if (known === undefined && this.#hosts.size >= this.limits.hosts) {
      this.#hosts.delete(this.#hosts.keys().next().value!);
    }
    const window = known ?? new SeenRecords(this.limits.recordsPerHost, SMALLEST_TABLE);
    if (known !== undefined) this.#hosts.delete(key);
    this.#hosts.set(key, window);
    window.add(event);
  }
}
