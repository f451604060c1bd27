/** The whole server on a real data folder: what comes in is there, after a restart too, and commands see it beside the server. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TokenRole } from '../../app/access-ports.js';
import { makeToken } from '../../server/access/make-token.js';
import { DEFAULT_SERVER_LIMITS } from '../../server/parts.js';
import { createServer, type ChainsightServer } from '../../server/server.js';
import { loadConfig, type Config } from '../config.js';
import { withState } from '../data-folder.js';
import { setProgramRoot } from '../program-root.js';
import { compose, type Composition } from './compose.js';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

let config: Config;
let composition: Composition;
let server: ChainsightServer;
let origin: string;
let admin: string;
const warnings: string[] = [];

async function start(): Promise<void> {
  const logger = {
    info: () => undefined,
    warn: (_fields: object, message: string) => void warnings.push(message),
    error: (fields: object, message: string) => void warnings.push(`${message} ${JSON.stringify(fields)}`),
  };
  composition = await compose(config, logger);
  const options = { version: '0', limits: DEFAULT_SERVER_LIMITS, tls: undefined, consoleFolder: undefined };
  server = await createServer(composition.parts, options);
  origin = `http://127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
}

async function stop(): Promise<void> {
  await server.close();
  await composition.close();
}

/** Through a handle of its own on the folder, as `chainsight token create` does. */
async function token(role: TokenRole, hosts: readonly string[] = []): Promise<string> {
  const { record, secret } = makeToken({ name: role, role, hosts, nowMs: Date.now(), by: 'test', expiresMs: 0 });
  await withState(config.dataFolder, ({ access }) => access.addToken(record));
  return `Bearer ${secret}`;
}

beforeAll(() => setProgramRoot(fileURLToPath(new URL('../../..', import.meta.url))));
beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'chainsight-serve-'));
  folders.push(folder);
  const loaded = loadConfig({ data: folder, environment: {} });
  if (!loaded.ok) throw new Error('no config');
  config = loaded.value;
  warnings.length = 0;
  await start();
  admin = await token('admin');
});
afterEach(() => stop());

