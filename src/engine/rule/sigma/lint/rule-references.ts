/** What correlations and filters of a set refer to: by id, or by name. */

import type { LogSource, SigmaDocument } from '../document.js';

export class RuleReferences {
  readonly #byId = new Map<string, SigmaDocument>();
  readonly #byName = new Map<string, SigmaDocument>();

  constructor(documents: readonly SigmaDocument[]) {
    for (const document of documents) {
      if (document.kind === 'filter') continue;
      const id = document.id.toLowerCase();
      if (!this.#byId.has(id)) this.#byId.set(id, document);
      if (document.name !== '' && !this.#byName.has(document.name)) this.#byName.set(document.name, document);
    }
  }

  /** A name is looked for first where the two are at odds: ids are not chosen to be read. */
  find(reference: string): SigmaDocument | undefined {
    return this.#byName.get(reference) ?? this.#byId.get(reference.toLowerCase());
  }

  names(): Iterable<string> {
    return this.#byName.keys();
  }
}

/** Whether a filter's log source holds a rule's: whatever the filter names must be the same, what it leaves open may be anything. */
export function coversLogSource(filter: LogSource, rule: LogSource): boolean {
  return (['product', 'category', 'service'] as const).every(
    (part) => filter[part] === undefined || filter[part] === rule[part],
  );
}
