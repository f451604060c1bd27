/** The original's wire: what its agents send and get back, and who is heard. */

import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeIntake, fakeParts } from '../../../test/support/fake-parts.js';
import { createJsonDecoder } from '../../sources/json/json.js';
import { Metrics } from '../metrics.js';
import { AddressList, isAddressOrNetwork } from './address-list.js';
import { createRmEyeListener, type RmEyeListener } from './rmeye-listener.js';

let intake: FakeIntake;
let listener: RmEyeListener;
let url: string;

async function start(allow: readonly string[]): Promise<void> {
  intake = new FakeIntake();
  const { logger } = fakeParts();
  listener = createRmEyeListener({
    intake,
    logger,
    metrics: new Metrics(0),
    allow,
  });
  url = `http://127.0.0.1:${await listener.listen('127.0.0.1', 0)}/api/v1/process`;
}

beforeEach(() => start(['127.0.0.0/8']));
afterEach(() => listener.close());

const EVENT = {
  Action: 'processcreate',
  Data: {
    Image: 'C:\\a.exe',
    ProcessId: 7,
    ProcessGuid: '{1}',
    UtcTime: '2026-01-02 03:04:05.678',
    ParentProcessId: 4,
  },
};

/** What comes back for these bytes, up to the first piece. */
const answerTo = (text: string): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
    socket.once('data', (piece) => {
      resolve(piece.toString());
      socket.destroy();
    });
    socket.on('error', () => resolve(''));
    socket.on('close', () => resolve(''));
  });

const send = (body: string, init: RequestInit = {}) => fetch(url, { method: 'POST', body, ...init });

describe('the original’s wire', () => {
  test('takes an event and answers as the original did', async () => {
    const answer = await send(JSON.stringify(EVENT));
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'success' }]);
    const [taken] = intake.taken;
    expect(taken?.event.event).toMatchObject({ action: 'processcreate', eventId: 1, host: '127.0.0.1' });
    expect(taken?.sensor).toBe('rmeye:127.0.0.1');
  });

  test('the record that is kept says the address, so that a replay knows the host too', async () => {
    await send(JSON.stringify(EVENT));
    const raw = Buffer.from(intake.taken[0]?.event.raw ?? []).toString();
    expect(JSON.parse(raw)).toEqual({ Computer: '127.0.0.1', ...EVENT });
    const hosts: string[] = [];
    const decoder = createJsonDecoder({ event: ({ host }) => hosts.push(host), skip: () => hosts.push('?') });
    decoder.push(Buffer.from(raw));
    decoder.end();
    expect(hosts).toEqual(['127.0.0.1']);
  });

  test('an event that names its host keeps it, and its bytes', async () => {
    const body = JSON.stringify({ ...EVENT, Data: { ...EVENT.Data, Computer: 'FIN-03' } });
    await send(body);
    expect(intake.taken[0]?.event.event.host).toBe('fin-03');
    expect(Buffer.from(intake.taken[0]?.event.raw ?? []).toString()).toBe(body);
  });

  test.each([
    { name: 'not JSON', body: 'hello' },
    { name: 'no action', body: '{"Data":{}}' },
    { name: 'nothing', body: '' },
    { name: 'an empty object', body: '{}' },
    { name: 'too deep', body: `{"Action":"processcreate","Data":${'['.repeat(1000)}${']'.repeat(1000)}}` },
  ])('400 for $name', async ({ body }) => {
    const answer = await send(body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ status: 'error', reason: expect.any(String) });
    expect(intake.taken).toEqual([]);
  });

  test('413, 404, 405, 403 for what it is not for', async () => {
    expect((await send('x'.repeat(5 * 1024 * 1024)).catch(() => ({ status: 413 }))).status).toBe(413);
    expect((await fetch(url.replace('process', 'events'), { method: 'POST', body: '{}' })).status).toBe(404);
    expect((await fetch(url)).status).toBe(405);
    expect((await send(JSON.stringify(EVENT), { headers: { origin: 'http://evil.example' } })).status).toBe(403);
  });

  test('503 while no events are taken', async () => {
    intake.answer = { kind: 'stopped', reason: 'the disk is full' };
    expect((await send(JSON.stringify(EVENT))).status).toBe(503);
  });

  test('strangers get no answer', async () => {
    await listener.close();
    await start(['10.0.0.0/8']);
    await expect(send(JSON.stringify(EVENT))).rejects.toThrow('fetch failed');
    expect(intake.taken).toEqual([]);
  });

  test.each([
    { name: 'what is no HTTP', text: 'hello\r\n\r\n' },
    { name: 'headers that are too long', text: `POST / HTTP/1.1\r\nhost: x\r\na: ${'a'.repeat(10_000)}\r\n\r\n` },
    {
      name: 'a body held back',
      text: 'POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 9\r\n\r\n',
    },
  ])('nor for $name', async ({ text }) => {
    expect(await answerTo(text)).toMatch(/^HTTP/);
    await listener.close();
    await start(['10.0.0.0/8']);
    expect(await answerTo(text)).toBe('');
  });
});

describe('AddressList', () => {
  test.each([
    { list: ['10.20.0.0/16'], address: '10.20.255.1', heard: true },
    { list: ['10.20.0.0/16'], address: '10.21.0.1', heard: false },
    { list: ['10.20.0.0/16'], address: '::ffff:10.20.0.1', heard: true },
    { list: ['10.0.0.5'], address: '10.0.0.5', heard: true },
    { list: ['10.0.0.5'], address: '10.0.0.6', heard: false },
    { list: ['fd00::/8', '::1'], address: 'fd12::1', heard: true },
    { list: ['fd00::/8'], address: '::1', heard: false },
    { list: ['0.0.0.0/0'], address: '192.0.2.1', heard: true },
    { list: [], address: '127.0.0.1', heard: false },
  ])('$list hears $address: $heard', ({ list, address, heard }) => {
    expect(new AddressList(list).has(address)).toBe(heard);
  });

  test('an unknown peer is a stranger', () => {
    expect(new AddressList(['0.0.0.0/0']).has(undefined)).toBe(false);
  });

  test.each(['10.0.0.0/33', '10.0.0', 'localhost', '::/129', '10.0.0.0/8/8', '10.0.0.0/', ''])(
    '%j is no network',
    (text) => {
      expect(isAddressOrNetwork(text)).toBe(false);
    },
  );
});
