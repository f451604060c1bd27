/** Set-up, sign-in, and a session that ends while somebody works. */

import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { axeProblems, buildConsole, launchBrowser, openPage } from './support/browser.js';
import { PHISH_ID } from './support/console-data.js';
import { ConsoleServer } from './support/console-server.js';

let browser: Browser;
let server: ConsoleServer;
let origin: string;

beforeAll(async () => {
  buildConsole();
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  server = new ConsoleServer({ nowMs: Date.now() });
  origin = await server.start();
});
afterEach(() => server.stop());

test.each([
  { address: '/setup?token=one-time', asks: false },
  { address: '/setup#token=one-time', asks: false },
  { address: '/', asks: true },
])('first start by $address makes the administrator and opens the overview', async ({ address, asks }) => {
  server.signedIn = false;
  server.setupOpen = true;
  const { page, wrongs } = await openPage(browser, origin);
  await page.goto(origin + address);
  await page.getByRole('heading', { name: 'First start' }).waitFor();
  expect(await axeProblems(page)).toEqual([]);
  if (asks) await page.getByLabel('Set-up token').fill('one-time');
  const password = page.getByLabel('Password', { exact: true });
  const start = page.getByRole('button', { name: 'Start' });
  await password.fill('short');
  await page.getByText('Too short').waitFor();
  expect(await start.isDisabled()).toBe(true);
  await password.fill('password123');
  await page.getByText('Too easy to guess').waitFor();
  await password.fill('correct horse battery');
  await page.getByRole('button', { name: 'Show' }).click();
  expect(await password.getAttribute('type')).toBe('text');
  await start.click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  expect(wrongs).toEqual([]);
  await page.context().close();
});

test('set-up is closed once it is done', async () => {
  server.signedIn = false;
  const { page } = await openPage(browser, origin);
  await page.goto(`${origin}/setup?token=one-time`);
  await page.getByText('Set-up is done').waitFor();
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(server.requests).not.toContain('POST /api/v1/setup');
  await page.context().close();
});

test('sign-in says the same for every wrong answer and leads back to the asked address', async () => {
  server.signedIn = false;
  const { page, wrongs } = await openPage(browser, origin);
  await page.goto(`${origin}/threats/${PHISH_ID}?kind=rule`);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(await axeProblems(page)).toEqual([]);
  await page.getByLabel('Name').fill('admin');
  await page.getByLabel('Password').fill('nonsense nonsense');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Name or password is wrong.').waitFor();
  expect(await axeProblems(page)).toEqual([]);
  await page.getByLabel('Password').fill('correct horse battery');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'WINWORD.EXE' }).first().waitFor();
  expect(page.url()).toBe(`${origin}/threats/${PHISH_ID}?kind=rule`);
  expect(wrongs).toEqual([]);
  await page.context().close();
});

test.each(['//evil.example/', '/\\evil.example', 'https://evil.example/', 'javascript:alert(1)'])(
  'sign-in does not lead to %s',
  async (to) => {
    server.signedIn = false;
    const { page, wrongs } = await openPage(browser, origin);
    await page.goto(`${origin}/sign-in?to=${encodeURIComponent(to)}`);
    await page.getByLabel('Name').fill('admin');
    await page.getByLabel('Password').fill('correct horse battery');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(new URL(page.url()).origin).toBe(origin);
    expect(wrongs).toEqual([]);
    await page.context().close();
  },
);

test('a session that ends keeps the page and what was typed', async () => {
  const { page } = await openPage(browser, origin);
  await page.goto(`${origin}/hunts`);
  await page.getByLabel('Expression (optional)').fill('image == "a.exe"');
  server.signedIn = false;
  await page.getByRole('button', { name: /Run/ }).click();
  await page.getByRole('dialog', { name: 'Sign in again' }).waitFor();
  expect(await axeProblems(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor();
  await page.getByLabel('Password').fill('correct horse battery');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await page.getByLabel('Expression (optional)').inputValue()).toBe('image == "a.exe"');
  await page.context().close();
});

test('signing out leads to the sign-in', async () => {
  const { page } = await openPage(browser, origin);
  await page.goto(origin);
  await page.getByRole('button', { name: 'Your account' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(server.signedIn).toBe(false);
  await page.context().close();
});

test('signing out where the session has ended already leads to the sign-in too', async () => {
  const { page, wrongs } = await openPage(browser, origin);
  await page.goto(origin);
  await page.getByRole('button', { name: 'Your account' }).click();
  server.signedIn = false;
  await page.route('**/api/v1/sign-in', (route) => route.fulfill({ status: 401, json: { status: 401 } }));
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(wrongs).toEqual([]);
  await page.context().close();
});

test('signing out without a connection says that one is still signed in', async () => {
  const { page, wrongs } = await openPage(browser, origin);
  await page.goto(origin);
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.route('**/api/v1/sign-in', (route) => route.abort());
  await page.getByRole('button', { name: 'Your account' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByText('You are still signed in. The server does not answer').first().waitFor();
  expect(new URL(page.url()).pathname).toBe('/');
  expect(wrongs).toEqual([]);
  await page.context().close();
});
