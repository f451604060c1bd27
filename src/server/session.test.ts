/** Set-up, sign-in, sessions and tokens over the whole server. */

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  addFakeToken,
  cookieOf,
  PASSWORD,
  signIn,
  testServer,
  type TestServer,
} from '../../test/support/fake-server.js';
import { HEX_A } from '../../test/support/fake-parts.js';
import { openSetUp } from './access/set-up.js';

let server: TestServer;

beforeEach(async () => {
  server = await testServer({ filled: true });
});
afterEach(() => server.server.close());

describe('set-up', () => {
  const body = (token: string) => ({ token, name: 'li', password: PASSWORD });

  test('makes the first administrator once, and signs them in', async () => {
    const token = openSetUp(server.parts.access) ?? '';
    expect((await server.ask('GET', '/api/v1/setup')).json).toEqual({ open: true });
    const answer = await server.ask('POST', '/api/v1/setup', { body: body(token) });
    expect(answer.status).toBe(201);
    expect(answer.json).toMatchObject({ name: 'li', role: 'administrator' });
    const cookie = String(answer.headers['set-cookie']);
    expect(cookie).toContain('HttpOnly');
    expect(cookie).toContain('SameSite=Strict');
    expect(cookie).not.toContain('Secure');
    expect((await server.ask('GET', '/api/v1/users', { headers: { cookie: cookieOf(answer) } })).status).toBe(200);
    expect((await server.ask('GET', '/api/v1/setup')).json).toEqual({ open: false });
    expect((await server.ask('POST', '/api/v1/setup', { body: body(token) })).json.code).toBe('SETUP_CLOSED');
    expect(server.parts.access.entries).toMatchObject([{ action: 'setup', who: 'li' }]);
    expect(openSetUp(server.parts.access)).toBeUndefined();
  });

  test('refuses a wrong token, and an old one after a restart', async () => {
    const old = openSetUp(server.parts.access) ?? '';
    openSetUp(server.parts.access);
    for (const token of ['wrong', old]) {
      expect((await server.ask('POST', '/api/v1/setup', { body: body(token) })).json.code).toBe('SETUP_REFUSED');
    }
    expect(server.parts.access.users()).toEqual([]);
  });

  test('of two requests with the same token one wins', async () => {
    const token = openSetUp(server.parts.access) ?? '';
    const answers = await Promise.all([1, 2].map(() => server.ask('POST', '/api/v1/setup', { body: body(token) })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(server.parts.access.users().length).toBe(1);
  });
});

describe('sign-in', () => {
  test('says the same of an unknown name and a wrong password', async () => {
    await signIn(server, 'li', 'analyst');
    const wrong = await server.ask('POST', '/api/v1/sign-in', { body: { name: 'li', password: 'wrong' } });
    const unknown = await server.ask('POST', '/api/v1/sign-in', { body: { name: 'nobody', password: 'wrong' } });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect({ ...wrong.json, instance: '' }).toEqual({ ...unknown.json, instance: '' });
  });

  test('locks out with a growing delay, and opens again', async () => {
    await signIn(server, 'li', 'analyst');
    const attempt = (password: string) => server.ask('POST', '/api/v1/sign-in', { body: { name: 'LI', password } });
    for (let count = 0; count < 5; count++) expect((await attempt('wrong')).status).toBe(401);
    const locked = await attempt(PASSWORD);
    expect(locked.status).toBe(429);
    expect(locked.json).toMatchObject({ code: 'SIGN_IN_LOCKED', retryAfter: 1 });
    expect(locked.headers['retry-after']).toBe('1');
    server.parts.clock.timeMs += 1000;
    expect((await attempt('wrong')).status).toBe(401);
    expect((await attempt(PASSWORD)).headers['retry-after']).toBe('2');
    server.parts.clock.timeMs += 2000;
    expect((await attempt(PASSWORD)).status).toBe(200);
  });

  test('ends with sign-out, with time, with a new password and with the person', async () => {
    const first = await signIn(server, 'li', 'analyst');
    const me = (headers: Record<string, string>) => server.ask('GET', '/api/v1/session', { headers });
    expect((await me(first)).json).toMatchObject({ name: 'li', role: 'analyst' });
    const out = await server.ask('DELETE', '/api/v1/sign-in', { headers: first });
    expect(out.status).toBe(204);
    expect((await me(first)).status).toBe(401);

    const again = async () => {
      const answer = await server.ask('POST', '/api/v1/sign-in', { body: { name: 'li', password: PASSWORD } });
      return { cookie: cookieOf(answer), 'x-csrf-token': String(answer.json.csrf) };
    };
    const second = await again();
    server.parts.clock.timeMs += 12 * 3600_000;
    expect((await me(second)).status).toBe(401);

    const third = await again();
    const fourth = await again();
    const body = { current: PASSWORD, password: 'another good one' };
    expect(
      (await server.ask('PUT', '/api/v1/session/password', { headers: third, body: { ...body, current: 'no' } }))
        .status,
    ).toBe(403);
    expect((await server.ask('PUT', '/api/v1/session/password', { headers: third, body })).status).toBe(204);
    expect((await me(third)).status).toBe(200);
    expect((await me(fourth)).status).toBe(401);

    server.parts.access.removeUser('li');
    expect((await me(third)).status).toBe(401);
  });

  test('a role taken away holds at once', async () => {
    const headers = await signIn(server, 'li', 'administrator');
    server.parts.access.changeUser('li', { role: 'viewer' });
    expect((await server.ask('GET', '/api/v1/users', { headers })).json.detail).toBe(
      'This needs the role administrator; you are viewer.',
    );
  });
});

describe('changes with a cookie', () => {
  test('need the CSRF header of the same session', async () => {
    const li = await signIn(server, 'li', 'analyst');
    const wu = await signIn(server, 'wu', 'analyst');
    const path = `/api/v1/threats/${HEX_A}`;
    const body = { verdict: 'confirmed' };
    for (const headers of [
      { cookie: li.cookie },
      { ...li, 'x-csrf-token': wu['x-csrf-token'] },
      { ...li, 'x-csrf-token': '' },
    ]) {
      expect((await server.ask('PATCH', path, { headers, body })).json.code).toBe('REQUEST_CSRF');
    }
    expect((await server.ask('PATCH', path, { headers: li, body })).status).toBe(200);
  });
});

describe('tokens', () => {
  test('end when they expire or are removed, and new ones hold at once', async () => {
    const ask = (as: string) => server.ask('GET', '/api/v1/threats', { as });
    const as = addFakeToken(server.parts, 'viewer');
    expect((await ask(as)).status).toBe(200);
    const [token] = server.parts.access.tokens();
    server.parts.access.removeToken(token?.id ?? '');
    server.parts.clock.timeMs += 1000;
    expect((await ask(as)).status).toBe(401);

    const brief = addFakeToken(server.parts, 'viewer');
    const [record] = server.parts.access.tokens();
    if (record !== undefined) server.parts.access.addToken({ ...record, expiresMs: server.parts.clock.timeMs + 500 });
    expect((await ask(brief)).status).toBe(200);
    server.parts.clock.timeMs += 600;
    expect((await ask(brief)).status).toBe(401);
  });

  test('the secret is shown once and kept as a hash', async () => {
    const as = addFakeToken(server.parts, 'admin');
    const made = await server.ask('POST', '/api/v1/tokens', {
      as,
      body: { name: 'FIN-03', role: 'sensor', hosts: ['FIN-03'] },
    });
    const secret = String(made.json.secret);
    expect(secret).toMatch(/^[\w-]{43}$/);
    const list = await server.ask('GET', '/api/v1/tokens', { as });
    expect(list.text).not.toContain(secret);
    expect(JSON.stringify(server.parts.access.tokens())).not.toContain(secret);
    expect(JSON.stringify(server.parts.access.entries)).not.toContain(secret);
    const events = await server.ask('POST', '/api/v1/events', { as: `Bearer ${secret}`, body: '{"host":"fin-03"}' });
    expect(events.status).toBe(202);
  });
});

describe('probes and pages', () => {
  test('are open, at the root and under the prefix', async () => {
    for (const prefix of ['', '/api/v1']) {
      expect((await server.ask('GET', `${prefix}/health`)).json).toMatchObject({ status: 'up' });
      expect((await server.ask('GET', `${prefix}/ready`)).status).toBe(200);
      expect((await server.ask('GET', `${prefix}/metrics`)).text).toContain('chainsight_events_accepted_total 0');
    }
  });

  test('not ready, with the reason, while no events are taken', async () => {
    server.parts.intake.refusal = 'the disk is full';
    const answer = await server.ask('GET', '/ready');
    expect(answer.status).toBe(503);
    expect(answer.json.reason).toBe('the disk is full');
  });

  test('an unknown address of the API is not the console', async () => {
    const answer = await server.ask('GET', '/api/v1/nothing');
    expect(answer.status).toBe(404);
    expect(answer.json.code).toBe('REQUEST_NOT_FOUND');
  });
});
