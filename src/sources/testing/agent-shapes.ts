/** The process creation of `event-facts.ts` as agents write it whose records have a layout of their own. */

import { CHANNEL, COMPUTER, DATA, GUID, MESSAGE, PROVIDER, SYSTEM_TIME, type Shape } from './event-facts.js';

/** Of both of osquery's tables, which name the channel differently. */
const ROW = {
  computer_name: COMPUTER,
  data: JSON.stringify({ EventData: DATA }),
  datetime: SYSTEM_TIME,
  eventid: '1',
  pid: '3544',
  provider_guid: GUID,
  provider_name: PROVIDER,
};

export const AGENT_SHAPES: readonly Shape[] = [
  {
    name: 'osquery',
    record: {
      name: 'pack_win_events',
      hostIdentifier: 'relay',
      columns: { ...ROW, source: CHANNEL },
      action: 'added',
    },
    hasNumber: false,
  },
  {
    name: "osquery's other table, a row of a snapshot",
    record: { ...ROW, channel: CHANNEL },
    hasNumber: false,
  },
  {
    name: "Vector's own source",
    record: {
      timestamp: '2024-03-05T09:08:07.128912300Z',
      ...{ host: COMPUTER, message: MESSAGE, source_type: 'windows_event_log' },
      ...{ channel: CHANNEL, computer: COMPUTER, provider_name: PROVIDER, event_id: 1, record_id: 5402080 },
      ...{ level: 'Information', level_value: 4, process_id: 3544, thread_id: 4272, user_id: 'S-1-5-18' },
      ...{ event_data: DATA, string_inserts: Object.values(DATA) },
    },
  },
];
