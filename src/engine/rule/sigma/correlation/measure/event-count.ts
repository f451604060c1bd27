/** `event_count`: how many events. */

import type { Measure } from './measure.js';

export class EventCount implements Measure {
  #count = 0;

  enter(): void {
    this.#count++;
  }

  leave(): void {
    this.#count--;
  }

  value(): number {
    return this.#count;
  }
}
