/** Which chain an id means, after chains have joined. */

export class ChainNames {
  readonly #next = new Map<string, string>();

  learn(aliases: readonly { readonly from: string; readonly to: string }[]): void {
    for (const { from, to } of aliases) {
      // A chain that came apart and stands again may be joined anew.
      this.#next.delete(to);
      this.#next.set(from, to);
    }
  }

  current(id: string): string {
    let last = id;
    for (let next = this.#next.get(last); next !== undefined; next = this.#next.get(last)) last = next;
    // The way is short for whoever asks next: a chain built from its leaves upwards joins once for each process.
    for (let at = id; at !== last;) {
      const next = this.#next.get(at)!;
      this.#next.set(at, last);
      at = next;
    }
    return last;
  }
}
