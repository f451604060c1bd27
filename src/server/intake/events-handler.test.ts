/** The intake of events over a real socket, with the real JSON source: every kind of bad input, and what happens to its neighbours. */

import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { addFakeToken, testServer, type TestServer } from '../../../test/support/fake-server.js';
import { AppError } from '../../app/app-error.js';
import { createJsonDecoder } from '../../sources/json/json.js';
import { makeToken } from '../access/make-token.js';

let server: TestServer;
let origin: string;
let port: number;
let as: string;

beforeAll(async () => {
  server = await testServer({ decoder: (sink) => createJsonDecoder(sink) });
  port = await server.server.listen('127.0.0.1', 0);
  origin = `http://127.0.0.1:${port}`;
  as = addFakeToken(server.parts, 'sensor');
});
afterAll(() => server.server.close());
beforeEach(() => {
  server.parts.intake.taken.length = 0;
  server.parts.intake.answer = undefined;
});

interface EventsAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly accepted?: number;
    readonly rejected?: { readonly index: number; readonly reason: string }[];
    readonly code?: string;
    readonly detail?: string;
  };
}

async function post(body: BodyInit, headers: Record<string, string> = {}): Promise<EventsAnswer> {
  const response = await fetch(`${origin}/api/v1/events`, {
    method: 'POST',
    body,
    headers: { authorization: as, ...headers },
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as EventsAnswer['body'] };
}

function event(pid: number, host = 'FIN-03.corp.example', change: Record<string, unknown> = {}): string {
  return JSON.stringify({
    SourceName: 'Microsoft-Windows-Sysmon',
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    EventID: 1,
    Hostname: host,
    UtcTime: '2026-01-02 03:04:05.678',
    ProcessGuid: `{00000000-0000-0000-0000-${String(pid).padStart(12, '0')}}`,
    ProcessId: pid,
    Image: 'C:\\Windows\\System32\\cmd.exe',
    CommandLine: 'cmd /c whoami',
    ...change,
  });
}

const takenPids = (): unknown[] =>
  server.parts.intake.taken.map(({ event: { event: taken } }) => Number(taken.fields['ProcessId']));

test('a token that cannot be looked up, for the state cannot be read, is not an unknown one', async () => {
  const lookUp = vi.spyOn(server.parts.access, 'tokenByHash').mockImplementation(() => {
    throw new AppError('STORE_FAILED', 'Reading the state failed: disk I/O error.', { retryAfterSeconds: 5 });
  });
  const { status, headers, body } = await post(event(1), { authorization: 'Bearer never-seen-before' });
  lookUp.mockRestore();
  expect([status, headers.get('retry-after'), body.detail]).toEqual([
    503,
    '5',
    'Reading the state failed: disk I/O error.',
  ]);
  expect(takenPids()).toEqual([]);
});

describe('good input', () => {
  test.each([
    { name: 'one object', body: event(1), pids: [1] },
    { name: 'lines', body: `${event(1)}\n${event(2)}\n`, pids: [1, 2] },
    { name: 'lines with CRLF and blank ones', body: `\r\n${event(1)}\r\n\r\n${event(2)}`, pids: [1, 2] },
    { name: 'an array', body: `[${event(1)}, ${event(2)}]`, pids: [1, 2] },
    { name: 'an array over several lines', body: `[\n  ${event(1)},\n  ${event(2)}\n]`, pids: [1, 2] },
    { name: 'a pretty-printed object', body: JSON.stringify(JSON.parse(event(1)), undefined, 2), pids: [1] },
    { name: 'nothing', body: '', pids: [] },
    { name: 'an empty array', body: '[]', pids: [] },
  ])('$name', async ({ body, pids }) => {
    const answer = await post(body);
    expect(answer.body).toEqual({ accepted: pids.length, duplicates: 0, rejected: [] });
    expect(answer.status).toBe(202);
    expect(takenPids()).toEqual(pids);
  });

  test('keeps the bytes as they came', async () => {
    const body = `  {"EventID":1, "Hostname" : "fin-03","ProcessId":"4", "Image":"é\\u00e9"}`;
    await post(`${body}\n`);
    expect(Buffer.from(server.parts.intake.taken[0]?.event.raw ?? []).toString()).toBe(body.trim());
  });

  test.each(['gzip', 'GZIP', 'x-gzip'])('%s, in one member or several', async (encoding) => {
    const body = Buffer.concat([gzipSync(`${event(1)}\n`), gzipSync(`${event(2)}\n`)]);
    expect((await post(body, { 'content-encoding': encoding })).body.accepted).toBe(2);
  });

  test('Identity is no packing', async () => {
    expect((await post(event(1), { 'content-encoding': 'Identity' })).body.accepted).toBe(1);
  });

  test.each([
    'application/json',
    'application/x-ndjson',
    'application/json; charset=utf-8',
    'application/x-www-form-urlencoded',
    'text/plain',
  ])('labelled %s', async (type) => {
    expect((await post(event(1), { 'content-type': type })).status).toBe(202);
  });

  test('names the token that brought them', async () => {
    await post(event(1));
    expect(server.parts.intake.taken[0]?.sensor).toBe('sensor');
  });

  test('a query string takes the other road to the same end', async () => {
    const response = await fetch(`${origin}/api/v1/events?pretty`, {
      method: 'POST',
      body: event(1),
      headers: { authorization: as },
    });
    expect(response.status).toBe(202);
  });
});

describe('bad input', () => {
  const deep = `{"EventID":1,"Hostname":"a","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  const deepObjects = `{"EventID":1,"x":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`;

  test.each([
    { name: 'not JSON', line: 'hello' },
    { name: 'half an object', line: '{"EventID":1,' },
    { name: 'a number', line: '42' },
    { name: 'a text', line: '"EventID"' },
    { name: 'null', line: 'null' },
    { name: 'an object that is no event', line: '{"a":1}' },
    { name: 'an empty object', line: '{}' },
    { name: 'single quotes', line: "{'EventID':1}" },
    { name: 'NaN', line: '{"EventID":NaN}' },
    { name: 'a bare control character', line: '{"EventID":1,"Hostname":"a\u0001"}' },
    { name: 'a NUL byte', line: '\u0000{"EventID":1}' },
    { name: 'lists 100,000 deep', line: deep },
    { name: 'objects 100,000 deep', line: deepObjects },
    {
      name: 'ten thousand fields',
      line: `{"EventID":1,"Hostname":"a",${Array.from({ length: 10_000 }, (_, index) => `"f${index}":1`).join()}}`,
    },
    { name: 'five megabytes', line: event(9, 'a', { CommandLine: 'x'.repeat(5 * 1024 * 1024) }) },
  ])('$name: rejected by its index, its neighbours taken', async ({ line }) => {
    const answer = await post(`${event(1)}\n${line}\n${event(2)}\n`);
    expect(answer.status).toBe(202);
    expect(answer.body.accepted).toBe(2);
    expect(answer.body.rejected?.map(({ index }) => index)).toEqual([1]);
    expect(answer.body.rejected?.[0]?.reason).toMatch(
      /^(?:not-json|not-an-event|too-deep|too-large|too-many-fields|not-text): .{8}/s,
    );
    expect(takenPids()).toEqual([1, 2]);
  });

  test.each([
    { name: 'an inherited name as a field', line: event(5, 'a', { constructor: 'x', toString: 1 }) },
    { name: 'lone surrogates', line: event(5).replace('whoami', '\\ud800 \\udfff') },
    { name: 'an escaped NUL', line: event(5).replace('whoami', 'who\\u0000ami') },
    { name: 'wrong types', line: event(5, 'a', { Image: 7, CommandLine: { a: [1] }, Hashes: null, UtcTime: false }) },
    { name: 'numbers beyond any', line: event(5).replace('"ProcessId":5', '"ProcessId":1e999') },
    { name: 'a prototype', line: event(5).replace('{', '{"__proto__":{"polluted":true},') },
  ])('$name: taken or rejected, and nothing else happens', async ({ line }) => {
    const answer = await post(`${event(1)}\n${line}\n${event(2)}\n`);
    expect(answer.status).toBe(202);
    expect((answer.body.accepted ?? 0) + (answer.body.rejected?.length ?? 0)).toBe(3);
    expect(takenPids()).toContain(2);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('within an array too, by the same index', async () => {
    const answer = await post(`[${event(1)}, 7, {"a":1}, ${event(2)}]`);
    expect(answer.body).toMatchObject({ accepted: 2, rejected: [{ index: 1 }, { index: 2 }] });
  });

  test.each([
    { name: 'plain', packed: false },
    { name: 'gzip', packed: true },
  ])(
    'an array whose end did not come ($name): events before it are kept, and the place is told',
    async ({ packed }) => {
      const body = `[${event(1)}, ${event(2)},`;
      const answer = packed
        ? await post(new Uint8Array(gzipSync(body)), { 'content-encoding': 'gzip' })
        : await post(body);
      expect(answer.status).toBe(202);
      expect(answer.body).toMatchObject({
        accepted: 2,
        rejected: [{ index: 2, reason: expect.stringMatching(/^not-json: .*last bracket/) }],
      });
      expect(takenPids()).toEqual([1, 2]);
    },
  );

  test('answers are kept by nobody, and are what they say', async () => {
    for (const body of [event(1), 'rubbish']) {
      const { headers } = await post(body);
      expect([headers.get('cache-control'), headers.get('x-content-type-options')]).toEqual(['no-store', 'nosniff']);
    }
  });

  test('an array that only begins: 400, nothing taken', async () => {
    expect(await post('[')).toMatchObject({ status: 400, body: { code: 'EVENTS_REJECTED' } });
  });

  test('all rejected: 400 with the reasons, nothing taken', async () => {
    const answer = await post('hello\n{"a":1}\n');
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe('EVENTS_REJECTED');
    expect(answer.body.rejected?.map(({ index }) => index)).toEqual([0, 1]);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  test('thousands of rejections are counted, the first thousand named', async () => {
    const answer = await post(`${event(1)}\n${'nonsense\n'.repeat(5000)}`);
    expect(answer.body).toMatchObject({ accepted: 1, rejectedCount: 5000 });
    expect(answer.body.rejected?.length).toBe(1000);
  });

  test('a line of 50 MB between two events: rejected, without being held', async () => {
    const answer = await post(
      `${event(1)}\n${event(9, 'a', { CommandLine: 'x'.repeat(50 * 1024 * 1024) })}\n${event(2)}\n`,
    );
    expect(answer.body).toMatchObject({ accepted: 2, rejected: [{ index: 1 }] });
  });

  test.each([
    { name: 'XML', headers: { 'content-type': 'application/xml' } },
    { name: 'a form with files', headers: { 'content-type': 'multipart/form-data; boundary=x' } },
    { name: 'deflate', headers: { 'content-encoding': 'deflate' } },
    { name: 'brotli', headers: { 'content-encoding': 'br' } },
  ])('415 for $name', async ({ headers }) => {
    const answer = await post(event(1), headers as unknown as Record<string, string>);
    expect(answer.status).toBe(415);
    expect(answer.body.detail).toBeTruthy();
    expect(server.parts.intake.taken).toEqual([]);
  });

  test.each([
    { name: 'no gzip at all', body: Buffer.from(event(1)) },
    { name: 'gzip cut in the middle', body: gzipSync(`${event(1)}\n`.repeat(50)).subarray(0, 100) },
    { name: 'gzip with a flipped byte', body: flipped(gzipSync(event(1))) },
  ])('400 for $name', async ({ body }) => {
    const answer = await post(new Uint8Array(body), { 'content-encoding': 'gzip' });
    expect(answer.status).toBe(400);
    expect(server.parts.intake.taken).toEqual([]);
  });
});

describe('too much', () => {
  test('a bomb ends its request and not the server', async () => {
    const bomb = gzipSync(Buffer.alloc(256 * 1024 * 1024, '{"EventID":1}\n'));
    expect(bomb.length).toBeLessThan(4 * 1024 * 1024);
    const before = process.memoryUsage().rss;
    const answer = await post(new Uint8Array(bomb), { 'content-encoding': 'gzip' });
    expect(answer.status).toBe(413);
    expect(answer.body.detail).toContain('nothing was taken');
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
    expect(server.parts.intake.taken).toEqual([]);
    expect((await post(event(1))).status).toBe(202);
  });

  test('a body that says it is too large is refused unread', async () => {
    const text = await raw(
      `POST /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: ${as}\r\nContent-Length: 99999999999\r\n\r\n{`,
    );
    expect(text).toContain('HTTP/1.1 413');
    expect(text.toLowerCase()).toContain('connection: close');
  });

  test('a body that does not say so is refused once it is', async () => {
    const small = await testServer({ decoder: (sink) => createJsonDecoder(sink), limits: { bodyBytes: 1000 } });
    const smallPort = await small.server.listen('127.0.0.1', 0);
    const token = addFakeToken(small.parts, 'sensor');
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(Buffer.from(`${event(1)}\n`));
      },
    });
    const response = await fetch(`http://127.0.0.1:${smallPort}/api/v1/events`, {
      method: 'POST',
      body,
      duplex: 'half',
      headers: { authorization: token },
    } as RequestInit).then(
      ({ status }) => status,
      () => 'cut',
    );
    expect([413, 'cut']).toContain(response);
    expect(small.parts.intake.taken).toEqual([]);
    await small.server.close();
  });

  test('bytes held over all requests have a bound', async () => {
    const busy = await testServer({ decoder: (sink) => createJsonDecoder(sink), limits: { inFlightBytes: 10_000 } });
    const busyPort = await busy.server.listen('127.0.0.1', 0);
    const token = addFakeToken(busy.parts, 'sensor');
    const slow = connect(busyPort, '127.0.0.1');
    slow.write(`POST /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: ${token}\r\nContent-Length: 9999\r\n\r\n{`);
    const post = () =>
      fetch(`http://127.0.0.1:${busyPort}/api/v1/events`, {
        method: 'POST',
        body: event(1),
        headers: { authorization: token },
      });
    await expect.poll(async () => (await post()).status, { timeout: 10_000 }).toBe(429);
    expect((await post()).headers.get('retry-after')).toBe('1');
    slow.destroy();
    await expect.poll(async () => (await post()).status, { timeout: 10_000 }).toBe(202);
    await busy.server.close();
  });

  test('a busy or stopped intake is told with a time to wait, and nothing is taken', async () => {
    server.parts.intake.answer = { kind: 'busy', reason: 'the queue is full', retryAfterSeconds: 3 };
    const busy = await post(event(1));
    expect([busy.status, busy.headers.get('retry-after'), busy.body.detail]).toEqual([429, '3', 'the queue is full']);
    server.parts.intake.answer = { kind: 'stopped', reason: 'the disk is full' };
    const stopped = await post(event(1));
    expect([stopped.status, stopped.headers.get('retry-after') !== null]).toEqual([503, true]);
  });
});

