/** The page of rules: what is broken, finding one among thousands, reading one, and what happens when files change under it. */

import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { axeProblems, buildConsole, launchBrowser, openPage, type PageOptions } from './support/browser.js';
import { ConsoleServer, type ConsoleServerOptions } from './support/console-server.js';

let browser: Browser;
let server: ConsoleServer;
let origin: string;
let page: Page;
let wrongs: string[] = [];

beforeAll(async () => {
  buildConsole();
  browser = await launchBrowser();
});
afterAll(() => browser.close());
afterEach(async () => {
  await page.context().close();
  await server.stop();
  if (wrongs.length > 0) throw new Error(wrongs.join('\n'));
});

async function open(path: string, options: Partial<ConsoleServerOptions> = {}, look: PageOptions = {}): Promise<void> {
  server = new ConsoleServer({ nowMs: Date.now(), ...options });
  origin = await server.start();
  ({ page, wrongs } = await openPage(browser, origin, look));
  await page.goto(origin + path);
  await page.getByText(/^(?:Live|实时)$/).waitFor({ state: 'attached' });
  if (path !== '/') await page.getByRole('grid').waitFor();
}

const rows = () => page.locator('.rule-row');
const titles = () => page.locator('.rule-row .title').allInnerTexts();
const region = (name: string) => page.getByRole('region', { name });

test('g r goes there, and what is broken stands on top with its place, code, reason and hint', async () => {
  await open('/rules');
  await page.goto(origin);
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('r');
  await page.getByRole('heading', { level: 1, name: 'Rules' }).waitFor();
  const items = await region('Not loaded, or doubtful').getByRole('listitem').allInnerTexts();
  expect(items).toHaveLength(2);
  for (const word of [
    'own/beacon.yml:17:44',
    'RULE_EXPRESSION',
    '")" is missing: the bracket of column 12 is never closed.',
    'Close it, or take it away.',
  ])
    expect(items[0]).toContain(word);
  await page.getByRole('button', { name: 'Show 1 warning' }).click();
  await page.getByText('No event has the field "comandline".').waitFor();
  expect(await axeProblems(page)).toEqual([]);
  await page.getByRole('button', { name: 'Show the rule' }).click();
  await page.getByRole('heading', { level: 2, name: 'Memory of LSASS dumped' }).waitFor();
  await page.getByRole('button', { name: 'show less' }).click();
  expect(await region('Not loaded, or doubtful').getByRole('listitem').count()).toBe(2);
});

test('hundreds of faults are shown a hundred at a time, and warnings alone make no list', async () => {
  await open('/rules');
  const { ruleProblems } = server.data;
  const [first] = ruleProblems;
  ruleProblems.splice(0, 3, ...Array.from({ length: 250 }, (_, index) => ({ ...first!, line: index + 1 })));
  server.send({ type: 'policy', what: 'rules' });
  await page.getByText('250 errors').waitFor();
  await page.getByRole('button', { name: '247 more errors' }).click();
  expect(await region('Not loaded, or doubtful').getByRole('listitem').count()).toBe(103);
  expect(await page.evaluate(() => document.querySelector('main')!.scrollHeight)).toBeLessThan(1000);
  ruleProblems.splice(0, 250, { ...first!, severity: 'warning' });
  server.send({ type: 'policy', what: 'rules' });
  await page.getByRole('button', { name: 'Show 1 warning' }).waitFor();
  expect(await region('Not loaded, or doubtful').count()).toBe(0);
});

test('text, pack, kind and technique narrow the list, live in the address, and are taken off together', async () => {
  await open('/rules');
  await page.getByText('40 rules').waitFor();
  await page.getByRole('searchbox', { name: 'Title, id or condition' }).fill('lsass');
  await page.getByText('1 rule', { exact: true }).waitFor();
  expect(await titles()).toEqual(['Memory of LSASS dumped through comsvcs.dll']);
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.getByText('40 rules').waitFor();

  await page.getByRole('button', { name: 'Sigma' }).click();
  await page.getByText('3 rules').waitFor();
  await page.getByLabel('Technique').fill('t1490');
  await page.getByText('1 rule', { exact: true }).waitFor();
  await page.waitForURL(/kind=sigma&technique=T1490/);
  await page.getByLabel('Pack').selectOption('windows');
  await page.getByText('No rule matches these filters').waitFor();
  expect(await axeProblems(page)).toEqual([]);
  await page.reload();
  await page.getByText('No rule matches these filters').waitFor();
  expect(await page.getByRole('button', { name: 'Sigma' }).getAttribute('aria-pressed')).toBe('true');
  await page.getByRole('button', { name: 'Clear filters' }).last().click();
  await page.getByText('40 rules').waitFor();
  expect(new URL(page.url()).search).toBe('');
});

