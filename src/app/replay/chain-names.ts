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
    let at = id;
    for (let next = this.#next.get(at); next !== undefined; next = this.#next.get(at)) at = next;
    return at;
  }
}
