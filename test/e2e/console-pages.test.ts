/** Every page opens in both languages and both themes, full, empty, loading and failing, on wide and narrow screens, without an accessibility fault. */

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeProblems, buildConsole, launchBrowser, openPage } from './support/browser.js';
import { PHISH_ID } from './support/console-data.js';
import { HOST_EVENTS_ID } from './support/host-events-data.js';
import { ConsoleServer } from './support/console-server.js';

const NOW_MS = Date.now();
const PAGES = [
  { path: '/', heading: { en: 'Overview', 'zh-CN': '总览' } },
  { path: '/threats', heading: { en: 'Threats', 'zh-CN': '威胁' } },
  { path: `/threats/${PHISH_ID}`, heading: { en: 'WINWORD.EXE', 'zh-CN': 'WINWORD.EXE' } },
  { path: `/threats/${HOST_EVENTS_ID}`, heading: { en: /^Host events/, 'zh-CN': /^主机事件/ } },
  { path: '/hosts', heading: { en: 'Hosts', 'zh-CN': '主机' } },
  { path: '/hosts/dc-01.corp.example', heading: { en: 'dc-01.corp.example', 'zh-CN': 'dc-01.corp.example' } },
  { path: '/hunts', heading: { en: 'Hunt', 'zh-CN': '狩猎' } },
  { path: '/hunts/hunt-1', heading: { en: 'Hunt', 'zh-CN': '狩猎' } },
  { path: `/hunts/hunt-1/chains/${PHISH_ID}`, heading: { en: 'WINWORD.EXE', 'zh-CN': 'WINWORD.EXE' } },
  { path: '/exceptions', heading: { en: 'Exceptions', 'zh-CN': '例外' } },
  { path: '/rules', heading: { en: 'Rules', 'zh-CN': '规则' } },
  { path: '/rules?rule=office-starts-shell', heading: { en: 'Rules', 'zh-CN': '规则' } },
  { path: '/plugins/hello', heading: { en: 'Hello', 'zh-CN': '你好' } },
  { path: '/admin/users', heading: { en: 'Users', 'zh-CN': '用户' } },
  { path: '/admin/tokens', heading: { en: 'Tokens', 'zh-CN': '令牌' } },
  { path: '/admin/audit', heading: { en: 'Audit log', 'zh-CN': '审计日志' } },
  { path: '/nowhere', heading: { en: '', 'zh-CN': '' } },
] as const;
const LOOKS = [
  { language: 'en', theme: 'light' },
  { language: 'zh-CN', theme: 'dark' },
  { language: 'en', theme: 'dark' },
  { language: 'zh-CN', theme: 'light' },
] as const;

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

describe.each(LOOKS)('in $language, $theme', ({ language, theme }) => {
  let page: Page;
  let wrongs: string[];
  beforeAll(async () => {
    ({ page, wrongs } = await openPage(browser, origin, { language, theme }));
  });
  afterAll(() => page.context().close());

  test.each(PAGES)('$path', async ({ path, heading }) => {
    await page.goto(origin + path);
    if (heading[language] !== '') await page.getByRole('heading', { level: 1, name: heading[language] }).waitFor();
    await page.getByText(language === 'en' ? 'Live' : '实时', { exact: true }).waitFor();
    await page.locator('.skeleton').first().waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.documentElement.lang)).toBe(language);
    expect(await axeProblems(page)).toEqual([]);
    expect(wrongs).toEqual([]);
  });
});

