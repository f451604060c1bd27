/** What every kind of document carries: title, id, level, tags and so on. Faults here are warnings: a rule detects without its date. */

import { closestWord } from '../../closest-word.js';
import { SIGMA_LEVELS, SIGMA_STATUSES, type SigmaAbout, type SigmaHeader } from '../document.js';
import type { SigmaCode } from '../sigma-codes.js';
import { excerpt, type Faults, shown } from './faults.js';
import { isList, isMap, type YamlMap, type YamlValue } from './yaml.js';

const KNOWN_KEYS: ReadonlySet<string> = new Set([
  ...['title', 'id', 'name', 'related', 'taxonomy', 'status', 'description', 'license', 'author', 'references', 'date'],
  ...[
    'modified',
    'logsource',
    'detection',
    'fields',
    'falsepositives',
    'level',
    'tags',
    'scope',
    'correlation',
    'filter',
  ],
  ...['generate', 'action'],
]);
/** Attributes of one's own that are compared with those that Sigma knows. */
const LOOKED_AT_MAX = 100;
const RELATIONS: ReadonlySet<string> = new Set(['derived', 'obsolete', 'merged', 'renamed', 'similar']);
/** The versions of UUIDs that there are; rules of the public collection use the random one. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const DATE = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;
const TAG = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/;
const TECHNIQUE = /^attack\.(t\d{4}(?:\.\d{3})?)$/i;

function tagHint(tag: string): string {
  const lower = tag.toLowerCase();
  const spelled = [lower, `attack.${lower}`].find((each) => TECHNIQUE.test(each));
  if (spelled !== undefined) return `Write ${spelled}.`;
  return TAG.test(lower) ? 'Use lower case.' : 'Write namespace.name, such as attack.t1059.001.';
}

/** @param at  where the document begins */
export function readHeader(
  document: YamlMap,
  at: { readonly file: string; readonly line: number; readonly number: number },
  faults: Faults,
): SigmaHeader {
  const text = (key: string): string => readText(document, key, faults);
  const texts = (key: string): readonly string[] => readTexts(document, key, faults);
  const [id, name, title] = [text('id'), text('name'), text('title')];
  if (title === '') {
    faults.add('SIGMA_TITLE_MISSING', [], 'The document has no title.', 'Say in a few words what it detects.');
  }
  if (id !== '' && !UUID.test(id)) {
    faults.add(
      'SIGMA_ID_INVALID',
      ['id'],
      `"${excerpt(id)}" is not a UUID.`,
      'Take a random one, so that no other rule has it.',
    );
  }
  const tags = texts('tags');
  for (const [index, tag] of tags.entries()) {
    if (TAG.test(tag)) continue;
    faults.add('SIGMA_TAG_INVALID', ['tags', index], `"${excerpt(tag)}" is not a tag.`, tagHint(tag));
  }
  return {
    id: id || name || `${at.file}#${at.number}`,
    name,
    title: title || name || id,
    status: readWord(document, 'status', SIGMA_STATUSES, 'SIGMA_STATUS_INVALID', faults),
    level: readWord(document, 'level', SIGMA_LEVELS, 'SIGMA_LEVEL_INVALID', faults),
    tags,
    techniques: techniquesOf(tags),
    about: {
      description: text('description'),
      author: text('author'),
      date: readDate(document, 'date', faults),
      modified: readDate(document, 'modified', faults),
      license: text('license'),
      references: texts('references'),
      falsePositives: texts('falsepositives'),
      related: readRelated(document, faults),
      fields: texts('fields'),
      scope: texts('scope'),
      custom: readCustom(document, faults),
    },
    file: at.file,
    line: at.line,
  };
}

/** Numbers and booleans are taken as the text that they are; the empty text where the attribute is missing. */
function readText(document: YamlMap, key: string, faults: Faults): string {
  const value = document.get(key);
  if (typeof value === 'string') return value.trim();
  if (value === undefined || value === null) return '';
  if (typeof value !== 'object') return String(value);
  faults.add('SIGMA_HEADER_INVALID', [key], `"${key}" must be a text, not ${shown(value)}.`);
  return '';
}

