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

test.each([
  [
    'en',
    ['Of 5,000 chains, the 2,000 with most points are shown.', '1 chain went since with a host that was forgotten.'],
    'What it found is not kept any more',
  ],
  [
    'zh-CN',
    ['共找到 5,000 条进程链，仅显示分数最高的 2,000 条。', '之后有 1 条进程链随被遗忘的主机一起移除。'],
    '找到的结果已不再保存',
  ],
] as const)('one whose answer is not whole says why, %s', async (language, says, allGone) => {
  server.data.hunts.push({
    ...server.data.hunts.at(-1)!,
    id: 'hunt-part',
    state: 'done',
    chains: 0,
    cut: 'in English',
    cuts: [
      { reason: 'answered', kept: 2000, found: 5000 },
      { reason: 'forgotten', count: 1 },
    ],
  });
  const { page, wrongs } = await openPage(browser, origin, { language });
  await page.goto(`${origin}/hunts/hunt-part`);
  for (const text of says) await page.getByText(text, { exact: true }).waitFor();
  await page.getByText(allGone).waitFor();
  expect(await page.getByText('in English').count()).toBe(0);
  expect(wrongs).toEqual([]);
  await page.context().close();
});

test.each([
  ['en', 'Writing the log in /data/log failed: EIO.'],
  ['zh-CN', '写入事件日志失败，请检查磁盘；详情见服务器日志'],
] as const)('one that failed says why, %s', async (language, says) => {
  server.data.hunts.push({
    ...server.data.hunts.at(-1)!,
    id: 'hunt-failed',
    state: 'failed',
    cuts: [],
    error: 'Writing the log in /data/log failed: EIO.',
    errorCode: 'LOG_FAILED',
  });
  const { page, wrongs } = await openPage(browser, origin, { language });
  await page.goto(`${origin}/hunts/hunt-failed`);
  await page.getByRole('alert').getByText(says).waitFor();
  expect(wrongs).toEqual([]);
  await page.context().close();
});

const REFUSALS = [
  {
    name: 'an expression that cannot be read',
    problem: {
      status: 400,
      code: 'HUNT_INVALID',
      detail: 'expected ")" (at character 9)',
      errors: [{ path: '/body/query', message: 'expected ")" (at character 9)', rule: 'syntax', offset: 8 }],
    },
    en: 'The expression is not right: cannot be read at character 9: expected ")"',
    zh: '表达式有误：第 9 个字符处有语法错误（expected ")"）',
  },
  {
    name: 'a value that is too long',
    problem: {
      status: 400,
      code: 'REQUEST_INVALID',
      detail: '/body/host must NOT have more than 256 characters.',
      errors: [
        { path: '/body/host', message: 'must NOT have more than 256 characters', rule: 'maxLength', limit: 256 },
      ],
    },
    en: 'The server does not take this as it is: Host: at most 256 characters',
    zh: '服务器不接受此内容：主机：最多 256 个字符',
  },
  {
    name: 'a disk that is full',
    problem: { status: 503, code: 'EVENTS_STOPPED', detail: 'The disk has 3 MiB left.', cause: 'LOG_FULL' },
    en: 'The server takes no events: The disk has 3 MiB left.',
    zh: '服务器目前不接收事件：磁盘已满，请清理空间，之后会自动恢复',
  },
] as const;

test.each(REFUSALS)('a refusal is told in the language of the person: $name', async ({ problem, en, zh }) => {
  for (const [language, says, run] of [
    ['en', en, /^Run/],
    ['zh-CN', zh, /^运行/],
  ] as const) {
    const { page } = await openPage(browser, origin, { language });
    await page.route('**/api/v1/hunts', (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({
            status: problem.status,
            contentType: 'application/problem+json',
            body: JSON.stringify(problem),
          })
        : route.continue(),
    );
    await page.goto(`${origin}/hunts`);
    await page.getByRole('button', { name: run }).click();
    expect((await page.getByRole('alert').innerText()).trim()).toBe(says);
    await page.context().close();
  }
});