test('a row says what kind or level, points, techniques, pack, errors', async () => {
  await open('/rules');
  const cells = async (title: string): Promise<string[]> =>
    (await rows().filter({ hasText: title }).getByRole('gridcell').allInnerTexts()).map((text) =>
      text.replace(/\s+/g, ' ').trim(),
    );
  expect(await cells('Office program')).toEqual([
    'Office program starts a command shell',
    'Behaviour',
    '120',
    'T1059.003 T1204.002 +1',
    'windows',
    '–',
  ]);
  expect(await cells('Memory of LSASS')).toEqual(expect.arrayContaining(['300', '1.2K']));
  expect(await cells('Rare Parent')).toEqual([
    'Rare Parent Of A Shell shadow',
    'Informational',
    '0',
    '',
    'community',
    '–',
  ]);
  expect(await cells('Known Malicious')).toEqual(expect.arrayContaining(['Critical']));
});

test('a rule opens beside the list: conditions, references that are safe to follow, false alarms, place', async () => {
  await open('/rules');
  await rows().filter({ hasText: 'Office program' }).click();
  await page.waitForURL(/rule=office-starts-shell/);
  const detail = region('Rule');
  expect(await detail.getByText('"macro" in commandline').count()).toBe(1);
  expect(await detail.getByText('Templates of the accounting department').count()).toBe(1);
  expect(await detail.getByText('windows/credential-access.yml:14').count()).toBe(1);
  const links = await detail
    .locator('a[target]')
    .evaluateAll((all) =>
      all.map((link) => [link.textContent, (link as HTMLAnchorElement).href, link.getAttribute('rel')]),
    );
  expect(links).toEqual([
    [
      'https://attack.mitre.org/techniques/T1566/001/',
      'https://attack.mitre.org/techniques/T1566/001/',
      'noopener noreferrer',
    ],
  ]);
  expect(await detail.getByText('https://attack.mitre.org@evil.example/').count()).toBe(1);
  expect(await axeProblems(page)).toEqual([]);

  await page.keyboard.press('j');
  await page.getByRole('heading', { level: 2, name: 'Memory of LSASS dumped' }).waitFor();
  await detail.getByText('1,204 evaluations ended in an error').waitFor();
  await detail.getByText('grantedaccess: 0x1fffff is text here').waitFor();
  await page.goto(`${origin}/rules?rule=loader`);
  await detail.getByText('At least 3 of these 4 techniques in one chain').waitFor();
  await page.keyboard.press('Escape');
  await detail.waitFor({ state: 'detached' });
  await page.goto(`${origin}/rules?rule=gone`);
  await page.getByText('No loaded rule has this id').waitFor();
  expect(await axeProblems(page)).toEqual([]);
});

test('known false alarms are told in Chinese where their author wrote them so', async () => {
  await open('/rules?rule=office-starts-shell', {}, { language: 'zh-CN' });
  const detail = region('规则');
  await detail.getByText('财务部门的模板').waitFor();
  expect(await detail.getByText('Templates of the accounting department').count()).toBe(0);
});

test('what is wrong with a rule is told in Chinese, and then in the words of the server', async () => {
  await open('/rules', {}, { language: 'zh-CN' });
  const item = region('未加载或有疑问').getByRole('listitem').first();
  await item.getByText('条件无法编译。').waitFor();
  expect(await item.getByText('the bracket of column 12 is never closed').count()).toBe(1);
  expect(await axeProblems(page)).toEqual([]);
});

