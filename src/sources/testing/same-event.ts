/** One process creation as each shipper writes it, for tests: written by hand after the shippers' own sources and output. */

import {
  CHANNEL,
  COMMAND_LINE,
  COMPUTER,
  DATA,
  EXPECTED,
  GUID,
  IMAGE,
  lowerFirst,
  mapKeys,
  MESSAGE,
  PARENT_IMAGE,
  PROVIDER,
  type Shape,
  system,
  SYSTEM_TIME,
  wazuhEscape,
} from './event-facts.js';
import { GRAYLOG_SHAPES } from './graylog-shapes.js';

const ecs = {
  '@timestamp': '2024-03-05T09:08:07.123Z',
  event: { code: '1', provider: PROVIDER, kind: 'event', category: ['process'], type: ['start'] },
  // The collector's: never the host where somebody else names it.
  host: { name: 'collector.corp.example' },
  process: {
    entity_id: DATA.ProcessGuid,
    pid: 4660,
    executable: IMAGE,
    name: 'cmd.exe',
    command_line: COMMAND_LINE,
    working_directory: 'C:\\Users\\bob\\',
    hash: { md5: EXPECTED.md5.toLowerCase(), sha256: '00ff' },
    pe: { imphash: 'abcd', original_file_name: 'Cmd.Exe' },
    parent: {
      entity_id: DATA.ParentProcessGuid,
      pid: 1234,
      executable: PARENT_IMAGE,
      command_line: PARENT_IMAGE,
    },
    Ext: { token: { integrity_level_name: 'High' } },
  },
  user: { name: 'bob', domain: 'CORP' },
};

const EVTXECMD = {
  PayloadData1: `ProcessID: 4660, ProcessGUID: ${DATA.ProcessGuid}`,
  UserName: 'CORP\\bob',
  ExecutableInfo: COMMAND_LINE,
  MapDescription: 'Process creation',
  ChunkNumber: 3,
  Computer: COMPUTER,
  Payload: JSON.stringify({
    EventData: { Data: Object.entries(DATA).map(([name, value]) => ({ '@Name': name, '#text': value })) },
  }),
  UserId: 'S-1-5-18',
  Channel: CHANNEL,
  Provider: PROVIDER,
  EventId: 1,
  EventRecordId: '5402080',
  ProcessId: 3544,
  ThreadId: 4272,
  Level: 'Info',
  SourceFile: 'C:\\cases\\sysmon.evtx',
  HiddenRecord: false,
  TimeCreated: '2024-03-05T09:08:07.1289123+00:00',
  RecordNumber: 17,
};

const OPEN_TELEMETRY = {
  channel: CHANNEL,
  computer: COMPUTER,
  event_id: { id: 1, qualifiers: 0 },
  provider: { name: PROVIDER, guid: GUID },
  record_id: 5402080,
  execution: { process_id: 3544, thread_id: 4272 },
  system_time: SYSTEM_TIME,
  event_data: DATA,
};