describe('states', () => {
  const STATED = PAGES.filter(({ path }) => path !== '/nowhere');

  test.each(STATED)('$path says what failed and how to go on', async ({ path }) => {
    const { page } = await openPage(browser, origin);
    server.failWith = 500;
    try {
      await page.goto(origin + path);
      await page.getByText('The server failed at this').first().waitFor();
      await page.getByText('req-1a2b').first().waitFor();
      expect(await axeProblems(page)).toEqual([]);
      server.failWith = undefined;
      const again = page.getByRole('button', { name: 'Try again' });
      // One part's button may bring the others back as well, and take theirs away while it is looked for.
      for (let [button] = await again.elementHandles(); button !== undefined; [button] = await again.elementHandles()) {
        await button.evaluate((element) => (element as HTMLElement).click());
        await button.waitForElementState('hidden');
      }
      expect(await page.getByRole('heading', { level: 1 }).count()).toBeGreaterThan(0);
    } finally {
      server.failWith = undefined;
      await page.context().close();
    }
  });

  test.each([
    { language: 'en', says: 'No events are taken:' },
    { language: 'zh-CN', says: '目前不接收事件：' },
  ] as const)('the overview says why no events are taken, in $language', async ({ language, says }) => {
    const { page } = await openPage(browser, origin, { language });
    server.stopped = 'Writing the log failed: EIO';
    try {
      await page.goto(origin);
      const alert = page.getByRole('alert').filter({ hasText: says });
      await alert.getByText('Writing the log failed: EIO').waitFor();
      expect(await axeProblems(page)).toEqual([]);
      server.stopped = null;
      await page.reload();
      await page.getByRole('heading', { level: 2 }).first().waitFor();
      expect(await alert.count()).toBe(0);
    } finally {
      server.stopped = null;
      await page.context().close();
    }
  });

  test('loading shows a skeleton only after a moment', async () => {
    const { page } = await openPage(browser, origin);
    server.delayMs = 900;
    try {
      await page.goto(`${origin}/exceptions`);
      await page.getByText('Loading').waitFor({ state: 'attached' });
      expect(await axeProblems(page)).toEqual([]);
      await page.getByText('net-discovery').waitFor();
    } finally {
      server.delayMs = 0;
      await page.context().close();
    }
  });

  test('without events the overview offers a sample attack, which loads and can be removed', async () => {
    const { page, wrongs } = await openPage(browser, origin);
    server.isEmpty = true;
    await page.goto(origin);
    await page.getByText('No events yet').waitFor();
    expect(await axeProblems(page)).toEqual([]);
    await page.getByRole('button', { name: 'Load a sample attack' }).click();
    await page.getByText('The sample attack is loaded').waitFor();
    await page.getByRole('link', { name: /Open\s*14/ }).waitFor();
    await page.getByRole('button', { name: 'Remove the sample' }).click();
    await page.getByText('The sample is removed').waitFor();
    expect(wrongs).toEqual([]);
    await page.context().close();
  });

  test('what gained points since it was handled is counted apart, and leads to its list', async () => {
    const { page, wrongs } = await openPage(browser, origin);
    const handled = [...server.data.chains.values()].find(({ threat }) => threat.verdict === 'ignored')!.threat;
    handled.changed = true;
    try {
      await page.goto(origin);
      await page.getByRole('link', { name: '1 handled threat gained points since' }).click();
      await page.getByRole('heading', { level: 1, name: 'Threats' }).waitFor();
      expect(new URL(page.url()).searchParams.get('verdict')).toBe('changed');
      expect(wrongs).toEqual([]);
    } finally {
      handled.changed = false;
      await page.context().close();
    }
  });

  test('hosts that could not be read are not counted as none', async () => {
    const { page } = await openPage(browser, origin);
    server.failWith = 500;
    try {
      await page.goto(`${origin}/hosts`);
      await page.getByText('The server failed at this').waitFor();
      expect(await page.getByRole('button', { name: /^(All|Active)/ }).allTextContents()).toEqual(['All ', 'Active ']);
    } finally {
      server.failWith = undefined;
      await page.context().close();
    }
  });

  test('the audit log says why it shows no more, and goes on from there', async () => {
    const { page } = await openPage(browser, origin);
    const entry = server.data.audit[0]!;
    const first = { items: [entry], next: 'after-1' };
    const rest = { items: [{ ...entry, id: entry.id + 1 }], next: null };
    let isAway = true;
    await page.route('**/api/v1/audit**', (route) => {
      if (!route.request().url().includes('cursor')) return route.fulfill({ json: first });
      return isAway ? route.abort() : route.fulfill({ json: rest });
    });
    await page.goto(`${origin}/admin/audit`);
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.getByText('The server does not answer').waitFor();
    expect(await page.locator('tbody tr').count()).toBe(1);
    expect(await axeProblems(page)).toEqual([]);
    isAway = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('The server does not answer').waitFor({ state: 'detached' });
    expect(await page.locator('tbody tr').count()).toBe(2);
    await page.context().close();
  });

  test('an action in the audit log is not broken in two', async () => {
    const { page } = await openPage(browser, origin);
    const entry = {
      ...server.data.audit[0]!,
      action: 'settings.change',
      after: { rootImages: 'c:\\windows\\'.repeat(12) },
    };
    await page.route('**/api/v1/audit**', (route) => route.fulfill({ json: { items: [entry], next: null } }));
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(`${origin}/admin/audit`);
      const action = page.getByText('settings.change', { exact: true });
      await action.waitFor();
      expect(await action.evaluate((element) => element.getClientRects().length), `${width} px`).toBe(1);
      const cut = await action.evaluate(({ parentElement: box }) => box!.scrollWidth - box!.clientWidth);
      expect(cut, `${width} px`).toBe(0);
    }
    await page.context().close();
  });

  test('a plugin that is off is not said to be silent', async () => {
    const { page, wrongs } = await openPage(browser, origin);
    const plugin = server.data.plugins[0]!;
    await page.clock.install();
    await page.route('**/api/v1/plugins', (route) =>
      route.fulfill({ json: { items: [{ ...plugin, state: 'off' }], next: null } }),
    );
    await page.goto(`${origin}/plugins/${plugin.name}`);
    const note = page.getByText('This plugin is off');
    await note.waitFor();
    await page.clock.runFor(6000);
    expect(await page.getByText('The page did not load').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
    // The words stand below their picture, however much room the page has.
    const [picture, words] = await Promise.all([page.locator('main .picture').boundingBox(), note.boundingBox()]);
    expect(words!.y - picture!.y - picture!.height).toBeLessThan(20);
    expect(wrongs).toEqual([]);
    await page.context().close();
  });

  test('that a threat is gone is said as on every other page, not as a note', async () => {
    const { page } = await openPage(browser, origin);
    await page.goto(`${origin}/threats/${'0'.repeat(32)}`);
    const title = page.getByRole('heading', { name: 'This threat is gone' });
    await title.waitFor();
    const look = await title.evaluate(({ parentElement: box }) => getComputedStyle(box!).display);
    expect(look).toBe('grid');
    await page.context().close();
  });

  test('a form for a user that was left is empty when it is opened again', async () => {
    const { page } = await openPage(browser, origin);
    await page.goto(`${origin}/admin/users`);
    const add = page.getByRole('button', { name: 'Add a user' });
    const dialog = page.getByRole('dialog', { name: 'Add a user' });
    await add.click();
    await dialog.getByLabel('Name').fill('mara');
    await dialog.getByLabel('Password').fill('correct horse battery');
    await dialog.getByRole('button', { name: 'Add a user' }).click();
    await dialog.getByRole('alert').waitFor();
    await page.keyboard.press('Escape');
    await add.click();
    expect(await dialog.getByLabel('Name').inputValue()).toBe('');
    expect(await dialog.getByLabel('Password').inputValue()).toBe('');
    expect(await dialog.getByRole('alert').count()).toBe(0);
    await page.context().close();
  });

  test('a server that is gone is said, with a way on', async () => {
    const other = new ConsoleServer({ nowMs: NOW_MS });
    const otherOrigin = await other.start();
    const { page } = await openPage(browser, otherOrigin);
    await page.goto(otherOrigin);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    // Long enough for the pages' scripts to be fetched ahead.
    await page.waitForTimeout(2500);
    await other.stop();
    await page.getByRole('link', { name: 'Exceptions' }).click();
    await page.getByText('The server does not answer').first().waitFor();
    await page.getByText('Reconnecting').waitFor();
    // A phone shows the dot alone.
    await page.setViewportSize({ width: 390, height: 800 });
    const dot = page.getByRole('status', { name: '' }).filter({ hasText: 'Reconnecting' }).locator('.dot');
    expect(await dot.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe('rgba(0, 0, 0, 0)');
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(1);
    await page.context().close();
  });
});

describe('reflow', () => {
  const WIDTHS = [320, 360, 768, 1280, 2560];
  let page: Page;
  beforeAll(async () => {
    ({ page } = await openPage(browser, origin));
  });
  afterAll(() => page.context().close());

  test.each(PAGES)('$path fits at every width', async ({ path }) => {
    await page.goto(origin + path);
    await page.getByText('Live', { exact: true }).waitFor({ state: 'attached' });
    await page.locator('.skeleton').first().waitFor({ state: 'detached' });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      await page.waitForTimeout(60);
      const wide = await page.evaluate(() => {
        const main = document.querySelector('main');
        return { page: document.documentElement.scrollWidth, main: main ? main.scrollWidth - main.clientWidth : 0 };
      });
      expect(wide, `${width} px`).toEqual({ page: width, main: 0 });
    }
  });

  test.each(['en', 'zh-CN'] as const)('a ledger over midnight fits on a small telephone, %s', async (language) => {
    const midnight = new Date(NOW_MS).setUTCHours(0, 5, 0, 0);
    const late = new ConsoleServer({ nowMs: midnight });
    const address = await late.start();
    const small = await openPage(browser, address, { language, width: 320 });
    try {
      await small.page.goto(`${address}/threats/${PHISH_ID}`);
      await small.page.locator('.row .time').first().waitFor();
      const times = await small.page.locator('.row .time').allInnerTexts();
      expect(times.some((time) => /\d{4}.\d{2}.\d{2}/.test(time))).toBe(true);
      expect(await small.page.evaluate(() => document.querySelector('main')!.scrollWidth)).toBe(320);
    } finally {
      await small.page.context().close();
      await late.stop();
    }
  });
});

