import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { rulesCommand } from '../rules.js';

/** Runs `chainsight rules …` in this process and takes what it prints. */
async function run(...args: string[]): Promise<{ out: string; err: string; exitCode: number }> {
  let out = '';
  let err = '';
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true));
  const before = process.exitCode;
  try {
    await rulesCommand().parseAsync(args, { from: 'user' });
    return { out, err, exitCode: Number(process.exitCode ?? 0) };
  } finally {
    process.exitCode = before;
    stdout.mockRestore();
    stderr.mockRestore();
  }
}

const ID = '11111111-2222-4333-8444-555555555555';
const OTHER = '99999999-2222-4333-8444-555555555555';

const RULE = `title: A shell
id: ${ID}
status: stable
level: high
tags: [attack.execution, attack.t1059.003]
logsource: {product: windows, category: process_creation}
detection:
  shell: {Image|endswith: '\\cmd.exe'}
  quiet: {CommandLine|contains: quiet}
  condition: shell and not quiet
`;

let root: string;

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

beforeEach(() => {
  vi.stubEnv('NO_COLOR', '1');
  root = mkdtempSync(join(tmpdir(), 'sigma-'));
  write({ 'rules/windows/x.yml': RULE });
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

describe('rules lint', () => {
  test('has nothing to say of a good tree without a manifest', async () => {
    const { out, exitCode } = await run('lint', join(root, 'rules'));
    expect(out).toBe('✓ nothing wrong  1 of 1 rule and 0 of 0 profiles load\n');
    expect(exitCode).toBe(0);
  });

  test('names each broken rule with its line, and what only all rules together show once', async () => {
    write({
      'rules/windows/bad.yml': RULE.replace(ID, OTHER).replace('|endswith', '|endwith'),
      'rules/windows/never.yml': RULE.replace(ID, OTHER).replace('not quiet', 'not shell'),
      'rules/filter.yml':
        'title: F\nid: 33333333-2222-4333-8444-555555555555\nlogsource: {category: image_load}\n' +
        `filter: {rules: [${ID}], a: {User: x}, condition: a}\n`,
    });
    const { out, exitCode } = await run('lint', join(root, 'rules'), '--format', 'json');
    const report = JSON.parse(out) as { rules: number; valid: number; problems: Record<string, unknown>[] };
    expect([report.rules, report.valid, exitCode]).toEqual([3, 2, 1]);
    const told = report.problems.map(({ file, line, code, severity, rule }) => [
      String(file).slice(root.length + 1),
      typeof line,
      code,
      severity,
      rule,
    ]);
    expect(told).toContainEqual(['rules/windows/bad.yml', 'number', 'SIGMA_MODIFIER_UNKNOWN', 'error', OTHER]);
    expect(told).toContainEqual(['rules/windows/never.yml', 'number', 'SIGMA_CONDITION_IMPOSSIBLE', 'warning', OTHER]);
    expect(told.filter(([, , code]) => code === 'SIGMA_FILTER_UNUSED')).toHaveLength(1);
  });

  test('says how many right rules no profile wants', async () => {
    write({ 'rules/y.yml': RULE.replace(ID, OTHER).replace('stable', 'experimental') });
    const { out } = await run('lint', join(root, 'rules'), '--rule-profile', 'core', '--format', 'json');
    expect(JSON.parse(out)).toMatchObject({ rules: 2, valid: 2, leftOut: 1 });
  });
});

describe('rules list', () => {
  test('shows level and points of Sigma rules', async () => {
    const { out } = await run('list', join(root, 'rules'));
    expect(out).toContain('Sigma rules');
    expect(out).toMatch(/\+70 +11111111-2222-4333-8444-555555555555 +high +A shell +T1059\.003/);
    expect(out).toContain('1 rule, 0 profiles');
  });

  test('marks rules in the shadow, and narrows to a profile', async () => {
    write({ 'rules/rules-threat-hunting/h.yml': RULE.replace(ID, OTHER) });
    const all = await run('list', join(root, 'rules'));
    expect(all.out).toMatch(/shadow +99999999/);
    const hunting = await run('list', join(root, 'rules'), '--rule-profile', 'threat-hunting', '--format', 'ndjson');
    expect(hunting.out.trim().split('\n').map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { kind: 'rule', id: OTHER, set: 'sigma', level: 'high', status: 'stable', isShadow: false },
    ]);
  });
});

describe('rules eval --sigma', () => {
  const events = [
    { Channel: 'Microsoft-Windows-Sysmon/Operational', EventID: 1, Image: 'C:\\cmd.exe', CommandLine: 'cmd' },
    { Channel: 'Microsoft-Windows-Sysmon/Operational', EventID: 1, Image: 'C:\\cmd.exe', CommandLine: 'cmd quiet' },
    { Channel: 'Microsoft-Windows-Sysmon/Operational', EventID: 3, Image: 'C:\\cmd.exe' },
    { Image: 'C:\\CMD.EXE' },
    { image: 'c:\\cmd.exe', CommandLine: null },
    { Image: 'C:\\cmdx.exe' },
    [],
    [{ Image: 'C:\\a.exe' }, { Image: 'C:\\cmd.exe' }],
    'text',
  ];
  const ask = async (rule: string, lines: string, ...more: string[]) => {
    write({ 'events.jsonl': lines });
    return run('eval', '--sigma', join(root, rule), join(root, 'events.jsonl'), ...more);
  };

  test('answers each line, with regard to the log source where an event says what it is', async () => {
    const { out, exitCode } = await ask('rules/windows/x.yml', events.map((event) => JSON.stringify(event)).join('\n'));
    const answers = out.trim().split('\n').map((line) => JSON.parse(line) as { line: number; match: boolean });
    expect(answers.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(answers.map(({ match }) => match)).toEqual([true, false, false, true, true, false, false, true, false]);
    expect(exitCode).toBe(0);
  });

  test.each([
    { name: 'event id', event: { EventID: 4624, LogonType: 3 }, match: true },
    { name: 'event id as text, in another case', event: { eventid: '4624', LogonType: '3' }, match: true },
    { name: 'another event id', event: { EventID: 4625, LogonType: 3 }, match: false },
    { name: 'event id and host', event: { EventID: 4624, LogonType: 3, Computer: 'h' }, match: true },
    { name: 'a channel that fits', event: { EventID: 4624, LogonType: 3, Channel: 'Security' }, match: true },
    { name: 'a channel that does not fit', event: { EventID: 4624, LogonType: 3, Channel: 'System' }, match: false },
  ])('judges a map of fields with $name', async ({ event, match }) => {
    const detection = 'detection:\n  logon: {EventID: 4624, LogonType: 3}\n  condition: logon\n';
    write({ 'logon.yml': `title: T\nid: ${OTHER}\nlevel: low\nlogsource: {product: windows, service: security}\n${detection}` });
    const { out } = await ask('logon.yml', JSON.stringify(event));
    expect(JSON.parse(out)).toEqual({ line: 1, match });
  });

  test('names lines that are no JSON, and goes on', async () => {
    const { out, exitCode } = await ask('rules/windows/x.yml', 'oops\n\n{"Image":"\\\\cmd.exe"}\n');
    const answers = out.trim().split('\n').map((line) => JSON.parse(line) as unknown);
    expect(answers).toMatchObject([{ line: 1, error: 'input' }, { line: 3, match: true }]);
    expect(exitCode).toBe(2);
  });

  test('takes filters and correlations of the same file into account', async () => {
    write({
      'set.yml': `${RULE}name: shell
---
title: Twice
id: ${OTHER}
correlation: {type: event_count, rules: [shell], group-by: [User], timespan: 5m, condition: {gte: 2}}
`,
    });
    const line = (second: number, user: string): string =>
      JSON.stringify({
        Channel: 'Microsoft-Windows-Sysmon/Operational',
        EventID: 1,
        Computer: 'h',
        UtcTime: `2026-01-01 00:00:0${second}.000`,
        Image: 'C:\\cmd.exe',
        User: user,
        ProcessGuid: `{00000000-0000-0000-0000-00000000000${second}}`,
      });
    const { out } = await ask('set.yml', [line(1, 'a'), line(2, 'b'), line(3, 'a')].join('\n'));
    expect(out.trim().split('\n').map((each) => (JSON.parse(each) as { match: boolean }).match)).toEqual([false, false, true]);
  });

  test.each(['UtcTime', 'TimeCreated', '@timestamp', 'timestamp'])('correlations take the time of a map from %s', async (name) => {
    write({
      'set.yml': `${RULE}name: shell
---
title: Twice
id: ${OTHER}
correlation: {type: event_count, rules: [shell], timespan: 5m, condition: {gte: 2}}
`,
    });
    const lines = ['00:00:00', '00:01:00', '00:09:00'].map((time) => JSON.stringify({ Image: '\\cmd.exe', [name]: `2026-01-01T${time}Z` }));
    const { out } = await ask('set.yml', lines.join('\n'));
    expect(out.trim().split('\n').map((each) => (JSON.parse(each) as { match: boolean }).match)).toEqual([false, true, false]);
  });

  test('explains the condition as a tree, with the matched text', async () => {
    const { out } = await ask('rules/windows/x.yml', JSON.stringify(events[1]), '--explain');
    expect(out).toContain('line 1  no match');
    expect(out).toMatch(/A shell 11111111-2222-4333-8444-555555555555 {2}does not match/);
    expect(out).toMatch(/✗ and/);
    expect(out).toMatch(/✓ shell/);
    expect(out).toMatch(/✓ '\*\\cmd\.exe' {2}Image C:\\cmd\.exe/);
    expect(out).toMatch(/✗ not/);
    const json = await ask('rules/windows/x.yml', JSON.stringify(events[0]), '--explain', '--format', 'json');
    expect(JSON.parse(json.out)).toMatchObject({
      line: 1,
      match: true,
      explain: [{ rule: ID, match: true, condition: { text: 'and', isTrue: true } }],
    });
  });

  test('says where the condition holds and the log source does not fit', async () => {
    const { out } = await ask('rules/windows/x.yml', JSON.stringify(events[2]), '--explain');
    expect(out).toContain('does not match  (the condition holds; the log source keeps it out)');
  });

  const filter = `title: F
id: 33333333-2222-4333-8444-555555555555
logsource: {product: windows, category: process_creation}
filter: {rules: [${ID}], a: {CommandLine: cmd}, condition: a}
`;
  const correlation = `title: Once
id: ${OTHER}
correlation: {type: event_count, rules: [${ID}], timespan: 5m, condition: {gte: 1}}
`;
  const dated = { ...(events[0] as object), Computer: 'h', UtcTime: '2026-01-01 00:00:01.000', ProcessGuid: '{0}' };

  test('says where a filter keeps out what the condition would take', async () => {
    write({ 'set.yml': `${RULE}---\n${filter}` });
    const { out } = await ask('set.yml', JSON.stringify(events[0]), '--explain');
    expect(out).toContain('does not match  (the condition holds; a filter keeps it out)');
  });

  test('lists correlations, and says which rule is silent because of one', async () => {
    write({ 'set.yml': `${RULE}---\n${correlation}` });
    const line = JSON.stringify(dated);
    const { out } = await ask('set.yml', `${line}\n${line}`, '--explain');
    expect(out).toContain(`line 1  match\nA shell ${ID}  does not match  (the condition holds; the rule gives no hits of its own,`);
    expect(out).toContain(`Once ${OTHER}  matches\n`);
    const json = await ask('set.yml', line, '--explain', '--format', 'json');
    expect(JSON.parse(json.out)).toMatchObject({
      explain: [
        { rule: ID, match: false, keptOutBy: 'silent', condition: { isTrue: true } },
        { rule: OTHER, match: true },
      ],
    });
  });

  test('says that correlations pass over an event without a time', async () => {
    write({ 'set.yml': `${RULE}---\n${correlation}` });
    const { out } = await ask('set.yml', JSON.stringify(events[3]));
    expect(JSON.parse(out)).toEqual({ line: 1, match: false, note: expect.stringMatching(/has no time/) as string });
    const explained = await ask('set.yml', JSON.stringify(events[3]), '--explain');
    expect(explained.out).toContain(`Once ${OTHER}  does not match  (the event has no time`);
  });

  test.each(['5', 'null', '"text"', '[5]'])('says that %s is no object', async (line) => {
    const { out } = await ask('rules/windows/x.yml', line);
    expect(JSON.parse(out)).toEqual({ line: 1, match: false, note: expect.stringMatching(/no object/) as string });
  });

  test('names the rule that a correlation lacks', async () => {
    write({ 'set.yml': `${RULE}---\n${correlation.replace(`[${ID}]`, `[${ID}, shel]`)}` });
    const { err, exitCode } = await ask('set.yml', JSON.stringify(dated));
    expect(err).toMatch(/There is no rule "shel"\.[^]*SIGMA_RULE_UNKNOWN/);
    expect(exitCode).toBe(0);
    write({ 'alone.yml': correlation });
    await expect(ask('alone.yml', '{}')).rejects.toThrow('none of the rules that they refer to');
  });

  test('refuses a file without a rule that loads', async () => {
    write({ 'bad.yml': RULE.replace('condition: shell', 'condition: shel') });
    await expect(ask('bad.yml', '{}')).rejects.toThrow('No Sigma rule of');
    await expect(run('eval', '--sigma', join(root, 'rules'), join(root, 'none.jsonl'))).rejects.toThrow('There is no file');
  });
});

describe('rules coverage', () => {
  const cloud = RULE.replace(ID, OTHER).replace('product: windows, category: process_creation', 'product: aws, service: cloudtrail');
  const record = JSON.stringify({
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    EventID: 3,
    Computer: 'h',
    Image: 'C:\\cmd.exe',
  });

  beforeEach(() => write({ 'rules/cloud.yml': cloud, 'events.jsonl': `${record}\n` }));

  test('says by technique, log source and field how many rules there are, and why some can never match', async () => {
    const { out, exitCode } = await run('coverage', join(root, 'rules'));
    expect(out).toMatch(/Techniques \(1\) +rules\nT1059\.003 +2\n/);
    expect(out).toMatch(/windows \/ process_creation \/ - +1\n/);
    expect(out).toMatch(/ 1 {2}never: no source gives events of aws \/ - \/ cloudtrail/);
    expect(out).toContain('2 rules: 1 never, 1 open');
    expect(exitCode).toBe(0);
  });

  test('held against events', async () => {
    const { out } = await run('coverage', join(root, 'rules'), '--events', join(root, 'events.jsonl'), '--format', 'json');
    const { verdicts, rules, data } = JSON.parse(out) as { verdicts: unknown; rules: unknown; data: unknown };
    expect(verdicts).toEqual({ never: 1, unseen: 1, open: 0, possible: 0 });
    expect(rules).toMatchObject([
      { id: OTHER, verdict: 'never', reason: { code: 'SOURCE_UNMAPPED' } },
      { id: ID, level: 'high', shadow: false, verdict: 'unseen', reason: { code: 'SOURCE_NEVER_SEEN' } },
    ]);
    expect(data).toMatchObject({ events: 1, kinds: [{ eventId: 3, events: 1 }] });
  });

  test('says that none of the events could be read', async () => {
    write({ 'bare.jsonl': '{"Image": "C:\\\\cmd.exe"}\n' });
    const { out, err } = await run('coverage', join(root, 'rules'), '--events', join(root, 'bare.jsonl'));
    expect(out).toContain('1 open');
    expect(err).toMatch(/^No event could be read \(1 record skipped\)/);
  });

  test('as a layer of the ATT&CK Navigator', async () => {
    const file = join(root, 'layer.json');
    await run('coverage', join(root, 'rules'), '--format', 'navigator', '--out', file);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ domain: 'enterprise-attack', versions: { layer: '4.5' } });
  });

  test('is refused for events that are not there', async () => {
    expect((await run('coverage', join(root, 'rules'), '--events', join(root, 'none'))).exitCode).toBe(2);
  });
});