export const SHAPES: readonly Shape[] = [
  {
    name: 'flat, NXLog',
    record: {
      EventTime: '2024-03-05 10:08:07',
      EventReceivedTime: '2024-03-05 10:08:09',
      Hostname: COMPUTER,
      Keywords: -9223372036854776000,
      EventType: 'INFO',
      SeverityValue: 2,
      EventID: 1,
      SourceName: PROVIDER,
      ProviderGuid: GUID,
      RecordNumber: 5402080,
      ExecutionProcessID: 3544,
      ThreadID: 4272,
      Channel: CHANNEL,
      Domain: 'NT AUTHORITY',
      AccountName: 'SYSTEM',
      Message: MESSAGE,
      ...DATA,
      '@timestamp': '2024-03-05T09:08:12.000Z',
      host: 'wec.corp.example',
      port: 61041,
      tags: ['a'],
    },
  },
  {
    name: 'flat, PowerShell export',
    record: {
      SourceName: PROVIDER,
      TimeCreated: '2024-03-05T04:08:07.128Z',
      '@timestamp': '2024-03-05T04:08:07.128Z',
      Hostname: COMPUTER,
      EventID: 1,
      Channel: CHANNEL,
      Task: '1',
      Message: MESSAGE,
      ...DATA,
    },
    hasNumber: false,
  },
  {
    name: 'flat, no provider and no source name',
    record: { EventID: 1, Channel: CHANNEL, Hostname: COMPUTER, TimeCreated: '2024-03-05 04:08:07.128', ...DATA },
    hasNumber: false,
  },
  {
    name: 'Winlogbeat 6',
    record: {
      '@timestamp': '2024-03-05T09:08:07.128Z',
      type: 'wineventlog',
      host: { name: 'WECserver' },
      source_name: PROVIDER,
      log_name: CHANNEL,
      computer_name: COMPUTER,
      record_number: '5402080',
      event_id: 1,
      process_id: 3544,
      thread_id: 4272,
      user: { name: 'SYSTEM', domain: 'NT AUTHORITY' },
      message: MESSAGE,
      event_data: DATA,
    },
  },
  {
    name: 'Winlogbeat 8, data under winlog',
    record: {
      '@timestamp': '2024-03-05T09:08:07.128Z',
      event: { code: '1', provider: PROVIDER },
      host: { name: 'collector' },
      winlog: {
        channel: CHANNEL,
        provider_name: PROVIDER,
        provider_guid: GUID,
        computer_name: COMPUTER,
        record_id: 5402080,
        event_id: '1',
        process: { pid: 3544, thread: { id: 4272 } },
        event_data: DATA,
      },
    },
  },
  {
    name: 'Winlogbeat with its Sysmon module: data moved to ECS',
    record: {
      ...ecs,
      winlog: {
        channel: CHANNEL,
        provider_name: PROVIDER,
        computer_name: COMPUTER,
        record_id: 5402080,
        event_id: 1,
        process: { pid: 3544 },
        event_data: { IntegrityLevel: 'High', LogonId: '0x3e5a1' },
      },
    },
    timeSource: 'timestamp',
  },
  {
    name: 'ECS only, in Elasticsearch',
    record: { _index: 'logs', _id: 'x', _source: { ...ecs, host: { name: COMPUTER } } },
    timeSource: 'timestamp',
    hasNumber: false,
  },
  {
    name: 'ECS only, dotted keys with lists',
    record: {
      '@timestamp': '2024-03-05T09:08:07.123Z',
      'event.code': '1',
      'event.provider': PROVIDER,
      'winlog.channel': CHANNEL,
      'winlog.computer_name': [COMPUTER],
      'winlog.record_id': '5402080',
      'winlog.process.pid': 3544,
      'winlog.event_data.IntegrityLevel': 'High',
      'process.entity_id': [DATA.ProcessGuid],
      'process.pid': [4660],
      'process.executable': [IMAGE],
      'process.command_line': [COMMAND_LINE],
      'process.hash.md5': EXPECTED.md5.toLowerCase(),
      'process.parent.pid': 1234,
      'process.parent.executable': PARENT_IMAGE,
      'process.parent.command_line': PARENT_IMAGE,
      'user.name': 'bob',
      'user.domain': 'CORP',
    },
    timeSource: 'timestamp',
  },
  {
    name: 'Sentinel, data as JSON text',
    record: {
      TenantId: 't',
      TimeGenerated: '2024-03-05T09:08:07.2Z',
      Provider: PROVIDER,
      Channel: CHANNEL,
      Computer: COMPUTER,
      Task: 1,
      EventData: JSON.stringify({ ...DATA, UtcTime: '2024-03-05T09:08:07.1230000Z' }),
      EventID: 1,
      Type: 'WindowsEvent',
    },
    hasNumber: false,
  },
  {
    name: "Sentinel's table WindowsEvent, with the record number",
    record: {
      TimeGenerated: '2024-03-05T09:08:07.2Z',
      Provider: PROVIDER,
      Channel: CHANNEL,
      Computer: COMPUTER,
      EventData: DATA,
      EventID: 1,
      EventRecordId: '5402080',
      SystemProcessId: 3544,
      Type: 'WindowsEvent',
    },
  },
  {
    name: "Sentinel's table Event, data as XML text in a DataItem",
    record: {
      SourceSystem: 'OpsManager',
      TimeGenerated: '2024-03-05T09:08:07.2Z',
      Source: PROVIDER,
      EventLog: CHANNEL,
      Computer: COMPUTER,
      EventLevelName: 'Information',
      ParameterXml: '<Param>-</Param>',
      EventData: `<DataItem Type="System.XmlData" time="${SYSTEM_TIME}" sourceHealthServiceId="x">${dataXml('http://schemas.microsoft.com/win/2004/08/events/event')}</DataItem>`,
      EventID: 1,
      RenderedDescription: MESSAGE,
      Type: 'Event',
    },
    hasNumber: false,
  },
  { name: 'EvtxECmd', record: EVTXECMD },
  {
    name: 'EvtxECmd, the cells of its CSV',
    record: {
      ...Object.fromEntries(Object.entries(EVTXECMD).map(([name, value]) => [name, String(value)])),
      TimeCreated: '2024-03-05 09:08:07.1289123',
    },
  },
  {
    name: 'Event tree with #attributes',
    record: { Event: { System: system((map) => ({ '#attributes': map })), EventData: DATA } },
  },
  {
    name: 'Event tree with attributes apart',
    record: {
      Event: {
        System: {
          ...system(() => null),
          Provider_attributes: { Name: PROVIDER, Guid: GUID },
          TimeCreated_attributes: { SystemTime: SYSTEM_TIME },
          Execution_attributes: { ProcessID: 3544 },
        },
        EventData: DATA,
      },
    },
  },
  {
    name: 'Event tree of xmltodict',
    record: {
      Event: {
        '@xmlns': 'http://schemas.microsoft.com/win/2004/08/events/event',
        System: {
          ...system((map) => Object.fromEntries(Object.entries(map).map(([name, value]) => [`@${name}`, value]))),
          EventID: { '@Qualifiers': '', '#text': '1' },
        },
        EventData: { Data: Object.entries(DATA).map(([name, value]) => ({ '@Name': name, '#text': value })) },
      },
    },
  },
  {
    name: 'Event tree of xml2js',
    record: {
      Event: {
        $: { xmlns: 'http://schemas.microsoft.com/win/2004/08/events/event' },
        System: system((map) => ({ $: map })),
        EventData: { Data: Object.entries(DATA).map(([name, value]) => ({ $: { Name: name }, _: value })) },
      },
    },
  },
  {
    name: 'Velociraptor, System and EventData',
    record: {
      System: {
        ...system((map) => map),
        EventID: { Value: 1 },
        TimeCreated: { SystemTime: 1709629687.128 },
        Keywords: 9223372036854775808,
      },
      EventData: DATA,
      Message: MESSAGE,
    },
  },
  {
    name: 'Velociraptor, rows of an artifact',
    record: {
      EventTime: '2024-03-05T09:08:07.128Z',
      Computer: COMPUTER,
      Channel: CHANNEL,
      Provider: PROVIDER,
      EventID: 1,
      EventRecordID: 5402080,
      EventData: DATA,
    },
  },
  {
    name: 'Fluent Bit, by position',
    record: {
      ProviderName: PROVIDER,
      ProviderGuid: GUID,
      Qualifiers: '',
      EventID: 1,
      Version: 5,
      TimeCreated: '2024-03-05 10:08:07 +0100',
      EventRecordID: 5402080,
      ProcessID: 3544,
      ThreadID: 4272,
      Channel: CHANNEL,
      Computer: COMPUTER,
      UserID: 'NT AUTHORITY\\SYSTEM',
      Message: MESSAGE,
      StringInserts: Object.values(DATA),
    },
  },
  {
    name: 'Fluent Bit, record as XML text',
    record: { System: eventXml(), Message: MESSAGE, StringInserts: Object.values(DATA) },
  },
  {
    name: 'fluentd, by position under EventData',
    record: {
      ProviderName: PROVIDER,
      ProviderGUID: '',
      EventID: '1',
      TimeCreated: '2024/03/05 09:08:07.128913200',
      EventRecordID: '5402080',
      ProcessID: '3544',
      Channel: CHANNEL,
      Computer: COMPUTER,
      User: 'NT AUTHORITY\\SYSTEM',
      Version: '5',
      Description: MESSAGE,
      EventData: Object.values(DATA),
    },
  },
  {
    name: 'Get-WinEvent | ConvertTo-Json',
    record: {
      Id: 1,
      Version: 5,
      RecordId: 5402080,
      ProviderName: PROVIDER,
      ProviderId: GUID,
      LogName: CHANNEL,
      ProcessId: 3544,
      ThreadId: 4272,
      MachineName: COMPUTER,
      TimeCreated: '/Date(1709629687128)/',
      Properties: Object.values(DATA).map((value) => ({ Value: value })),
      Message: MESSAGE,
    },
  },
  {
    name: 'Wazuh',
    record: {
      timestamp: '2024-03-05T09:08:09.000+0000',
      agent: { name: 'WS5', ip: '10.0.0.5' },
      manager: { name: 'wazuh' },
      data: {
        win: {
          system: {
            providerName: PROVIDER,
            providerGuid: GUID,
            eventID: '1',
            systemTime: SYSTEM_TIME,
            eventRecordID: '5402080',
            processID: '3544',
            channel: CHANNEL,
            computer: COMPUTER,
          },
          eventdata: Object.fromEntries(
            Object.entries(mapKeys(lowerFirst)).map(([name, value]) => [name, wazuhEscape(value)]),
          ),
        },
      },
    },
  },
  {
    name: "fluentd's older plugin, by position",
    record: {
      channel: CHANNEL.toLowerCase(),
      record_number: '5402080',
      time_generated: '2024-03-05 09:08:07 +0000',
      event_id: '1',
      source_name: PROVIDER,
      computer_name: COMPUTER,
      description: MESSAGE,
      string_inserts: Object.values(DATA),
    },
  },
  {
    name: 'osquery',
    record: {
      name: 'pack_win_events',
      hostIdentifier: 'relay',
      columns: {
        computer_name: COMPUTER,
        data: JSON.stringify({ EventData: DATA }),
        datetime: SYSTEM_TIME,
        eventid: '1',
        pid: '3544',
        provider_guid: GUID,
        provider_name: PROVIDER,
        source: CHANNEL,
      },
      action: 'added',
    },
    hasNumber: false,
  },
  { name: 'OpenTelemetry, a map of data', record: OPEN_TELEMETRY },
  {
    name: 'OpenTelemetry, a list of data, under body',
    record: {
      timestamp: '1709629692000000000',
      body: {
        ...OPEN_TELEMETRY,
        event_data: { data: Object.entries(DATA).map(([name, value]) => ({ [name]: value })) },
      },
    },
  },
  {
    name: 'GELF',
    record: {
      version: '1.1',
      host: 'relay',
      short_message: 'x',
      ...Object.fromEntries(
        Object.entries({
          EventID: 1,
          SourceName: PROVIDER,
          Hostname: COMPUTER,
          Channel: CHANNEL,
          RecordNumber: 5402080,
          ProcessID: 3544,
          ThreadID: 4272,
          ...DATA,
        }).map(([name, value]) => [`_${name}`, value]),
      ),
    },
  },
  ...GRAYLOG_SHAPES,
  {
    name: "Splunk's fields of XML",
    record: {
      _time: '2024-03-05T09:08:07.000+00:00',
      host: 'relay',
      EventCode: '1',
      EventID: '1',
      Channel: CHANNEL,
      Computer: COMPUTER,
      Name: `'${PROVIDER}'`,
      Guid: `'${GUID}'`,
      SystemTime: `'${SYSTEM_TIME}'`,
      EventRecordID: '5402080',
      ProcessID: "'3544'",
      ThreadID: "'4272'",
      ...DATA,
    },
  },
  {
    name: "Splunk's classic fields",
    record: {
      _time: '2024-03-05T09:08:07.000+00:00',
      host: 'relay',
      EventCode: '1',
      LogName: CHANNEL,
      SourceName: PROVIDER,
      ComputerName: COMPUTER,
      RecordNumber: '5402080',
      Message: MESSAGE,
    },
  },
  { name: 'a hit of Chainsaw', record: { group: 'Sigma', document: { kind: 'evtx', data: EVTXECMD } } },
  { name: 'Kafka', record: { topic: 'events', offset: 7, value: EVTXECMD } },
  { name: 'Azure, one record', record: { records: [EVTXECMD] } },
  ...['message', '_raw', 'event', 'log', 'MESSAGE'].flatMap((field) => [
    {
      name: `JSON as text in ${field}`,
      record: { '@timestamp': '2024-03-05T09:08:12.000Z', host: 'relay', [field]: JSON.stringify(EVTXECMD) },
    },
    { name: `XML as text in ${field}`, record: { host: 'relay', source_type: 'file', [field]: ` ${eventXml()}` } },
  ]),
  {
    name: "the original's wire",
    record: { Action: 'ProcessCreate', Data: { ...DATA, Hostname: COMPUTER } },
    hasNumber: false,
  },
  {
    name: "the original's wire, lower-cased",
    record: { action: 'processcreate', data: { ...mapKeys((name) => name.toLowerCase()), computer: COMPUTER } },
    hasNumber: false,
  },
];

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

