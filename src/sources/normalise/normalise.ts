/**
 * One record, parsed but of unknown shape, to an event. The shape is decided by which names are there, cheapest and commonest first;
 * docs/reference/events.md lists the shapes. Pure but for its caches (the last host name), which change no answer.
 */

import type { Event } from '../../engine/event/event.js';
import { DEFAULT_LIMITS, type Skip, type SkipReason, type SourceLimits } from '../source.js';
import { dataApart, hasDataApart, readApart } from './apart.js';
import type { Place } from './build.js';
import { carriedRecord, eventInXml } from './carried.js';
import { isDefender, otherActionType, readDefender } from './defender.js';
import { at, isEcs, readEcs } from './ecs.js';
import { readEventTree } from './event-tree.js';
import { commonNames, fluentdNames, isFluentd, isSplunkXml, otherQuery, splunkXmlNames } from './envelopes.js';
import { excerpt } from './excerpt.js';
import { readCommonFlat, readFlat } from './flat.js';
import { hayabusaNames, isHayabusa, textOfTable } from './hayabusa.js';
import { beyondLimits } from './limits.js';
import { firstOf, isTree, own, type Tree } from './tree.js';
import { readWazuh } from './wazuh.js';
import { readWinlogbeat } from './winlogbeat.js';
import { actionNamed, readWire, wireData } from './wire.js';

export type { Place } from './build.js';

/** A skip and an event are told apart by `reason`, which only a skip has. */
export function isSkip(result: Event | Skip): result is Skip {
  return 'reason' in result;
}

/**
 * @param value  what `JSON.parse`, the XML or the EVTX reader gave; it becomes part of the event and may get names added
 * @param raw    the record's bytes, for the identity of records without a number; without them the tree is hashed
 * @param isWithinLimits  the caller knows it already (see `cannotExceed`), so the tree need not be walked
 */
export function normalise(
  value: unknown,
  place: Place,
  raw?: Uint8Array,
  limits: SourceLimits = DEFAULT_LIMITS,
  isWithinLimits = false,
): Event | Skip {
  if (!isTree(value)) return skip('not-an-event', `${nounOf(value)} stands where a record should be`, place);
  if (!isWithinLimits) {
    const beyond = beyondLimits(value, limits);
    if (beyond !== undefined) return skip(beyond, messageOf(beyond, limits), place);
  }
  const content = raw ?? value;
  const source = value['SourceName'];
  const host = value['Hostname'];
  if (typeof source === 'string' && typeof host === 'string' && value['StringInserts'] === undefined) {
    return readCommonFlat(value, source, host, place, content);
  }
  return readAny(value, place, content, limits);
}

function readAny(tree: Tree, place: Place, content: Uint8Array | object, limits: SourceLimits): Event | Skip {
  const result = readUnwrapped(tree, place, content, limits);
  if (!isSkip(result) || result.reason !== 'not-an-event') return result;
  const query = otherQuery(tree);
  if (query !== undefined) {
    return skip(
      'unsupported',
      `rows of osquery's query ${excerpt(query)}, which are no records of Windows' logs`,
      place,
    );
  }
  const records = own(tree, 'records');
  if (Array.isArray(records) && records.length > 1) {
    const message = `${records.length} records under \`records\`; a batch is taken apart where it stands by itself`;
    return skip('not-an-event', message, place);
  }
  // A row of Splunk's search is itself no more than a carrier where its fields are not those of an event.
  const row = own(tree, 'result');
  const carrier = isTree(row) ? row : tree;
  const carried = commonNames(carrier) ?? carriedRecord(carrier);
  if (carried === undefined) return result;
  const record = commonNames(carried) ?? carried;
  const beyond = beyondLimits(carried, limits) ?? beyondLimits(record, limits);
  return beyond === undefined
    ? readUnwrapped(record, place, content, limits)
    : skip(beyond, messageOf(beyond, limits), place);
}

function readUnwrapped(tree: Tree, place: Place, content: Uint8Array | object, limits: SourceLimits): Event | Skip {
  const inner = unwrap(tree);
  if (inner !== undefined) {
    const beyond = beyondLimits(inner, limits);
    return beyond === undefined
      ? readShape(inner, place, content, limits)
      : skip(beyond, messageOf(beyond, limits), place);
  }
  return readShape(tree, place, content, limits);
}

