/**
 * Which thread of a scan judges the events of which host. One that no plan gave a thread (`scan-plan.ts`) goes, when the first thread meets it, to the one that
 * has judged least until then. All threads read and write one table in shared memory; which thread a host gets changes no result.
 */

import { shareOf } from '../../app/partition.js';

/** Hosts that share a slot share a thread. */
const SLOTS = 4096;
/** Names remembered with their thread. */
const NAMES_MAX = 10_000;

/** For `count` threads; given to each of them. */
export function makeShareTable(count: number): SharedArrayBuffer {
  return new SharedArrayBuffer((SLOTS + count) * Int32Array.BYTES_PER_ELEMENT);
}

export class HostShares {
  /** By slot: the thread's place plus one, 0 where none is settled. */
  readonly #slots: Int32Array;
  /** Events by place; past two thousand million the hosts that come then are dealt out less evenly. */
  readonly #judged: Int32Array;
  readonly #places = new Map<string, number>();

  constructor(table: SharedArrayBuffer) {
    this.#slots = new Int32Array(table, 0, SLOTS);
    this.#judged = new Int32Array(table, SLOTS * Int32Array.BYTES_PER_ELEMENT);
  }

  /** @returns the place of the thread that has the host */
  placeOf(host: string): number {
    return this.#places.get(host) ?? this.#settle(host);
  }

  /** Before any thread asks. The first host of a slot decides for all that share it. */
  plan(host: string, place: number): void {
    Atomics.compareExchange(this.#slots, shareOf(host, SLOTS), 0, place + 1);
  }

  /** An event fell to the thread at `place`. */
  count(place: number): void {
    Atomics.add(this.#judged, place, 1);
  }

  #settle(host: string): number {
    const slot = shareOf(host, SLOTS);
    const idlest = this.#idlest();
    const before = Atomics.compareExchange(this.#slots, slot, 0, idlest + 1);
    const place = before === 0 ? idlest : before - 1;
    if (this.#places.size >= NAMES_MAX) this.#places.clear();
    this.#places.set(host, place);
    return place;
  }

  #idlest(): number {
    let idlest = 0;
    for (let place = 1; place < this.#judged.length; place++) {
      if (Atomics.load(this.#judged, place) < Atomics.load(this.#judged, idlest)) idlest = place;
    }
    return idlest;
  }
}
