/** Records that are on their way to the disk, by their identity: the same record in two requests at once is written once. */

import type { Event } from '../../engine/event/event.js';

/** A call to the log. */
export interface Flight {
  landed: Promise<unknown>;
}

type Identity = Pick<Event, 'idHigh' | 'idLow'>;

/** Numbers are as good a key as their text, and cost no making of it. */
export class Flights {
  readonly #byLow = new Map<number, Map<number, Flight>>();

  of({ idHigh, idLow }: Identity): Flight | undefined {
    return this.#byLow.get(idLow)?.get(idHigh);
  }

  /** @param event  of which none is in the air */
  board({ idHigh, idLow }: Identity, flight: Flight): void {
    const same = this.#byLow.get(idLow);
    if (same === undefined) this.#byLow.set(idLow, new Map([[idHigh, flight]]));
    else same.set(idHigh, flight);
  }

  leave({ idHigh, idLow }: Identity): void {
    const same = this.#byLow.get(idLow);
    if (same === undefined) return;
    same.delete(idHigh);
    if (same.size === 0) this.#byLow.delete(idLow);
  }
}