function dataXml(namespace?: string): string {
  const data = Object.entries(DATA)
    .map(([name, value]) => `<Data Name='${name}'>${escape(value)}</Data>`)
    .join('');
  return `<EventData${namespace === undefined ? '' : ` xmlns='${namespace}'`}>${data}</EventData>`;
}

/** The record as Windows' own XML. */
export function eventXml(): string {
  return (
    `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='${PROVIDER}' Guid='${GUID}'/>` +
    `<EventID>1</EventID><Version>5</Version><Level>4</Level><Task>1</Task><Opcode>0</Opcode><Keywords>0x8000000000000000</Keywords>` +
    `<TimeCreated SystemTime='${SYSTEM_TIME}'/><EventRecordID>5402080</EventRecordID><Correlation/>` +
    `<Execution ProcessID='3544' ThreadID='4272'/><Channel>${CHANNEL}</Channel><Computer>${COMPUTER}</Computer>` +
    `<Security UserID='S-1-5-18'/></System>${dataXml()}` +
    `<RenderingInfo Culture='en-US'><Message>${escape(MESSAGE)}</Message></RenderingInfo></Event>`
  );
}

/** The record as a row of `Export-Csv`, with the header. */
export function eventCsv(separator: string): string {
  const columns = {
    Hostname: COMPUTER,
    SourceName: PROVIDER,
    Channel: CHANNEL,
    EventID: '1',
    RecordNumber: '5402080',
    ...DATA,
  };
  const row = (cells: string[]): string => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(separator);
  return `#TYPE System.Management.Automation.PSCustomObject\r\n${row(Object.keys(columns))}\r\n${row(Object.values(columns))}\r\n`;
}
