import { describe, expect, test } from 'vitest';
import type { Event } from '../../engine/event/event.js';
import { isSkip, normalise } from './normalise.js';
import { classicText, processInMessage } from './rendered.js';

function read(record: unknown): Event {
  const result = normalise(structuredClone(record), { file: undefined, line: 1 });
  if (isSkip(result)) throw new Error(`skipped: ${result.reason}, ${result.message}`);
  return result;
}

const SUBJECT = [
  '\tSecurity ID:\t\tS-1-5-21-1-2-3-500',
  '\tAccount Name:\t\tbob',
  '\tAccount Domain:\t\tCORP',
  '\tLogon ID:\t\t0x3E5A1',
];
const CREATED = [
  'A new process has been created.',
  '',
  'Creator Subject:',
  ...SUBJECT,
  '',
  'Target Subject:',
  '\tSecurity ID:\t\tS-1-0-0',
  '\tAccount Name:\t\t-',
  '\tAccount Domain:\t\t-',
  '\tLogon ID:\t\t0x0',
  '',
  'Process Information:',
  '\tNew Process ID:\t\t0x1234',
  '\tNew Process Name:\tC:\\Windows\\System32\\cmd.exe',
  '\tToken Elevation Type:\t%%1936',
  '\tMandatory Label:\t\tS-1-16-12288',
  '\tCreator Process ID:\t0x4d2',
  '\tCreator Process Name:\tC:\\Windows\\explorer.exe',
  '\tProcess Command Line:\tcmd /c "a: b"',
  '\tNew Process ID:\t\t0x1 (a line break in the command line)',
  '',
  'Token Elevation Type indicates the type of token that was assigned to the new process.',
].join('\r\n');
const ENDED = [
  'A process has exited.',
  '',
  'Subject:',
  ...SUBJECT,
  '',
  'Process Information:',
  '\tProcess ID:\t0x1234',
  '\tProcess Name:\tC:\\a.exe',
  '\tExit Status:\t0x0',
].join('\n');

const EXPECTED = {
  ProcessId: 0x1234,
  ParentProcessId: 0x4d2,
  Image: 'C:\\Windows\\System32\\cmd.exe',
  ParentImage: 'C:\\Windows\\explorer.exe',
  CommandLine: 'cmd /c "a: b"',
  User: 'CORP\\bob',
  LogonId: '0x3E5A1',
  IntegrityLevel: 'High',
};

describe('Security 4688 and 4689 of which only the message was kept', () => {
  const splunk = {
    EventCode: '4688',
    LogName: 'Security',
    SourceName: 'Microsoft Windows security auditing.',
    ComputerName: 'WS5',
    RecordNumber: '7',
    _time: '2024-03-05 09:08:07.000 UTC',
    Message: CREATED,
  };

  test("Splunk's classic fields", () => {
    const event = read(splunk);
    expect(event).toMatchObject({
      action: 'processcreate',
      sensor: 'security',
      timeMs: Date.UTC(2024, 2, 5, 9, 8, 7),
      timeSource: 'timestamp',
    });
    expect(event.fields).toMatchObject({ ...EXPECTED, LogonId: '0x3E5A1' });
  });

  test("Splunk's classic text", () => {
    const { Message, _time, ...named } = splunk;
    const lines = Object.entries(named).map(([name, value]) => `${name}=${value}`);
    const text = ['03/05/2024 10:08:07 AM', 'LogName=Security', ...lines, `Message=${Message}`].join('\n');
    const event = read({ result: { _raw: text, _time } });
    expect(event).toMatchObject({
      action: 'processcreate',
      host: 'ws5',
      recordNumber: 7,
      timeMs: Date.UTC(2024, 2, 5, 9, 8, 7),
    });
    expect(event.fields).toMatchObject(EXPECTED);
    expect(read({ _raw: text })).toMatchObject({ timeMs: Date.UTC(2024, 2, 5, 10, 8, 7), timeSource: 'local' });
  });

  test("Get-WinEvent's own ProcessId is the logger", () => {
    const record = {
      Id: '4688',
      ProviderName: 'Microsoft-Windows-Security-Auditing',
      LogName: 'Security',
      MachineName: 'WS5',
      ProcessId: '4',
    };
    expect(read({ ...record, Message: CREATED }).fields).toMatchObject(EXPECTED);
    const lost = Array(3).fill('System.Diagnostics.Eventing.Reader.EventProperty');
    expect(read({ ...record, Message: CREATED, Properties: lost }).fields).toMatchObject(EXPECTED);
    expect(read({ ...record, Id: '4689', Message: ENDED })).toMatchObject({
      action: 'processterminal',
      fields: { ProcessId: 0x1234, Image: 'C:\\a.exe', User: 'CORP\\bob' },
    });
  });
});

