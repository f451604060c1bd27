/** Ids for rules that have only a name, in any language. */

/** Longest id that leaves room for a number. */
const LENGTH_MAX = 80;

export class RuleIds {
  readonly #used = new Set<string>();

  /**
   * Lower-case words of the name joined by hyphens; `fallback` and a number where it is written in another script (the scraps of Latin letters
   * in a Chinese name say less than where the rule came from). Unique among those given out; the same for the same names in the same order.
   */
  next(name: string, fallback: string): string {
    const words = name
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, LENGTH_MAX)
      .replace(/^-+|-+$/g, '');
    const isLatin = /[a-z]/.test(words) && !/[^\p{Script=Latin}\P{L}]/u.test(name);
    const base = isLatin ? words : fallback;
    let id = base === fallback ? `${base}-1` : base;
    for (let number = 2; this.#used.has(id); number++) id = `${base}-${number}`;
    this.#used.add(id);
    return id;
  }
}
