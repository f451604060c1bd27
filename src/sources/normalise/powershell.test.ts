import { describe, expect, test } from 'vitest';
import type { Event } from '../../engine/event/event.js';
import { isSkip, normalise } from './normalise.js';

function read(record: unknown): Event {
  const result = normalise(structuredClone(record), { file: undefined, line: 1 });
  if (isSkip(result)) throw new Error(`skipped: ${result.reason}, ${result.message}`);
  return result;
}

const flat = (EventID: number, Message: string): Event =>
  read({ EventID, SourceName: 'PowerShell', Hostname: 'WS5', Channel: 'Windows PowerShell', RecordNumber: 7, Message });
const beats = (event_id: string, message: string, event_data?: unknown): Event =>
  read({
    message,
    event: { code: event_id },
    winlog: {
      channel: 'Windows PowerShell',
      provider_name: event_id === '4103' ? 'Microsoft-Windows-PowerShell' : 'PowerShell',
      computer_name: 'WS5',
      event_id,
      event_data,
    },
  });

describe('the classic log, whose data have no names', () => {
  const details = '\tNewEngineState=Available\r\n\r\n\tHostApplication=powershell -enc AAAA';
  const started = `Engine state is changed from None to Available. \r\n\r\nDetails: \r\n${details}`;
  const context = '\tDetailSequence=1\r\n\r\n\tUserId=WS5\\bob';
  const pipeline = `Pipeline execution details for command line: Write-Host: "x". \r\n\r\nContext Information: \r\n${context}\r\n\r\nDetails: \r\nCommandInvocation(Write-Host): "Write-Host"`;

  test.each([
    { name: '400, the message alone', event: flat(400, started), data: [details] },
    {
      name: '800, the message alone',
      event: flat(800, pipeline),
      data: ['Write-Host: "x"', context, 'CommandInvocation(Write-Host): "Write-Host"'],
    },
    {
      name: '400 of which line breaks are plain',
      event: flat(400, started.replaceAll('\r', '')),
      data: [details.replaceAll('\r', '')],
    },
    {
      name: "Winlogbeat's numbers",
      event: beats('400', '', { param1: 'Available', param3: 'c' }),
      data: ['Available', 'c'],
    },
    { name: 'a module took the data apart', event: beats('400', started), data: [details] },
    { name: 'a message that is another', event: flat(400, 'Der Status hat sich geändert.'), data: undefined },
  ])('$name', ({ event, data }) => expect(event.fields['Data']).toEqual(data));

  test('data that are there stay', () => {
    const record = { SourceName: 'PowerShell', Hostname: 'WS5', EventID: 400, Message: started, Data: 'x' };
    expect(read(record).fields['Data']).toBe('x');
  });
});

describe("Elastic's module", () => {
  const context = '        Severity = Informational\n        Host Application = powershell.exe';
  const message = `CommandInvocation(Out-Null): "Out-Null"\nParameterBinding(Out-Null): name="a"; value="b"\n\n\nContext:\n${context}\n\n\nUser Data:\n`;

  test('4103 from the message', () => {
    expect(beats('4103', message).fields).toEqual({
      Message: message,
      Payload: 'CommandInvocation(Out-Null): "Out-Null"\nParameterBinding(Out-Null): name="a"; value="b"',
      ContextInfo: context,
    });
    expect(beats('4103', message, { Payload: 'p' }).fields).toEqual({ Payload: 'p', Message: message });
    expect(beats('4103', 'Kontext:').fields).toEqual({ Message: 'Kontext:' });
  });

  const block = {
    event: { code: '4104', provider: 'Microsoft-Windows-PowerShell' },
    powershell: { sequence: 2, total: 3, file: { script_block_id: '50d2', script_block_text: 'iex $x' } },
    file: { path: 'C:\\a.ps1' },
  };
  const winlog = { provider_name: 'Microsoft-Windows-PowerShell', computer_name: 'WS5', event_id: '4104' };

  test.each([
    { name: 'nested', record: { ...block, winlog } },
    {
      name: 'dotted',
      record: {
        'event.code': '4104',
        'winlog.provider_name': 'Microsoft-Windows-PowerShell',
        'powershell.sequence': 2,
        'powershell.total': 3,
        'powershell.file.script_block_id': '50d2',
        'powershell.file.script_block_text': ['iex $x'],
        'file.path': 'C:\\a.ps1',
      },
    },
  ])('4104, $name', ({ record }) => {
    expect(read(record).fields).toEqual({
      MessageNumber: 2,
      MessageTotal: 3,
      ScriptBlockText: 'iex $x',
      ScriptBlockId: '50d2',
      Path: 'C:\\a.ps1',
    });
  });
});
