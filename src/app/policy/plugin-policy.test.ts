import { expect, test } from 'vitest';
import type { PluginDefinition } from '../../plugin-sdk/index.js';
import { pluginPolicy, samePlugins, type ConfiguredPlugins } from './plugin-policy.js';

const TITLE = { en: 'T', zh: '题' };

function definition(name: string, more: Partial<PluginDefinition> = {}): PluginDefinition {
  return { name, version: '1', title: TITLE, description: TITLE, settings: {}, init: () => ({}), ...more };
}

const JUDGES = [definition('rise'), definition('libraries')];
const OTHERS = [
  definition('asks', { settings: { address: '', key: '', days: 1 }, secrets: ['key'] }),
  definition('hello'),
];
const NOTHING: ConfiguredPlugins = { on: [], off: [], settings: {} };
const policyOf = (configured: Partial<ConfiguredPlugins>) =>
  pluginPolicy({ ...NOTHING, ...configured }, JUDGES, OTHERS);

test('judges are on unless they are switched off, others only where they are named', () => {
  expect(policyOf({})).toEqual({ on: ['libraries', 'rise'], settings: {} });
  expect(policyOf({ on: ['hello', 'theirs', 'rise', 'hello'], off: ['rise', 'hello'] }).on).toEqual([
    'hello',
    'libraries',
    'theirs',
  ]);
});

test('no secret goes into it: none that is named so, none that a slip of the pen made, none of a plugin that is not known', () => {
  const settings = {
    asks: { address: 'https://a.example', key: 'SECRET', days: 3, Key: 'SECRET' },
    theirs: { token: 'SECRET' },
    rise: { point: 5 },
  };
  const policy = policyOf({ on: ['asks', 'theirs'], settings });
  expect(policy.settings).toEqual({ asks: { address: 'https://a.example', days: 3 }, rise: { point: 5 } });
  expect(JSON.stringify(policy)).not.toContain('SECRET');
});

test('the order in which a configuration was written changes nothing, and what JSON has carried is the same', () => {
  const one = policyOf({ on: ['asks', 'hello'], settings: { rise: { a: 1, b: 2 }, libraries: { c: [3] } } });
  const other = policyOf({ on: ['hello', 'asks'], settings: { libraries: { c: [3] }, rise: { b: 2, a: 1 } } });
  expect(samePlugins(one, JSON.parse(JSON.stringify(other)) as typeof other)).toBe(true);
  for (const change of [{ on: ['hello'] }, { off: ['rise'], on: ['asks', 'hello'] }, { on: ['asks', 'hello'] }])
    expect(samePlugins(one, policyOf(change))).toBe(false);
});
