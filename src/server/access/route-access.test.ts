/**
 * Every route × every kind of caller, over the whole app. What must come out is derived from the table of needs and from what the credential
 * is worth, so a route without a row, or a row that the guard does not heed, fails here.
 */

import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role, TokenRole } from '../../app/access-ports.js';
import { API_PREFIX, CSRF_HEADER } from '../../contract/index.js';
import { HEX_A, HEX_B } from '../../../test/support/fake-parts.js';
import {
  addFakeToken,
  testServer,
  type Answer,
  type Method,
  type TestServer,
} from '../../../test/support/fake-server.js';
import { makeToken } from './make-token.js';
import { ROUTE_NEEDS } from './route-needs.js';
import { hashSecret, newSecret } from './secret.js';

let server: TestServer;

beforeAll(async () => {
  server = await testServer({ filled: true });
  // The last administrator, who is never the one that asks.
  addPerson('root', 'administrator');
});
afterAll(() => server.server.close());

type Headers = Record<string, string>;
/** What a credential is worth: a role; nothing, though it was shown; or a role whose changes lack the CSRF token. */
type Worth = TokenRole | 'none' | 'unproven';

interface Caller {
  readonly name: string;
  readonly worth: Worth;
  /** Token or session: events take only tokens, a password only a person has. */
  readonly form: 'token' | 'session' | 'none';
  /** Made anew for each request, since some routes end what they were asked with. */
  headers(): Promise<Headers> | Headers;
}

const ROLE_OF = { viewer: 'viewer', analyst: 'analyst', administrator: 'admin' } as const satisfies Record<
  Role,
  TokenRole
>;

let people = 0;
function addPerson(name: string, role: Role): void {
  server.parts.access.addUser({ name, role, passwordHash: '', createdMs: 1, lastSignInMs: 0 });
}

/** A signed-in person, without the work of hashing a password. */
function sessionOf(role: Role, validMs = 60_000): { cookie: string; csrf: string; name: string; idHash: string } {
  const name = `person-${++people}`;
  addPerson(name, role);
  const secret = newSecret();
  const csrf = newSecret();
  const idHash = hashSecret(secret);
  const nowMs = server.parts.clock.nowMs();
  server.parts.access.addSession({ idHash, user: name, csrf, createdMs: nowMs, expiresMs: nowMs + validMs });
  return { cookie: `chainsight_session=${secret}`, csrf, name, idHash };
}

/** A token that has been used, so that the door remembers it, and was then removed through the API. */
async function revokedToken(): Promise<Headers> {
  const authorization = addFakeToken(server.parts, 'admin');
  expect((await server.ask('GET', `${API_PREFIX}/session`, { as: authorization })).status).toBe(200);
  const { id } = server.parts.access.tokenByHash(hashSecret(authorization.slice(7)))!;
  const removed = await server.ask('DELETE', `${API_PREFIX}/tokens/${id}`, { as: addFakeToken(server.parts, 'admin') });
  expect(removed.status).toBe(204);
  return { authorization };
}

function expiredToken(): Headers {
  const nowMs = server.parts.clock.nowMs();
  const wish = { name: 'late', role: 'admin', hosts: [], nowMs: nowMs - 1000, by: 'test', expiresMs: nowMs } as const;
  const { record, secret } = makeToken(wish);
  server.parts.access.addToken(record);
  return { authorization: `Bearer ${secret}` };
}