describe('refusals', () => {
  test.each([
    {
      language: 'en',
      exists: 'It exists already',
      away: 'The server does not answer: Check',
      odd: '“bad/host!” cannot be the name of a host',
    },
    { language: 'zh-CN', exists: '已存在', away: '服务器没有响应：请检查', odd: '“bad/host!”不能是主机名' },
  ] as const)('are said in the language of the console: $language', async ({ language, exists, away, odd }) => {
    const { page, wrongs } = await openPage(browser, origin, { language });
    await page.goto(`${origin}/admin/users`);
    await page.locator('.page-head .button.primary').click();
    await page.fill('#user-name', 'vera');
    await page.fill('#user-password', 'four random words here');
    await page.keyboard.press('Enter');
    const alert = page.getByRole('dialog').getByRole('alert');
    await alert.waitFor();
    expect(await alert.innerText()).toBe(exists);
    await page.route('**/api/v1/users', (route) => route.abort());
    await page.keyboard.press('Enter');
    await alert.filter({ hasText: away }).waitFor();
    await page.goto(`${origin}/admin/tokens`);
    await page.locator('.page-head .button.primary').click();
    await page.fill('#token-name', 'shipper');
    await page.fill('#token-hosts', 'fin-03, bad/host!');
    const asked = server.requests.length;
    await page.keyboard.press('Enter');
    await alert.filter({ hasText: odd }).waitFor();
    expect(server.requests.slice(asked)).toEqual([]);
    expect(wrongs).toEqual([]);
    await page.context().close();
  });
});