/** A message by what stands in it in order: a sentence, the headings of its sections, and the labels of their lines. */
function rendered(colon: string, texts: readonly (readonly [heading: string, ...labels: string[]])[]): string {
  const [sentence, ...sections] = texts;
  const values = [SUBJECT, ['S-1-0-0', '-', '-', '0x0'], PROCESS];
  const shown = sections.length === 2 ? [values[0]!, values[2]!] : values;
  return [
    sentence?.[0],
    ...sections.flatMap(([heading, ...labels], section) => [
      '',
      heading + colon,
      ...labels.map((label, line) => `\t${label}${colon}\t${shown[section]?.[line]?.replace(/^\t[^:]*:\t*/, '')}`),
    ]),
    '',
    sentence?.[1],
  ].join('\r\n');
}
const PROCESS = ['0x1234', 'C:\\Windows\\System32\\cmd.exe', '%%1936', 'S-1-16-12288', '0x4d2'].concat(
  'C:\\Windows\\explorer.exe',
  'cmd /c "a: b"',
);

describe('a creation as Windows renders it in other languages', () => {
  test.each([
    {
      language: 'German',
      message: rendered(':', [
        ['Ein neuer Prozess wurde erstellt.', 'Der Tokenerhöhungstyp gibt den Typ des Tokens an: 1'],
        ['Erstellersubjekt', 'Sicherheits-ID', 'Kontoname', 'Kontodomäne', 'Anmelde-ID'],
        ['Zielsubjekt', 'Sicherheits-ID', 'Kontoname', 'Kontodomäne', 'Anmelde-ID'],
        [
          'Prozessinformationen',
          ...['Neue Prozess-ID', 'Neuer Prozessname', 'Tokenerhöhungstyp', 'Verbindliche Beschriftung'],
          ...['Erstellerprozess-ID', 'Erstellerprozessname', 'Prozessbefehlszeile'],
        ],
      ]),
    },
    {
      language: 'French',
      message: rendered('\u00a0:', [
        ['Un nouveau processus a été créé.', 'Le type d’élévation du jeton indique : 1'],
        ['Sujet créateur', 'ID de sécurité', 'Nom du compte', 'Domaine du compte', 'ID d’ouverture de session'],
        ['Sujet cible', 'ID de sécurité', 'Nom du compte', 'Domaine du compte', 'ID d’ouverture de session'],
        [
          'Informations sur le processus',
          ...[
            'ID du nouveau processus',
            'Nom du nouveau processus',
            'Type d’élévation du jeton',
            'Étiquette obligatoire',
          ],
          ...['ID du processus créateur', 'Nom du processus créateur', 'Ligne de commande du processus'],
        ],
      ]),
    },
    {
      language: 'Chinese',
      message: rendered('：', [
        ['已创建新进程。', '令牌提升类型'],
        ['创建者主题', '安全 ID', '帐户名', '帐户域', '登录 ID'],
        ['目标主题', '安全 ID', '帐户名', '帐户域', '登录 ID'],
        [
          '进程信息',
          '新进程 ID',
          '新进程名称',
          '令牌提升类型',
          '强制性标签',
          '创建者进程 ID',
          '创建者进程名称',
          '进程命令行',
        ],
      ]),
    },
    {
      language: 'Japanese',
      message: rendered(':', [
        ['新しいプロセスが作成されました。', 'トークン昇格の種類'],
        ['作成元サブジェクト', 'セキュリティ ID', 'アカウント名', 'アカウント ドメイン', 'ログオン ID'],
        ['対象サブジェクト', 'セキュリティ ID', 'アカウント名', 'アカウント ドメイン', 'ログオン ID'],
        [
          'プロセス情報',
          ...['新しいプロセス ID', '新しいプロセス名', 'トークン昇格の種類', '必須ラベル', '作成元プロセス ID'],
          ...['作成元プロセス名', 'プロセスのコマンド ライン'],
        ],
      ]),
    },
  ])('$language', ({ message }) => {
    const record = { EventID: 4688, SourceName: 'Microsoft-Windows-Security-Auditing', Computer: 'WS5' };
    expect(read({ ...record, Message: message }).fields).toMatchObject(EXPECTED);
  });

  test.each([
    { name: 'Windows 8.1', lines: ['0x12', 'C:\\a.exe', '%%1936', '0x4d2', 'a.exe 0x5'], commandLine: 'a.exe 0x5' },
    { name: 'Windows 7', lines: ['0x12', 'C:\\a.exe', '%%1936', '0x4d2'], commandLine: undefined },
  ])('$name had neither the label nor a target', ({ lines, commandLine }) => {
    const process = lines.map((line, index) => `\tZeile ${'abcde'[index]}:\t${line}`);
    const message = ['Satz.', '', 'Antragsteller:', ...SUBJECT, '', 'Prozess:', ...process].join('\n');
    const found = processInMessage(message, 4688);
    expect(found).toMatchObject({ NewProcessId: '0x12', ProcessId: '0x4d2', SubjectUserName: 'bob' });
    expect(found?.['CommandLine']).toBe(commandLine);
    expect(found?.['ParentProcessName']).toBeUndefined();
  });
});

