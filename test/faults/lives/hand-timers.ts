/** Timers that fire when the world's hand says so. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Pause } from '../../../src/app/ports.js';

export class HandTimers implements Pause {
  #nowMs = 0;
  #sleepers: { readonly atMs: number; readonly wake: () => void }[] = [];

  turn(): Promise<void> {
    return nextTurn();
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => void this.#sleepers.push({ atMs: this.#nowMs + ms, wake }));
  }

  pass(ms: number): void {
    this.#nowMs += ms;
    if (this.#sleepers.every(({ atMs }) => atMs > this.#nowMs)) return;
    const due = this.#sleepers.filter(({ atMs }) => atMs <= this.#nowMs);
    this.#sleepers = this.#sleepers.filter(({ atMs }) => atMs > this.#nowMs);
    for (const { wake } of due) wake();
  }
}
