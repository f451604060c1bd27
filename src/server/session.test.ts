/** Set-up, sign-in, sessions and tokens over the whole server. Who may call which route: access/route-access.test.ts. */

import { get } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  addFakeToken,
  cookieOf,
  PASSWORD,
  signIn,
  testServer,
  type TestServer,
} from '../../test/support/fake-server.js';
import { TEST_CERT, TEST_KEY } from '../../test/support/certificate.js';
import { HEX_A } from '../../test/support/fake-parts.js';
import { hashPassword } from './access/password.js';
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

  test('writes down whose password was wrong, and no name that nobody has', async () => {
    await signIn(server, 'li', 'analyst');
    for (const name of ['LI', 'my-password-by-mistake'])
      await server.ask('POST', '/api/v1/sign-in', { body: { name, password: 'wrong' } });
    expect(server.parts.access.entries.slice(1)).toMatchObject([
      { who: 'li', action: 'sign-in.refused', target: 'li' },
      { who: 'unknown name', action: 'sign-in.refused', target: 'unknown name' },
    ]);
    expect(JSON.stringify(server.parts.access.entries)).not.toContain('by-mistake');
  });

  test('takes as long for an unknown name as for a wrong password', async () => {
    await signIn(server, 'li', 'analyst', await hashPassword(PASSWORD));
    const spent = async (name: string): Promise<number> => {
      const startMs = performance.now();
      await server.ask('POST', '/api/v1/sign-in', { body: { name, password: 'wrong' } });
      return performance.now() - startMs;
    };
    const known: number[] = [];
    const unknown: number[] = [];
    for (let count = 0; count < 4; count++) {
      known.push(await spent('li'));
      unknown.push(await spent('nobody'));
    }
    // The quickest of each: what else runs on this machine only ever adds. Without the work, an unknown name would take a hundredth.
    const ratio = Math.min(...unknown) / Math.min(...known);
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  });

  test('locks an unknown name out as it does a known one', async () => {
    await signIn(server, 'li', 'analyst');
    const statuses = async (name: string, remoteAddress: string): Promise<number[]> => {
      const found: number[] = [];
      for (let count = 0; count < 7; count++) {
        const payload = { name, password: 'wrong' };
        const request = { method: 'POST', url: '/api/v1/sign-in', remoteAddress, payload } as const;
        found.push((await server.server.app.inject(request)).statusCode);
      }
      return found;
    };
    const known = await statuses('li', '10.0.0.2');
    expect(known).toContain(429);
    expect(await statuses('nobody', '10.0.0.1')).toEqual(known);
  });

  test('takes no session that the browser brought along', async () => {
    await signIn(server, 'li', 'analyst');
    const headers = { cookie: `chainsight_session=${'x'.repeat(43)}` };
    const body = { name: 'li', password: PASSWORD };
    const answer = await server.ask('POST', '/api/v1/sign-in', { headers, body });
    expect(cookieOf(answer)).not.toContain('xxx');
    expect((await server.ask('GET', '/api/v1/session', { headers })).status).toBe(401);
  });

  test('over TLS the cookie never leaves TLS, nor does the browser', async () => {
    const secure = await testServer({ tls: { cert: Buffer.from(TEST_CERT), key: Buffer.from(TEST_KEY) } });
    await signIn(secure, 'li', 'analyst');
    const answer = await secure.ask('POST', '/api/v1/sign-in', { body: { name: 'li', password: PASSWORD } });
    const cookie = String(answer.headers['set-cookie']);
    for (const part of ['HttpOnly', 'SameSite=Strict', 'Secure', 'Path=/']) expect(cookie).toContain(part);
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000');
    await secure.server.close();
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

  test('of many guesses at once no more are looked at than of those one after another', async () => {
    await signIn(server, 'li', 'analyst');
    const guess = () => server.ask('POST', '/api/v1/sign-in', { body: { name: 'li', password: 'wrong' } });
    const statuses = (await Promise.all(Array.from({ length: 20 }, guess))).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(15);
  });

  /** Does something right after somebody's record was read for the n-th time. */
  function afterAsking(times: number, then: () => unknown): void {
    const { access } = server.parts;
    const { user } = access;
    let asked = 0;
    access.user = (name) => {
      const found = user(name);
      if (++asked === times) then();
      return found;
    };
  }

  test('a password that is replaced while it is looked at lets nobody in', async () => {
    await signIn(server, 'li', 'analyst');
    const { access } = server.parts;
    afterAsking(1, () => access.changeUser('li', { passwordHash: 'another one' }));
    const answer = await server.ask('POST', '/api/v1/sign-in', { body: { name: 'li', password: PASSWORD } });
    expect(answer.json.code).toBe('SIGN_IN_REFUSED');
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  test('a session that ends while it sets a password does not come back', async () => {
    const headers = await signIn(server, 'li', 'analyst');
    const body = { current: PASSWORD, password: 'another good one' };
    // The guard asks first.
    afterAsking(2, () => server.parts.access.removeSessionsOf('li'));
    expect((await server.ask('PUT', '/api/v1/session/password', { headers, body })).status).toBe(401);
    expect((await server.ask('GET', '/api/v1/session', { headers })).status).toBe(401);
    const again = await server.ask('POST', '/api/v1/sign-in', { body: { name: 'li', password: PASSWORD } });
    expect(again.status).toBe(200);
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
  test('are no matter for other sites: their forms are not taken, their scripts read nothing', async () => {
    const li = await signIn(server, 'li', 'administrator');
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      for (const path of ['/api/v1/sign-in', '/api/v1/setup', '/api/v1/enrol', '/api/v1/tokens']) {
        const headers = { ...li, 'content-type': type, origin: 'https://evil.example' };
        const answer = await server.ask('POST', path, { headers, body: '{"name":"x"}' });
        expect(answer.status, `${type} ${path}`).toBe(415);
        expect(answer.headers['access-control-allow-origin']).toBeUndefined();
      }
    }
    const request = { method: 'OPTIONS', url: '/api/v1/tokens', headers: { origin: 'https://evil.example' } } as const;
    const preflight = await server.server.app.inject(request);
    expect(preflight.statusCode).toBe(404);
    expect(preflight.headers['access-control-allow-origin']).toBeUndefined();
  });

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
    const admin = addFakeToken(server.parts, 'admin');
    expect((await server.ask('DELETE', `/api/v1/tokens/${token?.id}`, { as: admin })).status).toBe(204);
    expect((await ask(as)).status).toBe(401);

    // By another process: the command line.
    const other = addFakeToken(server.parts, 'viewer');
    expect((await ask(other)).status).toBe(200);
    server.parts.access.removeToken(server.parts.access.tokens().at(-1)?.id ?? '');
    server.parts.clock.timeMs += 1000;
    expect((await ask(other)).status).toBe(401);

    const brief = addFakeToken(server.parts, 'viewer');
    const record = server.parts.access.tokens().at(-1);
    if (record !== undefined) server.parts.access.addToken({ ...record, expiresMs: server.parts.clock.timeMs + 500 });
    expect((await ask(brief)).status).toBe(200);
    server.parts.clock.timeMs += 600;
    expect((await ask(brief)).status).toBe(401);
  });

  test.each(['1970-01-01T00:00:00Z', '2020-01-01T00:00:00Z', 'now'])(
    'none is made that ends at %s',
    async (expires) => {
      const as = addFakeToken(server.parts, 'admin');
      const { timeMs } = server.parts.clock;
      const at = (ms: number) => ({ name: 'late', role: 'sensor', expires: new Date(ms).toISOString() });
      const answer = await server.ask('POST', '/api/v1/tokens', {
        as,
        body: at(expires === 'now' ? timeMs : Date.parse(expires)),
      });
      expect(answer.status).toBe(400);
      expect(answer.json.errors).toEqual([{ path: '/body/expires', message: 'must be in the future', rule: 'future' }]);
      expect((await server.ask('POST', '/api/v1/tokens', { as, body: at(timeMs + 1000) })).status).toBe(201);
    },
  );

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

describe('a live stream', () => {
  /** Opens one; resolves with how it can be waited for. */
  const open = async (headers: Record<string, string>): Promise<{ ended: Promise<void> }> => {
    const { port } = server.server.app.server.address() as AddressInfo;
    return new Promise((resolve, reject) => {
      const request = get({ port, path: '/api/v1/stream', headers }, (response) => {
        const ended = new Promise<void>(
          (end) =>
            void response
              .resume()
              .on('error', () => end())
              .on('close', end),
        );
        resolve({ ended });
      });
      request.on('error', reject);
    });
  };
  const tell = (): void => server.parts.notices.tell({ kind: 'threat', id: HEX_A });

  beforeEach(() => server.server.listen('127.0.0.1', 0));

  test.each([
    {
      name: 'its token is removed',
      open: () => ({ authorization: addFakeToken(server.parts, 'viewer') }),
      end: () => server.parts.access.tokens().forEach(({ id }) => server.parts.access.removeToken(id)),
    },
    {
      name: 'its token expires',
      open: () => ({ authorization: addFakeToken(server.parts, 'viewer') }),
      end: () =>
        server.parts.access.tokens().forEach((token) => server.parts.access.addToken({ ...token, expiresMs: 1 })),
    },
    {
      name: 'its session ends',
      open: () => signIn(server, 'li', 'viewer'),
      end: () => server.parts.access.removeSessionsOf('li'),
    },
  ])('ends when $name', async (way) => {
    const stream = await open(await way.open());
    let isOver = false;
    void stream.ended.then(() => (isOver = true));
    server.parts.clock.timeMs += 1000;
    tell();
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(isOver).toBe(false);
    way.end();
    server.parts.clock.timeMs += 1000;
    tell();
    await stream.ended;
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

  test('HEAD /ready says without a body whether events are taken', async () => {
    server.parts.intake.refusal = 'the disk is full';
    expect(await server.ask('HEAD', '/ready')).toMatchObject({ status: 503, text: '' });
    server.parts.intake.refusal = undefined;
    expect(await server.ask('HEAD', '/ready')).toMatchObject({ status: 200, text: '' });
  });

  test('not ready, with the reason, while no events are taken', async () => {
    server.parts.intake.refusal = 'the disk is full';
    const answer = await server.ask('GET', '/ready');
    expect(answer.status).toBe(503);
    expect(answer.json.reason).toBe('the disk is full');
    const as = addFakeToken(server.parts, 'viewer');
    const stopped = async () => (await server.ask('GET', '/api/v1/statistics', { as })).json['stopped'];
    expect(await stopped()).toBe('the disk is full');
    server.parts.intake.refusal = undefined;
    expect(await stopped()).toBeNull();
  });

  test.each([
    { name: 'an address that is not UTF-8', text: 'GET /api/v1/threats/%ff HTTP/1.1\r\nhost: x\r\n\r\n', status: 400 },
    {
      name: 'an address that is too long a name',
      text: `GET /api/v1/threats/${'a'.repeat(301)} HTTP/1.1\r\nhost: x\r\n\r\n`,
      status: 404,
    },
    {
      name: 'two lengths',
      text: 'GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
      status: 400,
    },
    {
      name: 'headers that are too long',
      text: `GET / HTTP/1.1\r\nhost: x\r\na: ${'a'.repeat(20_000)}\r\n\r\n`,
      status: 431,
    },
    { name: 'a method with a body of no kind', text: 'QUERY / HTTP/1.1\r\nhost: x\r\n\r\n', status: 400 },
  ])('what is told of $name is a problem like all others', async ({ text, status }) => {
    await server.server.listen('127.0.0.1', 0);
    const { port } = server.server.app.server.address() as AddressInfo;
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(text));
      socket.once('data', (piece) => {
        resolve(piece.toString());
        socket.destroy();
      });
    });
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${status} `);
    expect(head).toContain('content-type: application/problem+json');
    expect(head.toLowerCase()).toContain('x-content-type-options: nosniff');
    expect(head).toContain('cache-control: no-store');
    expect(JSON.parse(body)).toMatchObject({
      status,
      code: expect.stringMatching(/^REQUEST_/),
      detail: expect.stringMatching(/[^.]\.$/),
    });
  });

  test.each([
    { name: 'nothing there', method: 'GET', path: '/api/v1/nothing', status: 404 },
    { name: 'another method', method: 'POST', path: '/health', status: 404 },
    { name: 'nobody', method: 'GET', path: '/api/v1/threats', status: 401 },
    { name: 'nobody with events', method: 'POST', path: '/api/v1/events', status: 401 },
    { name: 'not JSON', method: 'POST', path: '/api/v1/sign-in', status: 400, body: '{' },
    { name: 'figures', method: 'GET', path: '/metrics', status: 200 },
    { name: 'health', method: 'GET', path: '/health', status: 200 },
    { name: 'the description', method: 'GET', path: '/api/v1/openapi.json', status: 200 },
  ] as const)(
    'is neither kept by anybody nor taken for another kind: $name',
    async ({ method, path, status, ...rest }) => {
      const body = 'body' in rest ? rest.body : undefined;
      const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
      const answer = await server.ask(method, path, { body, headers });
      expect(answer.status).toBe(status);
      expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    },
  );

  test('an unknown address of the API is not the console', async () => {
    const answer = await server.ask('GET', '/api/v1/nothing');
    expect(answer.status).toBe(404);
    expect(answer.json.code).toBe('REQUEST_NOT_FOUND');
  });
});