function readShape(tree: Tree, place: Place, content: Uint8Array | object, limits: SourceLimits): Event | Skip {
  const event = own(tree, 'Event');
  if (isTree(event)) return readEventTree(event, place, content);
  if (isTree(own(tree, 'System'))) return readEventTree(tree, place, content);
  const winlog = own(tree, 'winlog');
  if (isTree(winlog)) return readWinlogbeat(tree, winlog, place, content);
  if (own(tree, 'computer_name') !== undefined && own(tree, 'event_id') !== undefined) {
    if (isFluentd(tree)) return readWithData(fluentdNames(tree), place, content, limits);
    return readWinlogbeat(tree, tree, place, content);
  }
  const win = at(tree, 'data.win') ?? own(tree, 'win');
  if (isTree(win)) return readWazuh(win, place, content);
  const hasId = firstOf(tree, ['EventID', 'EventId', 'Id', 'InstanceId']) !== undefined;
  if (hasId && hasDataApart(tree)) return readWithData(tree, place, content, limits);
  const action = actionNamed(tree);
  if (action !== undefined) {
    const data = wireData(tree);
    return data === undefined
      ? skip('not-an-event', `the action ${action} has no data`, place)
      : readWire(tree, data, action, place, content);
  }
  if (hasId && isSplunkXml(tree)) return readFlat(splunkXmlNames(tree), place, content);
  if (hasId && isWindowsRecord(tree)) {
    const event = readFlat(tree, place, content);
    if (event.timeSource !== 'none') return event;
    const table = textOfTable(tree);
    if (table !== undefined) return skip('unsupported', `a row of ${table} has the fields of the event apart`, place);
    return isHayabusa(tree) ? readHayabusa(tree, place, content, limits) : event;
  }
  if (isEcs(tree)) return readEcs(tree, place, content);
  if (isDefender(tree)) return readDefender(tree, place, content);
  const type = otherActionType(tree);
  if (type !== undefined) {
    return skip(
      'unsupported',
      `the ActionType ${excerpt(type)} of Defender is none that an event of Sysmon's has`,
      place,
    );
  }
  const named = own(tree, 'Action');
  if (typeof named === 'string') {
    return skip('unsupported', `the action ${excerpt(named)} is not one that is known`, place);
  }
  return skip('not-an-event', `no event id and no known shape among the names ${namesOf(tree)}`, place);
}

function readHayabusa(tree: Tree, place: Place, content: Uint8Array | object, limits: SourceLimits): Event | Skip {
  const record = hayabusaNames(tree);
  if (record !== undefined) return readWithData(record, place, content, limits);
  const message = "a summary of Hayabusa's without the fields of the event; its profile all-field-info has them";
  return skip('unsupported', message, place);
}

function readWithData(tree: Tree, place: Place, content: Uint8Array | object, limits: SourceLimits): Event | Skip {
  const data = dataApart(tree);
  if (data === undefined) return skip('damaged', 'the data in `Payload` are not whole', place);
  const beyond = data === tree ? undefined : beyondLimits(data, limits);
  return beyond === undefined ? readApart(tree, data, place, content) : skip(beyond, messageOf(beyond, limits), place);
}

/** A flat record says at least where or when it was written; an `Id` alone is anybody's JSON. */
function isWindowsRecord(tree: Tree): boolean {
  const names = [
    'Channel',
    'LogName',
    'SourceName',
    'ProviderName',
    'Provider',
    'Provider_Name',
    'EventSourceName',
    'Source',
    'UtcTime',
  ];
  return firstOf(tree, [...names, 'Hostname', 'Computer', 'MachineName', 'ComputerName']) !== undefined;
}

/** What carriers put around a record: Elasticsearch's `_source` or `fields`, Splunk's `event` or `result`, XML as text. */
function unwrap(tree: Tree): Tree | undefined {
  const source = own(tree, '_source') ?? (own(tree, '_index') === undefined ? undefined : own(tree, 'fields'));
  if (isTree(source)) return source;
  const event = own(tree, 'event');
  if (
    isTree(event) &&
    (own(event, 'EventID') !== undefined || isTree(own(event, 'Event')) || isTree(own(event, 'winlog')))
  ) {
    return event;
  }
  const text = firstOf(tree, ['System', '_raw', 'Event', 'xml', 'event']);
  const record = typeof text === 'string' ? eventInXml(text) : undefined;
  if (record !== undefined) return record;
  const result = own(tree, 'result');
  if (isTree(result) && own(tree, 'EventID') === undefined) return unwrap(result) ?? result;
  return undefined;
}

function skip(reason: SkipReason, message: string, place: Place): Skip {
  return { reason, message, file: place.file, line: place.line };
}

function messageOf(reason: SkipReason, limits: SourceLimits): string {
  return reason === 'too-deep' ? `nested more than ${limits.maxDepth} deep` : `more than ${limits.maxFields} fields`;
}

function nounOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'string' ? `the text ${excerpt(value)}` : `a ${typeof value}`;
}

function namesOf(tree: Tree): string {
  const names = Object.keys(tree)
    .slice(0, 4)
    .map((name) => excerpt(name));
  return names.length === 0 ? '(none)' : names.join(', ');
}
