/** Counts what came, by host and minute of our clock, until it is written with the effects. */

import { hostKey } from '../../engine/event/host-name.js';
import type { Arrivals } from '../ports.js';

const MINUTE_MS = 60_000;

export class ArrivalCounter {
  readonly #byKey = new Map<string, { -readonly [Key in keyof Arrivals]: Arrivals[Key] }>();
  #last: { -readonly [Key in keyof Arrivals]: Arrivals[Key] } | undefined;

  arrived(host: string, receivedMs: number): void {
    const minuteMs = Math.floor(receivedMs / MINUTE_MS) * MINUTE_MS;
    // Events come in runs of one host.
    let row = this.#last;
    if (row === undefined || row.host !== host || row.minuteMs !== minuteMs) {
      const key = `${minuteMs} ${host}`;
      row = this.#byKey.get(key);
      if (row === undefined) {
        row = { host, minuteMs, events: 0, firstMs: receivedMs, lastMs: receivedMs };
        this.#byKey.set(key, row);
      }
      this.#last = row;
    }
    row.events++;
    row.firstMs = Math.min(row.firstMs, receivedMs);
    row.lastMs = Math.max(row.lastMs, receivedMs);
  }

  /** What came of a host counts among all that came, and for no host. */
  forget(name: string): void {
    const key = hostKey(name);
    for (const row of this.#byKey.values()) if (hostKey(row.host) === key) row.host = '';
    this.#last = undefined;
  }

  /** What was counted since the last call. */
  take(): readonly Arrivals[] {
    const arrivals = [...this.#byKey.values()];
    this.#byKey.clear();
    this.#last = undefined;
    return arrivals;
  }
}
