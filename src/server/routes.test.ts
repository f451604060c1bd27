/** Every route's answer is what the contract says. Who may call which: access/route-access.test.ts. */

import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addFakeToken, testServer, type Method, type TestServer } from '../../test/support/fake-server.js';
import { HOUR, MINUTE, run, show } from '../../test/support/host-streams.js';
import { HEX_A, HEX_B } from '../../test/support/fake-parts.js';
import { HostStream } from '../app/completeness/host-stream.js';
import { ROUTE_NEEDS } from './access/route-needs.js';

let server: TestServer;

beforeAll(async () => {
  server = await testServer({ filled: true });
  server.parts.state.streams.set('fin-03', oddStream().toText());
  server.parts.access.addUser({ name: 'root', role: 'administrator', passwordHash: '', createdMs: 1, lastSignInMs: 0 });
});
afterAll(() => server.server.close());

/** A host of which everything that a stream can show is known. */
function oddStream(): HostStream {
  return show(
    new HostStream(),
    ...run(1, 60, (number) => ({ atMs: number * MINUTE })),
    ...run(70, 90, (number) => ({ atMs: number * MINUTE, cameMs: 5 * HOUR })),
    ...run(91, 99, (number) => ({ atMs: number * MINUTE - HOUR, cameMs: 6 * HOUR })),
    ...run(1, 5, (number) => ({ atMs: 8 * HOUR + number, about: { eventId: 1102, channel: 'Security' } })),
    ...run(1, 5, (number) => ({ atMs: 9 * HOUR + number, cameMs: 8 * HOUR })),
    { number: 0, about: { channel: 'Unnumbered' } },
  );
}

function addressOf(route: string): string {
  return route.replace(':chainId', HEX_B).replace(':id', 'nothing').replace(':name', 'nobody').replace('*', '');
}