test('a Sigma rule is read as it was written, on its page and beside evidence', async () => {
  await open('/rules?rule=6f1c9a0e-52b7-4d3e-9d2f-0b8f2f5f7a11');
  const text = region('Rule').locator('.document');
  await text.getByText('CommandLine|contains|all: [delete, shadows]').waitFor();
  expect((await text.innerText()).replaceAll('\u200b', '')).toContain('detection:');
  expect(await text.getByText('⟨U+000A⟩').count()).toBe(0);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await text.getByRole('button', { name: 'Copy' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
    server.data.rules.find(({ kind }) => kind === 'sigma')?.text,
  );
  expect(await axeProblems(page)).toEqual([]);
});

test('on a phone the rule stands in place of the list, and closes to it', async () => {
  await open('/rules', {}, { width: 390, height: 800 });
  await rows().first().click();
  await page.getByRole('heading', { level: 2, name: 'Office program starts a command shell' }).waitFor();
  expect(await page.getByRole('grid').isVisible()).toBe(false);
  expect(await axeProblems(page)).toEqual([]);
  await page.getByRole('button', { name: 'Close the rule' }).click();
  await page.getByRole('grid').waitFor();
  expect(await axeProblems(page)).toEqual([]);
});

test('5,000 rules: few rows in the page, any place reached at once, no slow frame on the way', async () => {
  await open('/rules', { rules: 5000 });
  await page.getByText('5,000 rules').waitFor();
  // As fast as a wheel turns. Time of the page's own thread, so that other work on the machine is not what is measured.
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const spentMs = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
  };
  const before = await spentMs();
  await page.evaluate(async () => {
    const scroller = document.querySelector('.scroller')!;
    for (let frame = 0; frame < 120; frame += 1) {
      scroller.scrollTop += 100;
      await new Promise(requestAnimationFrame);
    }
  });
  const perFrameMs = ((await spentMs()) - before) / 120;
  expect(perFrameMs).toBeLessThan(16);
  expect(await rows().count()).toBeLessThan(60);
  await page.evaluate(() => {
    const scroller = document.querySelector('.scroller')!;
    scroller.scrollTop = scroller.scrollHeight;
  });
  await page.getByText('Unusual task number 4996').waitFor();
  const asked = server.requests.filter((request) => request === 'GET /api/v1/rules').length;
  expect(asked).toBeLessThan(14);
  await page.getByText('Unusual proxy number 4999').click();
  await page.waitForURL(/rule=proxy-4999/);

  // Rules are read again while somebody looks at the end of the list: it stays where it is.
  const place = await page.evaluate(() => document.querySelector('.scroller')!.scrollTop);
  server.data.rules.splice(10, 1);
  server.send({ type: 'policy', what: 'rules' });
  await page.getByText('4,999 rules').waitFor();
  await page.getByRole('heading', { level: 2, name: 'Unusual proxy number 4999' }).waitFor();
  const moved = await page.evaluate(() => document.querySelector('.scroller')!.scrollTop);
  expect(Math.abs(moved - place)).toBeLessThanOrEqual(36);
});

test('a page that cannot be fetched is said, and fetched again', async () => {
  await open('/rules', { rules: 2000 });
  server.failWith = 503;
  await page.evaluate(() => document.querySelector('.scroller')!.scrollTo({ top: 30_000 }));
  await page.getByRole('alert').getByText('The server cannot do this right now').waitFor();
  server.failWith = undefined;
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('Unusual archive number 833').waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
});

test('an administrator reads the files again and is told what changed; others are not offered it', async () => {
  await open('/rules');
  await page.getByRole('button', { name: 'Read again' }).click();
  await page.getByText('Read again: nothing has changed').waitFor();
  const { rules, ruleProblems } = server.data;
  rules.push({ ...rules[0]!, id: 'fresh-1', titles: { en: 'A fresh rule', zh: '新规则' } });
  ruleProblems.splice(0, 1);
  await page.getByRole('button', { name: 'Read again' }).click();
  await page.getByText('Read again: 41 rules (+1), 1 error (-1)').waitFor();
  await page.getByText('41 rules', { exact: true }).waitFor();
  expect(await page.getByText('own/beacon.yml').count()).toBe(0);
  await page.context().close();
  await server.stop();

  await open('/rules', { role: 'analyst' });
  expect(await page.getByRole('button', { name: 'Read again' }).count()).toBe(0);
});

test('what changes on disk is seen without a reload, here and on the overview', async () => {
  await open('/');
  await page.getByText('2 errors in the rules').waitFor();
  const { rules, ruleProblems } = server.data;
  ruleProblems.splice(0, 2);
  server.send({ type: 'policy', what: 'rules' });
  await page.getByText('in the rules').waitFor({ state: 'detached' });
  ruleProblems.unshift({
    code: 'SIGMA_YAML',
    severity: 'error',
    message: 'This is not YAML.',
    file: 'rules/broken.yml',
    line: 3,
    column: null,
    rule: null,
    hint: null,
  });
  server.send({ type: 'policy', what: 'rules' });
  await page.getByText('1 error in the rules: what it concerns is not in force.').waitFor();
  expect(await axeProblems(page)).toEqual([]);
  await page.getByRole('link', { name: 'See which' }).click();
  await page.getByText('rules/broken.yml:3').waitFor({ timeout: 1000 });
  rules.push({ ...rules[0]!, id: 'fresh-2', titles: { en: 'Dropped while it ran', zh: '运行时放入' } });
  ruleProblems.splice(0, 1);
  server.send({ type: 'policy', what: 'rules' });
  await page.getByText('41 rules').waitFor();
  await page.getByText('rules/broken.yml').waitFor({ state: 'detached' });
});

test('without rules the page says where they go', async () => {
  await open('/rules', { rules: 0 });
  server.data.rules.length = 0;
  server.send({ type: 'policy', what: 'rules' });
  await page.getByText('No rule is loaded').waitFor();
  expect(await axeProblems(page)).toEqual([]);
});
