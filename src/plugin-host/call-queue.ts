/** Calls that wait for a third-party plugin. Bounded in number and size: what comes when it is full is dropped and counted. */

import type { Fields } from '../engine/event/event.js';
import type { WorkerCall } from './worker/protocol.js';

export interface QueueLimits {
  readonly calls: number;
  readonly bytes: number;
  /** Of one batch; a single call that is larger goes alone. */
  readonly batchCalls: number;
  readonly batchBytes: number;
}

/** About what an event takes besides its fields. */
const CALL_BYTES = 500;
const VALUE_BYTES = 40;

export class CallQueue {
  dropped = 0;
  #calls: { readonly call: WorkerCall; readonly bytes: number }[] = [];
  #bytes = 0;

  constructor(private readonly limits: QueueLimits) {}

  get isEmpty(): boolean {
    return this.#calls.length === 0;
  }

  /** @returns false if there was no room */
  add(call: WorkerCall): boolean {
    const bytes = CALL_BYTES + bytesOf(call.event.fields);
    if (this.#calls.length >= this.limits.calls || this.#bytes + bytes > this.limits.bytes) {
      this.dropped++;
      return false;
    }
    this.#calls.push({ call, bytes });
    this.#bytes += bytes;
    return true;
  }

  /** The next calls, oldest first. */
  take(): WorkerCall[] {
    let count = 0;
    let bytes = 0;
    while (count < this.#calls.length && count < this.limits.batchCalls) {
      const next = this.#calls[count]!.bytes;
      if (count > 0 && bytes + next > this.limits.batchBytes) break;
      bytes += next;
      count++;
    }
    this.#bytes -= bytes;
    return this.#calls.splice(0, count).map(({ call }) => call);
  }

  clear(): void {
    this.#calls = [];
    this.#bytes = 0;
  }
}

function bytesOf(fields: Fields): number {
  let bytes = 0;
  for (const value of Object.values(fields)) {
    bytes += VALUE_BYTES;
    if (typeof value === 'string') bytes += value.length * 2;
    else if (typeof value === 'object' && value !== null) bytes += JSON.stringify(value).length * 2;
  }
  return bytes;
}
