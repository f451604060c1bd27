/** The process creation of `event-facts.ts` as Graylog's index, exports and GELF have it. */

import {
  CHANNEL,
  COMMAND_LINE,
  COMPUTER,
  DATA,
  EXPECTED,
  IMAGE,
  mapKeys,
  MESSAGE,
  PARENT_IMAGE,
  PROVIDER,
  type Shape,
} from './event-facts.js';

/** @param fields  under the names that Winlogbeat gives, joined with underscores */
function graylog(prefix: string, fields: Record<string, unknown>): Record<string, unknown> {
  return {
    timestamp: '2024-03-05 09:08:07.123',
    source: 'collector',
    message: MESSAGE,
    winlogbeat_type: 'winlogbeat',
    ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [prefix + name, value])),
  };
}

/** Without what GELF has a place for. */
const NXLOG = {
  EventID: 1,
  SourceName: PROVIDER,
  Channel: CHANNEL,
  RecordNumber: 5402080,
  ExecutionProcessID: 3544,
  ...DATA,
};

export const GRAYLOG_SHAPES: readonly Shape[] = [
  {
    name: "GELF of NXLog's, whose host and time are GELF's",
    record: {
      version: '1.1',
      host: COMPUTER,
      short_message: 'Process Create:',
      full_message: MESSAGE,
      timestamp: 1709629687.128,
      level: 6,
      ...Object.fromEntries(Object.entries(NXLOG).map(([name, value]) => [`_${name}`, value])),
    },
  },
  {
    name: "NXLog's record in Graylog's index",
    record: {
      gl2_source_input: '5f',
      gl2_message_id: '01',
      source: COMPUTER,
      message: 'Process Create:',
      full_message: MESSAGE,
      timestamp: '2024-03-05 09:08:07.128',
      ...NXLOG,
    },
  },
  ...['winlogbeat_', '_winlogbeat_', '', '_'].map((prefix) => ({
    name: `Winlogbeat through Graylog, names behind ${JSON.stringify(prefix)}`,
    record: graylog(prefix, {
      winlog_channel: CHANNEL,
      winlog_provider_name: PROVIDER,
      winlog_computer_name: COMPUTER,
      winlog_record_id: 5402080,
      winlog_event_id: '1',
      winlog_process_pid: 3544,
      event_code: '1',
      ...mapKeys((name) => `winlog_event_data_${name}`),
    }),
  })),
  {
    name: 'Winlogbeat 6 through Graylog',
    record: graylog('winlogbeat_', {
      log_name: CHANNEL,
      source_name: PROVIDER,
      computer_name: COMPUTER,
      record_number: '5402080',
      event_id: 1,
      process_id: 3544,
      ...mapKeys((name) => `event_data_${name}`),
    }),
  },
  {
    name: 'Winlogbeat 7 through Graylog: data moved to ECS',
    record: graylog('winlogbeat_', {
      winlog_channel: CHANNEL,
      winlog_provider_name: PROVIDER,
      winlog_computer_name: COMPUTER,
      winlog_record_id: 5402080,
      winlog_event_id: 1,
      winlog_event_data_IntegrityLevel: 'High',
      event_code: 1,
      process_entity_id: DATA.ProcessGuid,
      process_pid: 4660,
      process_executable: IMAGE,
      process_command_line: COMMAND_LINE,
      process_hash_md5: EXPECTED.md5.toLowerCase(),
      process_parent_pid: 1234,
      process_parent_entity_id: DATA.ParentProcessGuid,
      process_parent_executable: PARENT_IMAGE,
      process_parent_command_line: PARENT_IMAGE,
      user_name: 'bob',
      user_domain: 'CORP',
    }),
    timeSource: 'timestamp',
  },
];
