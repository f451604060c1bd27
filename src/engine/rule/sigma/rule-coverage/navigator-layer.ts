/**
 * Coverage as a layer for MITRE's ATT&CK Navigator: each technique's score is its number of rules.
 *
 * Source: attack-navigator, layers/spec/v4.5/layerformat.md.
 */

import { techniqueById } from '../../../attack/technique.js';
import { ATTACK_VERSION } from '../../../attack/technique-table.js';
import type { Rule } from '../../rule.js';
import { SIGMA_LEVELS } from '../document.js';
import type { Coverage, RuleCoverage } from './coverage.js';

export interface NavigatorTechnique {
  readonly techniqueID: string;
  readonly score: number;
  readonly comment: string;
  readonly enabled: boolean;
  /** Whether its sub-techniques are folded out: some of them have a score. */
  readonly showSubtechniques: boolean;
  readonly metadata: readonly { readonly name: string; readonly value: string }[];
}

export interface NavigatorLayer {
  readonly name: string;
  readonly versions: { readonly attack: string; readonly navigator: string; readonly layer: '4.5' };
  readonly domain: 'enterprise-attack';
  readonly description: string;
  /** 3 = by score, highest first. */
  readonly sorting: 3;
  readonly hideDisabled: boolean;
  readonly techniques: readonly NavigatorTechnique[];
  readonly gradient: { readonly colors: readonly string[]; readonly minValue: number; readonly maxValue: number };
}

export interface LayerOptions {
  readonly name: string;
  readonly description?: string;
  /** Counts only rules that the received events could satisfy. */
  readonly onlyPossible?: boolean;
}

/** Light to dark, `#rrggbbaa`. One hue, so that it can be read without telling colours apart. */
const COLORS = ['#e8f1fbff', '#7fb2e5ff', '#1f5fa8ff'];
const NAVIGATOR_VERSION = '5.1.0';

export function navigatorLayer(coverage: Coverage, options: LayerOptions): NavigatorLayer {
  const counted = coverage.rules.filter(({ verdict }) => options.onlyPossible !== true || verdict === 'possible');
  const byTechnique = rulesByTechnique(counted);
  const parents = new Set([...byTechnique.keys()].flatMap((id) => techniqueById(id)?.parentId ?? []));
  const techniques: NavigatorTechnique[] = [...byTechnique].map(([techniqueID, rules]) => ({
    techniqueID,
    score: rules.size,
    comment: `${rules.size} ${rules.size === 1 ? 'rule' : 'rules'}`,
    enabled: true,
    showSubtechniques: parents.has(techniqueID),
    metadata: levelsOf(rules),
  }));
  // A parent without rules of its own has to be there to be folded out.
  for (const id of parents) {
    if (byTechnique.has(id)) continue;
    techniques.push({
      techniqueID: id,
      score: 0,
      comment: '',
      enabled: true,
      showSubtechniques: true,
      metadata: [],
    });
  }
  techniques.sort((one, other) => (one.techniqueID < other.techniqueID ? -1 : 1));
  return {
    name: options.name,
    versions: { attack: ATTACK_VERSION.split('.')[0]!, navigator: NAVIGATOR_VERSION, layer: '4.5' },
    domain: 'enterprise-attack',
    description: options.description ?? '',
    sorting: 3,
    hideDisabled: false,
    techniques,
    gradient: { colors: COLORS, minValue: 0, maxValue: Math.max(1, ...techniques.map(({ score }) => score)) },
  };
}

/**
 * Rules by technique. Revoked ids count for what took their place; ids that ATT&CK does not know are left out: the Navigator would show nothing
 * for them.
 */
function rulesByTechnique(rules: readonly RuleCoverage[]): ReadonlyMap<string, ReadonlySet<Rule>> {
  const byTechnique = new Map<string, Set<Rule>>();
  for (const { rule } of rules) {
    for (const named of rule.techniques) {
      const technique = techniqueById(named);
      if (technique === undefined) continue;
      const id = technique.replacedBy ?? technique.id;
      const known = byTechnique.get(id);
      if (known === undefined) byTechnique.set(id, new Set([rule]));
      else known.add(rule);
    }
  }
  return byTechnique;
}

function levelsOf(rules: ReadonlySet<Rule>): { name: string; value: string }[] {
  return [...SIGMA_LEVELS].reverse().flatMap((level) => {
    const count = [...rules].filter((rule) => rule.level === level).length;
    return count === 0 ? [] : [{ name: level, value: String(count) }];
  });
}