const CALLERS: readonly Caller[] = [
  { name: 'nobody', worth: 'none', form: 'none', headers: () => ({}) },
  ...(['sensor', 'viewer', 'analyst', 'admin'] as const).map((role): Caller => ({
    name: `${role} token`,
    worth: role,
    form: 'token',
    headers: () => ({ authorization: addFakeToken(server.parts, role) }),
  })),
  ...(['viewer', 'analyst', 'administrator'] as const).map((role): Caller => ({
    name: `${role} session`,
    worth: ROLE_OF[role],
    form: 'session',
    headers() {
      const { cookie, csrf } = sessionOf(role);
      return { cookie, [CSRF_HEADER]: csrf };
    },
  })),
  {
    name: 'administrator session without the CSRF header',
    worth: 'unproven',
    form: 'session',
    headers: () => ({ cookie: sessionOf('administrator').cookie }),
  },
  {
    name: 'administrator session with the CSRF token of another',
    worth: 'unproven',
    form: 'session',
    headers: () => ({ cookie: sessionOf('administrator').cookie, [CSRF_HEADER]: sessionOf('administrator').csrf }),
  },
  { name: 'expired token', worth: 'none', form: 'token', headers: expiredToken },
  { name: 'revoked token', worth: 'none', form: 'token', headers: revokedToken },
  { name: 'made-up token', worth: 'none', form: 'token', headers: () => ({ authorization: `Bearer ${newSecret()}` }) },
  {
    name: 'token in another scheme',
    worth: 'none',
    form: 'token',
    headers: () => ({ authorization: addFakeToken(server.parts, 'admin').replace('Bearer', 'Basic') }),
  },
  {
    name: 'token in a cookie',
    worth: 'none',
    form: 'session',
    headers: () => ({ cookie: `chainsight_session=${addFakeToken(server.parts, 'admin').slice(7)}` }),
  },
  {
    name: 'session secret as a token',
    worth: 'none',
    form: 'token',
    headers: () => ({ authorization: `Bearer ${sessionOf('administrator').cookie.split('=')[1]}` }),
  },
  {
    name: 'made-up token beside a good session',
    worth: 'none',
    form: 'token',
    headers() {
      const { cookie, csrf } = sessionOf('administrator');
      return { cookie, [CSRF_HEADER]: csrf, authorization: `Bearer ${newSecret()}` };
    },
  },
  {
    name: 'expired session',
    worth: 'none',
    form: 'session',
    headers() {
      const { cookie, csrf } = sessionOf('administrator', 0);
      return { cookie, [CSRF_HEADER]: csrf };
    },
  },
  {
    name: 'signed-out session',
    worth: 'none',
    form: 'session',
    async headers() {
      const { cookie, csrf } = sessionOf('administrator');
      const headers = { cookie, [CSRF_HEADER]: csrf };
      expect((await server.ask('DELETE', `${API_PREFIX}/sign-in`, { headers })).status).toBe(204);
      return headers;
    },
  },
  {
    name: 'session of a removed person',
    worth: 'none',
    form: 'session',
    headers() {
      const { cookie, csrf, name } = sessionOf('administrator');
      server.parts.access.removeUser(name);
      return { cookie, [CSRF_HEADER]: csrf };
    },
  },
];

/** Bodies that would be taken but for the caller. */
const BODIES: Readonly<Record<string, unknown>> = {
  'POST /setup': { token: 'x', name: 'x', password: 'long enough it is' },
  'POST /sign-in': { name: 'x', password: 'x' },
  'PUT /session/password': { current: 'x', password: 'long enough it is' },
  'POST /events': '{"host":"a"}\n',
  'PATCH /threats/:id': { verdict: 'ignored', reason: 'test' },
  'POST /exceptions': { scope: 'path', value: 'c:\\x.exe', reason: 'test' },
  'POST /hunts': { from: '2020-01-01T00:00:00.000Z', to: '2020-01-02T00:00:00.000Z' },
  'POST /users': { name: 'new', role: 'viewer', password: 'long enough it is' },
  'PATCH /users/:name': { role: 'viewer' },
  'POST /tokens': { name: 'new', role: 'sensor' },
  'POST /enrol': { code: 'x', host: 'fin-03' },
};

const REFUSALS = new Set(['REQUEST_SIGN_IN', 'REQUEST_FORBIDDEN', 'REQUEST_CSRF']);
const RANK: Readonly<Record<TokenRole, number>> = { sensor: 0, viewer: 1, analyst: 2, admin: 3 };

/** The refusal that must come, `undefined` where the request must get through. Written apart from the guard, on purpose. */
function refusalOf(key: string, { worth, form }: Caller): string | undefined {
  const need = ROUTE_NEEDS.get(key)!;
  if (need === 'open') return undefined;
  if (worth === 'none') return 'REQUEST_SIGN_IN';
  if (need === 'sensor') {
    // A cookie is no credential for events, whoever it belongs to.
    if (form !== 'token') return 'REQUEST_SIGN_IN';
    return worth === 'sensor' || worth === 'admin' ? undefined : 'REQUEST_FORBIDDEN';
  }
  if (worth === 'unproven') return key.startsWith('GET ') ? undefined : 'REQUEST_CSRF';
  if (key.endsWith('/session/password') && form === 'token') return 'REQUEST_FORBIDDEN';
  return RANK[worth] >= RANK[need === 'administrator' ? 'admin' : need] ? undefined : 'REQUEST_FORBIDDEN';
}