describe('who may', () => {
  test.each([
    { name: 'no token', header: '' },
    { name: 'a wrong token', header: 'Bearer wrong' },
    { name: 'basic', header: 'Basic YTpi' },
    { name: 'a very long one', header: `Bearer ${'a'.repeat(2000)}` },
  ])('401 for $name', async ({ header }) => {
    const answer = await post(event(1), { authorization: header });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    expect(server.parts.intake.taken).toEqual([]);
  });

  test('401 for a token that has expired, also one that was good a moment ago', async () => {
    const { parts } = server;
    const nowMs = parts.clock.nowMs();
    const make = (expiresMs: number): string => {
      const { record, secret } = makeToken({ name: 'brief', role: 'sensor', hosts: [], nowMs, by: 'test', expiresMs });
      parts.access.addToken(record);
      return `Bearer ${secret}`;
    };
    expect((await post(event(1), { authorization: make(nowMs - 1) })).status).toBe(401);
    const authorization = make(nowMs + 500);
    expect((await post(event(1), { authorization })).status).toBe(202);
    parts.clock.timeMs += 500;
    expect((await post(event(2), { authorization })).status).toBe(401);
    expect(parts.intake.taken).toHaveLength(1);
  });

  test.each(['viewer', 'analyst'] as const)('403 for a token of role %s', async (role) => {
    expect((await post(event(1), { authorization: addFakeToken(server.parts, role) })).status).toBe(403);
  });

  test('a bound token speaks for its hosts alone, by short or full name', async () => {
    const authorization = addFakeToken(server.parts, 'sensor', ['FIN-03']);
    const hosts = ['fin-03', 'FIN-03.corp.example', 'fin-04', '', 'xfin-03'];
    const answer = await post(hosts.map((host, pid) => event(pid, host)).join('\n'), { authorization });
    expect(answer.body.accepted).toBe(2);
    expect(answer.body.rejected?.map(({ index }) => index)).toEqual([2, 3, 4]);
    expect(answer.body.rejected?.[1]?.reason).toContain('names no host');

    const none = await post(event(1, 'fin-04'), { authorization });
    expect(none.status).toBe(403);
    expect(none.body.rejected).toMatchObject([{ index: 0 }]);
  });
});