const ACCOUNT = ['Subject:', ...SUBJECT].join('\n');
test.each([
  `${ACCOUNT}\nProcess:\n\tID:\t0x1\n\tName:\ta\n\tType:\t1\n\tLabel:\tx\n\tName:\tno id`,
  `${ACCOUNT}\n${ACCOUNT}\n${ACCOUNT}\nProcess:\n\tID:\t0x1\n\tName:\ta\n\tType:\t1\n\tID:\t0x2`,
  'Subject:\n\tName:\tbob\nProcess:\n\tID:\t0x1\n\tName:\ta\n\tType:\t1\n\tID:\t0x2',
  'Process:\n\tID:\t0x1\n\tName:\ta\n\tType:\t1\n\tID:\t0x2',
])('sections that are no creation: %j', (message) => expect(processInMessage(message, 4688)).toBeUndefined());

test('a line of blanks is looked at once', () => {
  const started = performance.now();
  expect(processInMessage(`${ACCOUNT}\n${' '.repeat(60_000)}x`, 4688)).toBeUndefined();
  // Counted from each blank on it was more than a second.
  expect(performance.now() - started).toBeLessThan(300);
});

test('sections that are no end', () => {
  expect(processInMessage(`${ACCOUNT}\nProcess:\n\tID:\t0x1\n\tName:\ta\n\tStatus:\tok`, 4689)).toBeUndefined();
});

test.each([
  '',
  'Ein neuer Prozess wurde erstellt.',
  'New Process ID:\t0x1',
  '\n'.repeat(100_000),
  'Process Informatio',
])('a message that is another: %j', (message) => expect(processInMessage(message.slice(0, 50), 4688)).toBeUndefined());

test.each(['', '03/05/2024 10:08:07 AM', '03/05/2024 10:08:07 AM\nSource=x', 'LogName=Security'])(
  'a text that is another: %j',
  (text) => expect(classicText(text)).toBeUndefined(),
);

test('names in classic text that could reach a prototype', () => {
  const record = classicText('03/05/2024 10:08:07 AM\nLogName=x\n__proto__=y\nno name\n=z');
  expect(Object.getOwnPropertyNames(record ?? {})).toEqual(['TimeCreated', 'LogName', '__proto__']);
});
