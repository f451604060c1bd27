/** `correlation`: what several events, of one rule or of several, have to do with each other in time. */

import { closestWord } from '../../closest-word.js';
import type { Comparison, CorrelationType, SigmaCorrelation, SigmaHeader } from '../document.js';
import { type Faults, shown } from './faults.js';
import { parseTimespan } from './timespan.js';
import { isList, isMap, type YamlMap, type YamlValue } from './yaml.js';

const TYPES: readonly CorrelationType[] = [
  'event_count',
  'value_count',
  'temporal',
  'temporal_ordered',
  'value_sum',
  'value_avg',
  'value_percentile',
  'value_median',
];
const KEYS = ['type', 'rules', 'group-by', 'timespan', 'condition', 'aliases', 'generate'];
const COMPARISONS: readonly Comparison[] = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'];
/** Rules, groups, aliases, fields of one correlation; each. */
const ITEMS_MAX = 200;
const DEFAULT_PERCENTILE = 50;

/** @returns `undefined` where something is wrong, which is reported */
export function readCorrelation(document: YamlMap, header: SigmaHeader, faults: Faults): SigmaCorrelation | undefined {
  const value = document.get('correlation');
  if (!isMap(value)) {
    invalid(faults, [], `"correlation" must be a map, not ${shown(value)}.`);
    return undefined;
  }
  return new CorrelationReader(document, value, header, faults).read();
}

class CorrelationReader {
  readonly #document: YamlMap;
  readonly #map: YamlMap;
  readonly #header: SigmaHeader;
  readonly #faults: Faults;

  constructor(document: YamlMap, map: YamlMap, header: SigmaHeader, faults: Faults) {
    this.#document = document;
    this.#map = map;
    this.#header = header;
    this.#faults = faults;
  }

  read(): SigmaCorrelation | undefined {
    for (const key of this.#map.keys()) {
      if (KEYS.includes(key)) continue;
      const closest = closestWord(key, KEYS);
      const hint =
        key === 'field' || key === 'percentile'
          ? `Write "${key}" below "condition".`
          : closest && `Did you mean "${closest}"?`;
      this.#faults.addAtKey(
        'SIGMA_CORRELATION_INVALID',
        ['correlation', key],
        `${shown(key)} has no meaning here.`,
        hint,
      );
    }
    const type = this.#type();
    const rules = this.#texts('rules', true);
    const groupBy = this.#texts('group-by', false);
    const timespanMs = this.#timespan();
    const aliases = this.#aliases();
    if (type === undefined || rules === undefined || timespanMs === undefined) return undefined;
    const condition = this.#condition(type, rules);
    const generate = this.#generate();
    if (this.#faults.hasErrors || condition === undefined) return undefined;
    return {
      ...this.#header,
      kind: 'correlation',
      type,
      rules,
      groupBy: groupBy ?? [],
      aliases,
      timespanMs,
      ...condition,
      generate,
    };
  }

