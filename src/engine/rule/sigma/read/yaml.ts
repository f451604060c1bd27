/**
 * YAML 1.2 (core schema) to plain values, for files of one or more documents. Faster than the reader of packs, which keeps a node for each
 * value: here the parser's flat list of events is kept instead, and a place is sought in it only when something is to be reported.
 */

import {
  constructFromEvents,
  CORE_SCHEMA,
  defineMappingTag,
  defineScalarTag,
  EVENT_ID,
  type Event,
  intCoreTag,
  mergeTag,
  parseEvents,
  YAMLException,
} from 'js-yaml';
import type { Diagnostic } from '../../../base/diagnostic.js';
import { PACK_LIMITS, type PackFile } from '../../pack/pack-file.js';
import { sigmaDiagnostic } from '../sigma-codes.js';
import { excerpt, REASON_LENGTH } from './faults.js';
import { YamlPlaces } from './yaml-places.js';

/** Maps keep the order of the file, and any text is just a key of them. */
export type YamlValue = null | boolean | number | string | readonly YamlValue[] | YamlMap;
export type YamlMap = ReadonlyMap<string, YamlValue>;

export interface YamlDocuments {
  readonly values: readonly YamlValue[];
  readonly places: YamlPlaces;
}

/** The deepest rules nest five collections. */
const DEPTH_MAX = 32;
const ALIASES_MAX = 200;
/** Values after aliases are expanded; the largest known rule holds 2,000. */
const VALUES_MAX = 50_000;

const MAP_TAG = defineMappingTag<Map<string, unknown>>('tag:yaml.org,2002:map', {
  create: () => new Map(),
  addPair: (map, key, value) => {
    if (typeof key === 'object' && key !== null) return 'a key must be a text';
    map.set(String(key), value);
    return '';
  },
  has: (map, key) => map.has(String(key)),
  keys: (map) => map.keys(),
  get: (map, key) => map.get(String(key)),
  identify: () => false,
});

/** Whole numbers too large for a double stay the text that they are: rules compare them as text. */
const INT_TAG = defineScalarTag<number | string>(intCoreTag.tagName, {
  implicit: true,
  implicitFirstChars: intCoreTag.implicitFirstChars,
  identify: () => false,
  resolve: (source, isExplicit, tagName) => {
    const value = intCoreTag.resolve(source, isExplicit, tagName);
    return typeof value === 'number' && !Number.isSafeInteger(value) ? source : value;
  },
});

/** Merge keys are not in YAML 1.2, but other readers of Sigma accept them. */
const SCHEMA = CORE_SCHEMA.withTags(MAP_TAG, INT_TAG, mergeTag);

/** Documents of the file, or why there are none: a file that is not YAML as a whole gives nothing. */
export function readYamlDocuments(file: PackFile): YamlDocuments | Diagnostic {
  const { path, text } = file;
  if (text.length > PACK_LIMITS.fileLength) {
    const message = `The file has ${text.length} characters; ${PACK_LIMITS.fileLength} are allowed.`;
    return sigmaDiagnostic('SIGMA_TOO_LARGE', message, { file: path, hint: 'Split it into several files.' });
  }
  try {
    const events = parseEvents(text, { maxDepth: DEPTH_MAX });
    const values = constructFromEvents(events, { source: text, schema: SCHEMA, maxAliases: ALIASES_MAX });
    const places = new YamlPlaces(text, events);
    if (text.includes('&') && events.some(isAlias)) {
      const index = values.findIndex((value) => !isWithinBudget(value));
      if (index >= 0) {
        return sigmaDiagnostic('SIGMA_YAML_EXPANDS', 'Aliases stand for too much, or for themselves.', {
          file: path,
          place: places.placeOf(index, []),
          hint: 'Write the values out.',
        });
      }
    }
    return { values: values as YamlValue[], places };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const { reason, mark } = error;
    const place = mark === undefined ? undefined : { line: mark.line + 1, column: mark.column + 1 };
    return sigmaDiagnostic('SIGMA_YAML_INVALID', `The file is not YAML here: ${excerpt(reason, REASON_LENGTH)}.`, {
      file: path,
      place,
    });
  }
}

function isAlias(event: Event): boolean {
  return event.type === EVENT_ID.ALIAS;
}

function isWithinBudget(document: unknown): boolean {
  let budget = VALUES_MAX;
  const fits = (value: unknown, depth: number): boolean => {
    if (--budget < 0 || depth > 2 * DEPTH_MAX) return false;
    if (Array.isArray(value)) return value.every((item) => fits(item, depth + 1));
    if (!(value instanceof Map)) return true;
    for (const item of value.values()) if (!fits(item, depth + 1)) return false;
    return true;
  };
  return fits(document, 0);
}

export function isMap(value: YamlValue | undefined): value is YamlMap {
  return value instanceof Map;
}

export function isList(value: YamlValue | undefined): value is readonly YamlValue[] {
  return Array.isArray(value);
}
