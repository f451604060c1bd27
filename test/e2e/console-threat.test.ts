/** The threat page: a ledger that adds up or says so, a tree of any size, the way from a point to its event, and the allow list. */

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeProblems, buildConsole, launchBrowser, openPage } from './support/browser.js';
import { chainOf, hexId } from './support/chain-data.js';
import { DEEP_ID, PHISH_ID, WIDE_ID, WRONG_ID } from './support/console-data.js';
import { ConsoleServer, summaryOf } from './support/console-server.js';

let browser: Browser;
let server: ConsoleServer;
let origin: string;

beforeAll(async () => {
  buildConsole();
  browser = await launchBrowser();
  server = new ConsoleServer({ nowMs: Date.now(), big: true });
  origin = await server.start();
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

async function open(path: string, run: (page: Page) => Promise<void>): Promise<void> {
  const { page, wrongs } = await openPage(browser, origin);
  await page.goto(origin + path);
  await page.getByRole('heading', { name: 'Ledger' }).waitFor();
  await run(page);
  expect(wrongs).toEqual([]);
  await page.context().close();
}

const rowOf = (page: Page, name: string) => page.getByRole('treegrid').getByRole('row').filter({ hasText: name });

describe('ledger', () => {
  test('its rows add up to the score, and the page says so', () =>
    open(`/threats/${PHISH_ID}`, async (page) => {
      const threat = server.threat(PHISH_ID)!;
      await page.getByText('= score').waitFor();
      expect(await page.getByRole('alert').count()).toBe(0);
      await page.getByRole('button', { name: /more$/ }).click();
      const points = await page.locator('.ledger .figure').allTextContents();
      const sum = points.reduce((total, text) => total + Number(text.replace(/[+,]/g, '')), 0);
      expect(points).toHaveLength(threat.evidence.length);
      expect(sum).toBe(threat.score);
      await page.getByText('exempt, else +25').waitFor();
    }));

  test('a sum that is not the score raises a red bar', () =>
    open(`/threats/${WRONG_ID}`, async (page) => {
      const { score } = server.threat(WRONG_ID)!;
      const alert = page.getByRole('alert');
      await alert.waitFor();
      expect(await alert.textContent()).toContain(`add up to ${score - 1}, but the score is ${score}`);
      expect(await axeProblems(page)).toEqual([]);
    }));

  test('marks the text that matched, at the offsets that the server gave', () =>
    open(`/threats/${PHISH_ID}`, async (page) => {
      const row = page.locator('.ledger .row', { hasText: 'comsvcs.dll' });
      expect(await row.locator('mark').first().textContent()).toBe('comsvcs.dll, MiniDump');
    }));

  test('a row opens to all that matched, its rule, and its event in the process', () =>
    open(`/threats/${PHISH_ID}`, async (page) => {
      await page.getByRole('button', { name: /LSASS opened by a program/ }).click();
      await page.getByText('originalfilename == "rundll32.exe"', { exact: false }).waitFor();
      expect(await axeProblems(page)).toEqual([]);
      await page.getByRole('button', { name: 'Show the event' }).click();
      await page.getByRole('heading', { level: 2, name: 'rundll32.exe' }).waitFor();
      await page.locator('.fields', { hasText: 'GrantedAccess' }).waitFor();
      const { event } = server.threat(PHISH_ID)!.evidence.find((entry) => entry.key === 'rule:lsass-opened')!;
      expect(await page.locator(`#event-${event.id}`).getAttribute('class')).toContain('opened');
    }));

  test('kind, order and process filter it, and live in the address', () =>
    open(`/threats/${PHISH_ID}`, async (page) => {
      await page.getByRole('button', { name: /^Technique/ }).click();
      await page.getByLabel('Order').selectOption('time');
      await page.waitForURL(/kind=technique.*ledger=time|ledger=time.*kind=technique/);
      const rows = page.locator('.ledger tbody .row');
      const times = await rows.locator('.time').allTextContents();
      expect(times).toEqual([...times].sort());
      const count = await rows.count();
      await page.reload();
      await page.getByText('= score').waitFor();
      expect(await rows.count()).toBe(count);
    }));

  test('in Chinese its reasons are Chinese', async () => {
    const { page } = await openPage(browser, origin, { language: 'zh-CN' });
    await page.goto(`${origin}/threats/${PHISH_ID}`);
    await page.getByText('通过 comsvcs.dll 转储 LSASS 内存').waitFor();
    expect(await page.getByText('Memory of LSASS dumped').count()).toBe(0);
    await page.context().close();
  });
});

describe('tree', () => {
  test('opens on the evidence path, equal siblings folded with their count', () =>
    open(`/threats/${PHISH_ID}`, async (page) => {
      await rowOf(page, 'powershell.exe').first().waitFor();
      await page.getByText('ping.exe ×34 folded').waitFor();
      expect(await rowOf(page, 'ping.exe').count()).toBe(1);
      await rowOf(page, 'explorer.exe').getByText('root, outside the chain').waitFor();
    }));

  test('answers the keys of a treegrid', () =>
    open(`/threats/${PHISH_ID}`, async (page) => {
      await rowOf(page, 'WINWORD.EXE').first().click();
      await page.getByRole('heading', { level: 2, name: 'WINWORD.EXE' }).waitFor();
      await page.keyboard.press('ArrowLeft');
      expect(await rowOf(page, 'WINWORD.EXE').first().getAttribute('aria-expanded')).toBe('false');
      await rowOf(page, 'WINWORD.EXE')
        .first()
        .getByText(/\+1,701/)
        .waitFor();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      await page.getByRole('heading', { level: 2, name: 'cmd.exe' }).waitFor();
      expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-level'))).toBe('3');
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('ArrowLeft');
      expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-level'))).toBe('2');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('End');
      await page.getByRole('heading', { level: 2, name: 'splwow64.exe' }).waitFor();
      await page.keyboard.press('Home');
      expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-level'))).toBe('1');
    }));

  test('p goes through the processes with evidence, f finds, and the address keeps the selection', () =>
    open(`/threats/${PHISH_ID}`, async (page) => {
      await rowOf(page, 'cmd.exe').first().click();
      await page.keyboard.press('p');
      await page.getByRole('heading', { level: 2, name: 'powershell.exe' }).waitFor();
      await page.keyboard.press('f');
      await page.keyboard.type('ping.exe');
      await page.getByText('of 34').waitFor();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 2, name: 'ping.exe' }).waitFor();
      await page.reload();
      await page.getByRole('heading', { level: 2, name: 'ping.exe' }).waitFor();
      expect(await page.getByRole('row', { selected: true }).filter({ hasText: 'ping.exe' }).count()).toBe(1);
    }));

  test('50,000 processes open within three seconds with about sixty rows in the document', () =>
    open(`/threats/${DEEP_ID}`, async (page) => {
      const before = Date.now();
      await page.goto(`${origin}/threats/${WIDE_ID}`);
      await rowOf(page, 'runner.exe').first().waitFor();
      expect(Date.now() - before).toBeLessThan(3000);
      const after = Date.now();
      await page.getByLabel('Which processes').selectOption('all');
      await page.waitForFunction(
        () => document.querySelector('[role=treegrid]')?.getAttribute('aria-rowcount') === '50001',
      );
      expect(Date.now() - after).toBeLessThan(3000);
      expect(await page.getByRole('treegrid').getByRole('row').count()).toBeLessThan(80);
      await page.getByRole('treegrid').getByRole('row').first().click();
      await page.keyboard.press('End');
      await page.getByRole('heading', { level: 2, name: 'find.exe' }).waitFor();
      await page.getByText('/job 49999').first().waitFor();
    }));

  test('10,000 nested processes open, the run between folded into one row', () =>
    open(`/threats/${DEEP_ID}`, async (page) => {
      await page.getByText('9,999 processes in between').waitFor();
      await rowOf(page, 'last.exe').waitFor();
      await page.getByText('9,999 processes in between').click();
      await expect.poll(() => page.getByRole('treegrid').getAttribute('aria-rowcount')).toBe('10001');
    }));
});

