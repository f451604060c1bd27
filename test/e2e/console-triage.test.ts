/** The inbox without a mouse: move, judge, undo, select, filter; and what others do meanwhile. */

import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Threat } from '../../src/contract/index.js';
import { axeProblems, buildConsole, launchBrowser, openPage } from './support/browser.js';
import { ConsoleServer, summaryOf } from './support/console-server.js';

let browser: Browser;
let server: ConsoleServer;
let page: Page;
let wrongs: string[];

beforeAll(async () => {
  buildConsole();
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  server = new ConsoleServer({ nowMs: Date.now() });
  const origin = await server.start();
  ({ page, wrongs } = await openPage(browser, origin));
  await page.goto(`${origin}/threats`);
  await page.getByRole('grid').waitFor();
});
afterEach(async () => {
  await page.context().close();
  await server.stop();
  if (wrongs.length > 0) throw new Error(wrongs.join('\n'));
});

const rows = () => page.getByRole('grid').getByRole('row');
const currentId = () =>
  page.evaluate(() => document.querySelector('[role=row].current')?.id.replace('threat-', '') ?? '');

test('j, k and the arrows move, Enter opens, Esc comes back to the same row', async () => {
  const first = await currentId();
  await page.keyboard.press('j');
  await page.keyboard.press('ArrowDown');
  const third = await currentId();
  expect(third).not.toBe(first);
  await page.keyboard.press('k');
  await page.keyboard.press('j');
  expect(await currentId()).toBe(third);
  await page.waitForURL(/at=/);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Ledger' }).waitFor();
  expect(page.url()).toContain(third);
  await page.goBack();
  await page.getByRole('grid').waitFor();
  await page.waitForFunction((id) => document.querySelector('[role=row].current')?.id === `threat-${id}`, third);
});

test('1 confirms and selects the next row, z undoes', async () => {
  const before = await rows().count();
  const first = await currentId();
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await page.keyboard.press('1');
  await page.getByText('Confirmed', { exact: true }).last().waitFor();
  await page.waitForFunction((id) => document.getElementById(`threat-${id}`) === null, first);
  expect(await rows().count()).toBe(before - 1);
  expect(server.threat(first)?.verdict).toBe('confirmed');
  expect(await currentId()).not.toBe('');
  expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('row');
  await page.keyboard.press('z');
  await page.waitForFunction((id) => document.getElementById(`threat-${id}`) !== null, first);
  expect(server.threat(first)?.verdict).toBe('open');
});

test('2 asks for a reason by number, another key gives it', async () => {
  const first = await currentId();
  await page.keyboard.press('2');
  await page.getByRole('dialog', { name: 'Why is this no threat?' }).waitFor();
  expect(await axeProblems(page)).toEqual([]);
  await page.keyboard.press('2');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.waitForFunction((id) => document.getElementById(`threat-${id}`) === null, first);
  // The row goes before the server has answered.
  await expect.poll(() => server.threat(first)).toMatchObject({ verdict: 'ignored', reason: 'test' });
});

test('another reason wants a note', async () => {
  await page.keyboard.press('2');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('4');
  expect(await page.getByRole('button', { name: 'Ignore', exact: true }).isDisabled()).toBe(true);
  await page.keyboard.type('printer driver');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect([...server.data.chains.values()].some(({ threat }) => threat.note === 'printer driver')).toBe(true);
});

test('x selects several, one key judges them all, one undo brings them back', async () => {
  const before = await rows().count();
  for (const key of ['x', 'j', 'x', 'j', 'x']) await page.keyboard.press(key);
  await page.getByText('3 selected').waitFor();
  expect(await axeProblems(page)).toEqual([]);
  await page.keyboard.press('1');
  await page.getByText('3 confirmed').waitFor();
  expect(await rows().count()).toBe(before - 3);
  await page.keyboard.press('z');
  await expect.poll(() => rows().count()).toBe(before);
});

test('deleting asks first, stating the count', async () => {
  const before = server.data.chains.size;
  for (const key of ['x', 'j', 'x']) await page.keyboard.press(key);
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog', { name: 'Delete 2 threats?' }).waitFor();
  await page.keyboard.press('Escape');
  expect(server.data.chains.size).toBe(before);
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('2 deleted').waitFor();
  expect(server.data.chains.size).toBe(before - 2);
});

test('a colleague who was quicker is not overwritten', async () => {
  const first = await currentId();
  const threat = server.threat(first)!;
  Object.assign(threat, { revision: threat.revision + 1, verdict: 'ignored' });
  await page.keyboard.press('1');
  await page.getByText('Somebody else changed it meanwhile').waitFor();
  expect(threat.verdict).toBe('ignored');
});

