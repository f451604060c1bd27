/** All packs together: the rules and profiles that are in force, with the Sigma filters of any pack applied to the rules of all. */

import type { Diagnostic } from '../../base/diagnostic.js';
import type { Profile, Rule } from '../rule.js';
import type { LogSource, SigmaFilter } from '../sigma/document.js';
import { sigmaDiagnostic } from '../sigma/sigma-codes.js';
import type { Pack } from './pack.js';
import { filteredSigmaRule } from './sigma-file.js';

export interface Assembly {
  readonly rules: readonly Rule[];
  readonly profiles: readonly Profile[];
  /** What is wrong between packs; what is wrong within one is told with it. */
  readonly diagnostics: readonly Diagnostic[];
}

/** @param packs  in order: a later pack's rule takes the place of an earlier one's of the same id */
export function assemblePacks(packs: readonly Pick<Pack, 'rules' | 'profiles' | 'filters'>[]): Assembly {
  const rules = packs.flatMap((pack) => pack.rules);
  const filters = packs.flatMap((pack) => pack.filters);
  const profiles = packs.flatMap((pack) => pack.profiles);
  if (filters.length === 0) return { rules, profiles, diagnostics: [] };
  const used = new Set<SigmaFilter>();
  return {
    rules: rules.map((rule) => filtered(rule, filters, used)),
    profiles,
    diagnostics: filters.filter((filter) => !used.has(filter)).map(unusedFilter),
  };
}

function filtered(rule: Rule, filters: readonly SigmaFilter[], used: Set<SigmaFilter>): Rule {
  const { sigma } = rule;
  if (sigma?.document.kind !== 'rule') return rule;
  const { logSource, name } = sigma.document;
  const fitting = filters.filter(
    (filter) =>
      (filter.rules === 'any' || filter.rules.includes(rule.id) || (name !== '' && filter.rules.includes(name))) &&
      fits(filter.logSource, logSource),
  );
  for (const filter of fitting) used.add(filter);
  return fitting.length === 0 ? rule : filteredSigmaRule(sigma.document, rule, rule.pack, fitting);
}

/** What a filter leaves open fits any log source. */
function fits(filter: LogSource, rule: LogSource): boolean {
  return (
    (filter.product === undefined || filter.product === rule.product) &&
    (filter.category === undefined || filter.category === rule.category) &&
    (filter.service === undefined || filter.service === rule.service)
  );
}

/** A rule that a profile leaves out may be what it is for, so this is no error. */
function unusedFilter({ id, file, line }: SigmaFilter): Diagnostic {
  return sigmaDiagnostic('SIGMA_FILTER_UNUSED', 'The filter applies to no rule that is loaded.', {
    file,
    place: { line, column: 1 },
    rule: id,
    hint: 'Look at the ids under "rules", and whether its log source is that of the rules.',
  });
}
