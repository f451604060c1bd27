/** What a plugin in a worker process keeps of processes and chains. The server tells no ends, so those not used for longest go when there are too many. */

type Memory = Map<string, unknown>;

export class Memories {
  readonly #byKey = new Map<string, Memory>();

  constructor(private readonly max: number) {}

  of(kind: 'process' | 'chain', id: string): Memory {
    const key = `${kind} ${id}`;
    const memory = this.#byKey.get(key) ?? new Map<string, unknown>();
    this.#byKey.delete(key);
    this.#byKey.set(key, memory);
    if (this.#byKey.size > this.max) this.#byKey.delete(this.#byKey.keys().next().value!);
    return memory;
  }
}