describe('times', () => {
  test('what lies on another day than the beginning has its date', async () => {
    const id = hexId(77, 0);
    const story = { kind: 'rule', zh: '证据', points: 100, field: 'Image', value: 'C:\\Temp\\slow.exe' } as const;
    const slow = chainOf(
      {
        image: 'C:\\Temp\\slow.exe',
        at: 0,
        ran: 180_000,
        evidence: [
          { ...story, key: 'rule:early', en: 'Early', at: 60 },
          { ...story, key: 'rule:late', en: 'Late', at: 170_000 },
        ],
      },
      { id, host: 'lab-2', baseMs: Date.UTC(2026, 10, 27, 9, 30) },
    );
    server.data.chains.set(id, slow);
    try {
      await open(`/threats/${id}`, async (page) => {
        await page.getByText('2026-11-27 09:31:00 → 2026-11-29 08:43:20').waitFor();
        const ledger = page.locator('.ledger .time');
        expect(await ledger.allTextContents()).toEqual(['09:31:00', '2026-11-29 08:43:20']);
        const isCut = await ledger.last().evaluate((cell) => cell.scrollWidth > cell.clientWidth);
        expect(isCut).toBe(false);
        const ends = page.locator('.tree .ends > span');
        await expect.poll(() => ends.allTextContents()).toEqual(['2026-11-27 09:30:00', '2026-11-29 11:30:00']);
        await page.getByText('2026-11-27 09:30:00 → 2026-11-29 11:30:00').waitFor();
        await page.locator('.events time').getByText('2026-11-29 08:43:20').waitFor();
      });
    } finally {
      server.data.chains.delete(id);
    }
  });
});

