/**
 * Records whose envelope has names of its own and whose data are the common ones: the envelope under the names that are read elsewhere
 * (`flat.ts`, `apart.ts`), the data as they are.
 */

import { at } from './ecs.js';
import { gelfNames, graylogBeats } from './graylog.js';
import { bag, isTree, own, type Tree } from './tree.js';

/** The record under common names; `undefined` where it is none of these. */
export function commonNames(tree: Tree): Tree | undefined {
  const row = osqueryRow(tree);
  if (row !== undefined && own(row, 'eventid') !== undefined) return osqueryNames(row);
  if (at(tree, 'event_id.id') !== undefined && isTree(own(tree, 'provider'))) return openTelemetry(tree);
  if (own(tree, '_EventID') !== undefined) return gelfNames(tree);
  if (own(tree, 'event_id') !== undefined && own(tree, 'computer') !== undefined)
    return own(tree, 'provider_name') === undefined ? grafanaNames(tree) : renamed(tree, VECTOR);
  if (own(tree, 'EventCode') !== undefined && own(tree, 'EventID') === undefined) {
    const time = own(tree, '@timestamp') ?? own(tree, '_time');
    return { ...tree, EventID: own(tree, 'EventCode'), '@timestamp': time };
  }
  return graylogBeats(tree);
}

/** fluentd's older plugin, in_windows_eventlog. Its names are those of Winlogbeat 6; its data come by position. */
export function isFluentd(tree: Tree): boolean {
  return Array.isArray(own(tree, 'string_inserts'));
}

export function fluentdNames(tree: Tree): Tree {
  return renamed(tree, FLUENTD);
}

/** Splunk's fields of XML: the attributes of System's elements stand beside its texts, in single quotes as the XML had them. */
export function isSplunkXml(tree: Tree): boolean {
  const name = own(tree, 'Name');
  return typeof name === 'string' && QUOTED.test(name) && own(tree, 'EventCode') !== undefined;
}

export function splunkXmlNames(tree: Tree): Tree {
  const unquoted = (name: string): unknown => {
    const value = own(tree, name);
    return typeof value === 'string' ? value.replace(QUOTED, '$1') : value;
  };
  const record = Object.assign(bag(), tree);
  // `Name` and `Guid` are the provider's, `ProcessID` and `ThreadID` the logger's.
  for (const name of ['Name', 'Guid', 'ProcessID', 'ThreadID']) delete record[name];
  record['ProviderName'] = unquoted('Name');
  record['ExecutionProcessID'] = unquoted('ProcessID');
  record['SystemTime'] = unquoted('SystemTime') ?? own(tree, '_time');
  return record;
}

const QUOTED = /^'(.*)'$/;

/** By common name, the path of what stands for it. */
type Names = Readonly<Record<string, string>>;

const FLUENTD: Names = {
  ProviderName: 'source_name',
  Channel: 'channel',
  Computer: 'computer_name',
  EventID: 'event_id',
  EventRecordID: 'record_number',
  TimeGenerated: 'time_generated',
  StringInserts: 'string_inserts',
  Message: 'description',
};

/**
 * osquery's tables windows_events and windows_eventlog, whose name of the channel is another; `data` is JSON text with `EventData` or `UserData`.
 */
const OSQUERY: Names = {
  ProviderName: 'provider_name',
  Computer: 'computer_name',
  EventID: 'eventid',
  SystemTime: 'datetime',
  ExecutionProcessID: 'pid',
  Level: 'level',
  Task: 'task',
  Keywords: 'keywords',
  EventData: 'data',
};

/** Vector's own source, `windows_event_log`. Data without names are in its list alone. */
const VECTOR: Names = {
  ProviderName: 'provider_name',
  Channel: 'channel',
  Computer: 'computer',
  EventID: 'event_id',
  EventRecordID: 'record_id',
  SystemTime: 'timestamp',
  ExecutionProcessID: 'process_id',
  Level: 'level_value',
  Task: 'task',
  Opcode: 'opcode',
  Keywords: 'keywords',
  Version: 'version',
  UserID: 'user_id',
  EventData: 'event_data',
  UserData: 'user_data',
  StringInserts: 'string_inserts',
  Message: 'message',
};

/** The columns of a result, or a row of a snapshot by itself. */
function osqueryRow(tree: Tree): Tree | undefined {
  const columns = own(tree, 'columns');
  if (isTree(columns)) return columns;
  return own(tree, 'provider_name') === undefined ? undefined : tree;
}

function osqueryNames(row: Tree): Tree {
  return { ...renamed(row, OSQUERY), Channel: own(row, 'source') ?? own(row, 'channel') };
}

/** The name of a query of osquery's whose rows are no records of Windows' logs. */
export function otherQuery(tree: Tree): string | undefined {
  const snapshot = own(tree, 'snapshot');
  const row: unknown = own(tree, 'columns') ?? (Array.isArray(snapshot) ? snapshot[0] : undefined);
  const name = own(tree, 'name');
  const isQuery = typeof name === 'string' && own(tree, 'hostIdentifier') !== undefined && isTree(row);
  return isQuery && own(row, 'eventid') === undefined ? name : undefined;
}

/** Grafana's Promtail and Alloy (`loki.source.windowsevent`). */
const GRAFANA: Names = {
  ProviderName: 'source',
  Channel: 'channel',
  Computer: 'computer',
  EventID: 'event_id',
  EventRecordID: 'eventRecordID',
  SystemTime: 'timeCreated',
  ExecutionProcessID: 'execution.processId',
  Level: 'level',
  Task: 'task',
  Opcode: 'opCode',
  Keywords: 'keywords',
  Version: 'version',
  Message: 'message',
};

/** Their data are the XML that stands in the elements. */
function grafanaNames(tree: Tree): Tree {
  const record = renamed(tree, GRAFANA);
  for (const [name, element] of [
    ['event_data', 'EventData'],
    ['user_data', 'UserData'],
  ] as const) {
    const inner = own(tree, name);
    if (typeof inner === 'string' && inner !== '') record['EventData'] ??= `<${element}>${inner}</${element}>`;
  }
  return record;
}

/** The body that OpenTelemetry's receiver windowseventlog makes. */
const OPEN_TELEMETRY: Names = {
  ProviderName: 'provider.name',
  Channel: 'channel',
  Computer: 'computer',
  EventID: 'event_id.id',
  EventRecordID: 'record_id',
  SystemTime: 'system_time',
  ExecutionProcessID: 'execution.process_id',
  Level: 'level',
  Keywords: 'keywords',
  Version: 'version',
  UserID: 'security.user_id',
  EventData: 'event_data',
  UserData: 'user_data',
  Message: 'message',
};

function renamed(tree: Tree, names: Names): Record<string, unknown> {
  const record = bag();
  for (const [name, path] of Object.entries(names)) {
    const value = at(tree, path);
    if (value !== undefined) record[name] = value;
  }
  return record;
}

/** Older versions give `{"data": [{"Image": "…"}, {"": "no name"}]}`, newer ones a map. */
function openTelemetry(tree: Tree): Tree {
  const record = renamed(tree, OPEN_TELEMETRY);
  const given = own(record, 'EventData');
  const listed = isTree(given) ? own(given, 'data') : undefined;
  if (!Array.isArray(listed)) return record;
  const data = listed.flatMap((item: unknown): unknown[] =>
    isTree(item)
      ? Object.entries(item).map(([name, value]) => (name === '' ? value : { Name: name, Value: value }))
      : [item],
  );
  return { ...record, EventData: { Data: data } };
}
