/** `filter`: what is taken out of the rules that it names. */

import type { Condition, SigmaFilter, SigmaHeader } from '../document.js';
import { readDetection } from './detection.js';
import { shown } from './faults.js';
import { readLogSource } from './log-source.js';
import type { SelectionContext } from './selection.js';
import { isList, isMap, type YamlMap, type YamlValue } from './yaml.js';

/** @returns `undefined` where something is wrong, which is reported */
export function readFilter(document: YamlMap, header: SigmaHeader, context: SelectionContext): SigmaFilter | undefined {
  const { faults } = context;
  const filter = document.get('filter');
  const logSource = readLogSource(document, faults);
  if (!isMap(filter)) {
    faults.add('SIGMA_FILTER_INVALID', ['filter'], `"filter" must be a map, not ${shown(filter)}.`);
    return undefined;
  }
  const rules = readRules(filter.get('rules'));
  if (rules === undefined) {
    const message = filter.has('rules') ? '"rules" must be a list of ids or names.' : '"rules" is missing.';
    const at = filter.has('rules') ? ['filter', 'rules'] : ['filter'];
    faults.add('SIGMA_FILTER_INVALID', at, message, 'Write "any" for every rule of the log source.');
  }
  const detection = readDetection(filter, ['filter'], ['rules'], context);
  if (logSource === undefined || rules === undefined || detection === undefined) return undefined;
  return { ...header, kind: 'filter', logSource, rules, ...detection, condition: takenOut(detection.condition) };
}

/**
 * Filters are written in two ways, and the specification has an example of one alone: a condition that says what is taken out (`selection`), and one that
 * says what stays (`not selection`, as pySigma reads them all). What begins with `not`, in all of its parts, is meant as the second.
 */
function takenOut(condition: Condition): Condition {
  if (condition.kind === 'not') return condition.condition;
  if (condition.kind === 'selection' || !condition.conditions.every(({ kind }) => kind === 'not')) return condition;
  return { kind: condition.kind === 'and' ? 'or' : 'and', conditions: condition.conditions.map(takenOut) };
}

function readRules(value: YamlValue | undefined): readonly string[] | 'any' | undefined {
  const items = isList(value) ? value : [value];
  if (items.length === 0 || !items.every((item) => typeof item === 'string' && item !== '')) return undefined;
  const rules = items as readonly string[];
  return rules.length === 1 && rules[0]!.toLowerCase() === 'any' ? 'any' : [...new Set(rules)];
}