/** Says over the stream how a threat now is, as the server does for what a colleague did. */
function tell(id: string, change: Partial<Threat> = {}): void {
  const threat = Object.assign(server.threat(id)!, change);
  server.send({ type: 'threat', threat: summaryOf(threat) });
}
const idAt = async (index: number): Promise<string> =>
  ((await page.locator('.threat-row').nth(index).getAttribute('id')) ?? '').replace('threat-', '');

test('a message from the server moves neither the cursor nor a verdict to another row', async () => {
  await page.keyboard.press('j');
  await page.waitForURL(/at=/);
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  const meant = await currentId();
  expect(meant).toBe(await idAt(3));
  tell(await idAt(9), { score: 7777 });
  await page.getByText('7,777').waitFor();
  expect(await currentId()).toBe(meant);
  await page.locator('.threat-row input').nth(6).click();
  await page.locator('.threat-row input').nth(6).click();
  const ticked = await currentId();
  expect(ticked).toBe(await idAt(6));
  tell(await idAt(9), { score: 8888 });
  await page.getByText('8,888').waitFor();
  expect(await currentId()).toBe(ticked);
  await page.keyboard.press('1');
  await expect.poll(() => server.threat(ticked)?.verdict).toBe('confirmed');
  expect(server.threat(meant)?.verdict).toBe('open');
});

test('a verdict that is refused is taken back on the screen, even while nothing can be fetched', async () => {
  const [first, before] = [await currentId(), await rows().count()];
  server.failWith = 503;
  await page.keyboard.press('1');
  await page.getByText('It failed because the test wanted it to.').first().waitFor();
  await expect.poll(() => rows().count()).toBe(before);
  expect(await idAt(0)).toBe(first);
});

test('a verdict leaves the note alone, unless there is a new one', async () => {
  const first = await currentId();
  Object.assign(server.threat(first)!, { note: 'Leave it running: case 4711' });
  await page.keyboard.press('2');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('1');
  await expect.poll(() => server.threat(first)?.verdict).toBe('ignored');
  expect(server.threat(first)?.note).toBe('Leave it running: case 4711');
});

test('what a colleague judged or deleted stays in its place, marked, uncounted and out of reach of the keys', async () => {
  const [count, first, second] = [server.counts().open, await idAt(0), await idAt(1)];
  const status = page.locator('.filters [role=status]');
  await expect.poll(() => status.textContent()).toBe(`${count} threats`);
  tell(first, { verdict: 'ignored', revision: 5 });
  await page.locator(`[id="threat-${first}"]`).getByText('no longer in this list').waitFor();
  server.send({ type: 'threat-removed', id: second, into: null });
  await page.locator(`[id="threat-${second}"]`).getByText('no longer in this list').waitFor();
  expect(await status.textContent()).toBe(`${count - 2} threats`);
  expect(await axeProblems(page)).toEqual([]);
  expect(await currentId()).toBe(first);
  await page.keyboard.press('1');
  await page.keyboard.press('x');
  expect(await page.locator('.bulk').count()).toBe(0);
  tell(first, { verdict: 'open', revision: 6 });
  await expect.poll(() => status.textContent()).toBe(`${count - 1} threats`);
  expect(server.requests.some((request) => request.startsWith('PATCH'))).toBe(false);
});

test('j and Enter at once open the row, and Esc leads back to the list with its filters and row', async () => {
  await page.goto(`${new URL(page.url()).origin}/threats?verdict=any&sort=score`);
  await page.getByRole('grid').waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Ledger' }).waitFor();
  await page.waitForTimeout(400);
  expect(new URL(page.url()).pathname).toMatch(/^\/threats\/./);
  await page.keyboard.press('Escape');
  await page.getByRole('grid').waitFor();
  await page.locator('.threat-row .open').nth(4).click();
  await page.getByRole('link', { name: 'All threats' }).click();
  await page.getByRole('grid').waitFor();
  const fifth = await idAt(4);
  expect(new URL(page.url()).search).toBe(`?verdict=any&sort=score&at=${fifth}`);
  expect(await currentId()).toBe(fifth);
});