describe('what an account and an administrator can do', () => {
  let page: Page;
  let wrongs: string[];
  let own: ConsoleServer;
  let ownOrigin: string;
  beforeAll(async () => {
    own = new ConsoleServer({ nowMs: NOW_MS });
    ownOrigin = await own.start();
    ({ page, wrongs } = await openPage(browser, ownOrigin));
  });
  afterAll(async () => {
    await page.context().close();
    await own.stop();
  });
  const dialog = () => page.getByRole('dialog');

  test('change one’s own password, from the account menu', async () => {
    await page.goto(ownOrigin);
    await page.getByRole('button', { name: 'Your account' }).click();
    await page.getByRole('menuitem', { name: 'Change password…' }).click();
    await page.getByLabel('Current password').fill('wrong');
    await page.getByLabel('New password', { exact: true }).fill('four random words here');
    await page.keyboard.press('Enter');
    await dialog().getByText('The current password is wrong.').waitFor();
    expect(await axeProblems(page)).toEqual([]);
    await page.getByLabel('Current password').fill('correct horse battery');
    await page.keyboard.press('Enter');
    await page.getByText('Your password is changed').waitFor();
    expect(await dialog().count()).toBe(0);
  });

  test('give a colleague a new password', async () => {
    await page.goto(`${ownOrigin}/admin/users`);
    await page.getByRole('button', { name: 'New password…' }).first().click();
    await page.getByLabel('New password', { exact: true }).fill('short');
    expect(await page.getByRole('button', { name: 'Set password' }).isDisabled()).toBe(true);
    await page.getByLabel('New password', { exact: true }).fill('four random words here');
    await page.keyboard.press('Enter');
    await page.getByText('has a new password').waitFor();
    expect(own.bodies.at(-1)).toEqual({ password: 'four random words here' });
  });

  test('make a token that ends, and see until when tokens hold', async () => {
    await page.goto(`${ownOrigin}/admin/tokens`);
    await page.getByRole('columnheader', { name: 'Until' }).waitFor();
    await page.locator('.page-head .button.primary').click();
    await page.fill('#token-name', 'shipper');
    await page.selectOption('#token-expiry', '30');
    await page.keyboard.press('Enter');
    await page.getByText('Copy it now').waitFor();
    const { expires } = own.bodies.at(-1) as { expires: string };
    expect(Math.round((Date.parse(expires) - Date.now()) / 86_400_000)).toBe(30);
  });

  test('look through the audit log by who and what', async () => {
    await page.goto(`${ownOrigin}/admin/audit`);
    const rows = page.locator('tbody tr');
    await rows.first().waitFor();
    const { who } = own.data.audit[0]!;
    await page.getByLabel('Who', { exact: true }).fill(who);
    await page.waitForURL(/who=/);
    await expect.poll(() => rows.count()).toBe(own.data.audit.filter((one) => one.who === who).length);
    await page.getByLabel('Did, such as sign-in').fill('nothing-of-the-kind');
    await page.getByText('No entry matches').waitFor();
    expect(await axeProblems(page)).toEqual([]);
  });

  test('keep an exception written by hand to one host', async () => {
    await page.goto(`${ownOrigin}/exceptions`);
    await page.locator('.page-head .button.primary').click();
    await page.fill('#exception-value', 'ab'.repeat(32));
    await page.fill('#exception-reason', 'inventory');
    await page.fill('#exception-host', 'fin-*');
    await page.getByRole('button', { name: 'Add to allow list' }).click();
    await dialog().getByText('“fin-*” cannot be the name of a host').waitFor();
    await page.fill('#exception-host', 'fin-03');
    await page.getByRole('button', { name: 'Add to allow list' }).click();
    await dialog().waitFor({ state: 'detached' });
    expect(own.bodies.at(-1)).toMatchObject({ scope: 'hash', host: 'fin-03' });
  });

  test('find a host by its name, and forget it', async () => {
    await page.goto(`${ownOrigin}/hosts`);
    await page.getByLabel('Name of the host').fill('dc-01');
    await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
    await page.getByRole('link', { name: 'dc-01.corp.example' }).click();
    await page.getByRole('button', { name: 'Forget…' }).click();
    await dialog().getByText('Its threats go, with their verdicts').waitFor();
    await dialog().getByRole('button', { name: 'Forget', exact: true }).click();
    await page.getByText('dc-01.corp.example is forgotten').waitFor();
    await page.waitForURL(/\/hosts$/);
    await page.getByLabel('Name of the host').fill('dc-01');
    await page.getByText('No host matches').waitFor();
    expect(wrongs).toEqual([]);
  });
});

