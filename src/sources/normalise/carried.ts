/** Records that a carrier put into a field of its own, as text or not, and that nothing else in the carrier's record tells. */

import { parseXmlElement } from '../xml/element.js';
import { at } from './ecs.js';
import { parseDataText } from './event-data.js';
import { classicText } from './rendered.js';
import { isTree, own, type Tree } from './tree.js';

/** Splunk and Cribl; HEC; Logstash and Vector; journald; Fluent Bit's file input; Wazuh's archives; `logcli`; Kafka and OpenTelemetry again. */
const TEXTS = ['_raw', 'event', 'message', 'MESSAGE', 'log', 'full_log', 'line', 'value', 'body'] as const;

/** As texts again: Elastic Agent's and Logstash's copy of what came; the XML that Azure's diagnostics extension keeps. */
const TEXT_PATHS = ['event.original', 'properties.RawXml'] as const;

/** Hits of Chainsaw; Kafka; OpenTelemetry; Azure's exports of one record, and what its streams put around each; HEC. */
const MAPS = ['document.data', 'value', 'body', 'records', 'properties', 'event'] as const;

/**
 * Only for a record that is no event itself: beside real data such a text is what Windows rendered, or a copy.
 *
 * @returns the record in the first text or map that is one; from a text, not yet within limits
 */
export function carriedRecord(tree: Tree): Tree | undefined {
  const texts = [...TEXTS.map((name) => own(tree, name)), ...TEXT_PATHS.map((path) => at(tree, path))];
  for (const text of texts) {
    if (typeof text !== 'string') continue;
    const record = eventInXml(text) ?? (/^\s*\{/.test(text) ? parseDataText(text) : undefined);
    if (isTree(record)) return record;
    const rendered = classicText(text);
    // The carrier's time is the event's, and in UTC; the text's is local.
    if (rendered !== undefined)
      return { ...rendered, TimeCreated: own(tree, '_time') ?? own(tree, 'time') ?? rendered['TimeCreated'] };
  }
  for (const path of MAPS) {
    const map = at(tree, path);
    const record: unknown = Array.isArray(map) && map.length === 1 ? map[0] : map;
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
