import { describe, expect, test } from 'vitest';
import type { Event } from '../../engine/event/event.js';
import { isSkip, normalise } from './normalise.js';

const PLACE = { file: undefined, line: 1 };

function read(record: unknown): Event {
  const result = normalise(structuredClone(record), PLACE);
  if (isSkip(result)) throw new Error(`skipped: ${result.reason}, ${result.message}`);
  return result;
}

describe("rows of Hayabusa's timeline", () => {
  const row = {
    Timestamp: '2024-03-05 10:08:07.128 +01:00',
    RuleTitle: 'Proc Exec',
    Level: 'info',
    Computer: 'WS5',
    RecordID: 7,
  };

  test('with all fields it is the event, under the name of its channel', () => {
    const AllFieldInfo = { UtcTime: '2020-09-04 07:06:09.681', Image: 'C:\\a.exe', ProcessId: 60 };
    const event = read({ ...row, Channel: 'Sysmon', EventID: 1, AllFieldInfo });
    expect(event).toMatchObject({
      action: 'processcreate',
      sensor: 'sysmon',
      channel: 'Microsoft-Windows-Sysmon/Operational',
      recordNumber: 7,
    });
    expect(event.fields).toMatchObject({ Image: 'C:\\a.exe', ProcessId: 60 });
    const logon = read({ ...row, Channel: 'Sec', EventID: 4624, AllFieldInfo: { LogonType: 3 } });
    expect(logon).toMatchObject({ sensor: 'security', host: 'ws5', timeMs: Date.UTC(2024, 2, 5, 9, 8, 7, 128) });
  });

  test('with a summary only it is none', () => {
    const record = { ...row, Channel: 'Sysmon', EventID: 1, Details: { Cmdline: 'a', PID: 60 } };
    expect(normalise(record, PLACE)).toMatchObject({ reason: 'unsupported' });
  });
});

test.each([
  { tool: 'Hayabusa', record: { RuleTitle: 'r', Timestamp: 't', AllFieldInfo: 'CommandLine: a ¦ Image: b' } },
  { tool: 'Chainsaw', record: { timestamp: 't', detections: 'r', 'Event Data': 'CommandLine: a\nImage: b' } },
])("a text that looks like fields, in $tool's CSV, is not taken apart", ({ tool, record }) => {
  const row = { ...record, EventID: '1', Computer: 'WS5', Channel: 'Sysmon' };
  expect(normalise(row, { file: undefined, line: 1 })).toMatchObject({
    reason: 'unsupported',
    message: expect.stringMatching(new RegExp(`^a row of ${tool}'s CSV; its .* has the fields of the event apart$`)),
  });
});