function addressOf(route: string): string {
  return route.replace(':chainId', HEX_B).replace(':id', 'nothing').replace(':name', 'nobody').replace('*', 'hosts');
}

describe('the table of route needs', () => {
  test('holds every route that the app knows, and none besides', () => {
    const parents: string[] = [];
    const known: string[] = [];
    for (const line of server.server.app.printRoutes({ commonPrefix: false }).trimEnd().split('\n')) {
      const [, indent = '', path = '', methods = ''] = /^([│ ]*)[├└]── (\S+) \(([A-Z, ]+)\)$/.exec(line) ?? [];
      expect(path, line).not.toBe('');
      const depth = indent.length / 4;
      parents.length = depth;
      parents.push(path === '*' ? '/*' : path);
      known.push(...methods.split(', ').map((method) => `${method} ${parents.join('')}`));
    }
    const asked = known.filter((key) => !key.startsWith('HEAD '));
    expect(asked.toSorted()).toEqual([...ROUTE_NEEDS.keys()].toSorted());
    const read = asked.filter((key) => key.startsWith('GET ') && !key.endsWith('/stream'));
    const heads = known.filter((key) => key.startsWith('HEAD '));
    expect(heads.toSorted()).toEqual(read.map((key) => key.replace('GET', 'HEAD')).toSorted());
  });

  test('refuses a route that is not in it', async () => {
    const { describeRoutes } = await import('../openapi.js');
    const { default: Fastify } = await import('fastify');
    const app = Fastify();
    describeRoutes(app);
    expect(() => app.get('/api/v1/secret', () => 'x')).toThrow('not in the table');
  });
});

describe('every route × every caller', () => {
  // A stream never ends by itself: below.
  const routes = [...ROUTE_NEEDS.keys()].filter((key) => !key.endsWith('/stream'));

  test.each(routes)('%s', async (key) => {
    const [method, route] = key.split(' ') as [Method, string];
    const body = BODIES[`${method} ${route.slice(API_PREFIX.length)}`];
    const type = typeof body === 'string' ? 'application/x-ndjson' : 'application/json';
    const got: string[] = [];
    const wanted: string[] = [];
    for (const caller of CALLERS) {
      const headers = { ...(await caller.headers()), ...(body === undefined ? {} : { 'content-type': type }) };
      const answer = await server.ask(method, addressOf(route), { body, headers });
      const code = String(answer.json.code);
      got.push(`${caller.name}: ${REFUSALS.has(code) ? `${answer.status} ${code}` : 'through'}`);
      const refusal = refusalOf(key, caller);
      const status = refusal === 'REQUEST_SIGN_IN' ? 401 : 403;
      wanted.push(`${caller.name}: ${refusal === undefined ? 'through' : `${status} ${refusal}`}`);
      if (refusal !== undefined) expect(answer.headers['content-type']).toContain('application/problem+json');
      expect(answer.status, `${caller.name}: ${answer.text}`).toBeLessThan(500);
    }
    expect(got).toEqual(wanted);
  });

  test.each(routes.filter((key) => key.startsWith('GET ')))('%s: HEAD is that without the body', async (key) => {
    const path = addressOf(key.slice(4));
    const headOf = ({ status, headers }: Answer): unknown[] => [
      status,
      headers['content-type'],
      headers['cache-control'],
      headers['x-content-type-options'],
    ];
    for (const caller of CALLERS.filter(({ name }) => /^nobody|token$|^viewer|^expired/.test(name))) {
      const head = await server.ask('HEAD', path, { headers: await caller.headers() });
      const whole = await server.ask('GET', path, { headers: await caller.headers() });
      expect(head.text).toBe('');
      expect(headOf(head), `${caller.name}: ${whole.text}`).toEqual(headOf(whole));
    }
  });

  test('GET /stream', async () => {
    const key = `GET ${API_PREFIX}/stream`;
    await server.server.listen('127.0.0.1', 0);
    const { port } = server.server.app.server.address() as AddressInfo;
    for (const caller of CALLERS) {
      const headers = await caller.headers();
      const answer = await new Promise<{ status: number; type: string }>((resolve, reject) => {
        const request = get({ port, path: `${API_PREFIX}/stream`, headers }, (response) => {
          resolve({ status: response.statusCode ?? 0, type: String(response.headers['content-type']) });
          response.destroy();
        });
        request.on('error', reject);
      });
      const refusal = refusalOf(key, caller);
      const status = refusal === undefined ? 200 : refusal === 'REQUEST_SIGN_IN' ? 401 : 403;
      expect(answer, caller.name).toEqual({
        status,
        type: status === 200 ? 'text/event-stream; charset=utf-8' : 'application/problem+json; charset=utf-8',
      });
    }
  });
});

