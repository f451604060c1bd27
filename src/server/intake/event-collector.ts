/**
 * Gathers what a decoder finds in one request: events to take, and for each one that is not taken its index and the reason. The index counts
 * what the decoder found, in the order of the bytes: elements of an array, or lines that are not blank.
 */

import type { IncomingEvent } from '../../app/live-ports.js';
import { REJECTED_MAX } from '../../contract/index.js';
import type { Event } from '../../engine/event/event.js';
import { hostKey } from '../../engine/event/host-name.js';
import type { Sink, Skip } from '../../sources/source.js';

export interface Rejection {
  readonly index: number;
  readonly reason: string;
}

export class EventCollector implements Sink {
  readonly events: IncomingEvent[] = [];
  readonly rejected: Rejection[] = [];
  rejectedCount = 0;
  /** Of those, events about hosts that the token may not speak for. */
  foreignCount = 0;
  #index = 0;

  /** @param hosts  keys of the hosts that the sender may speak for, `undefined` = any */
  constructor(private readonly hosts: ReadonlySet<string> | undefined) {}

  event(event: Event, raw: Uint8Array | undefined): void {
    if (this.hosts !== undefined && !this.hosts.has(hostKey(event.host))) {
      this.foreignCount++;
      this.#reject(
        event.host === ''
          ? 'names no host, and this token is bound to hosts'
          : 'is about a host that this token may not speak for',
      );
    } else if (raw === undefined) {
      this.#reject('has no bytes of its own');
    } else {
      // The decoder's buffer is its own again after this call.
      this.events.push({ event, raw: Buffer.from(raw) });
    }
    this.#index++;
  }

  skip(skip: Skip): void {
    this.#reject(`${skip.reason}: ${skip.message}`);
    this.#index++;
  }

  #reject(reason: string): void {
    this.rejectedCount++;
    if (this.rejected.length < REJECTED_MAX) this.rejected.push({ index: this.#index, reason });
  }
}
