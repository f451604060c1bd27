/**
 * Which thread of a scan judges the events of which host. Nobody knows beforehand how much each host sent, so a host goes, when the first thread meets it,
 * to the one that was given least until then. All threads read and write one table in shared memory; which thread a host gets changes no result.
 */

import { shareOf } from '../../app/partition.js';

/** Hosts that share a slot share a thread. */
const SLOTS = 4096;
/** Loads are counted in these, so that the sum of a large scan stays within 32 bits. */
const UNIT_BYTES = 256;
/** An event that came from no line, in bytes: a guess. */
const EVENT_BYTES = 1024;
/** Names remembered with their thread. */
const NAMES_MAX = 10_000;

/** For `count` threads; given to each of them. */
export function makeShareTable(count: number): SharedArrayBuffer {
  return new SharedArrayBuffer((SLOTS + count) * Int32Array.BYTES_PER_ELEMENT);
}

export class HostShares {
  /** By slot: the thread's place plus one, 0 where none is settled. */
  readonly #slots: Int32Array;
  /** By place. */
  readonly #loads: Int32Array;
  readonly #places = new Map<string, number>();

  constructor(table: SharedArrayBuffer) {
    this.#slots = new Int32Array(table, 0, SLOTS);
    this.#loads = new Int32Array(table, SLOTS * Int32Array.BYTES_PER_ELEMENT);
  }

  /**
   * @param bytes  what is about to be given to it
   * @returns the place of the thread that has the host
   */
  of(host: string, bytes: number = EVENT_BYTES): number {
    const place = this.#places.get(host) ?? this.#settle(host);
    Atomics.add(this.#loads, place, Math.ceil(bytes / UNIT_BYTES));
    return place;
  }

  #settle(host: string): number {
    const slot = shareOf(host, SLOTS);
    const before = Atomics.compareExchange(this.#slots, slot, 0, this.#idlest() + 1);
    const place = (before === 0 ? Atomics.load(this.#slots, slot) : before) - 1;
    if (this.#places.size >= NAMES_MAX) this.#places.clear();
    this.#places.set(host, place);
    return place;
  }

  #idlest(): number {
    let idlest = 0;
    for (let place = 1; place < this.#loads.length; place++) {
      if (Atomics.load(this.#loads, place) < Atomics.load(this.#loads, idlest)) idlest = place;
    }
    return idlest;
  }
}