/** One text is taken for a list of one. */
function readTexts(document: YamlMap, key: string, faults: Faults): readonly string[] {
  const value = document.get(key);
  if (value === undefined || value === null) return [];
  const items = isList(value) ? value : [value];
  const texts = items.filter((item) => typeof item !== 'object').map(String);
  if (texts.length < items.length) {
    faults.add('SIGMA_HEADER_INVALID', [key], `"${key}" must be a list of texts.`, 'A text with a colon wants quotes.');
  }
  return texts;
}

function readWord<Word extends string>(
  document: YamlMap,
  key: string,
  words: readonly Word[],
  code: SigmaCode,
  faults: Faults,
): Word | undefined {
  const value = document.get(key);
  if (value === undefined || value === null) return undefined;
  const word = words.find((each) => each === value);
  if (word !== undefined) return word;
  const closest = typeof value === 'string' ? closestWord(value, words) : undefined;
  const hint = closest === undefined ? `There are ${words.join(', ')}.` : `Did you mean "${closest}"?`;
  faults.add(code, [key], `${shown(value)} is not a ${key}.`, hint);
  return words.find((each) => typeof value === 'string' && each === value.trim().toLowerCase());
}

function readDate(document: YamlMap, key: string, faults: Faults): string {
  const date = readText(document, key, faults);
  if (date !== '' && !DATE.test(date)) {
    const hint = /^\d{4}\/\d\d\/\d\d$/.test(date) ? `Write ${date.replaceAll('/', '-')}.` : 'Write YYYY-MM-DD.';
    faults.add('SIGMA_DATE_INVALID', [key], `"${excerpt(date)}" is not a date.`, hint);
  }
  return date;
}

function techniquesOf(tags: readonly string[]): readonly string[] {
  const techniques: string[] = [];
  for (const tag of tags) {
    const technique = TECHNIQUE.exec(tag)?.[1]?.toUpperCase();
    if (technique !== undefined && !techniques.includes(technique)) techniques.push(technique);
  }
  return techniques;
}

function readRelated(document: YamlMap, faults: Faults): SigmaAbout['related'] {
  const value = document.get('related');
  if (value === undefined || value === null) return [];
  const related: { id: string; type: string }[] = [];
  for (const [index, item] of (isList(value) ? value : [value]).entries()) {
    const id = isMap(item) ? item.get('id') : undefined;
    const type = isMap(item) ? item.get('type') : undefined;
    if (typeof id === 'string' && typeof type === 'string') related.push({ id, type });
    if (typeof id !== 'string' || typeof type !== 'string' || !RELATIONS.has(type)) {
      const message = 'An entry of "related" has an id and a type.';
      faults.add('SIGMA_RELATED_INVALID', ['related', index], message, `The types are ${[...RELATIONS].join(', ')}.`);
    }
  }
  return related;
}

function readCustom(document: YamlMap, faults: Faults): Readonly<Record<string, unknown>> {
  const custom = Object.create(null) as Record<string, unknown>;
  let looked = 0;
  for (const [key, value] of document) {
    if (KNOWN_KEYS.has(key)) continue;
    const closest = looked++ < LOOKED_AT_MAX ? closestWord(key, KNOWN_KEYS) : undefined;
    if (closest !== undefined && !document.has(closest)) {
      const message = `"${excerpt(key)}" is kept as an attribute of your own.`;
      faults.addAtKey('SIGMA_KEY_SUSPICIOUS', [key], message, `Did you mean "${closest}"?`);
    }
    custom[key] = plainValue(value);
  }
  return custom;
}

/** Maps as objects without a prototype. The reader of YAML has bounded depth and number. */
function plainValue(value: YamlValue): unknown {
  if (isList(value)) return value.map(plainValue);
  if (!isMap(value)) return value;
  const plain = Object.create(null) as Record<string, unknown>;
  for (const [key, item] of value) plain[key] = plainValue(item);
  return plain;
}