describe('no way around', () => {
  test.each([
    '/api/v1/users/',
    '//api/v1/users',
    '/API/V1/users',
    '/api/v1/%75sers',
    '/api/v1/users?x=/health',
    '/api/v1/health/../users',
    '/api/v1/health/%2e%2e/users',
    '/api/v1/users;x',
    '/api/v1/users%00',
    '/./api/v1/users',
  ])('GET %s without a credential gives no list', async (path) => {
    const answer = await server.ask('GET', path);
    expect([400, 401, 404]).toContain(answer.status);
    expect(answer.text).not.toContain('root');
  });

  test('HEAD of the stream is none', async () => {
    const as = addFakeToken(server.parts, 'viewer');
    expect((await server.ask('HEAD', `${API_PREFIX}/stream`, { as })).status).toBe(404);
  });

  test.each(['HEAD', 'OPTIONS', 'TRACE', 'PUT', 'PROPFIND'])('%s is answered by no list', async (method) => {
    const answer = await server.server.app.inject({ method: method as Method, url: '/api/v1/users' });
    expect([400, 401, 404, 405]).toContain(answer.statusCode);
    expect(answer.body).not.toContain('root');
  });
});

describe('a token bound to hosts', () => {
  const send = (hosts: readonly string[], body: string) =>
    server.ask('POST', `${API_PREFIX}/events`, { as: addFakeToken(server.parts, 'sensor', hosts), body });

  test.each([
    { hosts: ['fin-03'], host: 'fin-03', taken: true },
    { hosts: ['FIN-03.corp.example'], host: 'fin-03', taken: true },
    { hosts: ['fin-03'], host: 'FIN-03.corp.example', taken: true },
    { hosts: ['fin-03.corp.example'], host: 'fin-03.corp.example', taken: true },
    { hosts: ['10.0.0.3'], host: '10.0.0.3', taken: true },
    { hosts: ['10.0.0.3'], host: '10.0.0.4', taken: false },
    { hosts: ['fin-03'], host: 'fin-04', taken: false },
    { hosts: ['fin-03'], host: '', taken: false },
    { hosts: ['hr-1', 'fin-03'], host: 'fin-03', taken: true },
  ])('$hosts may speak for $host: $taken', async ({ hosts, host, taken }) => {
    const answer = await send(hosts, `${JSON.stringify({ host })}\n`);
    expect(answer.status, answer.text).toBe(taken ? 202 : 403);
  });

  test('speaks for its own host alone, within one batch', async () => {
    const answer = await send(['fin-03'], '{"host":"fin-03"}\n{"host":"fin-04"}\n');
    expect(answer.json).toMatchObject({ accepted: 1, rejected: [{ index: 1 }] });
  });
});

test('a threat that everybody may read is changed by nobody below an analyst', async () => {
  const path = `${API_PREFIX}/threats/${HEX_A}`;
  const body = { verdict: 'confirmed' };
  const before = JSON.stringify(server.parts.state.threat(HEX_A));
  expect((await server.ask('PATCH', path, { as: addFakeToken(server.parts, 'viewer'), body })).status).toBe(403);
  expect((await server.ask('PATCH', path, { as: addFakeToken(server.parts, 'sensor'), body })).status).toBe(403);
  expect(JSON.stringify(server.parts.state.threat(HEX_A))).toBe(before);
  expect((await server.ask('PATCH', path, { as: addFakeToken(server.parts, 'analyst'), body })).status).toBe(200);
});
