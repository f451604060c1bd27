/** Codes, and the tokens they are traded for, over the whole server. */

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addFakeToken, testServer, type Answer, type TestServer } from '../../../test/support/fake-server.js';
import { makeEnrolment } from '../access/make-enrolment.js';

const HOUR_MS = 3_600_000;

let server: TestServer;

beforeEach(async () => {
  server = await testServer();
});
afterEach(() => server.server.close());

function addCode(change: { hosts?: readonly string[]; uses?: number; hours?: number } = {}): {
  code: string;
  id: string;
} {
  const { hosts = [], uses = 1, hours = 24 } = change;
  const nowMs = server.parts.clock.nowMs();
  const wish = { hosts, uses, nowMs, by: 'test', expiresMs: nowMs + hours * HOUR_MS };
  const { record, code } = makeEnrolment(wish);
  server.parts.access.addEnrolment(record);
  return { code, id: record.id };
}

const enrol = (code: string, host: string): Promise<Answer> =>
  server.ask('POST', '/api/v1/enrol', { body: { code, host } });

const sendAbout = (secret: unknown, host: string): Promise<Answer> =>
  server.ask('POST', '/api/v1/events', { as: `Bearer ${String(secret)}`, body: `${JSON.stringify({ host })}\n` });

describe('a code', () => {
  test('gives a token that speaks for its host and nothing else', async () => {
    const { code, id } = addCode();
    const answer = await enrol(code, 'FIN-03.corp.example');
    expect(answer.status).toBe(201);
    expect(answer.json.token).toMatchObject({
      role: 'sensor',
      name: 'FIN-03.corp.example',
      hosts: ['fin-03.corp.example'],
      createdBy: `enrolment:${id}`,
      expires: null,
    });
    const { secret } = answer.json;
    expect((await sendAbout(secret, 'fin-03')).status).toBe(202);
    expect((await sendAbout(secret, 'dc-01')).status).toBe(403);
    expect((await server.ask('GET', '/api/v1/threats', { as: `Bearer ${String(secret)}` })).status).toBe(403);
  });

  test('gives as many tokens as it has uses, even to those who come at once', async () => {
    const { code } = addCode({ uses: 2 });
    const answers = await Promise.all([1, 2, 3, 4].map((number) => enrol(code, `host-${number}`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 403, 403]);
    expect(server.parts.access.tokens().length).toBe(2);
    expect((await enrol(code, 'host-5')).json.detail).toContain('as often as it may be');
  });

  test('ends after its hours', async () => {
    const { code } = addCode({ hours: 24 });
    server.parts.clock.timeMs += 24 * HOUR_MS - 1;
    const other = addCode({ hours: 1 });
    expect((await enrol(code, 'a')).status).toBe(201);
    server.parts.clock.timeMs += HOUR_MS;
    expect((await enrol(other.code, 'a')).json).toMatchObject({
      code: 'ENROL_REFUSED',
      detail: expect.stringContaining('expired') as unknown,
    });
  });

  test('ends when it is taken back; the tokens it gave stay', async () => {
    const { code, id } = addCode({ uses: 9 });
    const { secret } = (await enrol(code, 'fin-03')).json;
    server.parts.access.removeEnrolment(id);
    expect((await enrol(code, 'fin-04')).status).toBe(403);
    expect((await sendAbout(secret, 'fin-03')).status).toBe(202);
  });

  test.each([
    { hosts: ['fin-03'], host: 'fin-03', status: 201 },
    { hosts: ['FIN-03.corp.example'], host: 'fin-03', status: 201 },
    { hosts: ['hr-1', 'fin-03'], host: 'FIN-03', status: 201 },
    { hosts: ['fin-03'], host: 'dc-01', status: 403 },
  ])('for $hosts, used by $host: $status', async ({ hosts, host, status }) => {
    const { code } = addCode({ hosts });
    expect((await enrol(code, host)).status).toBe(status);
    expect(server.parts.access.enrolments()[0]?.usesLeft).toBe(status === 201 ? 0 : 1);
  });

  test('is kept as a hash, as is what it gave, and neither is in the audit log', async () => {
    const { code } = addCode();
    const { secret } = (await enrol(code, 'fin-03')).json;
    const { access } = server.parts;
    const kept = JSON.stringify([access.enrolments(), access.tokens(), access.entries]);
    expect(kept).not.toContain(code);
    expect(kept).not.toContain(String(secret));
  });

  test('is no token, and a token is no code', async () => {
    const { code } = addCode();
    expect((await sendAbout(code, 'fin-03')).status).toBe(401);
    expect((await enrol(addFakeToken(server.parts, 'admin').slice(7), 'fin-03')).status).toBe(403);
  });
});

describe('wrong codes', () => {
  test('are slowed down by address, a right one too while the wait lasts', async () => {
    const { code } = addCode();
    for (let count = 0; count < 5; count++) expect((await enrol(`wrong-${count}`, 'fin-03')).status).toBe(403);
    const locked = await enrol(code, 'fin-03');
    expect(locked.status).toBe(429);
    expect(locked.json.code).toBe('SIGN_IN_LOCKED');
    expect(locked.headers['retry-after']).toBe('1');
    const elsewhere = await server.server.app.inject({
      method: 'POST',
      url: '/api/v1/enrol',
      remoteAddress: '10.9.9.9',
      payload: { code: 'wrong', host: 'fin-03' },
    });
    expect(elsewhere.statusCode).toBe(403);
    server.parts.clock.timeMs += 1000;
    expect((await enrol('wrong', 'fin-03')).status).toBe(403);
    expect((await enrol(code, 'fin-03')).headers['retry-after']).toBe('2');
    server.parts.clock.timeMs += 2000;
    expect((await enrol(code, 'fin-03')).status).toBe(201);
  });

  test('say no more than that they are wrong', async () => {
    const { id } = addCode();
    expect((await enrol(id, 'fin-03')).json.detail).toBe(
      'There is no such code. Ask for one: chainsight enrol create.',
    );
  });

  test.each(['', 'a b', '<img>', 'a/../b', '.hidden', 'invoice\u202efdp', 'x'.repeat(256), '-rf'])(
    'host %j is refused before anything else',
    async (host) => {
      const { code } = addCode();
      expect((await enrol(code, host)).json.code).toBe('REQUEST_INVALID');
      expect(server.parts.access.entries).toEqual([]);
    },
  );
});

test('the audit log says who enrolled, with which code, and who was refused', async () => {
  const { code, id } = addCode({ hosts: ['fin-03'] });
  await enrol('wrong', 'dc-01');
  await enrol(code, 'dc-01');
  await enrol(code, 'fin-03');
  const [token] = server.parts.access.tokens();
  expect(server.parts.access.entries).toMatchObject([
    { who: '', action: 'enrol.refused', target: 'dc-01', address: '127.0.0.1' },
    { who: `enrolment:${id}`, action: 'enrol.refused', target: 'dc-01' },
    { who: `enrolment:${id}`, action: 'token.enrol', target: token?.id, after: { hosts: ['fin-03'] } },
  ]);
});
