/** The process creation of `event-facts.ts` as carriers put whole records into records of their own. */

import {
  CHANNEL,
  COMPUTER,
  DATA,
  dataXml,
  eventXml,
  MESSAGE,
  PROVIDER,
  system,
  SYSTEM_TIME,
  type Shape,
} from './event-facts.js';

const TREE = { Event: { System: system((map) => ({ '#attributes': map })), EventData: DATA } };
const NXLOG = {
  EventID: 1,
  SourceName: PROVIDER,
  Hostname: COMPUTER,
  Channel: CHANNEL,
  RecordNumber: 5402080,
  ExecutionProcessID: 3544,
  ...DATA,
};
const SPLUNK = {
  EventCode: '1',
  LogName: CHANNEL,
  SourceName: PROVIDER,
  ComputerName: COMPUTER,
  RecordNumber: '5402080',
  Message: MESSAGE,
};
const WINLOGBEAT_6 = {
  computer_name: COMPUTER,
  event_id: 1,
  log_name: CHANNEL,
  source_name: PROVIDER,
  record_number: '5402080',
  event_data: DATA,
};
const WAZUH = {
  win: {
    system: {
      providerName: PROVIDER,
      eventID: '1',
      systemTime: SYSTEM_TIME,
      eventRecordID: '5402080',
      channel: CHANNEL,
      computer: COMPUTER,
    },
    eventdata: DATA,
  },
};
const GET_WIN_EVENT = {
  Id: 1,
  RecordId: 5402080,
  ProviderName: PROVIDER,
  LogName: CHANNEL,
  ProcessId: 3544,
  MachineName: COMPUTER,
  TimeCreated: '2024-03-05T10:08:07.1289123+01:00',
  Properties: Object.values(DATA).map((value) => ({ Value: value })),
};

const CLASSIC = [
  '03/05/2024 10:08:07 AM',
  ...['EventType=4', 'Type=Information', 'Keywords=None'],
  ...Object.entries(SPLUNK)
    .filter(([name]) => name !== 'Message')
    .map(([name, value]) => `${name}=${value}`),
  `Message=${MESSAGE}`,
];
// As it is written: the log's name first.
const CLASSIC_TEXT = [CLASSIC[0], `LogName=${CHANNEL}`, ...CLASSIC.slice(1)].join('\r\n');

const GRAFANA = {
  source: PROVIDER,
  channel: CHANNEL,
  computer: COMPUTER,
  event_id: 1,
  version: 5,
  level: 4,
  levelText: 'Information',
  timeCreated: SYSTEM_TIME,
  eventRecordID: 5402080,
  execution: { processId: 3544, threadId: 4272, processName: 'Sysmon64.exe' },
  event_data: dataXml().slice('<EventData>'.length, -'</EventData>'.length),
  message: MESSAGE,
};

const hec = (event: unknown): Record<string, unknown> => ({
  time: 1709629692.5,
  host: 'relay',
  sourcetype: 'x',
  event,
});
const row = (result: Record<string, unknown>): Record<string, unknown> => ({
  preview: false,
  offset: 0,
  lastrow: true,
  result: { _time: '2024-03-05T09:08:12.000+00:00', host: 'relay', ...result },
});

export const CARRIED_SHAPES: readonly Shape[] = [
  ...['message', '_raw', 'event', 'log', 'MESSAGE', 'full_log'].flatMap((field) => [
    {
      name: `JSON as text in ${field}`,
      record: { '@timestamp': '2024-03-05T09:08:12.000Z', host: 'relay', [field]: JSON.stringify(NXLOG) },
    },
    { name: `XML as text in ${field}`, record: { host: 'relay', source_type: 'file', [field]: ` ${eventXml()}` } },
  ]),
  {
    name: 'Elastic Agent, the copy of what came alone',
    record: {
      '@timestamp': '2024-03-05T09:08:12.000Z',
      agent: { type: 'filebeat' },
      data_stream: { dataset: 'windows.forwarded' },
      event: { original: eventXml(), ingested: '2024-03-05T09:08:13Z' },
      host: { name: 'relay' },
    },
  },
  {
    name: 'Logstash, the copy of what came alone',
    record: { '@version': '1', '@timestamp': '2024-03-05T09:08:12.000Z', event: { original: JSON.stringify(TREE) } },
  },
  { name: 'HEC: NXLog', record: hec(NXLOG) },
  { name: 'HEC: an event tree', record: hec(TREE) },
  { name: 'HEC: System and EventData', record: hec(TREE.Event) },
  { name: 'HEC: Get-WinEvent', record: hec(GET_WIN_EVENT) },
  { name: "HEC: Splunk's classic fields", record: hec(SPLUNK) },
  { name: 'HEC: Winlogbeat 6', record: hec(WINLOGBEAT_6) },
  { name: "HEC: Splunk's classic text", record: hec(CLASSIC_TEXT) },
  { name: "a row of Splunk's search: classic text", record: row({ _raw: CLASSIC_TEXT }) },
  { name: "a row of Splunk's search: XML", record: row({ _raw: eventXml() }) },
  { name: "a row of Splunk's search: JSON", record: row({ _raw: JSON.stringify(NXLOG) }) },
  { name: "a row of Splunk's search: classic fields", record: row({ _raw: 'x', ...SPLUNK }) },
  {
    name: "Wazuh's archive of what it did not decode",
    record: { agent: { name: 'relay' }, full_log: JSON.stringify(WAZUH) },
  },
  { name: "Grafana's Promtail and Alloy", record: GRAFANA },
  {
    name: "Loki's logcli",
    record: { labels: { job: 'x' }, line: JSON.stringify(GRAFANA), timestamp: '2024-03-05T09:08:12Z' },
  },
  {
    name: "Azure's diagnostics extension",
    record: {
      time: '2024-03-05T09:08:12.000Z',
      category: 'WindowsEventLogsTable',
      properties: { EventId: 1, Level: 4, Pid: 3544, Channel: CHANNEL, ProviderName: PROVIDER, RawXml: eventXml() },
    },
  },
];
