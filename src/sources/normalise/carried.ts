/** Records that a carrier put into a field of its own, as text or not, and that nothing else in the carrier's record tells. */

import { parseXmlElement } from '../xml/element.js';
import { at } from './ecs.js';
import { parseDataText } from './event-data.js';
import { isTree, own, type Tree } from './tree.js';

/** Hits of Chainsaw; Kafka; OpenTelemetry; Azure's exports of one record. */
const MAPS = ['document.data', 'value', 'body', 'records'] as const;

/** Splunk and Cribl; HEC; Logstash and Vector; journald; Fluent Bit's file input; Kafka and OpenTelemetry again. */
const TEXTS = ['_raw', 'event', 'message', 'MESSAGE', 'log', 'value', 'body'] as const;

/**
 * Only for a record that is no event itself: beside real data such a text is what Windows rendered, or a copy.
 *
 * @returns the record in the first map or text that is one; from a text, not yet within limits
 */
export function carriedRecord(tree: Tree): Tree | undefined {
  for (const path of MAPS) {
    const map = at(tree, path);
    const record: unknown = Array.isArray(map) && map.length === 1 ? map[0] : map;
    if (isTree(record)) return record;
  }
  for (const name of TEXTS) {
    const text = own(tree, name);
    if (typeof text !== 'string') continue;
    const record = eventInXml(text) ?? (/^\s*\{/.test(text) ? parseDataText(text) : undefined);
    if (isTree(record)) return record;
  }
  return undefined;
}

/** The record in a text that is Windows' own XML. */
export function eventInXml(text: string): Tree | undefined {
  if (!/^\s*<Event[\s>]/.test(text)) return undefined;
  const element = parseXmlElement(text.trimStart());
  const root = element === undefined ? undefined : own(element, 'Event');
  return isTree(root) ? { Event: root } : undefined;
}
