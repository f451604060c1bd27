/** Chains of one root process's own deeds, by UTC day. Nearly always there is one, and a map for it would weigh more than the chain. */

import type { Chain } from './chain.js';

export class DayChains {
  #only: Chain | undefined;
  #all: Map<number, Chain> | undefined;

  get size(): number {
    return this.#all?.size ?? (this.#only === undefined ? 0 : 1);
  }

  get(day: number): Chain | undefined {
    if (this.#all !== undefined) return this.#all.get(day);
    return this.#only?.day === day ? this.#only : undefined;
  }

  /** Another chain of the same day gives way. */
  add(chain: Chain): void {
    const only = this.#only;
    if (this.#all !== undefined) this.#all.set(chain.day, chain);
    else if (only === undefined || only.day === chain.day) this.#only = chain;
    else {
      this.#all = new Map([
        [only.day, only],
        [chain.day, chain],
      ]);
      this.#only = undefined;
    }
  }

  delete(chain: Chain): void {
    if (this.#all !== undefined) this.#all.delete(chain.day);
    else if (this.#only === chain) this.#only = undefined;
  }

  /** In the order in which they were added. */
  values(): Iterable<Chain> {
    if (this.#all !== undefined) return this.#all.values();
    return this.#only === undefined ? [] : [this.#only];
  }
}