describe('allow list', () => {
  test('an exception that has expired is not shown as in force, and one that a colleague adds is', () =>
    open(`/threats/${PHISH_ID}`, async (page) => {
      const chain = server.data.chains.get(PHISH_ID)!;
      const process = [...chain.processes.values()].find(({ image }) => image.endsWith('rundll32.exe'))!;
      const value = /SHA256=(\w+)/.exec(process.hashes)![1]!;
      const old = {
        ...server.data.exceptions.find(({ scope }) => scope === 'hash')!,
        id: 'exc-old',
        value,
        reason: 'For the test of last year',
        expires: '2020-01-01T00:00:00.000Z',
      };
      server.data.exceptions.push(old);
      try {
        await page.reload();
        await rowOf(page, 'rundll32.exe').first().click();
        await page.getByRole('heading', { level: 2, name: 'rundll32.exe' }).waitFor();
        server.data.exceptions.push({ ...old, id: 'exc-new', reason: 'Added by a colleague', expires: null });
        server.send({ type: 'policy', what: 'exceptions' });
        await page.getByText('Added by a colleague').waitFor();
        expect(await page.getByText('For the test of last year').count()).toBe(0);
      } finally {
        server.data.exceptions.splice(server.data.exceptions.indexOf(old), 2);
      }
    }));

  test('a hash goes on it with a reason, and comes off again', () =>
    open(`/threats/${PHISH_ID}`, async (page) => {
      await rowOf(page, 'rundll32.exe').first().click();
      await page.getByRole('button', { name: 'Allow this hash…' }).click();
      await page.getByRole('dialog', { name: 'Do not score this' }).waitFor();
      expect(await axeProblems(page)).toEqual([]);
      const add = page.getByRole('button', { name: 'Add to allow list' });
      expect(await add.isDisabled()).toBe(true);
      await page.getByLabel('Reason').fill('Signed backup tool, ticket 4711');
      await add.click();
      await page.getByText('Hash is on the allow list').waitFor();
      await page.getByText('On the allow list since').waitFor();
      expect(server.data.exceptions[0]).toMatchObject({ scope: 'hash', reason: 'Signed backup tool, ticket 4711' });
      // What is on it already is not offered to it again.
      expect(await page.getByRole('button', { name: 'Allow this hash…' }).count()).toBe(0);
      await page.getByRole('button', { name: 'Add an exception…' }).click();
      expect(await page.getByRole('radio').count()).toBeGreaterThan(2);
      expect(await page.getByRole('radio', { name: 'Hash' }).count()).toBe(0);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Take off' }).click();
      await page.getByText('On the allow list since').waitFor({ state: 'detached' });
      expect(server.data.exceptions.some((one) => one.reason.includes('4711') && one.scope === 'hash')).toBe(false);
    }));

  test('one that holds on another host alone does not say that the hash is allowed here', () =>
    open(`/threats/${PHISH_ID}`, async (page) => {
      const { threat, processes } = server.data.chains.get(PHISH_ID)!;
      const process = [...processes.values()].find(({ image }) => image.endsWith('rundll32.exe'))!;
      const value = /SHA256=(\w+)/.exec(process.hashes)![1]!;
      const base = { ...server.data.exceptions.find(({ scope }) => scope === 'hash')!, value, expires: null };
      const [short = ''] = threat.host.split('.');
      const added = [
        { ...base, id: 'exc-far', host: 'elsewhere', reason: 'Holds elsewhere' },
        { ...base, id: 'exc-near', host: short.toUpperCase(), reason: 'Holds here' },
      ];
      server.data.exceptions.push(...added);
      try {
        await page.reload();
        await rowOf(page, 'rundll32.exe').first().click();
        await page.getByText('Holds here').waitFor();
        expect(await page.getByText('Holds elsewhere').count()).toBe(0);
      } finally {
        server.data.exceptions.splice(server.data.exceptions.indexOf(added[0]!), 2);
      }
    }));

  test('a wide exception is warned about', () =>
    open(`/threats/${PHISH_ID}`, async (page) => {
      await rowOf(page, 'powershell.exe').first().click();
      await page.getByRole('button', { name: 'Allow this hash…' }).click();
      await page.getByRole('radio', { name: 'Path' }).check();
      await page.getByText('This is wide').waitFor();
      expect(await axeProblems(page)).toEqual([]);
    }));
});

describe('verdict', () => {
  test('one that is refused does not stand', () =>
    open(`/threats/${PHISH_ID}`, async (page) => {
      server.failWith = 503;
      await page.keyboard.press('1');
      await page.getByText('It failed because the test wanted it to.').first().waitFor();
      await expect.poll(() => page.locator('.said').count()).toBe(0);
      server.failWith = undefined;
    }));
});

