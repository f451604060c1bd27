/**
 * `EventData` and `UserData` in the forms that converters give them, to one plain map of name and value.
 *
 *     {"Image": "…"}                                        most converters
 *     {"Data": [{"@Name": "Image", "#text": "…"}]}          xmltodict and others; also `#attributes`, `$` and `_`, `Name` and `Value`
 *     {"Data": ["a", "b"]} or {"Data": {"#text": ["a"]}}    records whose data have no names
 *     {"EventXML": {"xmlns": "…", "Param": "…"}}            UserData: one element around the fields
 *     ["a", "b"] or [{"Value": "a"}]                        by position
 *     "{\"Image\": …}" or "<EventData>…"                    Sentinel: JSON or XML as text, see `parseDataText`
 */

import { parseXmlElement } from '../xml/element.js';
import { canonicalName } from '../../engine/event/field-names.js';
import { bag, firstOf, isTree, own, type Tree } from './tree.js';

/** Names that converters add to a map of fields and that no sensor wrote. */
const CONVERTER_NAMES: ReadonlySet<string> = new Set([
  '#attributes',
  '@attributes',
  '$',
  'xmlns',
  '@xmlns',
  'xml_name',
]);

export interface EventData {
  /** By name; `undefined` where the record has no named data. Null and absent values are left out where the map had to be made anew. */
  readonly fields: Record<string, unknown> | undefined;
  /** By position, where only that is known. */
  readonly values: readonly unknown[] | undefined;
}

const NOTHING: EventData = { fields: undefined, values: undefined };

/** @param value  what stands under `EventData`, `event_data`, …; anything at all */
export function readEventData(value: unknown): EventData {
  if (Array.isArray(value)) return readDataList(value);
  if (!isTree(value)) return NOTHING;
  const data = own(value, 'Data');
  if (data === undefined || data === null || typeof data === 'string') {
    return { fields: withoutConverterNames(value), values: undefined };
  }
  const listed = isTree(data) && nameOf(data) === undefined ? (own(data, '#text') ?? data) : data;
  const read = readDataList(Array.isArray(listed) ? listed : [listed]);
  const rest = bag();
  for (const name of Object.keys(value)) {
    if (name !== 'Data' && !CONVERTER_NAMES.has(name) && value[name] !== null) rest[name] = value[name];
  }
  if (read.fields !== undefined) return { fields: Object.assign(rest, read.fields), values: undefined };
  if (read.values !== undefined && read.values.length > 0) {
    rest['Data'] = read.values.length === 1 ? read.values[0] : read.values;
  }
  return { fields: rest, values: read.values };
}

/** UserData holds one element of the provider's own, and the fields in it. */
export function readUserData(value: unknown): EventData {
  if (!isTree(value)) return NOTHING;
  const inner = Object.keys(value).filter((name) => !CONVERTER_NAMES.has(name) && !isAttributesApart(value, name));
  const only = inner.length === 1 ? value[inner[0] ?? ''] : undefined;
  return isTree(only) ? readUserData(only) : readEventData(value);
}

/** `EventXML_attributes` beside `EventXML`, as evtx_dump writes them when it is asked to. */
function isAttributesApart(value: Tree, name: string): boolean {
  const element = name.endsWith('_attributes') ? name.slice(0, -'_attributes'.length) : undefined;
  return element !== undefined && Object.hasOwn(value, element) && isTree(value[name]);
}

/** The map itself where nothing has to be taken out: copying is what the budget of the hot path has no room for. */
function withoutConverterNames(value: Tree): Record<string, unknown> {
  for (const name of CONVERTER_NAMES) {
    if (Object.hasOwn(value, name)) {
      const kept = bag();
      for (const key of Object.keys(value)) if (!CONVERTER_NAMES.has(key)) kept[key] = value[key];
      return kept;
    }
  }
  return value as Record<string, unknown>;
}

function readDataList(list: readonly unknown[]): EventData {
  const fields = bag();
  const values: unknown[] = [];
  let named = 0;
  for (const item of list) {
    if (!isTree(item)) {
      values.push(item);
      continue;
    }
    const name = nameOf(item);
    const value = firstOf(item, ['#text', 'Value', '_', '$t', 'value', 'text']);
    if (name === undefined) {
      values.push(value ?? '');
    } else {
      named++;
      if (value !== undefined) put(fields, name, value);
    }
  }
  if (named === 0) return { fields: undefined, values };
  if (values.length > 0) fields['Data'] = values.length === 1 ? values[0] : values;
  return { fields, values: undefined };
}

function nameOf(item: Tree): string | undefined {
  for (const holder of ['#attributes', '$', '@attributes']) {
    const attributes = own(item, holder);
    if (isTree(attributes)) {
      const name = own(attributes, 'Name');
      if (typeof name === 'string') return name;
    }
  }
  const name = own(item, '@Name') ?? own(item, 'Name') ?? own(item, 'name');
  return typeof name === 'string' ? name : undefined;
}

/** A name that comes twice keeps both values, in a list. */
function put(fields: Record<string, unknown>, name: string, value: unknown): void {
  const before = fields[name];
  if (before === undefined) fields[name] = value;
  else if (Array.isArray(before)) before.push(value);
  else fields[name] = [before, value];
}

/** Text that a shipper made of a record's data, back to what it was; `undefined` where it is neither JSON nor XML. Not yet within limits. */
export function parseDataText(text: string): unknown {
  const trimmed = text.trimStart();
  if (trimmed.startsWith('<')) return parseXmlElement(trimmed);
  if (!trimmed.startsWith('{') && !trimmed.startsWith('[')) return undefined;
  try {
    return JSON.parse(trimmed);
  } catch {
    // Text that only looks like JSON is no data; the rest of the record still is an event.
    return undefined;
  }
}

/**
 * Names whose spelling a shipper lost (`commandLine`, `commandline`), in the sensor's again. Names that the table does not know begin with a
 * capital letter, as all of Windows' own do.
 */
export function respell(fields: Tree): Record<string, unknown> {
  const spelled = bag();
  for (const name of Object.keys(fields)) {
    const known = canonicalName(name.toLowerCase());
    if (known !== undefined) {
      // The right spelling wins over a look-alike that comes with it.
      if (spelled[known] === undefined || name === known) spelled[known] = fields[name];
    } else {
      spelled[name.charAt(0).toUpperCase() + name.slice(1)] = fields[name];
    }
  }
  return spelled;
}
