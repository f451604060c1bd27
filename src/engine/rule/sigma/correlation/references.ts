/** Which rules a correlation means: by id or by name. */

import type { Rule } from '../../rule.js';

/** By reference; several rules may bear one name. */
export function ruleReferences(rules: readonly Rule[]): ReadonlyMap<string, readonly Rule[]> {
  const byReference = new Map<string, Rule[]>();
  for (const rule of rules) {
    const document = rule.sigma?.document;
    const names = document === undefined ? [rule.id] : [rule.id, document.id, document.name];
    for (const name of new Set(names)) {
      if (name === '') continue;
      const known = byReference.get(name);
      if (known === undefined) byReference.set(name, [rule]);
      else known.push(rule);
    }
  }
  return byReference;
}
