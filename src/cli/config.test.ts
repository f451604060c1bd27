import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { formatDiagnostic } from '../engine/base/diagnostic.js';
import { loadConfig, type ConfigInput } from './config.js';
import { environmentName, SETTING_NAMES, SETTINGS, showSetting } from './settings.js';

const folder = mkdtempSync(join(tmpdir(), 'chainsight-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = join(folder, 'chainsight.yml');

function load(text: string | undefined, input: Partial<ConfigInput> = {}) {
  if (text === undefined) rmSync(file, { force: true });
  else writeFileSync(file, text);
  return loadConfig({ data: folder, environment: {}, ...input });
}

function problems(text: string, input: Partial<ConfigInput> = {}): readonly string[] {
  const result = load(text, input);
  return result.ok ? [] : result.error.map((problem) => formatDiagnostic(problem).replace(folder, ''));
}

describe('loadConfig', () => {
  test('without a file: the defaults', () => {
    const result = load(undefined);
    expect(result.ok && result.value.values).toMatchObject({
      'listen.http': { host: '127.0.0.1', port: 8420 },
      'listen.rmeye': undefined,
      'policy.threshold': 170,
      insecure: false,
    });
    expect(result.ok && new Set(Object.values(result.value.origins))).toEqual(new Set(['default', '--data']));
  });

  test('a flag is over the environment, the environment over the file', () => {
    const text = 'listen:\n  http: 10.0.0.1:1\n  rmeye: 0.0.0.0:2\npolicy:\n  threshold: 100\n';
    const result = load(text, {
      environment: { CHAINSIGHT_LISTEN_HTTP: '10.0.0.2:3', CHAINSIGHT_POLICY_THRESHOLD: '120' },
      flags: {
        'listen.http': { flag: '--listen', value: '[::1]:5' },
        'tls.cert': { flag: '--tls-cert', value: undefined },
      },
    });
    expect(result.ok && result.value.values).toMatchObject({
      'listen.http': { host: '::1', port: 5 },
      'listen.rmeye': { host: '0.0.0.0', port: 2 },
      'policy.threshold': 120,
    });
    expect(result.ok && result.value.origins).toMatchObject({
      'listen.http': '--listen',
      'listen.rmeye': `${file}:3`,
      'policy.threshold': 'CHAINSIGHT_POLICY_THRESHOLD',
      'tls.cert': 'default',
    });
  });

  test('the data folder may come from the environment', () => {
    load('insecure: true');
    const result = loadConfig({ environment: { CHAINSIGHT_DATA: folder } });
    expect(result.ok && [result.value.dataFolder, result.value.values.insecure]).toEqual([folder, true]);
  });

  test.each([
    { name: 'lists from YAML', text: 'rules: {packs: [a, b]}', key: 'rules.packs', value: ['a', 'b'] },
    { name: 'one text as a list', text: 'rules: {packs: a}', key: 'rules.packs', value: ['a'] },
    { name: 'off as YAML 1.1 reads it', text: 'listen: {rmeye: false}', key: 'listen.rmeye', value: undefined },
    { name: 'an empty file', text: '', key: 'insecure', value: false },
    {
      name: 'plugin settings',
      text: 'plugins: {settings: {reputation: {key: x, days: 3}}}',
      key: 'plugins.settings',
      value: { reputation: { key: 'x', days: 3 } },
    },
  ] as const)('reads $name', ({ text, key, value }) => {
    const result = load(text);
    expect(result.ok && result.value.values[key]).toEqual(value);
  });

  test('a list from the environment is separated by commas', () => {
    const result = load('', { environment: { CHAINSIGHT_RMEYE_ALLOW: '10.0.0.0/8, ::1' } });
    expect(result.ok && result.value.values['rmeye.allow']).toEqual(['10.0.0.0/8', '::1']);
  });

  test.each([
    {
      name: 'a misspelt setting',
      text: 'policy:\n  treshold: 5',
      says: ['/chainsight.yml:2:3  CONFIG_UNKNOWN', 'Did you mean "policy.threshold"?'],
    },
    { name: 'a misspelt section', text: '\nlisen:\n  http: x', says: ['/chainsight.yml:2:1  CONFIG_UNKNOWN'] },
    { name: 'a section that is no map', text: 'listen: 8080', says: ['/chainsight.yml:1:1  CONFIG_UNKNOWN'] },
    {
      name: 'a port too large',
      text: 'listen:\n  http: 127.0.0.1:70000',
      says: ['/chainsight.yml:2  CONFIG_INVALID', '70000'],
    },
    {
      name: 'a number as a word',
      text: 'policy:\n  threshold: many',
      says: ['/chainsight.yml:2  CONFIG_INVALID', 'whole number from 1'],
    },
    {
      name: 'a network that is none',
      text: 'rmeye:\n  allow: [10.0.0.0/40]',
      says: ['/chainsight.yml:2  CONFIG_INVALID', '10.0.0.0/40'],
    },
    { name: 'a choice that is none', text: 'log: {level: loud}', says: ['CONFIG_INVALID', 'debug, info'] },
    { name: 'a list of maps', text: 'rules: {packs: [{a: 1}]}', says: ['CONFIG_INVALID', 'list of texts'] },
    { name: 'broken YAML', text: 'listen:\n  http: [', says: ['CONFIG_NOT_YAML', ':2'] },
    { name: 'the same key twice', text: 'insecure: true\ninsecure: false', says: ['CONFIG_NOT_YAML', ':2'] },
    {
      name: 'a map without end',
      text: `policy: ${'{a: '.repeat(5_000)}`,
      says: ['CONFIG_NOT_YAML', ':1:', 'too deep'],
    },
    { name: 'faults without number', text: '-  *a x: "\\u"\n' + '- '.repeat(20_000), says: ['CONFIG_NOT_YAML', ':'] },
    { name: 'an alias of nothing', text: 'policy:\n  skipImages: *a', says: ['CONFIG_NOT_YAML', ':2', '&a'] },
    { name: 'an alias inside of itself', text: 'log.level: &a [*a, *a]', says: ['CONFIG_NOT_YAML', ':1', '*a'] },
    {
      name: 'a setting written both ways',
      text: 'log: {level: info}\nlog.level: warn',
      says: ['CONFIG_INVALID', ':2', 'twice'],
    },
    { name: 'a list', text: '- a', says: ['must be a map'] },
  ])('says where $name is', ({ text, says }) => {
    const [problem = ''] = problems(text);
    for (const part of says) expect(problem).toContain(part);
  });

  test.each([
    { text: 'rmeye: {allow: [10.0.0.0/40]}', value: '10.0.0.0/40' },
    { text: 'rules: {profiles: [everything]}', value: 'everything' },
    { text: 'log: {level: loud}', value: 'loud' },
  ])('names a wrong value once: $text', ({ text, value }) => {
    expect(problems(text)[0]!.split(value)).toHaveLength(2);
  });

  test('reports everything at once', () => {
    expect(problems('nope: 1\npolicy: {threshold: x, hits: some}\nlog: {level: 3}').length).toBe(4);
  });

  test('a wrong environment variable is named', () => {
    expect(problems('', { environment: { CHAINSIGHT_INSECURE: 'yes' } })[0]).toContain(
      'CHAINSIGHT_INSECURE  CONFIG_INVALID',
    );
  });

  test('a misspelt name in the environment stops the start as one in the file does', () => {
    const environment = { CHAINSIGHT_LISTEN_HTTPX: 'x', CHAINSIGHT_FOO: '1', HOME: '/' };
    const [first = '', second = '', ...more] = problems('', { environment });
    expect(first).toMatch(/^CHAINSIGHT_LISTEN_HTTPX\s+CONFIG_UNKNOWN.*Did you mean "CHAINSIGHT_LISTEN_HTTP"\?/);
    expect(second).toMatch(/^CHAINSIGHT_FOO\s+CONFIG_UNKNOWN/);
    expect(more).toEqual([]);
  });

  test('what others set for a service of this name is no misspelt setting', () => {
    const environment = {
      CHAINSIGHT_SERVICE_HOST: '10.0.0.1',
      CHAINSIGHT_SERVICE_PORT_HTTP: '8420',
      CHAINSIGHT_PORT: 'tcp://10.0.0.1:8420',
      CHAINSIGHT_PORT_8420_TCP_ADDR: '10.0.0.1',
    };
    expect(load('', { environment }).ok).toBe(true);
  });

  test('a stated file must exist', () => {
    expect(problems('', { config: join(folder, 'other.yml') })[0]).toMatch(
      /CONFIG_UNREADABLE .*: there is no such file or folder\.$/,
    );
    expect(problems('', { config: folder })[0]).toMatch(/CONFIG_UNREADABLE .*: it is a folder, not a file\.$/);
  });
});

describe('settings', () => {
  test('have environment names of their own', () => {
    expect(environmentName('policy.rootImages')).toBe('CHAINSIGHT_POLICY_ROOT_IMAGES');
    expect(new Set(SETTING_NAMES.map(environmentName)).size).toBe(SETTING_NAMES.length);
  });

  test.each(SETTING_NAMES)('%s reads back what it shows', (name) => {
    const { fallback, read } = SETTINGS[name];
    const shown = showSetting(fallback);
    const raw: unknown = Array.isArray(fallback) ? [...fallback] : shown === '""' ? '' : shown;
    expect(read(raw)).toEqual({ value: fallback });
  });
});
