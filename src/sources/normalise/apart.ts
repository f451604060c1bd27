/**
 * Envelope at the top, data apart from it: Sentinel (`EventData` as JSON or XML text), EvtxECmd (`Payload` as JSON text), Velociraptor's
 * artifact rows (`EventData` as a map), Fluent Bit and fluentd (by position), PowerShell's `Get-WinEvent | ConvertTo-Json` (`Properties`) and `Get-EventLog`.
 */

import type { Event, Sensor } from '../../engine/event/event.js';
import { buildEvent, eventIdOf, nameIn, sensorOf, type Place } from './build.js';
import { addEnvelope } from './envelope-fields.js';
import { parseDataText, readEventData, readUserData } from './event-data.js';
import { nameValues } from './layouts.js';
import { processInMessage } from './rendered.js';
import { fieldsOfMessage } from './sysmon.js';
import { bag, firstOf, isTree, own, type Tree } from './tree.js';

const POSITIONAL = ['StringInserts', 'Properties', 'ReplacementStrings'] as const;

/** What PowerShell writes of each property where its depth did not reach the value (`ConvertTo-Json -Depth 1`). */
const CUT_OFF = 'System.Diagnostics.Eventing.Reader.EventProperty';

/** The envelope's own names are those of nobody's data, so one look tells this shape from a flat one. */
export function hasDataApart(tree: Tree): boolean {
  if (isEvtxECmd(tree)) return true;
  if (isTree(tree['EventData']) || isTree(tree['UserData']) || Array.isArray(tree['EventData'])) return true;
  if (POSITIONAL.some((name) => Array.isArray(own(tree, name)))) return true;
  const text = tree['EventData'];
  return typeof text === 'string' && /^\s*[{<[]/.test(text);
}

/** EvtxECmd's own columns, or what only it writes into `Payload` (PowerShell has a field of that name too). */
function isEvtxECmd(tree: Tree): boolean {
  const payload = own(tree, 'Payload');
  if (typeof payload === 'string' && /^\s*\{\s*"(?:EventData|UserData)"/.test(payload)) return true;
  return own(tree, 'ChunkNumber') !== undefined && own(tree, 'EventRecordId') !== undefined;
}

/**
 * The data of such a record under `EventData` or `UserData`; parsed, where they came as text, and then not yet within limits. `undefined`
 * where the text that should hold all of them is none that can be read.
 */
export function dataApart(tree: Tree): Tree | undefined {
  if (isEvtxECmd(tree)) {
    const payload = own(tree, 'Payload') ?? '';
    if (payload === '') return {};
    const parsed = typeof payload === 'string' ? parseDataText(payload) : payload;
    return isTree(parsed) ? parsed : undefined;
  }
  const data = own(tree, 'EventData');
  if (typeof data !== 'string') return tree;
  const parsed = parseDataText(data);
  const item = isTree(parsed) ? (own(parsed, 'DataItem') ?? parsed) : parsed;
  if (isTree(item) && (own(item, 'EventData') ?? own(item, 'UserData')) !== undefined) return item;
  return { EventData: item, UserData: own(tree, 'UserData') };
}

/** @param data  what `dataApart` gave, within limits */
export function readApart(tree: Tree, data: Tree, place: Place, content: Uint8Array | object): Event {
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
  const channel = nameIn(firstOf(tree, ['Channel', 'LogName', 'EventLog', 'Log']));
  const eventId = eventIdOf(firstOf(tree, ['EventID', 'EventId', 'Id', 'InstanceId']));
  const sensor = sensorOf(provider, channel);
  const fields = readFields(tree, data, provider, eventId, sensor);
  if (sensor !== 'sysmon') addEnvelope(fields, envelopeOf(tree));
  return buildEvent(
    {
      provider,
      sensor,
      channel,
      eventId,
      host: firstOf(tree, ['Computer', 'Hostname', 'MachineName', 'ComputerName']),
      // EvtxECmd's `RecordNumber` is the place in the file.
      record: firstOf(tree, ['EventRecordID', 'EventRecordId', 'RecordNumber', 'RecordId', 'Index']),
      // Get-WinEvent's `ProcessId` is the logger's; the subject's is among the data.
      loggerPid: firstOf(tree, ['ExecutionProcessID', 'SystemProcessId', 'ProcessID', 'ProcessId']),
      time: {
        // EvtxECmd writes UTC, and in CSV no zone.
        system: own(tree, isEvtxECmd(tree) ? 'TimeCreated' : 'SystemTime'),
        stamp: firstOf(tree, ['TimeCreated', 'TimeGenerated', 'Timestamp', '@timestamp', 'TimeWritten', 'date']),
        local: own(tree, 'EventTime'),
      },
    },
    fields,
    place,
    content,
  );
}

/** Sentinel and Get-WinEvent have names of their own for some of it. */
function envelopeOf(tree: Tree): Tree {
  const envelope = bag();
  for (const name of ['Level', 'Task', 'Opcode', 'Keywords', 'Version']) envelope[name] = own(tree, name);
  envelope['Level'] ??= own(tree, 'EventLevel');
  envelope['UserID'] = own(tree, 'UserID') ?? own(tree, 'UserId');
  envelope['Message'] = firstOf(tree, ['Message', 'Description', 'RenderedDescription']);
  return envelope;
}

function readFields(
  tree: Tree,
  data: Tree,
  provider: string,
  eventId: number,
  sensor: Sensor,
): Record<string, unknown> {
  const event = readEventData(own(data, 'EventData'));
  const user = event.fields === undefined && event.values === undefined ? readUserData(own(data, 'UserData')) : event;
  const named = user.fields;
  if (named !== undefined && user.values === undefined) return withColumns(named, tree);
  const values =
    user.values ?? POSITIONAL.map((name) => own(tree, name)).find((list): list is unknown[] => Array.isArray(list));
  // Beside data without names there may be others: `Binary`.
  const fields = Object.assign(bag(), named);
  delete fields['Data'];
  if (values === undefined) return fields;
  const isLost = values.length > 0 && values.every((value) => value === CUT_OFF);
  const names = isLost ? undefined : nameValues(provider, sensor === 'sysmon', eventId, values);
  if (names !== undefined) {
    for (const [name, value] of names) if (value !== null && value !== '') fields[name] = value;
    return fields;
  }
  const message = firstOf(tree, ['Message', 'Description']);
  const found = typeof message === 'string' ? dataInMessage(message, sensor, eventId) : undefined;
  if (found !== undefined) return Object.assign(fields, found);
  const plain = values.map((value: unknown) => (isTree(value) ? own(value, 'Value') : value));
  if (!isLost) fields['Data'] = plain.length === 1 ? plain[0] : plain;
  return fields;
}

function dataInMessage(message: string, sensor: Sensor, eventId: number): Record<string, unknown> | undefined {
  if (sensor === 'sysmon') return fieldsOfMessage(message);
  const isProcess = sensor === 'security' && (eventId === 4688 || eventId === 4689);
  return isProcess ? processInMessage(message, eventId) : undefined;
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