describe('preferences', () => {
  test('language and theme switch without a reload and are kept', async () => {
    const { page, wrongs } = await openPage(browser, origin);
    // The init script would undo what the test is about.
    const context = await browser.newContext({ locale: 'en', viewport: { width: 1280, height: 800 } });
    const fresh = await context.newPage();
    await fresh.goto(`${origin}/threats/${PHISH_ID}`);
    await fresh.evaluate(() => Object.assign(globalThis, { unreloaded: true }));
    await fresh.getByRole('button', { name: 'Language' }).click();
    await fresh.getByRole('menuitemradio', { name: '简体中文' }).click();
    await fresh.getByRole('heading', { name: '计分明细' }).waitFor();
    await fresh.getByText('通过 comsvcs.dll 转储 LSASS 内存').waitFor();
    await fresh.getByRole('button', { name: '主题' }).click();
    await fresh.getByRole('menuitemradio', { name: '深色' }).click();
    expect(await fresh.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)).toBe(
      'rgb(18, 21, 27)',
    );
    expect(await fresh.evaluate(() => 'unreloaded' in globalThis)).toBe(true);
    await fresh.reload();
    await fresh.getByRole('heading', { name: '计分明细' }).waitFor();
    expect(await fresh.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
    expect(wrongs).toEqual([]);
    await context.close();
    await page.context().close();
  });

  test('a role that may not see a page is told so, and its entry is absent', async () => {
    const other = new ConsoleServer({ nowMs: NOW_MS, role: 'viewer' });
    const otherOrigin = await other.start();
    const { page } = await openPage(browser, otherOrigin);
    await page.goto(`${otherOrigin}/admin/users`);
    await page.getByText('This page needs the role Administrator; yours is Viewer').waitFor();
    expect(await page.getByRole('link', { name: 'Users' }).count()).toBe(0);
    await page.goto(`${otherOrigin}/threats/${PHISH_ID}`);
    await page.getByRole('heading', { name: 'Ledger' }).waitFor();
    expect(await page.getByRole('button', { name: /Confirm/ }).count()).toBe(0);
    other.data.hunts.length = 0;
    await page.goto(`${otherOrigin}/hunts`);
    await page.getByText('Hunts that an analyst runs appear here.').waitFor();
    other.data.exceptions.length = 0;
    await page.goto(`${otherOrigin}/exceptions`);
    await page.getByText('Exceptions that an analyst adds appear here.').waitFor();
    other.isEmpty = true;
    await page.goto(otherOrigin);
    await page.getByText('This needs the role Analyst; yours is Viewer.').waitFor();
    await page.getByText('This needs the role Administrator; yours is Viewer.').waitFor();
    await page.context().close();
    await other.stop();
  });
});
