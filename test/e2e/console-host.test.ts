/** Which hosts are heard, what is missing of them, and how complete the view of a threat was: told in words, in both languages. */

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeProblems, buildConsole, launchBrowser, openPage } from './support/browser.js';
import { PHISH_ID } from './support/console-data.js';
import { ConsoleServer } from './support/console-server.js';
import { HOST_EVENTS_ID } from './support/host-events-data.js';

const NOW_MS = Date.now();

let browser: Browser;
let server: ConsoleServer;
let origin: string;

beforeAll(async () => {
  buildConsole();
  browser = await launchBrowser();
  server = new ConsoleServer({ nowMs: NOW_MS, hostEvents: true });
  origin = await server.start();
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

/** @returns faults of accessibility, and whatever a page must not do */
async function visit(
  path: string,
  work: (page: Page) => Promise<void>,
  options: { language?: 'en' | 'zh-CN'; width?: number } = {},
): Promise<string[]> {
  const { page, wrongs } = await openPage(browser, origin, options);
  await page.goto(origin + path);
  await work(page);
  const problems = await axeProblems(page);
  await page.context().close();
  return [...problems, ...wrongs];
}

test('the overview names the hosts that fell silent, and leads to them', async () =>
  expect(
    await visit('/', async (page) => {
      const told = page.getByRole('status').filter({ hasText: '1 host fell silent' });
      await told.getByRole('link', { name: 'kiosk-1' }).waitFor();
      await told.getByRole('link', { name: '1 host fell silent' }).click();
      await page.getByRole('heading', { level: 1, name: 'Hosts' }).waitFor();
      expect(new URL(page.url()).searchParams.get('show')).toBe('silent');
      await page.getByRole('row', { name: /kiosk-1.*Silent.*since/ }).waitFor();
      expect(await page.locator('tbody tr').count()).toBe(1);
    }),
  ).toEqual([]));

test('the list says of each host whether it is heard, and what is missing', async () =>
  expect(
    await visit('/hosts', async (page) => {
      await page.getByRole('row', { name: /lab-2.*Quiet.*since/ }).waitFor();
      await page.getByRole('row', { name: /dc-01\.corp\.example.*Active.*\b42\b/ }).waitFor();
      await page.getByRole('button', { name: /^Quiet/ }).click();
      expect(await page.locator('tbody tr').count()).toBe(1);
      await page.getByRole('button', { name: /^All/ }).click();
      await page.getByRole('link', { name: 'dc-01.corp.example' }).click();
      await page.getByRole('heading', { level: 1, name: 'dc-01.corp.example' }).waitFor();
    }),
  ).toEqual([]));

describe('the page of a host', () => {
  test('lists gaps with times and numbers, and what happened to its logs and its clock', async () =>
    expect(
      await visit('/hosts/dc-01.corp.example', async (page) => {
        await page.getByRole('row', { name: /^41 .*Sysmon\/Operational 7001 – 7041$/ }).waitFor();
        await page.getByRole('row', { name: /^1 .*Sysmon\/Operational 5000$/ }).waitFor();
        await page.getByRole('row', { name: /Security sent in part .* –$/ }).waitFor();
        await page.getByRole('row', { name: /System sent whole silent since/ }).waitFor();
        await page.getByRole('row', { name: /Clock set back by 1 hour/ }).waitFor();
        await page.getByRole('row', { name: /Log cleared Security/ }).waitFor();
        await page.getByRole('row', { name: / 212 / }).waitFor();
        await page.getByText('Its clock is 2 hours ahead of the server’s').waitFor();
        await page.getByText('3 events had times that had not come yet').waitFor();
        await page.getByText('its usual pause is 14 hours. It counts as quiet after 15 minutes').waitFor();
      }),
    ).toEqual([]));

  test('says so where nothing is missing', async () =>
    expect(
      await visit('/hosts/hr-11.corp.example', async (page) => {
        await page.getByText('No record is missing').waitFor();
        await page.getByText('No log was cleared, and the clock was not set back').waitFor();
        await page.getByText('Events come 2.4 seconds after they happened').waitFor();
        await page.getByText('heard again after 45 seconds; its usual pause is not known yet. It counts as').waitFor();
      }),
    ).toEqual([]));

  test('in Chinese, on a telephone', async () =>
    expect(
      await visit(
        '/hosts/dc-01.corp.example',
        async (page) => {
          await page.getByRole('row', { name: /时钟被回拨.*回拨 1 小时/ }).waitFor();
          await page.getByText('它的时钟比服务器快 2 小时').waitFor();
          expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
          // The log's name breaks between its words, not into letters.
          const log = page.getByRole('cell', { name: 'Microsoft-Windows-Sysmon/Operational' }).first();
          expect(await log.evaluate((cell) => cell.clientHeight)).toBeLessThan(110);
        },
        { language: 'zh-CN', width: 360 },
      ),
    ).toEqual([]));

  test('of a host that nobody knows', async () =>
    expect(
      await visit('/hosts/nobody', async (page) => {
        await page.getByRole('heading', { name: 'This host is not known' }).waitFor();
        await page.getByRole('link', { name: 'All hosts' }).waitFor();
      }),
    ).toEqual([]));
});

describe('a threat', () => {
  test('says what was not seen of its host meanwhile', async () =>
    expect(
      await visit(`/threats/${PHISH_ID}`, async (page) => {
        const view = page.getByRole('region', { name: 'The view of this host was limited' });
        await view.getByText('41 records missing').waitFor();
        await view.getByText('Microsoft-Windows-Sysmon/Operational').waitFor();
        await view.getByText('Clock set back').waitFor();
        await view.getByText('Host silent since').waitFor();
        expect(await view.getByText('1 event came late').count()).toBe(0);
        await view.getByRole('button', { name: '1 more note' }).click();
        await view.getByText('1 event came late').waitFor();
      }),
    ).toEqual([]));

  test('says that nothing is missing, in Chinese, and leads to its host', async () =>
    expect(
      await visit(
        `/threats/${HOST_EVENTS_ID}`,
        async (page) => {
          const view = page.getByRole('region', { name: '对这台主机的观察是完整的' });
          await view.getByRole('link', { name: '查看主机' }).click();
          await page.getByRole('heading', { level: 1, name: 'dc-01.corp.example' }).waitFor();
        },
        { language: 'zh-CN' },
      ),
    ).toEqual([]));
});
