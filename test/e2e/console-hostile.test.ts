/** Names and command lines that try to become markup, to hide, or to reorder: shown as text on every page, and nothing happens. */

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { axeProblems, buildConsole, launchBrowser, openPage } from './support/browser.js';
import { HOSTILE_ID } from './support/console-data.js';
import { ConsoleServer } from './support/console-server.js';
import { HOSTILE } from './support/hostile.js';

let browser: Browser;
let server: ConsoleServer;
let origin: string;

beforeAll(async () => {
  buildConsole();
  browser = await launchBrowser();
  server = new ConsoleServer({ nowMs: Date.now(), hostile: true });
  origin = await server.start();
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

const PATHS = [
  '/',
  '/threats?verdict=any',
  `/threats/${HOSTILE_ID}?show=all`,
  '/hosts',
  '/hunts',
  '/hunts/hunt-1',
  '/exceptions',
  '/rules',
  '/rules?rule=hostile-0',
  '/plugins/hello',
  '/admin/tokens',
  '/admin/audit',
];

test.each(PATHS)('%s shows them as text', async (path) => {
  const { page, wrongs } = await openPage(browser, origin);
  await page.goto(origin + path);
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByText('onerror=').first().waitFor();
  await page.waitForTimeout(400);
  // Everything that opens is opened.
  for (const name of [/more$/, /^show all/, 'Table']) {
    for (const button of await page.getByRole('button', { name }).all())
      await button.click({ timeout: 500 }).catch(() => undefined);
  }
  const state = await page.evaluate(() => ({
    pwned: 'pwned' in globalThis,
    made: document.querySelectorAll('main img, main script, main svg[onload], main iframe:not([sandbox])').length,
    links: [...document.querySelectorAll('a[href]')]
      .map((link) => (link as HTMLAnchorElement).href)
      .filter((href) => !href.startsWith(location.origin)),
    // Everything drawn in the page, without its chips.
    text: document.querySelector('main')?.innerText ?? '',
  }));
  expect(state.pwned).toBe(false);
  expect(state.made).toBe(0);
  expect(state.links).toEqual([]);
  // Control, format, private, unassigned letters and half ones; line breaks are the page's own.
  expect(state.text.replace(/[\n\t]/g, '')).not.toMatch(/\p{C}|\u3164|\u2800/u);
  expect(page.url()).toBe(origin + path);
  expect(await axeProblems(page)).toEqual([]);
  expect(wrongs).toEqual([]);
  await page.context().close();
});

test('what hides is drawn as chips, long values are cut with the whole at hand', async () => {
  const { page } = await openPage(browser, origin);
  await page.goto(`${origin}/threats/${HOSTILE_ID}`);
  await page.getByRole('button', { name: /17 more/ }).click();
  const ledger = page.locator('.ledger');
  for (const chip of ['⟨U+202E⟩', '⟨U+200B⟩', '⟨U+0000⟩', '⟨U+000A⟩', '⟨U+D800⟩', '⟨U+E0041⟩', '⟨U+3164⟩', '␣×']) {
    expect(await ledger.getByText(chip).count(), chip).toBeGreaterThan(0);
  }
  const long = HOSTILE.findIndex((text) => text.startsWith('long-'));
  await ledger.getByRole('button', { name: `Hostile ${long}`, exact: true }).click();
  // The rule behind it says the same in its own fields.
  await ledger.locator('.more dd').first().getByRole('button', { name: 'show all 31,753' }).click();
  expect(await ledger.getByText(HOSTILE[long]!.slice(6)).count()).toBe(1);
  await page.context().close();
});

test('copying gives the original, or its escapes', async () => {
  const { page } = await openPage(browser, origin);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(`${origin}/threats/${HOSTILE_ID}?row=rule:hostile-6`);
  const detail = page.locator('.ledger .more');
  await detail.getByRole('button', { name: 'Copy', exact: true }).first().click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(HOSTILE[6]);
  await detail.getByRole('button', { name: 'Copy with escapes' }).first().click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('invoice\\u202efdp.exe');
  await page.context().close();
});

test('a plugin’s page cannot reach the console around it', async () => {
  const { page, wrongs } = await openPage(browser, origin);
  await page.goto(`${origin}/plugins/hello`);
  const frame = page.frameLocator('iframe');
  await frame.getByText('Hello, parent is blocked light en').waitFor();
  expect(await page.locator('iframe').getAttribute('sandbox')).toBe('allow-scripts');
  expect(await page.locator('iframe').evaluate((element) => element.clientHeight)).toBeGreaterThanOrEqual(418);
  expect(wrongs).toEqual([]);
  await page.context().close();
});
