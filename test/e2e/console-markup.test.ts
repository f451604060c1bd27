/**
 * Two hundred texts that want to become markup or code, in every field that a stranger can fill, on every page and in every detail that
 * opens, in both languages, in a real browser under the server's own policy: they are shown as text and nothing of them runs. Each also carries
 * letters that hide or reorder, and those are drawn as what they are.
 */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../support/fake-server.js';
import { buildConsole, launchBrowser, openPage, type PageOptions } from './support/browser.js';
import { HostileAnswers, HOST_THREAT_ID, HUNT_ID, THREAT_ID } from './support/hostile-answers.js';
import { PAYLOADS } from './support/markup-payloads.js';
import { detectScripts, type Seen } from './support/script-detector.js';

const CONSOLE = fileURLToPath(new URL('../../dist/console', import.meta.url));
/** Right-to-left override, zero-width space, byte-order mark, Hangul filler, a tag: at the end of each text, so that addresses stay addresses. */
const HIDING = '\u202e\u200b\ufeff\u3164\u{e0041}';
/** One text an item, for lists of 200. */
const SINGLE = PAYLOADS.map((payload) => `${payload}${HIDING}`);
/** Twenty a text, for what has to be opened piece by piece. */
const JOINED = Array.from({ length: 10 }, (_, chunk) => SINGLE.slice(chunk * 20, chunk * 20 + 20).join('\n'));
/** Those that say their number in plain letters, and before any line is cut. */
const TELLING = PAYLOADS.flatMap((text, k) => {
  const at = [`pwned(${k})`, `evil.example/${k}`].map((mark) => text.indexOf(mark)).find((found) => found >= 0);
  return at !== undefined && at < 28 ? [k] : [];
});
/** High enough that lists that draw only what is on the screen draw all. */
const HEIGHT = 9_500;

test('there are two hundred of them', () => {
  expect(new Set(PAYLOADS).size).toBe(200);
});

let browser: Browser;
let server: TestServer;
let origin: string;

beforeAll(async () => {
  buildConsole();
  browser = await launchBrowser();
  server = await testServer({ consoleFolder: CONSOLE });
  origin = `http://127.0.0.1:${await server.server.listen('127.0.0.1', 0)}`;
});
afterAll(async () => {
  await browser.close();
  await server.server.close();
});

interface Opened {
  readonly page: Page;
  /** What was seen since the last reading. */
  seen(): Promise<Seen>;
}

/** The files and their policy come from the server, the answers of the API from the texts. */
async function open(texts: readonly string[], options: PageOptions): Promise<Opened> {
  const answers = new HostileAnswers(texts, Date.now());
  const { page, wrongs } = await openPage(browser, origin, options);
  const detected = await detectScripts(page);
  await page.route('**/api/v1/**', async (route) => {
    const { pathname, searchParams } = new URL(route.request().url());
    const path = decodeURIComponent(pathname.slice('/api/v1'.length));
    if (path === '/stream') return route.fulfill({ contentType: 'text/event-stream', body: answers.stream() });
    const answer = answers.of(path, searchParams);
    return answer === undefined ? route.fulfill({ status: 404, json: {} }) : route.fulfill({ json: answer });
  });
  await page.goto(origin);
  await page.locator('main h1').waitFor();
  return {
    page,
    async seen() {
      const { wrongs: found, drawn } = await detected();
      return { wrongs: [...wrongs.splice(0), ...found], drawn };
    },
  };
}

/** Goes to another page without loading the console anew. */
async function go(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    history.pushState({}, '', to);
    dispatchEvent(new PopStateEvent('popstate', { state: {} }));
  }, path);
}

/** Presses each of the buttons in turn, and gives the page time to draw what opens. @returns how many there were */
async function pressAll(page: Page, selector: string): Promise<number> {
  await page.locator(selector).first().waitFor();
  return page.evaluate(async (buttons) => {
    const count = document.querySelectorAll(buttons).length;
    for (let index = 0; index < count; index++) {
      document.querySelectorAll<HTMLElement>(buttons)[index]?.click();
      await new Promise((resolve) => setTimeout(resolve, 20));
      for (const whole of document.querySelectorAll<HTMLElement>('.evidence > button[aria-expanded=false]'))
        whole.click();
    }
    return count;
  }, selector);
}