async function ask<Body>(
  method: string,
  path: string,
  body?: unknown,
  as = admin,
): Promise<{ status: number; body: Body }> {
  const response = await fetch(`${origin}/api/v1${path}`, {
    method,
    headers: {
      authorization: as,
      ...(body === undefined || typeof body === 'string' ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as Body };
}

/** What the stream says until it is enough. */
async function listen(headers: Record<string, string>, isEnough: (text: string) => boolean): Promise<string> {
  const controller = new AbortController();
  const response = await fetch(`${origin}/api/v1/stream`, {
    headers: { authorization: admin, ...headers },
    signal: controller.signal,
  });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  let text = '';
  for await (const piece of response.body ?? []) {
    text += Buffer.from(piece).toString();
    if (isEnough(text)) break;
  }
  controller.abort();
  return text;
}

interface Listed {
  readonly items: { readonly id: string; readonly score: number; readonly host: string; readonly sample: boolean }[];
}
interface Detailed {
  readonly score: number;
  readonly verdict: string;
  readonly start: { readonly id: string; readonly image: string };
  readonly evidence: { readonly points: number; readonly process: { readonly id: string } }[];
}
interface Sample {
  readonly hosts: string[];
  readonly events: number;
  readonly threats: string[];
}

describe('a server on a data folder', () => {
  test('loads the sample attack, shows it whole, and removes it', async () => {
    const loaded = await ask<Sample>('POST', '/samples');
    expect(loaded.status).toBe(201);
    expect(loaded.body.threats.length).toBeGreaterThan(0);
    expect((await ask('POST', '/samples')).status).toBe(200);

    const { body: list } = await ask<Listed>('GET', '/threats');
    expect(list.items[0]?.sample).toBe(true);
    const id = list.items[0]?.id ?? '';
    const { body: threat } = await ask<Detailed>('GET', `/threats/${id}`);
    expect(threat.evidence.reduce((sum, { points }) => sum + points, 0)).toBe(threat.score);

    const { body: tree } = await ask<{ ids: string[]; parents: number[]; points: number[]; total: number }>(
      'GET',
      `/chains/${id}/tree`,
    );
    expect(tree.ids).toContain(threat.start.id);
    expect(tree.points.reduce((sum, points) => sum + points, 0)).toBe(threat.score);
    const { body: page } = await ask<{ items: { id: string; image: string }[] }>(
      'GET',
      `/chains/${id}/processes?ids=${threat.start.id}`,
    );
    expect(page.items[0]?.image).toBe(threat.start.image);
    const { body: events } = await ask<{ items: { fields: Record<string, unknown>; action: string }[] }>(
      'GET',
      `/processes/${threat.start.id}/events`,
    );
    expect(events.items[0]).toMatchObject({ action: 'processcreate', fields: { Image: threat.start.image } });

    const { body: statistics } = await ask<{ events: number; threats: { found: number }; hosts: { known: number } }>(
      'GET',
      '/statistics',
    );
    expect(statistics).toMatchObject({ events: loaded.body.events, hosts: { known: 1 } });

    expect((await ask<Sample>('DELETE', '/samples')).body).toEqual({ hosts: [], events: 0, threats: [] });
    expect((await ask<Listed>('GET', '/threats')).body.items).toEqual([]);
    expect((await ask('GET', `/chains/${id}`)).status).toBe(404);
    await stop();
    await start();
    expect((await ask<Listed>('GET', '/threats')).body.items).toEqual([]);
    expect((await ask<Sample>('POST', '/samples')).status).toBe(201);
    expect(warnings).toEqual([]);
  });

  test('keeps threats, verdicts and exceptions over a restart', async () => {
    await ask('POST', '/samples');
    const { body: list } = await ask<Listed>('GET', '/threats');
    const { id = '', score } = list.items[0] ?? {};
    await ask('PATCH', `/threats/${id}`, { verdict: 'confirmed', reason: 'attack', note: 'seen' });
    const { body: exception } = await ask<{ id: string }>('POST', '/exceptions', {
      scope: 'path',
      value: 'c:\\x.exe',
      reason: 'ours',
    });
    const before = await ask<Detailed>('GET', `/threats/${id}`);
    await stop();
    await start();
    const after = await ask<Detailed>('GET', `/threats/${id}`);
    expect(after.body).toEqual(before.body);
    expect(after.body).toMatchObject({ verdict: 'confirmed', score });
    expect((await ask<{ items: { id: string }[] }>('GET', '/exceptions')).body.items.map((item) => item.id)).toEqual([
      exception.id,
    ]);
    expect((await ask('DELETE', `/exceptions/${exception.id}`)).status).toBe(204);
  });

  test('takes the same events twice and counts them once', async () => {
    const sensor = await token('sensor');
    const line = (pid: number) =>
      JSON.stringify({
        SourceName: 'Microsoft-Windows-Sysmon',
        EventID: 1,
        RecordNumber: pid,
        Hostname: 'fin-03',
        UtcTime: '2026-01-02 03:04:05.678',
        ProcessGuid: `{00000000-0000-0000-0000-${String(pid).padStart(12, '0')}}`,
        ProcessId: pid,
        Image: 'C:\\Windows\\notepad.exe',
      });
    const batch = `${line(1)}\nnonsense\n${line(2)}\n`;
    expect((await ask('POST', '/events', batch, sensor)).body).toMatchObject({
      accepted: 2,
      duplicates: 0,
      rejected: [{ index: 1 }],
    });
    expect((await ask('POST', '/events', batch, sensor)).body).toMatchObject({ accepted: 2, duplicates: 2 });
    await stop();
    await start();
    expect((await ask('POST', '/events', batch, sensor)).body).toMatchObject({ accepted: 2, duplicates: 2 });
    await composition.parts.intake.settled();
    const { body } = await ask<{ items: { name: string; events: number }[] }>('GET', '/hosts');
    expect(body.items).toMatchObject([{ name: 'fin-03', events: 2 }]);
  });

  test('a token made beside the server holds at once, and ends within a second of its removal', async () => {
    const viewer = await token('viewer');
    expect((await ask('GET', '/threats', undefined, viewer)).status).toBe(200);
    await withState(config.dataFolder, ({ access }) => {
      for (const { id, role } of access.tokens()) if (role === 'viewer') access.removeToken(id);
    });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await ask('GET', '/threats', undefined, viewer)).status).toBe(401);
  });

  test('tells a listening console of a threat, and one that comes back what it missed', async () => {
    const listening = listen({}, (text) => text.includes('event: threat\n') && text.includes('event: host\n'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await ask('POST', '/samples');
    const first = await listening;
    expect(first).toContain('"sample":true');
    const seen = [...first.matchAll(/^id: (\d+)$/gm)].at(-1)?.[1] ?? '';
    await ask('DELETE', '/samples');
    const second = await listen({ 'last-event-id': seen }, (text) => text.includes('event: threat-removed\n'));
    expect(second).not.toContain('event: threat\n');
    expect(second).not.toContain('event: reset\n');
    const late = await listen({ 'last-event-id': '7' }, (text) => text.includes('event: reset\n'));
    expect(late).not.toContain('event: threat-removed\n');
    const before = performance.now();
    await stop();
    expect(performance.now() - before).toBeLessThan(5000);
    await start();
  });

  test('is refused a folder that another server has', async () => {
    await expect(
      compose(config, { info: () => undefined, warn: () => undefined, error: () => undefined }),
    ).rejects.toThrow('already open');
  });

  test('runs the plugins that are switched on, and shows their page', async () => {
    const { body: before } = await ask<{ items: { name: string; state: string; page: string | null }[] }>(
      'GET',
      '/plugins',
    );
    const stateOf = (items: typeof before.items, name: string) => items.find((plugin) => plugin.name === name)?.state;
    expect([stateOf(before.items, 'hello'), stateOf(before.items, 'integrity-rise')]).toEqual(['off', 'on']);
    expect((await ask('GET', '/plugins/hello/page')).status).toBe(404);

    await stop();
    config = {
      ...config,
      values: {
        ...config.values,
        'plugins.on': ['hello', 'no-such'],
        'plugins.settings': { hello: { greeting: 'Good day' } },
      },
    };
    await start();
    await ask('POST', '/samples');
    const { body: after } = await ask<typeof before>('GET', '/plugins');
    expect([stateOf(after.items, 'hello'), stateOf(after.items, 'no-such')]).toEqual(['on', 'failed']);
    const page = after.items.find(({ name }) => name === 'hello')?.page ?? '';
    const response = await fetch(`${origin}${page}`, { headers: { authorization: admin } });
    expect(response.headers.get('content-security-policy')).toContain('sandbox');
    const html = await response.text();
    expect(html).toContain('Good day');
    expect(html).toContain('sample-ws-01');
  });

  test('tells of its folder of rules that went in one line, without a stack', async () => {
    rmSync(join(config.dataFolder, 'rules'), { recursive: true });
    await expect
      .poll(() => warnings, { timeout: 10_000 })
      .toContain('the rules could not be read again; those in force stay');
  });

  test('reloads its rules and says what they are', async () => {
    const status = await ask<{ rules: number; version: string }>('GET', '/rules/status');
    expect(status.body.rules).toBeGreaterThan(100);
    expect((await ask<{ version: string }>('POST', '/rules/reload')).body.version).toBe(status.body.version);
    const { body: rules } = await ask<{ items: { id: string; kind: string }[]; next: string }>(
      'GET',
      '/rules?technique=T1059',
    );
    expect(rules.items.length).toBeGreaterThan(0);
    const [rule] = rules.items;
    expect((await ask<{ id: string }>('GET', `/rules/${encodeURIComponent(rule?.id ?? '')}`)).body).toEqual(rule);
  });
});