test('a viewer is offered nothing that only an analyst may do', async () => {
  const viewers = new ConsoleServer({ nowMs: Date.now(), role: 'viewer' });
  const origin = await viewers.start();
  const viewer = await openPage(browser, origin);
  await viewer.page.goto(`${origin}/threats`);
  await viewer.page.getByRole('grid').waitFor();
  expect(await viewer.page.getByRole('checkbox').count()).toBe(0);
  await viewer.page.keyboard.press('x');
  expect(await viewer.page.locator('.bulk').count()).toBe(0);
  expect(await axeProblems(viewer.page)).toEqual([]);
  await viewer.page.keyboard.press('?');
  const help = viewer.page.getByRole('dialog', { name: 'Keys' });
  await help.getByText('Next row').waitFor();
  expect(await help.locator('kbd', { hasText: /^[123xz]$/ }).count()).toBe(0);
  await viewer.page.context().close();
  await viewers.stop();
});

test('new threats wait until they are asked for', async () => {
  const before = await rows().count();
  const [chain] = [...server.data.chains.values()];
  const id = 'f'.repeat(32);
  const threat = { ...chain!.threat, id };
  server.data.chains.set(id, { ...chain!, threat });
  server.send({ type: 'threat', threat: summaryOf(threat) });
  await page.getByRole('button', { name: '1 new' }).waitFor();
  expect(await rows().count()).toBe(before);
  await page.getByRole('button', { name: '1 new' }).click();
  await page.locator(`[id="threat-${id}"]`).waitFor();
});

test('what no longer belongs in the list does not wait, and what may not belong is not counted', async () => {
  const chain = [...server.data.chains.values()][0]!;
  const arrive = (id: string, change: Partial<Threat> = {}): void => {
    server.data.chains.set(id, { ...chain, threat: { ...chain.threat, id } });
    tell(id, change);
  };
  const [one, two] = ['e'.repeat(32), 'f'.repeat(32)];
  arrive(one);
  arrive(two);
  await page.getByRole('button', { name: '2 new' }).waitFor();
  tell(one, { verdict: 'confirmed' });
  await page.getByRole('button', { name: '1 new' }).waitFor();
  server.send({ type: 'threat-removed', id: two, into: null });
  await expect.poll(() => page.locator('.new').count()).toBe(0);
  await page.goto(`${new URL(page.url()).origin}/threats?host=build-04`);
  await page.getByText('No threat matches').or(page.getByRole('grid')).waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
  arrive(two, { host: 'fin-03' });
  arrive(one, { host: 'build-04.corp.example' });
  await page.getByRole('button', { name: 'Changed, reload' }).waitFor();
});

test('a cut stream reconnects by itself', async () => {
  await page.getByText('Live', { exact: true }).waitFor();
  server.cutStreams();
  await page.getByText('Reconnecting').waitFor();
  await page.getByText('Live', { exact: true }).waitFor({ timeout: 10_000 });
  expect(server.requests.filter((request) => request.endsWith('/stream')).length).toBeGreaterThan(1);
});

test('the lists and the rail have their counts on whatever page one begins', async () => {
  const { open, found } = server.counts();
  const lists = page.getByRole('navigation', { name: 'Lists of threats' }).getByRole('link');
  await expect.poll(() => lists.first().textContent()).toContain(`Open${open}`);
  await expect.poll(() => lists.last().textContent()).toContain(`All${found}`);
  const rail = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /^Threats/ });
  expect(await rail.first().textContent()).toContain(`Threats${open}`);
});

test('filters live in the address, are seen as chips, and say when nothing matches', async () => {
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByLabel('Technique', { exact: true }).fill('t1490');
  expect(await axeProblems(page)).toEqual([]);
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.waitForURL(/technique=T1490/);
  await expect
    .poll(() => page.locator('[role=row].threat-row .open').allTextContents())
    .toEqual(['agent.exe', 'agent.exe']);
  await page.getByRole('searchbox', { name: 'Host, image, command line, user' }).fill('nothing has this');
  await page.getByText('No threat matches these filters').waitFor();
  expect(await axeProblems(page)).toEqual([]);
  await page.getByRole('button', { name: 'Clear filters' }).last().click();
  await page.getByRole('grid').waitFor();
});

test('? lists the keys, g and a letter goes, / searches, and single keys can be turned off', async () => {
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  expect(await axeProblems(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await page.keyboard.press('e');
  await page.getByRole('heading', { level: 1, name: 'Exceptions' }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('mshta');
  await page.keyboard.press('Enter');
  await page.getByRole('grid').waitFor();
  expect(page.url()).toContain('text=mshta');
  await page.getByRole('button', { name: 'Your account' }).click();
  await page.getByRole('menuitem', { name: 'Turn single keys off' }).click();
  await page.keyboard.press('Escape');
  await page.locator('main').focus();
  await page.keyboard.press('?');
  await page.waitForTimeout(200);
  expect(await page.getByRole('dialog').count()).toBe(0);
});
