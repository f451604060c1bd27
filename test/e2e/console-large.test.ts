/** Chains as large as they come, through the real server to the screen: one parent with 50,000 children, and 10,000 processes below each other. */

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildConsole, launchBrowser, openPage } from './support/browser.js';
import { chainsight, sendEvents, startRealServer, type RealServer } from './support/real-server.js';

const CHILDREN = 50_000;
const DEPTH = 10_000;
/** From the click to a tree that answers. */
const OPENS_MS = 3000;

type Fields = Record<string, unknown>;

let browser: Browser;
let server: RealServer;

beforeAll(async () => {
  buildConsole();
  browser = await launchBrowser();
  server = await startRealServer();
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

/** The events of one simulated attack on `host`, and the start of the process in it that everything else is hung below. */
async function attackOn(host: string, seed: string): Promise<{ lines: string[]; shell: Fields }> {
  const start = new Date(Date.now() - 3_600_000).toISOString();
  const output = await chainsight(
    'simulate',
    '--hosts',
    '1',
    '--hours',
    '1',
    '--seed',
    seed,
    '--attacks',
    'phishing-macro',
    '--noise',
    '0.1',
    '--start',
    start,
  );
  const events = output
    .trim()
    .split('\n')
    .map((line) => ({ ...(JSON.parse(line) as Fields), Hostname: host }));
  const shell = events.find(
    (event: Fields) =>
      event.EventID === 1 && /powershell/i.test(String(event.Image)) && /-enc/i.test(String(event.CommandLine)),
  );
  if (shell === undefined) throw new Error('the simulated attack holds no encoded PowerShell');
  return { lines: events.map((event) => JSON.stringify(event)), shell };
}

/** `count` processes, each made from `shell`; `parentOf` says below which one it stands, -1 for `shell` itself. */
function processes(shell: Fields, count: number, parentOf: (index: number) => number): string[] {
  const guid = (index: number): string =>
    index < 0 ? String(shell.ProcessGuid) : `{00000000-0000-0000-0001-${index.toString(16).padStart(12, '0')}}`;
  const startMs = new Date(`${String(shell.UtcTime).replace(' ', 'T')}Z`).getTime();
  return Array.from({ length: count }, (_, index) => {
    const time = new Date(startMs + 1000 + index).toISOString().replace('T', ' ').replace('Z', '');
    const parent = parentOf(index);
    return JSON.stringify({
      ...shell,
      EventTime: time.slice(0, 19),
      UtcTime: time,
      RecordNumber: 50_000_000 + index,
      ProcessGuid: guid(index),
      ProcessId: 20_000 + index,
      Image: 'C:\\Windows\\System32\\ping.exe',
      OriginalFileName: 'ping.exe',
      CommandLine: `ping.exe -n 1 10.0.${index >> 8}.${index & 255}`,
      ParentProcessGuid: guid(parent),
      ParentProcessId: parent < 0 ? shell.ProcessId : 20_000 + parent,
      ParentImage: parent < 0 ? shell.Image : 'C:\\Windows\\System32\\ping.exe',
    });
  });
}

test.each([
  { name: '50,000 children of one parent', host: 'wide-01', seed: '11', count: CHILDREN, parentOf: () => -1 },
  {
    name: '10,000 processes below each other',
    host: 'deep-01',
    seed: '12',
    count: DEPTH,
    parentOf: (index: number) => index - 1,
  },
])('$name: the page opens, and shows the last of them', async ({ host, seed, count, parentOf }) => {
  const token = (
    await chainsight('token', 'create', '--data', server.dataFolder, '--role', 'admin', '--name', host)
  ).trim();
  const sensor = (
    await chainsight('token', 'create', '--data', server.dataFolder, '--role', 'sensor', '--name', host)
  ).trim();
  const { lines, shell } = await attackOn(host, seed);
  await sendEvents(server, sensor, [...lines, ...processes(shell, count, parentOf)]);
  const ask = async (path: string): Promise<{ items: { id: string; score: number }[]; total: number }> => {
    const response = await fetch(`${server.origin}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
    return (await response.json()) as { items: { id: string; score: number }[]; total: number };
  };
  await expect
    .poll(async () => (await ask(`/threats?host=${host}&sort=score`)).items.length, { timeout: 60_000 })
    .toBeGreaterThan(0);
  const id = (await ask(`/threats?host=${host}&sort=score`)).items[0]!.id;
  await expect
    .poll(async () => (await ask(`/chains/${id}/tree`)).total, { timeout: 120_000 })
    .toBeGreaterThanOrEqual(count);

  const { page, wrongs } = await openPage(browser, server.origin);
  const name = `person-${seed}`;
  await fetch(`${server.origin}/api/v1/users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name, role: 'analyst', password: 'correct horse battery staple' }),
  });
  await page.goto(`${server.origin}/sign-in?to=/threats`);
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill('correct horse battery staple');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('grid').waitFor();

  // The quickest of three: other work on the machine is not what is measured.
  let openMs = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 3 && openMs >= OPENS_MS; attempt += 1) {
    if (attempt > 0) await page.goBack();
    await page.getByRole('grid').waitFor();
    const before = Date.now();
    await page.locator(`[id="threat-${id}"] a`).click();
    await page.getByRole('treegrid').getByRole('row').filter({ hasText: 'powershell.exe' }).first().waitFor();
    openMs = Math.min(openMs, Date.now() - before);
  }
  expect(openMs).toBeLessThan(OPENS_MS);
  await page.getByLabel('Which processes').selectOption('all');
  await page.waitForFunction(
    (least) => Number(document.querySelector('[role=treegrid]')?.getAttribute('aria-rowcount')) > least,
    count,
  );
  expect(await page.getByRole('treegrid').getByRole('row').count()).toBeLessThan(80);
  await page.getByRole('searchbox', { name: 'Find image or pid' }).fill(String(20_000 + count - 1));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 2, name: 'ping.exe' }).waitFor();
  await page.getByText(`pid ${20_000 + count - 1}`).waitFor();
  expect(wrongs).toEqual([]);
  await page.context().close();
});