test('a host that no record names is said to be so, and leads nowhere', async () => {
  const chain = server.data.chains.get(PHISH_ID)!;
  const id = 'a'.repeat(32);
  server.data.chains.set(id, { ...chain, threat: { ...chain.threat, id, host: '' } });
  await open(`/threats/${id}`, async (page) => {
    await page.locator('header').getByText('host not named').waitFor();
    expect(await page.getByRole('link', { name: 'See the host' }).count()).toBe(0);
    await page.getByRole('link', { name: 'All threats' }).click();
    await page.locator(`[id="threat-${id}"]`).getByText('host not named').waitFor();
  });
  server.data.chains.delete(id);
});

describe('live', () => {
  test('points gained meanwhile appear, and a deletion is said', () =>
    open(`/threats/${PHISH_ID}`, async (page) => {
      const chain = server.data.chains.get(PHISH_ID)!;
      const { threat } = chain;
      const gained = {
        ...threat.evidence[0]!,
        key: 'rule:late',
        title: 'Late evidence',
        titles: { en: 'Late evidence', zh: '后到的证据' },
        points: 5000,
        pointsWithout: 5000,
      };
      const late = { ...threat, score: threat.score + 5000, evidence: [gained, ...threat.evidence] };
      server.data.chains.set(PHISH_ID, { ...chain, threat: late });
      server.send({ type: 'threat', threat: summaryOf(late) });
      await page.getByText('Late evidence').first().waitFor();
      expect(await page.getByText('= score').count()).toBe(1);
      server.data.chains.delete(PHISH_ID);
      server.send({ type: 'threat-removed', id: PHISH_ID, into: null });
      await page.getByText('This threat is gone').waitFor();
      server.data.chains.set(PHISH_ID, chain);
    }));

  test('the selected process and its events follow what happens', () =>
    open(`/threats/${PHISH_ID}`, async (page) => {
      const { threat, processes, events } = server.data.chains.get(PHISH_ID)!;
      const process = [...processes.values()].find(({ end, start }) => end === null && start !== null)!;
      const list = events.get(process.id)!;
      await page.goto(`${origin}/threats/${PHISH_ID}?p=${process.id}`);
      await page.getByText('no end seen').waitFor();
      process.end = new Date(Date.parse(process.start!) + 5000).toISOString();
      list.push({ ...list[0]!, id: hexId(78, 0), position: 1e9, action: 'processterminal', time: process.end });
      try {
        server.send({ type: 'threat', threat: summaryOf(threat) });
        await page.getByText('no end seen').waitFor({ state: 'detached' });
        await page.locator('.events .event').getByText('Process ended').waitFor();
        expect(await page.locator('.events .event').count()).toBe(list.length);
      } finally {
        process.end = null;
        list.pop();
      }
    }));

  test('a chain that joined another leads there', () =>
    open(`/threats/${PHISH_ID}`, async (page) => {
      server.send({ type: 'threat-removed', id: PHISH_ID, into: WRONG_ID });
      await page.waitForURL(new RegExp(WRONG_ID));
      await page.getByRole('heading', { level: 1, name: 'wscript.exe' }).waitFor();
      expect(page.url()).toContain(WRONG_ID);
    }));
});

test.each([
  ['en', '(8 min 20 sec)', '(4 sec)', /^↓ j$/],
  ['zh-CN', '（共 8 分钟 20 秒）', '（共 4 秒）', /^↓ j$/],
] as const)('how long a process ran, and the keys, are told in %s', async (language, long, short, keys) => {
  const { processes } = server.data.chains.get(PHISH_ID)!;
  const process = [...processes.values()].find(({ image }) => image.endsWith('cmd.exe'))!;
  const { end } = process;
  const { page, wrongs } = await openPage(browser, origin, { language });
  const shown = page.locator('.facts');
  for (const [seconds, says] of [
    [500, long],
    [4, short],
  ] as const) {
    processes.set(process.id, { ...process, end: new Date(Date.parse(process.start!) + seconds * 1000).toISOString() });
    await page.goto(`${origin}/threats/${PHISH_ID}?p=${process.id}`);
    await rowOf(page, 'cmd.exe').first().click();
    await shown.getByText(says).waitFor();
  }
  processes.set(process.id, { ...process, end });
  await page.goto(`${origin}/threats`);
  await page.getByRole('grid').waitFor();
  await page.keyboard.press('?');
  const names = await page.getByRole('dialog').locator('dt').allInnerTexts();
  expect(names.some((name) => keys.test(name.trim()) || /^j ↓$/.test(name.trim()))).toBe(true);
  expect(names.join(' ')).not.toMatch(/Up|Down|Arrow/);
  expect(wrongs).toEqual([]);
  await page.context().close();
});