describe('connections', () => {
  test('one that breaks before its body ends takes nothing', async () => {
    const socket = connect(port, '127.0.0.1');
    const body = `${event(1)}\n`;
    socket.write(
      `POST /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: ${as}\r\nContent-Length: ${body.length + 10}\r\n\r\n${body}`,
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.parts.intake.taken).toEqual([]);
  });

  test('are kept for the next request after an answer, good or bad', async () => {
    const request = (body: string) =>
      `POST /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: ${as}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
    const text = await raw(request('hello') + request(event(1)), 2);
    expect([...text.matchAll(/HTTP\/1.1 (\d+)/g)].map(([, status]) => status)).toEqual(['400', '202']);
  });
});

test('senders that never pause do not hold up the end', async () => {
  const busy = await testServer({ decoder: (sink) => createJsonDecoder(sink) });
  const busyPort = await busy.server.listen('127.0.0.1', 0);
  const body = event(1);
  const request = `POST /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: ${addFakeToken(busy.parts, 'sensor')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  let answers = 0;
  const ended = [1, 2, 3, 4].map(
    () =>
      new Promise<string>((resolve) => {
        const socket = connect(busyPort, '127.0.0.1', () => socket.write(request));
        let last = '';
        socket.on('data', (piece) => {
          last = piece.toString();
          answers++;
          if (/connection: close/i.test(last)) socket.end();
          else socket.write(request);
        });
        // Between two requests it is idle, and may be cut just as the next one is sent.
        socket.on('error', () => undefined);
        socket.on('close', () => resolve(last));
      }),
  );
  while (answers < 50) await new Promise((resolve) => setTimeout(resolve, 10));
  const before = performance.now();
  await busy.server.close();
  expect(performance.now() - before).toBeLessThan(3000);
  for (const last of await Promise.all(ended)) expect(last).toContain('HTTP/1.1 202');
});

function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.length - 5] = (copy[copy.length - 5] ?? 0) ^ 0xff;
  return copy;
}

/** Sends bytes as they are and gives what comes back until `answers` answers are there or the connection ends. */
function raw(text: string, answers = 1): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.on('data', (piece) => {
      received += piece.toString();
      if (received.split('HTTP/1.1 ').length - 1 >= answers) socket.end();
    });
    socket.on('close', () => resolve(received));
    socket.on('error', () => resolve(received));
    socket.write(text);
  });
}
