/** Records that are on their way to the disk, by their identity: the same record in two requests at once is written once. */

import type { Event } from '../../engine/event/event.js';

/** A call to the log. */
export interface Flight {
  landed: Promise<unknown>;
}

type Identity = Pick<Event, 'idHigh' | 'idLow'>;

interface Passenger extends Identity {
  readonly flight: Flight;
  /** Another of the same slot. */
  readonly next: Passenger | undefined;
}

/** So many slots that a number of one is a small integer, which maps find without an object for it. */
const SLOT_MASK = 0x3fff_ffff;

export class Flights {
  readonly #slots = new Map<number, Passenger>();

  of({ idHigh, idLow }: Identity): Flight | undefined {
    let passenger = this.#slots.get(idLow & SLOT_MASK);
    while (passenger !== undefined && (passenger.idLow !== idLow || passenger.idHigh !== idHigh))
      passenger = passenger.next;
    return passenger?.flight;
  }

  /** @param event  of which none is in the air */
  board({ idHigh, idLow }: Identity, flight: Flight): void {
    const slot = idLow & SLOT_MASK;
    this.#slots.set(slot, { idHigh, idLow, flight, next: this.#slots.get(slot) });
  }

  leave({ idHigh, idLow }: Identity): void {
    const slot = idLow & SLOT_MASK;
    const left = without(this.#slots.get(slot), idHigh, idLow);
    if (left === undefined) this.#slots.delete(slot);
    else this.#slots.set(slot, left);
  }
}

/** Two in one slot are rare, three rarer: the chain ahead of the one that leaves is made anew. */
function without(first: Passenger | undefined, idHigh: number, idLow: number): Passenger | undefined {
  if (first === undefined) return undefined;
  if (first.idHigh === idHigh && first.idLow === idLow) return first.next;
  return { ...first, next: without(first.next, idHigh, idLow) };
}