/** No page follows one of its own kind, which would be kept and only fed anew. */
const LISTS = [
  '/',
  '/threats?verdict=any',
  `/threats/${THREAT_ID}?show=all`,
  '/hosts',
  `/threats/${HOST_THREAT_ID}`,
  '/hosts/any',
  '/hunts',
  `/hunts/${HUNT_ID}`,
  `/hunts/${HUNT_ID}/chains/${THREAT_ID}?show=all`,
  '/exceptions',
  '/rules?rule=rule-0',
  '/admin/users',
  '/admin/tokens',
  '/admin/audit',
];

test('no page is left out', () => {
  const router = readFileSync(new URL('../../console/src/router.ts', import.meta.url), 'utf8');
  const pages = [...router.matchAll(/path: '([^']+)'/g)].map(([, path]) => path!);
  expect(pages.length).toBeGreaterThan(10);
  // Two before anybody is signed in, the frame of a plugin, and the page for what is no page: they show nothing of the kind.
  const others = new Set(['/setup', '/sign-in', '/plugins/:name', '/:rest(.*)*']);
  const visited = LISTS.map((path) => path.replace(/\?.*/, ''));
  const isVisited = (page: string): boolean => {
    const pattern = new RegExp(`^${page.replace(/:\w+/g, '[^/]+')}$`);
    return visited.some((path) => pattern.test(path));
  };
  expect(pages.filter((page) => !others.has(page) && !isVisited(page))).toEqual([]);
});

/** The words around a text do not change what becomes of it: in the second language a quarter of them goes round. */
test.each([
  { language: 'en', every: 1 },
  { language: 'zh-CN', every: 4 },
] as const)('in $language they stay text on every page', async ({ language, every }) => {
  const isIn = (_: unknown, k: number): boolean => k % every === 0;
  const { page, seen } = await open(SINGLE.filter(isIn), { language, height: HEIGHT });
  for (const path of LISTS) {
    await go(page, path);
    const missing = new Set(TELLING.filter((k) => isIn(undefined, k)));
    const wrongs: string[] = [];
    const read = async (): Promise<number[]> => {
      const now = await seen();
      wrongs.push(...now.wrongs);
      for (const number of now.drawn) missing.delete(number);
      return [...missing];
    };
    if (path.includes('/threats/')) await pressAll(page, '.ledger button.rest');
    await expect.poll(read, { timeout: 10_000, interval: 50, message: `${path} draws all of them` }).toEqual([]);
    expect(wrongs, path).toEqual([]);
  }
  await page.context().close();
});

test.each([
  { language: 'en', every: 1 },
  { language: 'zh-CN', every: 4 },
] as const)('in $language they stay text in every detail that opens', async ({ language, every }) => {
  const { page, seen } = await open(
    JOINED.filter((_, chunk) => chunk % every === 0),
    { language },
  );
  const missing = new Set(TELLING.filter((k) => Math.floor(k / 20) % every === 0));
  for (const [path, ...selectors] of [
    [`/threats/${THREAT_ID}?show=all`, '.ledger button.open', '[role=treegrid] [role=row]'],
    ['/hosts'],
    [`/threats/${HOST_THREAT_ID}`, '.ledger button.open', 'button.event'],
    ['/rules', '.rule-row'],
  ] as const) {
    await go(page, path);
    for (const selector of selectors) {
      expect(await pressAll(page, selector), `${path} ${selector}`).toBeGreaterThanOrEqual(2);
      const { wrongs, drawn } = await seen();
      expect(wrongs, `${path} ${selector}`).toEqual([]);
      for (const number of drawn) missing.delete(number);
    }
  }
  expect([...missing]).toEqual([]);
  await page.context().close();
});

test('the detector sees them where they are written as markup', async () => {
  const { page } = await openPage(browser, origin);
  const detected = await detectScripts(page);
  // An answer without content leaves a page where it is, whatever wants to lead it away.
  await page.route(
    () => true,
    (route) =>
      route.request().url() === `${origin}/bare`
        ? route.fulfill({ contentType: 'text/html', body: '<!doctype html><body>' })
        : route.fulfill({ status: 204 }),
  );
  await page.goto(`${origin}/bare`);
  const quiet: number[] = [];
  for (const [k, payload] of PAYLOADS.entries()) {
    await page.evaluate((text) => {
      document.body.innerHTML = '';
      // In a page some tag follows, whose end an unfinished one takes for its own.
      document.body.innerHTML = `<p>${text}</p>`;
    }, payload);
    if ((await detected()).wrongs.length === 0) quiet.push(k);
  }
  // The rest wants a place of another kind: an attribute, an address, a template, a second reading.
  expect(PAYLOADS.length - quiet.length).toBeGreaterThan(110);
  expect(quiet.filter((k) => PAYLOADS[k]!.startsWith('<img'))).toEqual([]);
  await page.context().close();
});
