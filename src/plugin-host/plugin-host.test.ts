/** The whole host: what is on, what is off, what has failed and why, and what goes on all the same. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { act, actor, create, EXPLORER } from '../../test/support/events.js';
import { PluginKit, pluginCode, SDK, until } from '../../test/support/plugin-kit.js';
import { BAD_FILE, ReputationService } from '../../test/support/reputation-service.js';
import { policy, ruleSet } from '../../test/support/rules.js';
import { Engine } from '../engine/engine.js';
import { pluginPolicy } from '../app/policy/plugin-policy.js';
import type { PluginFinding } from '../engine/plugin/plugin.js';
import { definePlugin, type PluginDefinition } from '../plugin-sdk/index.js';
import { BUNDLED_PLUGINS, JUDGES } from '../plugins/index.js';
import { createPluginHost, type PluginHost, type PluginHostOptions } from './plugin-host.js';

let kit: PluginKit;
beforeAll(async () => {
  kit = await PluginKit.create();
});
afterAll(() => kit.remove());

let told: string[];
let findings: PluginFinding[];
let isReplaying: boolean;
const hosts: PluginHost[] = [];
beforeEach(() => {
  told = [];
  findings = [];
  isReplaying = false;
  rmSync(kit.plugins, { recursive: true, force: true });
});
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

async function start(options: Partial<PluginHostOptions> = {}): Promise<PluginHost> {
  const host = await createPluginHost({
    judges: JUDGES,
    policy: pluginPolicy({ on: [], off: [], settings: {}, ...options }, options.judges ?? JUDGES, BUNDLED_PLUGINS),
    bundled: BUNDLED_PLUGINS,
    on: [],
    settings: {},
    folders: [kit.plugins],
    cacheFolder: kit.cacheFolder,
    sdk: SDK,
    workerProgram: kit.workerProgram,
    outside: { memoryFile: join(kit.folder, 'memory.json'), isAllowedHash: () => false },
    isReplaying: () => isReplaying,
    onFinding: (finding) => void findings.push(finding),
    tell: (name, message) => void told.push(`${name} ${message}`),
    ...options,
  });
  hosts.push(host);
  await host.ready;
  return host;
}

function engineOf(host: PluginHost): Engine {
  return new Engine(policy(ruleSet([])), { recordEvents: false, plugins: host.enginePlugins });
}

const states = (host: PluginHost) => Object.fromEntries(host.plugins().map(({ name, state }) => [name, state]));
const errorOf = (host: PluginHost, name: string) => host.plugins().find((plugin) => plugin.name === name)?.error;

const word = actor('word', 1000);
const shell = actor('shell', 2000);

function definition(name: string, change: Partial<PluginDefinition> = {}): PluginDefinition {
  const title = { en: name, zh: name };
  return definePlugin({ name, version: '1', title, description: title, settings: {}, init: () => ({}), ...change });
}

describe('what is on', () => {
  test('without configuration: the judges alone', async () => {
    kit.write('mine', 'this is not even looked at {{{');
    const host = await start();
    expect(states(host)).toEqual({
      'credential-libraries': 'on',
      'integrity-rise': 'on',
      hello: 'off',
      reputation: 'off',
      mine: 'off',
    });
    expect(host.enginePlugins.map(({ name }) => name)).toEqual(['credential-libraries', 'integrity-rise']);
    expect(told).toEqual([]);
    const engine = engineOf(host);
    for (const event of [create(shell, word, { IntegrityLevel: 'High' }), create(word, EXPLORER)]) engine.apply(event);
    expect(engine.threats(1)).toMatchObject([{ score: 30 }]);
  });

  test('what the configuration names, with its settings, page, menu entry and rules', async () => {
    kit.write('mine', pluginCode('mine', "return { page: () => '<p>mine</p>' };"));
    const host = await start({
      on: ['hello', 'mine'],
      settings: { hello: { greeting: 'Ciao' }, 'integrity-rise': { points: 7 } },
    });
    host.rulesLoaded([{ id: 'r', title: { en: 'R', zh: '则' }, techniques: [] }]);
    expect(states(host)).toMatchObject({ hello: 'on', mine: 'on', reputation: 'off' });
    expect(await host.page('hello')).toContain('<h1>Ciao</h1><p>1 rules');
    expect(await host.page('mine')).toBe('<p>mine</p>');
    expect(await host.page('reputation')).toBeUndefined();
    expect(await host.page('integrity-rise')).toBeUndefined();
    expect(await host.page('nobody')).toBeUndefined();
    expect(host.plugins().find(({ name }) => name === 'hello')).toMatchObject({
      titles: { en: 'Hello', zh: '你好' },
      version: '1.0.0',
      hasPage: true,
      menu: { titles: { en: 'Hello', zh: '你好' }, icon: 'plugins' },
    });
    const engine = engineOf(host);
    for (const event of [create(word, EXPLORER), create(shell, word, { IntegrityLevel: 'High' })]) engine.apply(event);
    expect(engine.threats(1)).toMatchObject([{ score: 7 }]);
    expect(told).toEqual(['hello started']);
  });

  test('of two folders the first has its way, and a bundled name is taken', async () => {
    kit.write('twice', pluginCode('twice', "host.log('first'); return {};"));
    kit.write('hello', pluginCode('hello', "host.log('third party'); return {};"));
    const second = join(kit.folder, 'second');
    mkdirSync(join(second, 'twice'), { recursive: true });
    writeFileSync(join(second, 'twice', 'plugin.ts'), 'throw 1;');
    await start({ on: ['twice', 'hello'], folders: [join(kit.folder, 'no-such'), kit.plugins, second] });
    expect(new Set(told)).toEqual(
      new Set([
        `hello ${join(kit.plugins, 'hello', 'plugin.ts')} is left alone: a bundled plugin has this name`,
        'hello started',
        'twice first',
        `twice ${join(second, 'twice', 'plugin.ts')} is left alone: ${join(kit.plugins, 'twice', 'plugin.ts')} has this name`,
      ]),
    );
  });
});

test('a name that no plugin has is a warning; what a plugin says is none', async () => {
  const levels: string[] = [];
  await start({ on: ['hello', 'nothere'], tell: (name, _message, level) => void levels.push(`${name} ${level}`) });
  expect(levels).toContain('nothere warn');
  expect(levels).toContain('hello info');
});

describe('what fails is shown with the reason, and stops nothing', () => {
  test('settings that make no sense, code that does not compile, names that nobody has', async () => {
    kit.write('broken', 'export default {\n  name: ;\n}');
    kit.write('fine', pluginCode('fine', "return { page: () => 'fine' };"));
    const host = await start({
      on: ['hello', 'reputation', 'broken', 'fine', 'nobody', 'nobody'],
      settings: {
        hello: { greetings: 'x' },
        'integrity-rise': { points: 'x' },
        'credential-libraries': { atLeast: 0 },
        stranger: { a: 1 },
      },
    });
    expect(states(host)).toEqual({
      'credential-libraries': 'failed',
      'integrity-rise': 'failed',
      hello: 'failed',
      reputation: 'failed',
      broken: 'failed',
      fine: 'on',
      nobody: 'failed',
    });
    expect(errorOf(host, 'credential-libraries')).toBe('The setting atLeast must be a whole number from 1.');
    expect(errorOf(host, 'integrity-rise')).toBe('the setting points must be a number');
    expect(errorOf(host, 'hello')).toBe('there is no setting "greetings"; there are greeting');
    expect(errorOf(host, 'reputation')).toContain('The setting address must be');
    expect(errorOf(host, 'broken')).toBe('plugin.ts:2:9  Unexpected ";"');
    expect(errorOf(host, 'nobody')).toContain('there is no plugin of this name among the bundled ones and in ');
    expect(told).toContain('stranger has settings, but there is no plugin of this name');
    expect(told.filter((line) => line.startsWith('nobody'))).toHaveLength(1);
    expect(await host.page('fine')).toBe('fine');
  });

  test('a folder that is none', async () => {
    const file = join(kit.folder, 'file');
    writeFileSync(file, '');
    await start({ folders: [file] });
    expect(told.join()).toContain(`plugins ${file} cannot be read: ENOTDIR`);
  });

  test('a bundled plugin that throws wherever it is asked', async () => {
    const throws = (): never => {
      throw new Error('no\nline');
    };
    const odd = definition('odd', {
      init: () => ({ processCreated: throws, menu: throws, page: throws, rulesLoaded: throws }),
    });
    const host = await start({ bundled: [odd], on: ['odd'] });
    host.rulesLoaded([]);
    engineOf(host).apply(create(word, EXPLORER));
    expect(await host.page('odd')).toBeUndefined();
    expect(host.plugins().at(-1)).toMatchObject({ state: 'on', menu: undefined, faults: 4, hasPage: true });
    expect(told).toEqual([
      'odd rulesLoaded failed: no line',
      'odd processCreated failed: no line',
      'odd page failed: no line',
    ]);
  });

  test('a judge that throws, which is never switched off', async () => {
    let calls = 0;
    const judge = definition('judge', {
      init: () => ({
        processCreated() {
          calls++;
          throw new Error('no');
        },
      }),
    });
    const host = await start({ judges: [judge], bundled: [] });
    const engine = engineOf(host);
    for (let index = 0; index < 100; index++) engine.apply(create(actor(`a${index}`, index * 1000), EXPLORER));
    expect(calls).toBe(100);
    expect(host.plugins()).toMatchObject([{ state: 'on', faults: 100 }]);
  });
});

describe('findings', () => {
  const giver = pluginCode(
    'giver',
    "return { processCreated: (call) => call.addEvidence({ key: 'k', points: 170, title: { en: 'K', zh: '键' } }) };",
  );

  test('of a third-party plugin come as findings, which the engine takes', async () => {
    kit.write('giver', giver);
    const host = await start({ on: ['giver'] });
    const engine = engineOf(host);
    engine.apply(create(word, EXPLORER));
    expect(engine.threats()).toEqual([]);
    await until(() => findings.length > 0);
    expect(findings).toMatchObject([
      { plugin: 'giver', host: 'ws1.corp.example', evidence: { key: 'k', points: 170 } },
    ]);
    engine.applyFinding(findings[0]!);
    expect(engine.threats()).toMatchObject([{ score: 170, evidence: [{ key: 'plugin:giver:k' }] }]);
  });

  test('come not of the log read again, nor once closed', async () => {
    kit.write('giver', giver);
    const host = await start({ on: ['giver', 'hello'] });
    const engine = engineOf(host);
    isReplaying = true;
    engine.apply(create(word, EXPLORER));
    isReplaying = false;
    engine.apply(create(shell, word));
    await until(() => findings.length > 0);
    expect(findings).toHaveLength(1);
    // What asks nobody sees the log read again: its page counts it.
    expect(await host.page('hello')).toContain('<td>2</td>');
    await host.close();
    engine.apply(create(actor('more', 3000), word));
    expect(findings).toHaveLength(1);
  });

  test('of a bundled plugin that asks others: asked once, not while the log is read again', async () => {
    const service = await ReputationService.start();
    service.otherwise = BAD_FILE;
    const host = await start({ on: ['reputation'], settings: { reputation: { address: service.address, key: 'k' } } });
    const engine = engineOf(host);
    isReplaying = true;
    engine.apply(create(word, EXPLORER));
    isReplaying = false;
    engine.apply(create(shell, word));
    engine.apply(act('networkconnect', shell, 3000, { DestinationIp: '10.0.0.1' }));
    await until(() => findings.length > 0);
    expect(service.paths).toHaveLength(1);
    expect(findings).toMatchObject([{ plugin: 'reputation', evidence: { key: 'bad-hash', points: 666 } }]);
    await host.close();
    await service.stop();
  });
});
