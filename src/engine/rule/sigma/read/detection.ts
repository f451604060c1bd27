/** The selections of a rule or filter, and the condition over them. */

import type { Condition, Detection, Selection } from '../document.js';
import { parseCondition } from './condition.js';
import { type Faults, shown } from './faults.js';
import { readSelection, type SelectionContext } from './selection.js';
import { isList, type YamlMap, type YamlValue } from './yaml.js';
import type { YamlPath } from './yaml-places.js';

/** A rule of the public collection has at most 40. */
const SELECTIONS_MAX = 1_000;

/**
 * @param at         path of `detection`, or of `filter`
 * @param otherKeys  keys of the map that are no selections, besides `condition` and `timeframe`
 * @returns `undefined` where something is wrong, which is reported
 */
export function readDetection(
  detection: YamlMap,
  at: YamlPath,
  otherKeys: readonly string[],
  context: SelectionContext,
): Detection | undefined {
  const { faults } = context;
  const selections = new Map<string, Selection>();
  const names = new Set<string>();
  for (const [name, value] of detection) {
    if (name === 'condition' || name === 'timeframe' || otherKeys.includes(name)) continue;
    names.add(name);
    if (names.size > SELECTIONS_MAX) {
      faults.add('SIGMA_DETECTION_INVALID', at, `There are more than ${SELECTIONS_MAX} selections.`, 'Split the rule.');
      return undefined;
    }
    const selection = readSelection(value, [...at, name], context);
    if (selection !== undefined) selections.set(name, selection);
  }
  if (detection.has('timeframe')) {
    const message = '"timeframe" belonged to the aggregations of Sigma 1 and is ignored.';
    faults.addAtKey('SIGMA_TIMEFRAME_IGNORED', [...at, 'timeframe'], message, 'Write a correlation with a "timespan".');
  }
  if (names.size === 0) {
    faults.add(
      'SIGMA_DETECTION_INVALID',
      at,
      'There is no selection.',
      'Write what to look for under a name of your choice.',
    );
    return undefined;
  }
  const condition = readConditions(detection.get('condition'), [...at, 'condition'], at, names, faults);
  if (condition === undefined) return undefined;
  const used = usedNames(condition);
  for (const name of names) {
    if (used.has(name)) continue;
    const message = `The condition does not use ${shown(name)}.`;
    faults.addAtKey('SIGMA_SELECTION_UNUSED', [...at, name], message, 'Name it in the condition, or take it out.');
  }
  return selections.size === names.size ? { selections, condition } : undefined;
}

/** A list of conditions holds where one of them does. */
function readConditions(
  value: YamlValue | undefined,
  at: YamlPath,
  detectionAt: YamlPath,
  names: ReadonlySet<string>,
  faults: Faults,
): Condition | undefined {
  if (value === undefined || value === null) {
    faults.add(
      'SIGMA_CONDITION_MISSING',
      detectionAt,
      'There is no condition.',
      'Write "condition: " and the names of selections.',
    );
    return undefined;
  }
  const texts = isList(value) ? value : [value];
  const conditions: Condition[] = [];
  for (const [index, text] of texts.entries()) {
    const place = isList(value) ? [...at, index] : at;
    if (typeof text !== 'string') {
      faults.add('SIGMA_CONDITION_INVALID', place, `A condition is a text, not ${shown(text)}.`);
      continue;
    }
    const condition = parseCondition(text, names);
    if ('code' in condition) faults.add(condition.code, place, condition.message, condition.hint);
    else conditions.push(condition);
  }
  if (texts.length === 0) faults.add('SIGMA_CONDITION_INVALID', at, 'The list of conditions is empty.');
  if (texts.length === 0 || conditions.length < texts.length) return undefined;
  return conditions.length === 1 ? conditions[0] : { kind: 'or', conditions };
}

function usedNames(condition: Condition): ReadonlySet<string> {
  const used = new Set<string>();
  const visit = (part: Condition): void => {
    if (part.kind === 'selection') used.add(part.name);
    else if (part.kind === 'not') visit(part.condition);
    else part.conditions.forEach(visit);
  };
  visit(condition);
  return used;
}
