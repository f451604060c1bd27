import { expect, test } from 'vitest';
import { runPlugin, type TestEvent } from '../../plugin-sdk/index.js';
import hello from './plugin.js';

const about = (action: TestEvent['action'], host: string, atMs: number): TestEvent => ({
  action,
  atMs,
  host,
  fields: { ProcessGuid: '{0badcafe-0001-6958-0000-000000000001}', Image: 'C:\\t\\a.exe' },
});

test('counts by host, and shows it on its page', () => {
  const { hooks, messages, evidence } = runPlugin(
    hello,
    [
      about('processcreate', 'a', 0),
      about('filecreate', 'a', 1),
      about('filecreate', 'a', 2),
      about('processterminal', 'a', 3),
      about('dnsquery', 'b', 4),
    ],
    { settings: { greeting: 'Good <day>' } },
  );
  hooks.rulesLoaded?.([{ id: 'r', title: { en: 'R', zh: '则' }, techniques: [] }]);
  const page = hooks.page!();
  expect(page).toContain('Good &#60;day&#62;');
  expect(page).toContain('1 rules are loaded');
  expect(page).toContain('<tr><td>a</td><td>1</td><td>2</td><td>1</td></tr>');
  expect(page).toContain('<tr><td>b</td><td>0</td><td>1</td><td>0</td></tr>');
  expect(hooks.menu!().title.zh).toBe('你好');
  expect(messages).toEqual(['started']);
  expect(evidence).toEqual([]);
});

test('a host’s name is no markup, and past a thousand hosts none is added', () => {
  const hosts = Array.from({ length: 1001 }, (_, index) => `<script>${index}</script>`);
  const page = runPlugin(
    hello,
    hosts.map((host, index) => about('processcreate', host, index)),
  ).hooks.page!();
  expect(page).not.toContain('<script>');
  expect(page.match(/<tr><td>/g)).toHaveLength(1000);
});
