import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  BROKEN,
  DRIPPING,
  ENDLESS,
  json,
  PACKED_BOMB,
  ReputationService,
  SILENT,
  type Behaviour,
} from '../../test/support/reputation-service.js';
import { openOutside, type KeptOutside } from './outside.js';

let service: ReputationService;
beforeAll(async () => {
  service = await ReputationService.start();
});
afterAll(() => service.stop());

let folder: string;
let memoryFile: string;
let outside: KeptOutside;
const told: string[] = [];

function open(): KeptOutside {
  return openOutside({ memoryFile, isAllowedHash: (hash) => hash === 'aa' }, (message) => void told.push(message));
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chainsight-outside-'));
  memoryFile = join(folder, 'deep', 'memory.json');
  told.length = 0;
  outside = open();
});
afterEach(() => {
  outside.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('asking over HTTP', () => {
  const LIMITS = { headers: { apikey: 'secret' }, timeoutMs: 10_000, maxBytes: 100_000 };

  test('gives status, headers in lower case and text', async () => {
    service.on('x', json({ a: 'é' }, 418, { 'Retry-After': '3' }));
    const answer = await outside.of('p').get(`${service.address}/x`, LIMITS);
    expect(answer).toMatchObject({ status: 418, text: '{"a":"é"}', headers: { 'retry-after': '3' } });
    expect(service.asked.at(-1)!.headers['apikey']).toBe('secret');
  });

  test.each<{ name: string; behaviour: Behaviour; reason: string; timeoutMs?: number }>([
    { name: 'silence', behaviour: SILENT, reason: 'no answer within 400 ms', timeoutMs: 400 },
    { name: 'slow drips', behaviour: DRIPPING, reason: 'no answer within 400 ms', timeoutMs: 400 },
    { name: 'an endless body', behaviour: ENDLESS, reason: 'the answer is longer than 100000 bytes' },
    {
      name: 'a body that unpacks without end',
      behaviour: PACKED_BOMB,
      reason: 'the answer is longer than 100000 bytes',
    },
    { name: 'a broken connection', behaviour: BROKEN, reason: 'the connection failed' },
  ])('rejects $name', async ({ behaviour, reason, timeoutMs = LIMITS.timeoutMs }) => {
    service.on('x', behaviour);
    const before = process.memoryUsage.rss();
    await expect(outside.of('p').get(`${service.address}/x`, { ...LIMITS, timeoutMs })).rejects.toThrow(reason);
    expect(process.memoryUsage.rss() - before).toBeLessThan(400 * 1024 * 1024);
  });

  test('follows no redirect: the key would go along', async () => {
    service.on('x', json({}, 302, { location: `${service.address}/elsewhere` }));
    const asked = service.asked.length;
    expect(await outside.of('p').get(`${service.address}/x`, LIMITS)).toMatchObject({ status: 302 });
    expect(service.asked).toHaveLength(asked + 1);
  });

  test('says why a connection failed, and not what was sent', async () => {
    const gone = await ReputationService.start();
    await gone.stop();
    const error: unknown = await outside
      .of('p')
      .get(`${gone.address}/x`, LIMITS)
      .catch((reason: unknown) => reason);
    expect(String(error)).toContain('the connection failed (ECONNREFUSED)');
    expect(String(error)).not.toContain('secret');
  });

  test('ends when the server stops', async () => {
    service.on('x', SILENT);
    const asking = outside.of('p').get(`${service.address}/x`, { ...LIMITS, timeoutMs: 60_000 });
    outside.close();
    await expect(asking).rejects.toThrow('the server is stopping');
  });
});

describe('memory', () => {
  test('outlives a restart, for each plugin its own', () => {
    outside.of('p').remember('k', 'mine');
    outside.of('q').remember('k', 'yours');
    outside.of('p').remember('k', 'newer');
    outside.close();
    outside = open();
    expect(outside.of('p').recall('k')).toBe('newer');
    expect(outside.of('q').recall('k')).toBe('yours');
    expect(outside.of('r').recall('k')).toBeUndefined();
    expect(JSON.parse(readFileSync(memoryFile, 'utf8'))).toHaveLength(2);
  });

  test('is not written where nothing was learned', () => {
    outside.close();
    expect(existsSync(memoryFile)).toBe(false);
  });

  test.each([
    { name: 'rubbish', text: '}{' },
    { name: 'another shape', text: '{"a":1}' },
    { name: 'entries that are none', text: '[["p k"], 5, null, ["p k", 5]]' },
  ])('that is $name is an empty one', ({ text }) => {
    memoryFile = join(folder, 'memory.json');
    writeFileSync(memoryFile, text);
    outside = open();
    expect(outside.of('p').recall('k')).toBeUndefined();
  });

  test('that cannot be written is told, and goes on in this run', () => {
    writeFileSync(join(folder, 'file'), '');
    memoryFile = join(folder, 'file', 'memory.json');
    outside = open();
    outside.of('p').remember('k', 'v');
    outside.close();
    expect(told.join()).toContain('what was learned cannot be kept for the next start');
    expect(outside.of('p').recall('k')).toBe('v');
  });

  test('keeps a hundred thousand, the newest', () => {
    const { remember, recall } = outside.of('p');
    for (let index = 0; index <= 100_000; index++) remember(String(index), '');
    expect([recall('0'), recall('1'), recall('100000')]).toEqual([undefined, '', '']);
  });
});
