/** Randomness that is the same for the same seed, on any machine: the simulation's only source of it. */

import { hash64 } from '../../engine/base/hash.js';

export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param seed  any text; texts that differ give streams that differ */
  constructor(seed: string) {
    const hash = hash64(seed);
    this.#a = hash.high;
    this.#b = hash.low;
    this.#c = 0x9e3779b9;
    for (let index = 0; index < 12; index++) this.unit();
  }

  /** From 0 up to, not including, 1. Source: Chris Doty-Humphrey's sfc32 (public domain). */
  unit(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  }

  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.unit() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.unit() * items.length)]!;
  }

  /** Around `mean`, at least a fifth of it and at most four times: waiting times of people and tasks. */
  around(mean: number): number {
    return Math.round(Math.min(4, Math.max(0.2, -Math.log(1 - this.unit()))) * mean);
  }

  hex(digits: number): string {
    let text = '';
    while (text.length < digits)
      text += Math.floor(this.unit() * 0x100000000)
        .toString(16)
        .padStart(8, '0');
    return text.slice(0, digits);
  }
}