  #type(): CorrelationType | undefined {
    const value = this.#map.get('type');
    const type = TYPES.find((each) => each === value);
    if (type === undefined) {
      const closest = typeof value === 'string' ? closestWord(value, TYPES) : undefined;
      const hint = closest === undefined ? `There are ${TYPES.join(', ')}.` : `Did you mean "${closest}"?`;
      this.#invalid(
        ['type'],
        value === undefined ? '"type" is missing.' : `${shown(value)} is not a type of correlation.`,
        hint,
      );
    }
    return type;
  }

  /** One text is taken for a list of one. */
  #texts(key: string, isNeeded: boolean): readonly string[] | undefined {
    const value = this.#map.get(key);
    if (value === undefined || value === null) {
      if (isNeeded) this.#invalid([], `"${key}" is missing.`, 'Name the rules by id or name.');
      return isNeeded ? undefined : [];
    }
    const items = isList(value) ? value : [value];
    if (items.length > ITEMS_MAX || (isNeeded && items.length === 0)) {
      this.#invalid([key], `"${key}" has 1 to ${ITEMS_MAX} entries.`);
      return undefined;
    }
    const texts = items.filter((item) => typeof item === 'string' && item !== '') as string[];
    if (texts.length < items.length) this.#invalid([key], `"${key}" must be a list of texts.`);
    const unique = [...new Set(texts)];
    // An order may ask for the same rule twice; a group or a set of rules cannot.
    return this.#map.get('type') === 'temporal_ordered' && key === 'rules' ? texts : unique;
  }

  #timespan(): number | undefined {
    const value = this.#map.get('timespan');
    const timespan = parseTimespan(value);
    if (timespan !== undefined) return timespan;
    const message = value === undefined ? '"timespan" is missing.' : `${shown(value)} is not a time span.`;
    const hint = 'A whole number with s, m, h, d or w: 90m.';
    this.#faults.add(
      'SIGMA_TIMESPAN_INVALID',
      ['correlation', ...(value === undefined ? [] : ['timespan'])],
      message,
      hint,
    );
    return undefined;
  }

  #aliases(): ReadonlyMap<string, ReadonlyMap<string, string>> {
    const value = this.#map.get('aliases');
    const aliases = new Map<string, ReadonlyMap<string, string>>();
    if (value === undefined || value === null) return aliases;
    if (!isMap(value) || value.size > ITEMS_MAX) {
      this.#invalid(
        ['aliases'],
        `"aliases" must be a map of up to ${ITEMS_MAX} names.`,
        'Below each alias: the name of a rule and its field.',
      );
      return aliases;
    }
    for (const [alias, fields] of value) {
      if (
        isMap(fields) &&
        fields.size <= ITEMS_MAX &&
        [...fields.values()].every((field) => typeof field === 'string')
      ) {
        aliases.set(alias, fields as ReadonlyMap<string, string>);
      } else this.#invalid(['aliases', alias], `The alias ${shown(alias)} must be a map from rules to fields.`);
    }
    return aliases;
  }

  #condition(
    type: CorrelationType,
    rules: readonly string[],
  ): Pick<SigmaCorrelation, 'conditions' | 'fields' | 'percentile'> | undefined {
    const value = this.#map.get('condition');
    const isTemporal = type === 'temporal' || type === 'temporal_ordered';
    const none = { conditions: [], fields: [], percentile: undefined };
    if (isTemporal && (value === undefined || value === null)) return none;
    if (isTemporal && typeof value === 'string') {
      if (namesAll(value, rules)) return none;
      this.#invalid(
        ['condition'],
        'A condition in words must join all rules with "and".',
        'For some of them write "gte" and how many.',
      );
      return undefined;
    }
    if (!isMap(value)) {
      const message =
        value === undefined ? '"condition" is missing.' : `"condition" must be a map, not ${shown(value)}.`;
      this.#invalid(value === undefined ? [] : ['condition'], message, 'Such as "gte: 10".');
      return undefined;
    }
    return this.#conditionMap(type, value, isTemporal);
  }

  #conditionMap(
    type: CorrelationType,
    map: YamlMap,
    isTemporal: boolean,
  ): Pick<SigmaCorrelation, 'conditions' | 'fields' | 'percentile'> {
    const conditions: { comparison: Comparison; value: number }[] = [];
    for (const [key, value] of map) {
      const comparison = COMPARISONS.find((each) => each === key);
      if (comparison !== undefined) {
        if (typeof value === 'number' && Number.isFinite(value)) conditions.push({ comparison, value });
        else
          this.#invalid(
            ['condition', key],
            `"${key}" takes a number, not ${shown(value)}.`,
            'Write it without quotes.',
          );
      } else if (key !== 'field' && key !== 'percentile') {
        this.#invalid(['condition', key], `${shown(key)} is not a comparison.`, `There are ${COMPARISONS.join(', ')}.`);
      }
    }
    if ([...map.keys()].every((key) => key === 'field' || key === 'percentile'))
      this.#invalid(['condition'], 'The condition compares with nothing.', 'Such as "gte: 10".');
    const fields = this.#conditionFields(map.get('field'));
    const needsField = type.startsWith('value_');
    if (needsField && fields.length === 0) this.#invalid(['condition'], `"${type}" needs "field" in its condition.`);
    if (needsField && type !== 'value_count' && fields.length > 1)
      this.#invalid(['condition', 'field'], `"${type}" takes one field.`);
    if (!needsField && fields.length > 0) {
      this.#invalid(
        ['condition', 'field'],
        `"${type}" does not look into a field.`,
        isTemporal ? undefined : 'Did you mean "value_count"?',
      );
    }
    return { conditions, fields, percentile: this.#percentile(type, map.get('percentile')) };
  }

  #conditionFields(value: YamlValue | undefined): readonly string[] {
    if (value === undefined || value === null) return [];
    const fields = isList(value) ? value : [value];
    if (fields.length <= ITEMS_MAX && fields.every((field) => typeof field === 'string' && field !== ''))
      return fields as string[];
    this.#invalid(['condition', 'field'], '"field" must be the name of a field, or a list of names.');
    return [];
  }

  #percentile(type: CorrelationType, value: YamlValue | undefined): number | undefined {
    if (type !== 'value_percentile') {
      if (value !== undefined)
        this.#invalid(['condition', 'percentile'], '"percentile" belongs to "value_percentile".');
      return undefined;
    }
    if (typeof value === 'number' && value >= 0 && value <= 100) return value;
    if (value !== undefined) {
      this.#invalid(['condition', 'percentile'], `"percentile" is a number from 0 to 100, not ${shown(value)}.`);
    } else {
      const message = `The condition does not say which percentile; ${DEFAULT_PERCENTILE} is taken.`;
      this.#faults.add(
        'SIGMA_PERCENTILE_MISSING',
        ['correlation', 'condition'],
        message,
        'Add "percentile: 95", or whichever is meant.',
      );
    }
    return DEFAULT_PERCENTILE;
  }

  /** It may stand beside `correlation`, as the specification has it, or inside, as it is often written. */
  #generate(): boolean {
    const value = this.#map.get('generate') ?? this.#document.get('generate') ?? false;
    if (typeof value !== 'boolean')
      this.#invalid(this.#map.has('generate') ? ['generate'] : [], '"generate" is true or false.');
    return value === true;
  }

  #invalid(at: readonly (string | number)[], message: string, hint?: string): void {
    invalid(this.#faults, at, message, hint);
  }
}

function invalid(faults: Faults, at: readonly (string | number)[], message: string, hint?: string): void {
  faults.add('SIGMA_CORRELATION_INVALID', ['correlation', ...at], message, hint);
}

/** Whether the text is every rule once, joined by `and`. */
function namesAll(text: string, rules: readonly string[]): boolean {
  const words = text.trim().split(/\s+/);
  const named = new Set(words.filter((_, index) => index % 2 === 0));
  const joints = words.filter((_, index) => index % 2 === 1);
  return (
    words.length === 2 * rules.length - 1 &&
    joints.every((word) => word.toLowerCase() === 'and') &&
    rules.every((rule) => named.has(rule))
  );
}
