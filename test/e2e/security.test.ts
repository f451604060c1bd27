/**
 * The real program, asked as sensors, scripts, people and strangers ask it: no secret reaches its log, its audit log or its files; what is
 * revoked elsewhere ends; and no page of the console breaks its policy or asks anybody else for anything.
 */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildConsole, launchBrowser, openPage } from './support/browser.js';
import { chainsight, sendEvents, startRealServer, type RealServer } from './support/real-server.js';

const PASSWORD = 'correct horse battery staple';
/** Somebody's password for something else, most likely. */
const MISTYPED = 'another-place-password-81c2';
const EVENT = JSON.stringify({
  EventID: 1,
  Computer: 'fin-03',
  Image: 'C:\\x\\event-content-5521.exe',
  CommandLine: 'event-content-5521.exe --key 9a7',
});

let server: RealServer;
let browser: Browser;
let cookie = '';
/** What must be written nowhere, by what it is. */
const secrets = new Map<string, string>();

beforeAll(async () => {
  buildConsole();
  browser = await launchBrowser();
  server = await startRealServer('log:\n  level: debug\nplugins:\n  on: [hello, integrity-rise]\n');
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Record<string, unknown>;
}

async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${server.origin}/api/v1${path}`, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = String(response.headers.get('content-type')).includes('json');
  return {
    status: response.status,
    headers: response.headers,
    json: isJson ? (JSON.parse(text) as Answer['json']) : {},
  };
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

async function makeToken(name: string, role: string, ...more: string[]): Promise<string> {
  const token = (
    await chainsight('token', 'create', '--data', server.dataFolder, '--role', role, '--name', name, ...more)
  ).trim();
  secrets.set(`token ${name}`, token);
  return token;
}

describe('people and tokens', () => {
  test('set-up, sign-in and what goes wrong with them', async () => {
    const token = server.setupLink.split('#token=')[1]!;
    const setUp = await ask('POST', '/setup', { token, name: 'li', password: PASSWORD });
    expect(setUp.status).toBe(201);
    cookie = String(setUp.headers.get('set-cookie')).split(';')[0]!;
    secrets.set('password', PASSWORD);
    secrets.set('cookie of set-up', cookie.split('=')[1]!);
    secrets.set('mistyped password', MISTYPED);
    for (const name of ['li', 'nobody', MISTYPED])
      expect((await ask('POST', '/sign-in', { name, password: MISTYPED })).status).toBe(401);
    // Cut off in the middle, of the wrong kind, with too much: what refuses them must not repeat them.
    expect((await ask('POST', '/sign-in', `{"name":"li","password":"${PASSWORD}`)).status).toBe(400);
    expect((await ask('POST', '/sign-in', { name: 'li', password: [PASSWORD] })).status).toBe(400);
    expect((await ask('POST', '/sign-in', { name: 'li', password: PASSWORD, [MISTYPED]: 1 })).status).toBe(400);
    const signIn = await ask('POST', '/sign-in', { name: 'li', password: PASSWORD });
    expect(signIn.status).toBe(200);
    secrets.set('cookie', String(signIn.headers.get('set-cookie')).split(';')[0]!.split('=')[1]!);
  });

  test('a token removed by the command line is refused within a second', async () => {
    const token = await makeToken('script', 'viewer');
    const look = () => ask('GET', '/threats', undefined, bearer(token));
    expect((await look()).status).toBe(200);
    expect((await ask('GET', `/threats?token=${token}`)).status).toBe(401);
    const removing = chainsight('token', 'remove', 'script', '--data', server.dataFolder);
    let status = 200;
    await removing;
    const endMs = Date.now() + 1100;
    while (status === 200 && Date.now() < endMs) {
      status = (await look()).status;
      await wait(20);
    }
    expect(status).toBe(401);
  });

  test('one removed through the server is refused on the next request', async () => {
    const admin = await makeToken('admin', 'admin');
    const made = await ask('POST', '/tokens', { name: 'brief', role: 'viewer' }, bearer(admin));
    const brief = String(made.json.secret);
    secrets.set('token brief', brief);
    expect((await ask('GET', '/threats', undefined, bearer(brief))).status).toBe(200);
    const { id } = made.json.token as { id: string };
    expect((await ask('DELETE', `/tokens/${id}`, undefined, bearer(admin))).status).toBe(204);
    expect((await ask('GET', '/threats', undefined, bearer(brief))).status).toBe(401);
  });

  test('a sensor enrols with a code from the command line, as often as it may', async () => {
    const code = (await chainsight('enrol', 'create', '--data', server.dataFolder, '--host', 'fin-03')).trim();
    secrets.set('code', code);
    expect(code).toMatch(/^[\w-]{43}$/);
    expect((await ask('POST', '/enrol', { code, host: 'dc-01' })).json.code).toBe('ENROL_REFUSED');
    const enrolled = await ask('POST', '/enrol', { code, host: 'fin-03' });
    expect(enrolled.status).toBe(201);
    const token = String(enrolled.json.secret);
    secrets.set('enrolled token', token);
    await sendEvents(server, token, [EVENT]);
    expect((await ask('POST', '/events', EVENT.replace('fin-03', 'dc-01'), bearer(token))).status).toBe(403);
    expect((await ask('POST', '/events', EVENT.slice(0, -9), bearer(token))).status).toBe(400);
    expect((await ask('POST', '/enrol', { code, host: 'fin-03' })).status).toBe(403);

    const again = (
      await chainsight('enrol', 'create', '--data', server.dataFolder, '--uses', '5', '--hours', '1')
    ).trim();
    secrets.set('revoked code', again);
    const list = JSON.parse(await chainsight('enrol', 'list', '--data', server.dataFolder, '--format', 'json')) as {
      id: string;
      usesLeft: number;
    }[];
    expect(list.map(({ usesLeft }) => usesLeft)).toEqual([0, 5]);
    await chainsight('enrol', 'revoke', list[1]!.id.slice(0, 8), '--data', server.dataFolder);
    expect((await ask('POST', '/enrol', { code: again, host: 'hr-1' })).status).toBe(403);
  });

  test('the audit log tells all of it and holds no secret', async () => {
    const { json } = await ask('GET', '/audit?limit=1000', undefined, { cookie });
    const entries = json.items as { action: string; who: string }[];
    const actions = new Set(entries.map(({ action }) => action));
    for (const action of [
      'setup',
      'sign-in',
      'sign-in.refused',
      'token.add',
      'token.remove',
      'enrolment.add',
      'enrolment.remove',
      'token.enrol',
      'enrol.refused',
    ])
      expect(actions, action).toContain(action);
    expect(secretsIn(JSON.stringify(json))).toEqual([]);
  });
});