describe('rules test with regression data', () => {
  const info = (text = ''): string => `id: x\nrule_metadata:\n  - id: ${ID}\n    title: A shell\n${text}`;
  const TESTS = `regression_tests_info:
  - {name: Positive, type: evtx, match_count: 2, path: regression_data/elsewhere/${ID}.evtx}
`;
  const event = (image: string): string =>
    JSON.stringify(
      {
        Event: {
          System: { Provider: { '#attributes': { Name: 'Microsoft-Windows-Sysmon' } }, EventID: 1, Channel: 'Microsoft-Windows-Sysmon/Operational', Computer: 'h' },
          EventData: { Image: image, 'Threat Name': 'x' },
        },
      },
      null,
      2,
    );
  const test2 = (...more: string[]) => run('test', join(root, 'data'), '--rules', join(root, 'rules'), '--format', 'json', ...more);

  test('counts matches in files of pretty-printed objects one after another', async () => {
    write({ 'data/a/info.yml': info(TESTS), [`data/a/${ID}.json`]: `${event('C:\\cmd.exe')}\n${event('C:\\cmd.exe')}${event('C:\\a.exe')}` });
    const { out, exitCode } = await test2();
    expect(JSON.parse(out)).toEqual({ cases: 1, passed: 1, failed: [], forms: { json: { files: 1, passed: 1 } } });
    expect(exitCode).toBe(0);
  });

  test('tells what was expected and what came', async () => {
    write({ 'data/a/info.yml': info(TESTS), [`data/a/${ID}.jsoncls`]: event('C:\\cmd.exe') });
    const { out, exitCode } = await test2();
    expect(JSON.parse(out)).toMatchObject({
      cases: 1,
      passed: 0,
      failed: [{ case: join(root, 'data/a'), expected: 2, got: 1, rule: ID, form: 'json', reason: '' }],
    });
    expect(exitCode).toBe(1);
  });

  test.each([
    { name: 'a rule that is not loaded', files: { 'data/a/info.yml': info().replace(ID, OTHER) }, reason: 'The rule is not loaded.' },
    { name: 'records that are not there', files: { 'data/a/info.yml': info() }, reason: 'There is no file of records beside it.' },
  ])('fails for $name', async ({ files, reason }) => {
    write(files);
    expect(JSON.parse((await test2()).out)).toMatchObject({ passed: 0, failed: [{ got: 0, form: null, reason }] });
  });

  test('runs what lies there where no test is written down, lines of text too', async () => {
    write({
      'rules/net.yml': `title: N\nid: ${OTHER}\nlogsource: {product: cisco, service: aaa}\ndetection: {words: ['no dot1x'], condition: words}\n`,
      'data/n/info.yml': info().replace(ID, OTHER),
      [`data/n/${OTHER}.raw`]: 'something\nuser: NO DOT1X port-control\n',
    });
    expect(JSON.parse((await test2()).out)).toMatchObject({ cases: 1, passed: 1, forms: { text: { files: 1, passed: 1 } } });
  });

  test('is refused where there is none', async () => {
    write({ 'data/x.txt': '' });
    await expect(test2()).rejects.toThrow('nothing to test');
  });
});
