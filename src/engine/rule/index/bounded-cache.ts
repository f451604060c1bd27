/**
 * A map that forgets: it holds at most twice `limit` entries and loses those not used for longest, in steps of a whole generation.
 * Cheaper than a list of uses: a hit on a young entry is one look-up and writes nothing.
 */
export class BoundedCache<Key, Value extends NonNullable<unknown>> {
  readonly #limit: number;
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: Key): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: Key, value: Value): void {
    if (this.#young.size >= this.#limit) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  /** Entries held, those about to be forgotten included. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }
}