describe('answers', () => {
  const HUNT = { from: '2020-01-01T00:00:00.000Z', to: '2020-01-02T00:00:00.000Z' };

  test('all fit the schemas that describe them', async () => {
    const as = addFakeToken(server.parts, 'admin');
    const document = (await server.ask('GET', '/api/v1/openapi.json')).json as unknown as OpenApi;
    expect(document.openapi).toBe('3.1.0');
    // What the console's router answers is nothing that a program can ask.
    expect(Object.keys(document.paths).filter((path) => path.includes('*'))).toEqual([]);
    const check = async (
      method: Method,
      path: string,
      template: string,
      status: number,
      body?: unknown,
    ): Promise<Record<string, unknown>> => {
      const answer = await server.ask(method, path, { as, body });
      expect(answer.status, `${method} ${path}: ${answer.text}`).toBe(status);
      if (status !== 204) expectFits(document, template, method, status, answer.json);
      return answer.json;
    };
    await check('GET', '/api/v1/session', '/api/v1/session', 200);
    await check('GET', '/api/v1/setup', '/api/v1/setup', 200);
    await check('GET', '/api/v1/threats?verdict=open&limit=5&changed=false', '/api/v1/threats', 200);
    await check('GET', `/api/v1/threats/${HEX_A}`, '/api/v1/threats/{id}', 200);
    await check('PATCH', `/api/v1/threats/${HEX_A}`, '/api/v1/threats/{id}', 200, {
      verdict: 'ignored',
      reason: 'test',
      note: 'x',
    });
    await check('GET', `/api/v1/chains/${HEX_A}`, '/api/v1/chains/{id}', 200);
    await check('GET', `/api/v1/chains/${HEX_A}/tree`, '/api/v1/chains/{id}/tree', 200);
    await check('GET', `/api/v1/chains/${HEX_A}/processes`, '/api/v1/chains/{id}/processes', 200);
    await check('GET', `/api/v1/chains/${HEX_A}/processes?ids=${HEX_B},${HEX_A}`, '/api/v1/chains/{id}/processes', 200);
    await check('GET', `/api/v1/processes/${HEX_B}`, '/api/v1/processes/{id}', 200);
    await check('GET', `/api/v1/processes/${HEX_B}/events`, '/api/v1/processes/{id}/events', 200);
    await check('GET', '/api/v1/hosts', '/api/v1/hosts', 200);
    await check('GET', '/api/v1/hosts/FIN-03', '/api/v1/hosts/{name}', 200);
    await check('GET', '/api/v1/statistics', '/api/v1/statistics', 200);
    const exception = await check('POST', '/api/v1/exceptions', '/api/v1/exceptions', 201, {
      process: HEX_B,
      reason: 'ours',
    });
    expect(exception.value).toBe('d'.repeat(64));
    await check('GET', '/api/v1/exceptions?scope=hash', '/api/v1/exceptions', 200);
    await check('DELETE', `/api/v1/exceptions/${String(exception.id)}`, '/api/v1/exceptions/{id}', 204);
    await check('GET', '/api/v1/rules', '/api/v1/rules', 200);
    await check('GET', '/api/v1/rules/status', '/api/v1/rules/status', 200);
    await check('POST', '/api/v1/rules/reload', '/api/v1/rules/reload', 200);
    const hunt = await check('POST', '/api/v1/hunts', '/api/v1/hunts', 202, HUNT);
    await check('GET', '/api/v1/hunts', '/api/v1/hunts', 200);
    server.parts.hunter.finish();
    const path = `/api/v1/hunts/${String(hunt.id)}`;
    await expect.poll(async () => (await server.ask('GET', path, { as })).json.state).toBe('done');
    const done = await check('GET', `/api/v1/hunts/${String(hunt.id)}`, '/api/v1/hunts/{id}', 200);
    expect(done).toMatchObject({ state: 'done', chains: 1, events: 20 });
    await check('GET', `/api/v1/hunts/${String(hunt.id)}/chains`, '/api/v1/hunts/{id}/chains', 200);
    await check('GET', `/api/v1/hunts/${String(hunt.id)}/chains/${HEX_A}`, '/api/v1/hunts/{id}/chains/{chainId}', 200);
    await check('DELETE', `/api/v1/hunts/${String(hunt.id)}`, '/api/v1/hunts/{id}', 204);
    await check('GET', '/api/v1/plugins', '/api/v1/plugins', 200);
    await check('POST', '/api/v1/samples', '/api/v1/samples', 201);
    await check('DELETE', '/api/v1/samples', '/api/v1/samples', 200);
    await check('POST', '/api/v1/users', '/api/v1/users', 201, {
      name: 'wu',
      role: 'analyst',
      password: 'long enough it is',
    });
    await check('PATCH', '/api/v1/users/wu', '/api/v1/users/{name}', 200, { role: 'viewer' });
    await check('GET', '/api/v1/users', '/api/v1/users', 200);
    await check('DELETE', '/api/v1/users/wu', '/api/v1/users/{name}', 204);
    const token = await check('POST', '/api/v1/tokens', '/api/v1/tokens', 201, {
      name: 't',
      role: 'sensor',
      hosts: ['FIN-03'],
    });
    await check('GET', '/api/v1/tokens', '/api/v1/tokens', 200);
    await check('DELETE', `/api/v1/tokens/${(token.token as { id: string }).id}`, '/api/v1/tokens/{id}', 204);
    await check('DELETE', `/api/v1/threats/${HEX_A}`, '/api/v1/threats/{id}', 204);
    await check('GET', '/api/v1/audit', '/api/v1/audit', 200);

    const actions = server.parts.access.entries.map(({ action }) => action);
    for (const action of [
      'threat.verdict',
      'threat.delete',
      'exception.add',
      'exception.remove',
      'rules.reload',
      'hunt.start',
      'hunt.end',
      'sample.load',
      'user.add',
      'user.change',
      'user.remove',
      'token.add',
      'token.remove',
    ]) {
      expect(actions, action).toContain(action);
    }
    expect(JSON.stringify(server.parts.access.entries)).not.toContain('long enough it is');
  });

  test.each(['/users', '/tokens'])('%s are all there, or by page where a limit is given', async (path) => {
    const as = addFakeToken(server.parts, 'admin');
    for (const name of ['one', 'two', 'three'])
      server.parts.access.addUser({ name, role: 'viewer', passwordHash: '', createdMs: 1, lastSignInMs: 0 });
    const pageOf = async (query: string) =>
      (await server.ask('GET', `/api/v1${path}${query}`, { as })).json as { items: unknown[]; next: string | null };
    const whole = await pageOf('');
    expect(whole.items.length).toBeGreaterThan(2);
    expect(whole.next).toBeNull();
    const paged: unknown[] = [];
    let next: string | null = '';
    while (next !== null) {
      const page = await pageOf(`?limit=2${next === '' ? '' : `&cursor=${next}`}`);
      expect(page.items.length).toBeLessThanOrEqual(2);
      paged.push(...page.items);
      ({ next } = page);
    }
    expect(paged).toEqual(whole.items);
    for (const odd of ['?limit=0', '?x=1', '?cursor=nothing'])
      expect((await server.ask('GET', `/api/v1${path}${odd}`, { as })).status, odd).toBe(400);
  });

  test.each([
    { name: 'plain text', headers: { 'content-type': 'text/plain' } },
    { name: 'gzip', headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } },
  ])('415 for a body in $name, with what is taken', async ({ headers }) => {
    const as = addFakeToken(server.parts, 'admin');
    const answer = await server.ask('POST', '/api/v1/hunts', { as, body: '{}', headers });
    expect(answer).toMatchObject({ status: 415, json: { code: 'REQUEST_MEDIA_TYPE' } });
    expect(answer.json.detail).toMatch(/^Send the body as /);
  });

  test.each([
    { accepts: 'gzip', packed: true },
    { accepts: 'br, GZIP;q=0.5', packed: true },
    { accepts: 'gzip;q=0', packed: false },
    { accepts: 'identity, gzip; q=0.000', packed: false },
    { accepts: 'notgzip-gzipped', packed: false },
  ])('who accepts "$accepts" gets it packed: $packed', async ({ accepts, packed }) => {
    const headers = { 'accept-encoding': accepts };
    const answer = await server.server.app.inject({ url: '/api/v1/openapi.json', headers });
    expect(answer.headers['content-encoding']).toBe(packed ? 'gzip' : undefined);
  });

  test('no GET changes anything', async () => {
    const as = addFakeToken(server.parts, 'admin');
    const before = server.parts.access.entries.length;
    for (const [key] of ROUTE_NEEDS) {
      if (key.startsWith('GET ') && !key.endsWith('/stream')) await server.ask('GET', addressOf(key.slice(4)), { as });
    }
    expect(server.parts.access.entries.length).toBe(before);
  });

  test.each([
    { name: 'unknown member', path: '/threats/x', method: 'PATCH', body: { verdict: 'open', __proto__x: 1 } },
    { name: 'nothing to change', path: '/threats/x', method: 'PATCH', body: {} },
    { name: 'wrong verdict', path: '/threats/x', method: 'PATCH', body: { verdict: 'maybe' } },
    { name: 'number as text', path: '/threats/x', method: 'PATCH', body: { note: 5 } },
    { name: 'limit too large', path: '/threats?limit=100000', method: 'GET' },
    { name: 'a score beyond any', path: '/threats?minScore=1e400', method: 'GET' },
    { name: 'unknown filter', path: '/threats?sql=1', method: 'GET' },
    { name: 'a cursor that is none', path: '/threats?cursor=xx', method: 'GET' },
    { name: 'a cursor of nothing in the list', path: '/exceptions?cursor=xx', method: 'GET' },
    { name: 'no time', path: '/threats?from=yesterday', method: 'GET' },
    { name: 'range backwards', path: '/hunts', method: 'POST', body: { from: HUNT.to, to: HUNT.from } },
    { name: 'hunt query that is none', path: '/hunts', method: 'POST', body: { ...HUNT, query: '(' } },
    {
      name: 'name of dots',
      path: '/users',
      method: 'POST',
      body: { name: '..', role: 'viewer', password: 'long enough it is' },
    },
    { name: 'short password', path: '/users', method: 'POST', body: { name: 'li', role: 'viewer', password: 'short' } },
    {
      name: 'name with a tag',
      path: '/users',
      method: 'POST',
      body: { name: '<b>', role: 'viewer', password: 'long enough it is' },
    },
    {
      name: 'hash that is none',
      path: '/exceptions',
      method: 'POST',
      body: { scope: 'hash', value: 'SHA1=zz', reason: 'x' },
    },
    {
      name: 'exception with a blank reason',
      path: '/exceptions',
      method: 'POST',
      body: { scope: 'path', value: 'x', reason: ' \t' },
    },
    { name: 'exception without reason', path: '/exceptions', method: 'POST', body: { scope: 'path', value: 'x' } },
    { name: 'token with a blank name', path: '/tokens', method: 'POST', body: { name: ' ', role: 'sensor' } },
    { name: 'bound administrator', path: '/tokens', method: 'POST', body: { name: 'x', role: 'admin', hosts: ['a'] } },
    {
      name: 'host that is none',
      path: '/tokens',
      method: 'POST',
      body: { name: 'x', role: 'sensor', hosts: ['fin-03', 'a b'] },
    },
    {
      name: 'host that is too long',
      path: '/tokens',
      method: 'POST',
      body: { name: 'x', role: 'sensor', hosts: ['a'.repeat(256)] },
    },
    { name: 'broken JSON', path: '/users', method: 'POST', body: '{"name":' },
    { name: 'prototype in JSON', path: '/users', method: 'POST', body: '{"__proto__":{"role":"administrator"}}' },
  ] as const)('400 for $name', async ({ path, method, ...rest }) => {
    const as = addFakeToken(server.parts, 'admin');
    const options = 'body' in rest ? { body: rest.body, headers: { 'content-type': 'application/json' } } : {};
    const answer = await server.ask(method, `/api/v1${path}`, { as, ...options });
    expect(answer.status, answer.text).toBe(400);
    expect(answer.json).toMatchObject({
      status: 400,
      type: expect.stringContaining('/problems/'),
      instance: expect.any(String),
    });
    expect(String(answer.json.detail).length).toBeGreaterThan(10);
  });

  test.each([
    {
      path: '/tokens',
      body: { name: 'x', role: 'sensor', hosts: ['ok', 'a b'] },
      at: '/body/hosts/1',
      words: 'a host name: ',
    },
    {
      path: '/users',
      body: { name: '<b>', role: 'viewer', password: 'long enough it is' },
      at: '/body/name',
      words: 'a name of letters',
    },
  ])('what does not fit a pattern is told what may be there, at $at', async ({ path, body, at, words }) => {
    const as = addFakeToken(server.parts, 'admin');
    const { json } = await server.ask('POST', `/api/v1${path}`, { as, body });
    expect(json.detail).toContain(`${at} must be ${words}`);
    expect(json.detail).not.toMatch(/pattern|\\p\{|\^/);
  });

  test.each([
    { path: '/exceptions', body: { scope: 'hash', value: 'SHA1=zz', reason: 'x' }, code: 'HASH_INVALID' },
    { path: '/exceptions', body: { scope: 'hash', value: 'ab'.repeat(16), reason: 'x' }, code: 'REQUEST_EXISTS' },
    { path: '/users', body: { name: 'same', role: 'viewer', password: 'long enough it is' }, code: 'REQUEST_EXISTS' },
  ])('$code for what POST $path cannot take', async ({ path, body, code }) => {
    const as = addFakeToken(server.parts, 'admin');
    await server.ask('POST', `/api/v1${path}`, { as, body });
    const { json } = await server.ask('POST', `/api/v1${path}`, { as, body });
    expect(json).toMatchObject({ code });
  });

  test('a colleague’s verdict is not overwritten', async () => {
    const fresh = await testServer({ filled: true });
    const as = addFakeToken(fresh.parts, 'analyst');
    const path = `/api/v1/threats/${HEX_A}`;
    const { headers } = await fresh.ask('GET', path, { as });
    expect(headers.etag).toBe('"0"');
    const first = await fresh.ask('PATCH', path, {
      as,
      body: { verdict: 'confirmed' },
      headers: { 'if-match': '"0"' },
    });
    expect(first.headers.etag).toBe('"1"');
    const second = await fresh.ask('PATCH', path, { as, body: { verdict: 'ignored' }, headers: { 'if-match': '"0"' } });
    expect(second.status).toBe(412);
    expect(second.json.current).toMatchObject({ verdict: 'confirmed', revision: 1 });
    await fresh.server.close();
  });

  test('the last administrator stays', async () => {
    const as = addFakeToken(server.parts, 'admin');
    for (const name of server.parts.access
      .users()
      .filter(({ role }) => role === 'administrator')
      .slice(1)) {
      server.parts.access.removeUser(name.name);
    }
    expect((await server.ask('DELETE', '/api/v1/users/root', { as })).json.code).toBe('USER_LAST_ADMINISTRATOR');
    expect((await server.ask('PATCH', '/api/v1/users/root', { as, body: { role: 'viewer' } })).status).toBe(409);
  });

  test('what nobody foresaw says nothing but its request id', async () => {
    const as = addFakeToken(server.parts, 'viewer');
    const real = server.parts.state.hosts;
    server.parts.state.hosts = () => {
      throw new Error('secret path /var/lib');
    };
    const answer = await server.ask('GET', '/api/v1/hosts', { as });
    server.parts.state.hosts = real;
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('secret');
    expect(server.parts.errors.at(-1)).toMatchObject({ request: answer.json.instance });
  });

  test('a plugin’s page is sandboxed', async () => {
    const as = addFakeToken(server.parts, 'viewer');
    const { headers, text } = await server.ask('GET', '/api/v1/plugins/hello/page', { as });
    expect(text).toContain('hello');
    expect(headers['content-security-policy']).toContain('sandbox allow-scripts');
    expect(headers['content-security-policy']).toContain("connect-src 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
  });
});

interface OpenApi {
  readonly openapi: string;
  readonly paths: Record<
    string,
    Record<string, { responses: Record<string, { content: Record<string, { schema: object }> }> }>
  >;
  readonly components: { readonly schemas: Record<string, object> };
}

/** Against the published document, so that it is checked too; unknown members fail. */
function expectFits(document: OpenApi, template: string, method: Method, status: number, body: unknown): void {
  const operation = document.paths[template]?.[method.toLowerCase()];
  const schema = operation?.responses[String(status)]?.content['application/json']?.schema;
  expect(schema, `${method} ${template} describes its ${status}`).toBeDefined();
  const ajv = new Ajv({ strict: false, formats: { 'date-time': (text: string) => /^\d{4}-.*Z$/.test(text) } });
  ajv.addSchema({ $id: 'doc', components: { schemas: closed(document.components.schemas) } });
  const local = JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"doc#/components')) as object;
  const validate = ajv.compile(local);
  expect(validate(body), `${method} ${template}: ${JSON.stringify(validate.errors)}`).toBe(true);
}

/** Objects with stated properties take no others. */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  return 'properties' in copy && !('patternProperties' in copy) ? { additionalProperties: false, ...copy } : copy;
}
