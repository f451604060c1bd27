/** Threats of events that name no process: named as such everywhere, without a tree, and handled like any other. */

import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { axeProblems, buildConsole, launchBrowser, openPage } from './support/browser.js';
import { ConsoleServer } from './support/console-server.js';
import { HOST_EVENTS_ID } from './support/host-events-data.js';

const NOW_MS = Date.now();
const DAY = new Date(NOW_MS).toISOString().slice(0, 10);

let browser: Browser;
let server: ConsoleServer;
let origin: string;
let page: Page;
let wrongs: string[];

beforeAll(async () => {
  buildConsole();
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  server = new ConsoleServer({ nowMs: NOW_MS, hostEvents: true });
  origin = await server.start();
  ({ page, wrongs } = await openPage(browser, origin));
});
afterEach(async () => {
  await page.context().close();
  await server.stop();
  if (wrongs.length > 0) throw new Error(wrongs.join('\n'));
});

test('the list names the day, searches and judges it', async () => {
  await page.goto(`${origin}/threats?host=dc-01.corp.example`);
  const row = page.locator(`[id="threat-${HOST_EVENTS_ID}"]`);
  await row.getByText(`Host events ${DAY}`).waitFor();
  await row.getByRole('checkbox', { name: `Select Host events ${DAY}` }).check();
  await page.keyboard.press('1');
  await row.waitFor({ state: 'detached' });
  expect(server.threat(HOST_EVENTS_ID)?.verdict).toBe('confirmed');
});

test('the page says why there is no tree, and shows ledger and events of that day alone', async () => {
  await page.goto(`${origin}/threats/${HOST_EVENTS_ID}`);
  await page.getByRole('heading', { level: 1, name: `Host events ${DAY}` }).waitFor();
  expect(await page.title()).toBe(`260 Host events ${DAY} · Chainsight`);
  await page.getByText('These events name no process').waitFor();
  expect(await page.getByRole('treegrid').count()).toBe(0);
  await page.getByText('= score').waitFor();
  expect(await page.locator('.events .event').count()).toBe(2);

  await page.getByRole('button', { name: 'Service Installed From A User Folder' }).click();
  await page.locator('.ledger .more').getByText('in test').waitFor();
  expect(await page.locator('.ledger .more').getByText('High', { exact: true }).count()).toBe(1);
  await page.getByRole('button', { name: 'Show the event' }).click();
  await page.locator('.fields').getByText('C:\\Users\\Public\\updater.exe').waitFor();
  expect(await page.getByText('Of another day').count()).toBe(0);
  expect(await axeProblems(page)).toEqual([]);
  await page.getByRole('link', { name: 'Open the rule' }).click();
  await page.getByRole('heading', { level: 2, name: 'Shadow Copies Deleted' }).waitFor();
});

test('an exception goes by the rule', async () => {
  await page.goto(`${origin}/threats/${HOST_EVENTS_ID}`);
  await page.getByRole('button', { name: 'Add an exception…' }).click();
  const dialog = page.getByRole('dialog');
  expect(await dialog.getByRole('radio').count()).toBe(1);
  expect(await dialog.getByLabel('Value').inputValue()).toBe('log-cleared');
  await dialog.getByLabel(/^Only on/).check();
  await dialog.getByLabel('Reason', { exact: true }).fill('The backup clears it each night');
  expect(await axeProblems(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Add exception' }).click();
  await page.getByText('Exception added').waitFor();
  expect(server.data.exceptions[0]).toMatchObject({ scope: 'rule', value: 'log-cleared', host: 'dc-01.corp.example' });
});
