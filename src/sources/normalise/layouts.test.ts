import { describe, expect, test } from 'vitest';
import { nameValues } from './layouts.js';

const UTC = '2019-05-18 20:35:52.569';
const names = (eventId: number, values: unknown[]): string | undefined =>
  nameValues('Microsoft-Windows-Sysmon', true, eventId, values)
    ?.map(([name]) => name)
    .join(' ');

/** What the versions of Sysmon give, with a time where it stands and `x` elsewhere. */
const inserts = (layout: string): unknown[] => layout.split(' ').map((name) => (name === 'UtcTime' ? UTC : 'x'));

describe("Sysmon's versions", () => {
  test.each([
    { version: '15, event 5', id: 5, layout: 'RuleName UtcTime ProcessGuid ProcessId Image User' },
    { version: '10, event 5', id: 5, layout: 'RuleName UtcTime ProcessGuid ProcessId Image' },
    { version: '6, event 5', id: 5, layout: 'UtcTime ProcessGuid ProcessId Image' },
    {
      version: '6, event 1',
      id: 1,
      layout:
        'UtcTime ProcessGuid ProcessId Image CommandLine CurrentDirectory User LogonGuid LogonId TerminalSessionId IntegrityLevel Hashes ParentProcessGuid ParentProcessId ParentImage ParentCommandLine',
    },
    {
      version: '8, event 1',
      id: 1,
      layout:
        'RuleName UtcTime ProcessGuid ProcessId Image FileVersion Description Product Company CommandLine CurrentDirectory User LogonGuid LogonId TerminalSessionId IntegrityLevel Hashes ParentProcessGuid ParentProcessId ParentImage ParentCommandLine',
    },
    {
      version: '11, event 1',
      id: 1,
      layout:
        'RuleName UtcTime ProcessGuid ProcessId Image FileVersion Description Product Company OriginalFileName CommandLine CurrentDirectory User LogonGuid LogonId TerminalSessionId IntegrityLevel Hashes ParentProcessGuid ParentProcessId ParentImage ParentCommandLine',
    },
    { version: '10, event 12', id: 12, layout: 'RuleName EventType UtcTime ProcessGuid ProcessId Image TargetObject' },
    { version: '8, event 17', id: 17, layout: 'RuleName UtcTime ProcessGuid ProcessId PipeName Image' },
    {
      version: '10, event 8',
      id: 8,
      layout:
        'RuleName UtcTime SourceProcessGuid SourceProcessId SourceImage TargetProcessGuid TargetProcessId TargetImage NewThreadId StartAddress StartModule StartFunction',
    },
    {
      version: '13, event 10',
      id: 10,
      layout:
        'RuleName UtcTime SourceProcessGuid SourceProcessId SourceThreadId SourceImage TargetProcessGuid TargetProcessId TargetImage GrantedAccess CallTrace SourceUser TargetUser',
    },
    {
      version: '15, event 29',
      id: 29,
      layout: 'RuleName UtcTime ProcessGuid ProcessId User Image TargetFilename Hashes',
    },
    { version: 'any, event 255', id: 255, layout: 'UtcTime ID Description' },
  ])('version $version', ({ id, layout }) => expect(names(id, inserts(layout))).toBe(layout));

  test.each([
    { name: 'too many values', id: 5, values: Array.from({ length: 40 }, () => UTC) },
    { name: 'too few', id: 5, values: [UTC] },
    { name: 'no time where it should be', id: 5, values: ['x', 'x', 'x', 'x'] },
    { name: 'an event that is not known', id: 99, values: [UTC] },
    { name: 'none', id: 1, values: [] },
  ])('$name: no names rather than wrong ones', ({ id, values }) => expect(names(id, values)).toBeUndefined());
});

