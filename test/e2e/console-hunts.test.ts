/** A hunt from its question to a chain in the threat layout. */

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildConsole, launchBrowser, openPage } from './support/browser.js';
import { ConsoleServer } from './support/console-server.js';

let browser: Browser;
let server: ConsoleServer;
let origin: string;

beforeAll(async () => {
  buildConsole();
  browser = await launchBrowser();
  server = new ConsoleServer({ nowMs: Date.now() });
  origin = await server.start();
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

test('asks, shows progress, and opens what it found', async () => {
  const { page, wrongs } = await openPage(browser, origin);
  await page.goto(`${origin}/hunts`);
  await page.getByRole('button', { name: '7 days' }).click();
  await page.getByLabel('Expression (optional)').fill('commandline =~ ".*whoami.*"');
  await page.keyboard.press('Control+Enter');
  await page.waitForURL(/\/hunts\/hunt-2/);
  await page.getByRole('progressbar').waitFor();
  await page.getByText('done', { exact: true }).waitFor({ timeout: 10_000 });
  const hunt = server.data.hunts[0]!;
  expect(hunt.query).toBe('commandline =~ ".*whoami.*"');
  const days = (new Date(hunt.to).getTime() - new Date(hunt.from).getTime()) / 86_400_000;
  expect(days).toBeCloseTo(7, 1);
  await page.getByRole('link', { name: 'WINWORD.EXE' }).click();
  await page.getByText('rebuilt by a hunt').waitFor();
  await page.getByText('= score').waitFor();
  expect(await page.getByRole('button', { name: /Confirm/ }).count()).toBe(0);
  await page.getByRole('link', { name: 'Back to the hunt' }).click();
  await page.waitForURL(/\/hunts\/hunt-2$/);
  expect(wrongs).toEqual([]);
  await page.context().close();
});

test('takes its times in the zone that is shown, and names it', async () => {
  const { page, wrongs } = await openPage(browser, origin, { zone: 'Asia/Shanghai' });
  await page.goto(`${origin}/hunts`);
  await page.getByLabel('From Asia/Shanghai').fill('2026-03-05T10:00');
  await page.getByRole('button', { name: 'Your account' }).click();
  await page.getByRole('menuitem', { name: 'Show times in UTC' }).click();
  expect(await page.getByLabel('From UTC').inputValue()).toBe('2026-03-05T02:00');
  await page.getByLabel('To UTC').fill('2026-03-05T03:30');
  await page.getByRole('button', { name: /^Run/ }).click();
  await page.waitForURL(/\/hunts\/hunt-/);
  expect(server.data.hunts[0]).toMatchObject({ from: '2026-03-05T02:00:00.000Z', to: '2026-03-05T03:30:00.000Z' });
  expect(wrongs).toEqual([]);
  await page.context().close();
});

test('a range that ends before it begins is not sent', async () => {
  const { page } = await openPage(browser, origin);
  await page.goto(`${origin}/hunts`);
  const before = server.data.hunts.length;
  await page.getByLabel('To').fill('2020-01-01T00:00');
  await page.getByText('The end must be later than the beginning.').waitFor();
  expect(await page.getByRole('button', { name: /^Run/ }).isDisabled()).toBe(true);
  expect(server.data.hunts).toHaveLength(before);
  await page.context().close();
});

test.each([
  ['en', 'The server stopped while this hunt ran.', 'Run again'],
  ['zh-CN', '该狩猎运行期间服务器停止了。', '再次运行'],
] as const)(
  'one that was interrupted says so, and is asked again with its own question, %s',
  async (language, says, again) => {
    const question = { host: 'fin-03', query: 'image =~ ".*evil.*"' };
    server.data.hunts.push({
      ...server.data.hunts[0]!,
      ...question,
      id: 'hunt-cut',
      state: 'interrupted',
      finished: null,
      chains: 0,
    });
    const { page, wrongs } = await openPage(browser, origin, { language });
    await page.goto(`${origin}/hunts/hunt-cut`);
    await page.getByText(says).waitFor();
    const before = server.data.hunts.length;
    await page.getByRole('button', { name: again }).click();
    await page.waitForURL(new RegExp(`/hunts/hunt-${before + 1}$`));
    expect(server.data.hunts[0]).toMatchObject(question);
    expect(wrongs).toEqual([]);
    await page.context().close();
  },
);