describe('the console', () => {
  test('breaks no policy and asks nobody else, on any page', async () => {
    const page = await fetch(server.origin);
    const policy = String(page.headers.get('content-security-policy'));
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(await page.text()).not.toMatch(/<script(?![^>]*\bsrc="\/)/);

    // Text of one's own: the sample attack fills every page.
    const signIn = await ask('POST', '/sign-in', { name: 'li', password: PASSWORD });
    const csrf = { 'x-csrf-token': String(signIn.json.csrf) };
    const own = String(signIn.headers.get('set-cookie')).split(';')[0]!;
    secrets.set('cookie of the browser', own.split('=')[1]!);
    expect((await ask('POST', '/samples', undefined, { cookie: own, ...csrf })).status).toBeLessThan(300);
    const now = new Date();
    const hunt = { from: new Date(now.getTime() - 86_400_000).toISOString(), to: now.toISOString() };
    const asked = await ask('POST', '/hunts', hunt, { cookie: own, ...csrf });
    let threat = '';
    let host = '';
    for (let tries = 0; threat === '' && tries < 100; tries++) {
      const { json } = await ask('GET', '/threats', undefined, { cookie: own });
      const [first] = json.items as { id: string; host: string }[];
      threat = first?.id ?? '';
      host = first?.host ?? '';
      await wait(100);
    }

    const watched = await openPage(browser, server.origin);
    await watched.page.context().addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) =>
        console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI}`),
      );
    });
    const visit = async (path: string): Promise<void> => {
      await watched.page.goto(server.origin + path);
      await watched.page.locator('h1, h2').first().waitFor();
      await watched.page.waitForLoadState('load');
      await watched.page.waitForTimeout(100);
      expect(watched.wrongs, path).toEqual([]);
    };
    for (const path of ['/sign-in', '/setup']) await visit(path);
    const [name, value] = own.split('=') as [string, string];
    await watched.page.context().addCookies([{ name, value, url: server.origin, httpOnly: true, sameSite: 'Strict' }]);
    for (const path of [
      '/',
      '/threats?verdict=any',
      `/threats/${threat}?show=all`,
      '/hosts',
      `/hosts/${host}`,
      '/hunts',
      `/hunts/${String(asked.json.id)}`,
      '/exceptions',
      '/rules',
      '/plugins/hello',
      '/admin/users',
      '/admin/tokens',
      '/admin/audit',
      '/no-such-page',
    ])
      await visit(path);
    expect(await watched.page.evaluate(() => document.cookie)).toBe('');
    await watched.page.context().close();
  });
});

describe('afterwards', () => {
  test('threats go out for a spreadsheet', async () => {
    const [head, ...rows] = (
      await chainsight('export', 'threats', '--data', server.dataFolder, '--format', 'csv')
    ).split('\r\n');
    expect(head).toMatch(/^\ufeff"id","kind","host","score"/);
    expect(rows[0]).toMatch(/^"[0-9a-f]{32}","chain","[\w.-]+",\d+,/);
  });

  test('the server’s log holds no secret and no content of events', () => {
    const log = server.output().replace(server.setupLink, '');
    expect(secretsIn(log)).toEqual([]);
    expect(log).not.toContain('event-content-5521');
  });

  test('files that say something are their owner’s alone', () => {
    const open = readdirSync(server.dataFolder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && (statSync(join(entry.parentPath, entry.name)).mode & 0o077) !== 0)
      .map(({ name }) => name);
    // The settings are the test's own; the lock is empty.
    expect(open.filter((name) => name !== 'chainsight.yml' && !name.startsWith('lock.sqlite'))).toEqual([]);
  });

  test('no file of the data folder holds a secret', () => {
    for (const entry of readdirSync(server.dataFolder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      expect(secretsIn(readFileSync(path, 'latin1')), path).toEqual([]);
    }
  });
});

/** Which of the secrets `text` holds. */
function secretsIn(text: string): string[] {
  return [...secrets].flatMap(([what, secret]) => (text.includes(secret) ? [what] : []));
}
