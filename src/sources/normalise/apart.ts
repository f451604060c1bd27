/**
 * Envelope at the top, data apart from it: Sentinel (`EventData` as JSON or XML text), Velociraptor's artifact rows (`EventData` as a map),
 * Fluent Bit and fluentd (by position), PowerShell's `Get-WinEvent | ConvertTo-Json` (`Properties`) and `Get-EventLog`.
 */

import type { Event } from '../../engine/event/event.js';
import { buildEvent, eventIdOf, nameIn, sensorOf, type Place } from './build.js';
import { parseDataText, readEventData, readUserData } from './event-data.js';
import { nameValues } from './layouts.js';
import { fieldsOfMessage } from './sysmon.js';
import { bag, firstOf, isTree, own, type Tree } from './tree.js';

const POSITIONAL = ['StringInserts', 'Properties', 'ReplacementStrings'] as const;

/** The envelope's own names are those of nobody's data, so one look tells this shape from a flat one. */
export function hasDataApart(tree: Tree): boolean {
  if (isTree(tree['EventData']) || isTree(tree['UserData']) || Array.isArray(tree['EventData'])) return true;
  if (POSITIONAL.some((name) => Array.isArray(own(tree, name)))) return true;
  const text = tree['EventData'];
  return typeof text === 'string' && /^\s*[{<[]/.test(text);
}

/** The data of such a record; parsed, where they came as text, and then not yet within limits. */
export function dataApart(tree: Tree): unknown {
  const data = own(tree, 'EventData');
  if (typeof data !== 'string') return data;
  const parsed = parseDataText(data);
  return isTree(parsed) ? (own(parsed, 'EventData') ?? parsed) : parsed;
}

/** @param data  what `dataApart` gave, within limits */
export function readApart(tree: Tree, data: unknown, place: Place, content: Uint8Array | object): Event {
  const provider = nameIn(
    firstOf(tree, [
      'ProviderName',
      'SourceName',
      'Provider',
      'EventSourceName',
      'Source',
      'ProviderGuid',
      'ProviderId',
    ]),
  );
  const channel = nameIn(firstOf(tree, ['Channel', 'LogName', 'Log']));
  const eventId = eventIdOf(firstOf(tree, ['EventID', 'EventId', 'Id', 'InstanceId']));
  const sensor = sensorOf(provider, channel);
  const fields = readFields(tree, data, provider, eventId, sensor === 'sysmon');
  return buildEvent(
    {
      provider,
      sensor,
      channel,
      eventId,
      host: firstOf(tree, ['Computer', 'Hostname', 'MachineName', 'ComputerName']),
      record: firstOf(tree, ['EventRecordID', 'RecordNumber', 'RecordId', 'Index']),
      // Get-WinEvent's `ProcessId` is the logger's; the subject's is among the data.
      loggerPid: firstOf(tree, ['ExecutionProcessID', 'ProcessID', 'ProcessId']),
      time: {
        system: own(tree, 'SystemTime'),
        stamp: firstOf(tree, ['TimeCreated', 'TimeGenerated', 'Timestamp', '@timestamp', 'TimeWritten', 'date']),
        local: own(tree, 'EventTime'),
      },
    },
    fields,
    place,
    content,
  );
}

function readFields(
  tree: Tree,
  data: unknown,
  provider: string,
  eventId: number,
  isSysmon: boolean,
): Record<string, unknown> {
  const event = readEventData(data);
  const user = event.fields === undefined && event.values === undefined ? readUserData(own(tree, 'UserData')) : event;
  const named = user.fields;
  if (named !== undefined && user.values === undefined) return withColumns(named, tree);
  const values = user.values ?? POSITIONAL.map((name) => own(tree, name)).find((list) => Array.isArray(list));
  const fields = bag();
  if (values === undefined) return fields;
  const names = nameValues(provider, isSysmon, eventId, values as readonly unknown[]);
  if (names !== undefined) {
    for (const [name, value] of names) if (value !== null && value !== '') fields[name] = value;
    return fields;
  }
  const message = firstOf(tree, ['Message', 'Description']);
  const found = isSysmon && typeof message === 'string' ? fieldsOfMessage(message) : undefined;
  if (found !== undefined) return Object.assign(fields, found);
  fields['Data'] = (values as readonly unknown[]).map((value) => (isTree(value) ? own(value, 'Value') : value));
  if (message !== undefined) fields['Message'] = message;
  return fields;
}

/** Sentinel lifts some data into columns and may leave them out of `EventData`. */
const COLUMNS = [
  'NewProcessId',
  'NewProcessName',
  'ProcessId',
  'ProcessName',
  'ParentProcessName',
  'CommandLine',
] as const;

function withColumns(fields: Record<string, unknown>, tree: Tree): Record<string, unknown> {
  if (tree['Type'] !== 'SecurityEvent') return fields;
  for (const name of COLUMNS) {
    const value = own(tree, name);
    if (fields[name] === undefined && value !== undefined) fields[name] = value;
  }
  return fields;
}