describe('other providers', () => {
  const security = (eventId: number, count: number): string[] | undefined =>
    nameValues(
      'Microsoft-Windows-Security-Auditing',
      false,
      eventId,
      Array.from({ length: count }, () => 'x'),
    )?.map(([name]) => name);

  test('4688 of Windows 7, of 8.1, and of 10', () => {
    expect(security(4688, 8)?.at(-1)).toBe('ProcessId');
    expect(security(4688, 9)?.at(-1)).toBe('CommandLine');
    expect(security(4688, 15)?.at(-1)).toBe('MandatoryLabel');
    expect(security(4688, 16)).toBeUndefined();
  });

  test.each([
    { id: 4634, count: 5, index: 3, name: 'TargetLogonId' },
    { id: 4648, count: 14, index: 11, name: 'ProcessName' },
    { id: 4656, count: 17, index: 11, name: 'AccessMask' },
    { id: 4656, count: 16, index: 15, name: 'ProcessName' },
    { id: 4657, count: 14, index: 11, name: 'NewValue' },
    { id: 4661, count: 16, index: 6, name: 'ObjectName' },
    { id: 4662, count: 14, index: 11, name: 'Properties' },
    { id: 4663, count: 12, index: 11, name: 'ProcessName' },
    { id: 4663, count: 13, index: 12, name: 'ResourceAttributes' },
    { id: 4672, count: 5, index: 4, name: 'PrivilegeList' },
    { id: 4702, count: 6, index: 5, name: 'TaskContentNew' },
    { id: 4720, count: 26, index: 8, name: 'SamAccountName' },
    { id: 4720, count: 26, index: 25, name: 'LogonHours' },
    { id: 4724, count: 7, index: 4, name: 'SubjectUserName' },
    { id: 4732, count: 10, index: 2, name: 'TargetUserName' },
    { id: 4738, count: 27, index: 9, name: 'SamAccountName' },
    { id: 4742, count: 29, index: 1, name: 'TargetUserName' },
    { id: 4742, count: 29, index: 28, name: 'ServicePrincipalNames' },
    { id: 4768, count: 14, index: 7, name: 'TicketEncryptionType' },
    { id: 4769, count: 11, index: 5, name: 'TicketEncryptionType' },
    { id: 4776, count: 4, index: 1, name: 'TargetUserName' },
    { id: 4781, count: 9, index: 1, name: 'NewTargetUserName' },
    { id: 5136, count: 15, index: 13, name: 'AttributeValue' },
    { id: 5140, count: 11, index: 7, name: 'ShareName' },
    { id: 5145, count: 13, index: 9, name: 'RelativeTargetName' },
    { id: 5157, count: 13, index: 5, name: 'DestAddress' },
  ])('$id with $count values: $name stands at $index', ({ id, count, index, name }) =>
    expect(security(id, count)?.[index]).toBe(name),
  );

  test('4656 of the first version, without a name in the middle, gets no names rather than wrong ones', () => {
    expect(security(4656, 15)).toBeUndefined();
  });

  test('values of PowerShell properties are taken out', () => {
    const named = nameValues('Microsoft-Windows-PowerShell', false, 4104, [
      { Value: 1 },
      { Value: 1 },
      { Value: 'whoami' },
    ]);
    expect(named).toEqual([
      ['MessageNumber', 1],
      ['MessageTotal', 1],
      ['ScriptBlockText', 'whoami'],
    ]);
  });
});

test.each([
  { provider: 'Microsoft-Windows-Eventlog', id: 1102, values: 4, first: 'SubjectUserSid', last: 'SubjectLogonId' },
  { provider: 'Microsoft-Windows-Eventlog', id: 104, values: 4, first: 'SubjectUserName', last: 'BackupPath' },
  { provider: 'Microsoft-Windows-TaskScheduler', id: 106, values: 2, first: 'TaskName', last: 'UserContext' },
  { provider: 'Microsoft-Windows-TaskScheduler', id: 200, values: 3, first: 'TaskName', last: 'TaskInstanceId' },
  { provider: 'Microsoft-Windows-WMI-Activity', id: 5857, values: 5, first: 'ProviderName', last: 'ProviderPath' },
  { provider: 'Microsoft-Windows-WMI-Activity', id: 5861, values: 4, first: 'Namespace', last: 'PossibleCause' },
])('$provider $id', ({ provider, id, values, first, last }) => {
  const found = nameValues(provider, false, id, Array(values).fill('x')) ?? [];
  expect([found[0]?.[0], found.at(-1)?.[0], found.length]).toEqual([first, last, values]);
});

describe("PowerShell's properties are typed", () => {
  const typed = (id: number, ...values: unknown[]): Record<string, unknown> =>
    Object.fromEntries(
      nameValues(
        'Microsoft-Windows-Security-Auditing',
        false,
        id,
        values.map((Value) => ({ Value })),
      ) ?? [],
    );

  test('SIDs, and numbers that Security writes in hex', () => {
    const sid = { BinaryLength: 12, AccountDomainSid: null, Value: 'S-1-5-18' };
    expect(typed(4688, sid, 'WS5$', 'CORP', 999, 6772, 'C:\\a.exe', '%%1936', 3080)).toEqual({
      ...{ SubjectUserSid: 'S-1-5-18', SubjectUserName: 'WS5$', SubjectDomainName: 'CORP', SubjectLogonId: '0x3e7' },
      ...{ NewProcessId: '0x1a74', NewProcessName: 'C:\\a.exe', TokenElevationType: '%%1936', ProcessId: '0xc08' },
    });
    const failed = typed(4625, sid, '-', '-', 0, sid, 'x', '-', -1073741715, '%%2313', -1073741724, 3);
    expect(failed).toMatchObject({ Status: '0xc000006d', SubStatus: '0xc0000064', LogonType: 3 });
  });

  test('of the filtering platform they are decimal', () => {
    expect(typed(5158, 3428, 'a')).toEqual({ ProcessId: 3428, Application: 'a' });
  });
});
