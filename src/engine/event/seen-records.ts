/** Which records were seen already, by their 64-bit identity: how a shipper's retry takes effect once. Open addressing, no allocation a record. */

import { demand, type RecordReader } from '../snapshot/record-reader.js';
import type { RecordWriter } from '../snapshot/record-writer.js';
import type { Event } from './event.js';

const EMPTY_LOW = 0;
const MAX_FILL = 0.6;

export class SeenRecords {
  #high: Uint32Array;
  #low: Uint32Array;
  #size = 0;
  /** Records of the generation before, when there is a bound. */
  #previous: SeenRecords | undefined;

  /** @param bound  at least this many of the newest records are remembered, at most twice as many; without it, all of them */
  constructor(
    private readonly bound: number = Number.POSITIVE_INFINITY,
    capacity = 1024,
  ) {
    this.#high = new Uint32Array(capacity);
    this.#low = new Uint32Array(capacity);
  }

  /** @returns true the first time a record is seen, false for every repetition */
  add(event: Pick<Event, 'idHigh' | 'idLow'>): boolean {
    // The pair (0, 0) marks a free slot, so the one record in 2^64 that hashes to it is moved by one.
    const low = event.idHigh === 0 && event.idLow === EMPTY_LOW ? 1 : event.idLow;
    if (this.#previous?.has(event.idHigh, low)) return false;
    if (!this.#insert(event.idHigh, low)) return false;
    if (this.#size >= this.bound) this.#rotate();
    return true;
  }

  /** @returns true if the record was seen, without remembering it */
  has(high: number, low: number): boolean {
    const mask = this.#low.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      if (this.#low[slot] === low && this.#high[slot] === high) return true;
      if (this.#low[slot] === 0 && this.#high[slot] === 0) return this.#previous?.has(high, low) ?? false;
    }
  }

  /** The newest and, where there is a bound, the generation before. */
  write(records: RecordWriter): void {
    for (const generation of [this, this.#previous]) {
      records.uint(generation === undefined ? 0 : generation.#size);
      if (generation === undefined) continue;
      for (let slot = 0; slot < generation.#low.length; slot++) {
        const [high, low] = [generation.#high[slot]!, generation.#low[slot]!];
        if (high !== 0 || low !== 0) records.pair(high, low);
      }
    }
  }

  /** @param bound  as that which was written had */
  static read(records: RecordReader, bound: number, capacity: number): SeenRecords {
    const [newest, previous] = [new SeenRecords(bound, capacity), new SeenRecords(Number.POSITIVE_INFINITY, capacity)];
    for (const generation of [newest, previous]) {
      for (let left = records.uint(); left > 0; left--) {
        const { high, low } = records.pair();
        demand(high !== 0 || low !== 0, 'a record has no identity');
        generation.#insert(high, low);
      }
    }
    if (previous.#size > 0) newest.#previous = previous;
    return newest;
  }

  #insert(high: number, low: number): boolean {
    if (this.#size >= this.#low.length * MAX_FILL) this.#grow();
    const mask = this.#low.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      if (this.#low[slot] === low && this.#high[slot] === high) return false;
      if (this.#low[slot] === 0 && this.#high[slot] === 0) {
        this.#low[slot] = low;
        this.#high[slot] = high;
        this.#size++;
        return true;
      }
    }
  }

  #grow(): void {
    const { high, low } = { high: this.#high, low: this.#low };
    this.#high = new Uint32Array(low.length * 2);
    this.#low = new Uint32Array(low.length * 2);
    this.#size = 0;
    for (let slot = 0; slot < low.length; slot++) {
      if (low[slot] !== 0 || high[slot] !== 0) this.#insert(high[slot]!, low[slot]!);
    }
  }

  #rotate(): void {
    const older = new SeenRecords(Number.POSITIVE_INFINITY, 1);
    older.#high = this.#high;
    older.#low = this.#low;
    older.#size = this.#size;
    this.#previous = older;
    this.#high = new Uint32Array(1024);
    this.#low = new Uint32Array(1024);
    this.#size = 0;
  }
}
