import { describe, expect, test } from 'vitest';
import { configureSettings, definePlugin, escapeHtml, isPluginName } from './definition.js';

const TITLE = { en: 'T', zh: '题' };

describe('names', () => {
  test.each([
    { name: 'a', fits: true },
    { name: 'my-plugin-2', fits: true },
    { name: 'a'.repeat(40), fits: true },
    { name: 'a'.repeat(41), fits: false },
    { name: '', fits: false },
    { name: '-a', fits: false },
    { name: 'a-', fits: false },
    { name: 'A', fits: false },
    { name: 'a:b', fits: false },
    { name: '../a', fits: false },
  ])('$name: $fits', ({ name, fits }) => {
    expect(isPluginName(name)).toBe(fits);
    const define = () =>
      definePlugin({ name, version: '1', title: TITLE, description: TITLE, settings: {}, init: () => ({}) });
    if (fits) expect(define().name).toBe(name);
    else expect(define).toThrow(TypeError);
  });
});

test('a secret that is no setting is a slip that would tell it', () => {
  const define = (secrets: readonly string[]) =>
    definePlugin({
      name: 'a',
      version: '1',
      title: TITLE,
      description: TITLE,
      settings: { key: '' },
      secrets,
      init: () => ({}),
    });
  expect(define(['key']).secrets).toEqual(['key']);
  expect(() => define(['Key'])).toThrow('There is no setting "Key" to be secret.');
});

describe('settings', () => {
  const defaults = { points: 30, greeting: 'Hi', loud: false, names: ['a'] as readonly string[] };

  test('are the defaults with what was configured over them', () => {
    expect(configureSettings(defaults, { points: 5, names: [] })).toEqual({
      ok: true,
      settings: { points: 5, greeting: 'Hi', loud: false, names: [] },
    });
    expect(defaults.points).toBe(30);
  });

  test.each<{ name: string; configured: Record<string, unknown>; reason: string }>([
    {
      name: 'an unknown name',
      configured: { point: 5 },
      reason: 'there is no setting "point"; there are points, greeting, loud, names',
    },
    { name: 'a name that every object has', configured: { toString: 'x' }, reason: 'there is no setting "toString"' },
    {
      name: 'the name of the prototype',
      configured: JSON.parse('{"__proto__":{"points":1}}') as Record<string, unknown>,
      reason: 'there is no setting "__proto__"',
    },
    { name: 'text for a number', configured: { points: '5' }, reason: 'the setting points must be a number' },
    { name: 'no number', configured: { points: Number.NaN }, reason: 'the setting points must be a number' },
    { name: 'an endless number', configured: { points: Infinity }, reason: 'the setting points must be a number' },
    { name: 'a number for true or false', configured: { loud: 1 }, reason: 'the setting loud must be true or false' },
    { name: 'null for text', configured: { greeting: null }, reason: 'the setting greeting must be a text' },
    { name: 'a map for text', configured: { greeting: {} }, reason: 'the setting greeting must be a text' },
    { name: 'text for a list', configured: { names: 'a' }, reason: 'the setting names must be a list of texts' },
    {
      name: 'a list with a number in it',
      configured: { names: ['a', 1] },
      reason: 'the setting names must be a list of texts',
    },
  ])('refuse $name', ({ configured, reason }) => {
    const answer = configureSettings(defaults, configured);
    expect(answer.ok ? '' : answer.reason).toContain(reason);
  });

  test('of a plugin that has none say so', () => {
    expect(configureSettings({}, { a: 1 })).toEqual({ ok: false, reason: 'there is no setting "a"; there are none' });
  });
});

test('text for a page is no markup', () => {
  expect(escapeHtml(`<img src=x onerror="a('b')">&amp;`)).toBe(
    '&#60;img src=x onerror=&#34;a(&#39;b&#39;)&#34;&#62;&#38;amp;',
  );
});
