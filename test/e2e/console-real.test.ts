/**
 * The first five minutes with the real server: set-up, the sample attack, its ledger and tree, a verdict, the allow list, a hunt, a plugin's page.
 * The pictures of the README are taken here; `CHAINSIGHT_PICTURES=write` puts them in docs/images, otherwise they are only compared in size.
 */

import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { axeProblems, buildConsole, launchBrowser, openPage } from './support/browser.js';
import { chainsight, sendEvents, startRealServer, type RealServer } from './support/real-server.js';

const IMAGES = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const WRITES = process.env.CHAINSIGHT_PICTURES === 'write';

let browser: Browser;
let server: RealServer;
let page: Page;
let wrongs: string[];

beforeAll(async () => {
  buildConsole();
  browser = await launchBrowser();
  server = await startRealServer('plugins:\n  on: [hello]\n');
  ({ page, wrongs } = await openPage(browser, server.origin));
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

async function picture(name: string): Promise<void> {
  await page.locator('.skeleton').first().waitFor({ state: 'detached' });
  // Notices pass; the picture shows what stays.
  for (const close of await page.locator('.notices').getByRole('button', { name: 'Close' }).all()) await close.click();
  await page.mouse.move(0, 0);
  await page.waitForTimeout(600);
  const path = join(IMAGES, `${name}.png`);
  mkdirSync(IMAGES, { recursive: true });
  if (WRITES) await page.screenshot({ path });
  expect(existsSync(path), `${path} is missing: run this test with CHAINSIGHT_PICTURES=write`).toBe(true);
}

test('the printed link opens the set-up, once', async () => {
  await page.goto(server.setupLink);
  await page.getByRole('heading', { name: 'First start' }).waitFor();
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery staple');
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByText('No events yet').waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
  expect(await axeProblems(page)).toEqual([]);
});

test('the sample attack becomes a threat within seconds', async () => {
  await page.getByRole('button', { name: 'Load a sample attack' }).click();
  await page.getByText('The sample attack is loaded').waitFor();
  await page.locator('.waiting .threat').first().waitFor({ timeout: 10_000 });
  expect(await axeProblems(page)).toEqual([]);
});

test('its ledger adds up, and its tree shows where the points lie', async () => {
  await page.locator('.waiting .threat').first().click();
  await page.getByText('= score').waitFor();
  await page.getByRole('treegrid').getByRole('row').first().waitFor();
  await page.locator('.detail .facts').waitFor();
  await page.locator('.events .event').first().waitFor();
  expect(await page.locator('.mark').count()).toBeGreaterThan(0);
  expect(await axeProblems(page)).toEqual([]);
  await picture('threat');
});

test('a row of the ledger leads to its rule and its event', async () => {
  await page.locator('.ledger .row').first().getByRole('button', { expanded: false }).first().click();
  await page.getByRole('button', { name: 'Show the event' }).click();
  await page.locator('.fields').first().waitFor();
  expect(await page.locator('.fields dt').count()).toBeGreaterThan(3);
});

test('a verdict is kept, and undone', async () => {
  await page.locator('main').focus();
  await page.keyboard.press('1');
  await page.locator('.said.confirmed').waitFor();
  await page.reload();
  await page.locator('.said.confirmed').waitFor();
  await page.getByRole('button', { name: /Reopen/ }).click();
  await page.locator('.said').waitFor({ state: 'detached' });
  expect(await page.getByRole('button', { name: /Confirm/ }).count()).toBe(1);
});

test('a hash goes on the allow list and comes off', async () => {
  await page.getByRole('button', { name: 'Allow this hash…' }).click();
  await page.getByLabel('Reason').fill('A test of the console');
  await page.getByRole('button', { name: 'Add to allow list' }).click();
  await page.getByText('On the allow list since').waitFor();
  await page.getByRole('link', { name: 'Exceptions' }).click();
  await page.getByText('A test of the console').waitFor();
  await page.getByRole('button', { name: 'Take off' }).click();
  await page.getByText('Nothing here').waitFor();
  expect(await axeProblems(page)).toEqual([]);
});

test('a hunt over stored events finds the chain', async () => {
  await page.getByRole('link', { name: 'Hunt', exact: true }).click();
  await page.getByRole('button', { name: '30 days' }).click();
  await page.getByRole('button', { name: /^Run/ }).click();
  await page.getByText('done', { exact: true }).waitFor();
  await page.locator('.process a').first().click();
  await page.getByText('rebuilt by a hunt').waitFor();
  await page.getByText('= score').waitFor();
  expect(await axeProblems(page)).toEqual([]);
});

test('each plugin with a page shows it in a sandbox', async () => {
  const entries = await page
    .locator('nav a[href^="/plugins/"]')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
  for (const entry of entries) {
    await page.goto(server.origin + entry);
    const frame = page.locator('iframe');
    await frame.waitFor();
    expect(await frame.getAttribute('sandbox')).toBe('allow-scripts');
    await page.frameLocator('iframe').locator('body').waitFor();
    expect(await page.getByText('The page did not load').count()).toBe(0);
  }
});

test('rules that are put into a folder of the running server are in force and on the page, broken ones with their reason', async () => {
  const save = (name: string, text: string): void => writeFileSync(join(server.dataFolder, 'rules', name), text);
  await page.goto(`${server.origin}/rules`);
  await page.locator('.rule-row').first().waitFor();
  const many = await page
    .getByRole('status')
    .filter({ hasText: / rules$/ })
    .innerText();

  save(
    'own.yml',
    `rules:
  - id: own-rule-of-the-test
    title: { en: An own rule, zh: 自己的规则 }
    description: { en: Says nothing., zh: 无。 }
    set: ioa
    points: 40
    techniques: [T1105]
    actions: [processcreate]
    conditions: ['"never-seen" in commandline']
`,
  );
  save('broken.yml', `rules:\n  - id: broken-rule\n    set: ioa\n    points: many\n`);
  save(
    'sigma.yml',
    `title: A Sigma Rule Of The Test
id: 5a1f7c30-9b1e-4c5a-8a55-2f4c1f0d9e01
status: test
logsource:
  product: windows
  category: process_creation
detection:
  selection:
    CommandLine|contains: never-seen-either
  condition: selection
level: high
`,
  );
  await page.getByText('broken.yml:').first().waitFor({ timeout: 10_000 });
  await page.getByRole('searchbox', { name: 'Title, id or condition' }).fill('of the test');
  await page.getByText('A Sigma Rule Of The Test').click();
  await page.getByText('CommandLine|contains: never-seen-either').waitFor();
  expect(await page.locator('.rule-row').getByText('High', { exact: true }).count()).toBe(1);
  expect(await axeProblems(page)).toEqual([]);
  await page.getByRole('searchbox', { name: 'Title, id or condition' }).fill('own-rule-of-the-test');
  await page.getByText('An own rule').click();
  await page.getByRole('region', { name: 'Rule', exact: true }).getByText('"never-seen" in commandline').waitFor();
  await page.getByRole('button', { name: 'Read again' }).click();
  await page.getByText('Read again: nothing has changed').waitFor();

  await page.goto(server.origin);
  await page.getByText(/in the rules: what (?:it concerns|they concern) is not in force/).waitFor();
  await page.getByRole('link', { name: 'See which' }).click();
  await page.getByText('broken.yml:').first().waitFor();
  for (const name of ['own.yml', 'broken.yml', 'sigma.yml']) rmSync(join(server.dataFolder, 'rules', name));
  await expect.poll(() => page.getByText('broken.yml:').count(), { timeout: 10_000 }).toBe(0);
  await page.getByRole('status').filter({ hasText: many }).waitFor();
});

test('a person and a token are made, and every change is in the audit log', async () => {
  await page.goto(`${server.origin}/admin/users`);
  await page.getByRole('button', { name: 'Add a user' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('wu.min');
  await dialog.getByLabel('Password').fill('another long password');
  await dialog.getByRole('button', { name: 'Add a user' }).click();
  await page.getByText('wu.min can sign in now').waitFor();
  await page.goto(`${server.origin}/admin/tokens`);
  await page.getByRole('button', { name: 'Make a token' }).click();
  await dialog.getByLabel('Name').fill('shipper');
  await dialog.getByRole('button', { name: 'Make a token' }).click();
  await dialog.getByText('Copy it now').waitFor();
  await dialog.getByRole('button', { name: 'I have it' }).click();
  await page.goto(`${server.origin}/admin/audit`);
  await page.getByText('wu.min').first().waitFor();
  expect(await page.getByRole('row').count()).toBeGreaterThan(4);
});

test('the sample is removed with one click', async () => {
  await page.goto(server.origin);
  await page.getByRole('button', { name: 'Remove the sample' }).click();
  await page.getByText('The sample is removed').waitFor();
  await page.getByText('No events yet').waitFor();
  expect(await page.locator('.counter').count()).toBe(0);
});

test('what hosts send appears live', async () => {
  const token = (
    await chainsight('token', 'create', '--data', server.dataFolder, '--role', 'sensor', '--name', 'simulation')
  ).trim();
  const start = new Date(Date.now() - 2 * 3_600_000).toISOString();
  const attacks = 'phishing-macro,ransomware,beacon,service-exec,persistence,hive-theft';
  const events = await chainsight(
    'simulate',
    '--hosts',
    '9',
    '--hours',
    '2',
    '--seed',
    '3',
    '--attacks',
    attacks,
    '--start',
    start,
  );
  await sendEvents(server, token, events.trim().split('\n'));
  await expect.poll(() => page.locator('.waiting .threat').count(), { timeout: 20_000 }).toBeGreaterThan(2);
  await expect.poll(() => page.locator('.hosts tbody tr').count(), { timeout: 20_000 }).toBe(8);
  expect(await axeProblems(page)).toEqual([]);
  await picture('overview');
});

test('nothing went wrong meanwhile', () => expect(wrongs).toEqual([]));
