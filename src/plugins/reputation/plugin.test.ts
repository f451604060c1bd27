/** Against a service on loopback that answers well and badly; only the clock is not real. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  BAD_ADDRESS,
  BAD_FILE,
  BROKEN,
  DRIPPING,
  ENDLESS,
  GOOD_ADDRESS,
  GOOD_FILE,
  json,
  NOT_FOUND,
  ReputationService,
  SILENT,
  type Behaviour,
} from '../../../test/support/reputation-service.js';
import { openOutside, type KeptOutside } from '../../plugin-host/outside.js';
import { runPlugin, type Outside, type TestEvent } from '../../plugin-sdk/index.js';
import reputation from './plugin.js';

const KEY = 'the-secret-key';
const DAY_MS = 86_400_000;
const sha256 = (digit: string) => digit.repeat(64);

let service: ReputationService;
let folder: string;
let kept: KeptOutside;
let nowMs: number;
let waited: number[];
/** By which the clock is set back during the next wait. */
let setBackMs: number;
const allowed = new Set<string>();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'chainsight-reputation-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(async () => {
  service = await ReputationService.start();
  nowMs = Date.UTC(2026, 0, 5);
  waited = [];
  setBackMs = 0;
  allowed.clear();
  kept = openOutside(
    { memoryFile: join(folder, 'memory.json'), isAllowedHash: (hash) => allowed.has(hash) },
    () => undefined,
  );
});
afterEach(async () => {
  kept.close();
  rmSync(join(folder, 'memory.json'), { force: true });
  await service.stop();
});

/** Waiting takes no time, and moves the clock. */
function outside(): Outside {
  return {
    ...kept.of('reputation'),
    nowMs: () => nowMs,
    wait(ms) {
      waited.push(ms);
      nowMs += ms - setBackMs;
      setBackMs = 0;
      return Promise.resolve();
    },
  };
}

let pid = 1;
function started(hashes: string, atMs = 0): TestEvent {
  return { action: 'processcreate', atMs, fields: { ProcessId: pid++, Image: 'C:\\t\\a.exe', Hashes: hashes } };
}
function connected(ip: string, more: Record<string, unknown> = {}): TestEvent {
  const guid = `{0badcafe-0001-6958-0000-${(pid++).toString(16).padStart(12, '0')}}`;
  return {
    action: 'networkconnect',
    atMs: 5,
    fields: { ProcessGuid: guid, Image: 'C:\\t\\a.exe', DestinationIp: ip, ...more },
  };
}

/** Runs the plugin, and waits until every question was answered, well or badly. */
async function run(events: readonly TestEvent[], settings: Record<string, unknown> = {}) {
  const ran = runPlugin(reputation, events, {
    settings: { address: service.address, key: KEY, timeoutMs: 20_000, ...settings },
    outside: outside(),
  });
  await settle(ran.hooks.page!);
  return { ...ran, page: numbersOf(ran.hooks.page!()) };
}

interface Numbers {
  readonly asked: number;
  readonly fromCache: number;
  readonly failed: number;
  readonly waiting: number;
  readonly underWay: number;
  readonly dropped: number;
}

function numbersOf(html: string): Numbers {
  const [asked, fromCache, failed, waiting, underWay, dropped] = [...html.matchAll(/<td>(\d+)<\/td>/g)].map((match) =>
    Number(match[1]),
  );
  return {
    asked: asked!,
    fromCache: fromCache!,
    failed: failed!,
    waiting: waiting!,
    underWay: underWay!,
    dropped: dropped!,
  };
}

async function settle(page: () => string): Promise<void> {
  for (let numbers = numbersOf(page()); numbers.waiting + numbers.underWay > 0; numbers = numbersOf(page()))
    await wait(5);
}

describe('a hash', () => {
  test.each<{ name: string; behaviour: Behaviour; given: unknown[] }>([
    { name: 'known as bad: 666', behaviour: BAD_FILE, given: [{ key: 'bad-hash', points: 666 }] },
    { name: 'known as good: nothing', behaviour: GOOD_FILE, given: [] },
    { name: 'not known: 10', behaviour: NOT_FOUND, given: [{ key: 'unknown-hash', points: 10 }] },
  ])('$name', async ({ behaviour, given }) => {
    service.on(sha256('a'), behaviour);
    const { later } = await run([started(`MD5=${'b'.repeat(32)},SHA256=${sha256('A')},IMPHASH=${'c'.repeat(32)}`)]);
    expect(later.map(({ evidence }) => ({ key: evidence.key, points: evidence.points }))).toEqual(given);
    expect(service.paths).toEqual([`/v4/hash/${sha256('a')}`]);
  });

  test('tells of which process and event it speaks', async () => {
    service.on(sha256('a'), BAD_FILE);
    const { later } = await run([started(`SHA256=${sha256('A')}`)]);
    expect(later).toMatchObject([
      {
        host: 'test-host',
        processId: expect.stringMatching(/^[0-9a-f]{32}$/),
        eventId: expect.stringMatching(/^[0-9a-f]{16}$/),
        evidence: { matched: [{ field: 'Hashes', value: `SHA256=${sha256('A')}` }] },
      },
    ]);
  });

  test.each([
    {
      name: 'SHA256 before others',
      hashes: `SHA1=${'1'.repeat(40)},MD5=${'2'.repeat(32)},SHA256=${sha256('3')}`,
      asked: sha256('3'),
    },
    { name: 'SHA1 before MD5', hashes: `MD5=${'2'.repeat(32)},SHA1=${'1'.repeat(40)}`, asked: '1'.repeat(40) },
    { name: 'MD5 alone', hashes: `MD5=${'2'.repeat(32)}`, asked: '2'.repeat(32) },
    { name: 'spaces between them', hashes: `MD5=${'2'.repeat(32)}, SHA1=${'1'.repeat(40)}`, asked: '1'.repeat(40) },
  ])('is chosen: $name', async ({ hashes, asked }) => {
    await run([started(hashes)]);
    expect(service.paths).toEqual([`/v4/hash/${asked}`]);
  });

  test.each([
    ['nothing', ''],
    ['IMPHASH, which is not the file’s', `IMPHASH=${'1'.repeat(32)}`],
    ['too short', `SHA256=${'1'.repeat(63)}`],
    ['too long', `SHA256=${'1'.repeat(65)}`],
    ['no hex', `SHA256=${'g'.repeat(64)}`],
    ['a path', 'MD5=../../v4/apikey/aaaaaaaaaaaaaaaa'],
    ['a query', `MD5=${'1'.repeat(31)}?x=1`],
    ['a megabyte', `MD5=${'1'.repeat(32)},${'X='.repeat(500_000)}`],
  ])('is never asked: %s', async (_name, hashes) => {
    await run([started(hashes)]);
    expect(service.paths).toEqual([]);
  });

  test.each([
    ['itself', sha256('a')],
    ['another one of the same file', 'b'.repeat(32)],
  ])('is never asked where an analyst allow-listed %s', async (_name, hash) => {
    allowed.add(hash);
    await run([started(`MD5=${'B'.repeat(32)},SHA256=${sha256('a')}`)]);
    expect(service.paths).toEqual([]);
  });

  test('is not asked if it was allow-listed while it waited', async () => {
    service.on(sha256('a'), (response, request) => {
      allowed.add(sha256('b'));
      return GOOD_FILE(response, request);
    });
    await run([started(`SHA256=${sha256('a')}`), started(`SHA256=${sha256('b')}`, 1)], { concurrency: 1 });
    expect(service.paths).toEqual([`/v4/hash/${sha256('a')}`]);
  });
});

describe('an address', () => {
  test.each<{ name: string; behaviour: Behaviour; given: unknown[] }>([
    { name: 'known as bad: 666', behaviour: BAD_ADDRESS, given: [{ key: 'bad-ip', points: 666 }] },
    { name: 'known as good: nothing', behaviour: GOOD_ADDRESS, given: [] },
    { name: 'not known: 10', behaviour: NOT_FOUND, given: [{ key: 'unknown-ip', points: 10 }] },
  ])('$name', async ({ behaviour, given }) => {
    service.on('93.184.215.14', behaviour);
    const { later } = await run([connected('93.184.215.14')]);
    expect(later.map(({ evidence }) => ({ key: evidence.key, points: evidence.points }))).toEqual(given);
    expect(service.paths).toEqual(['/v4/ip/93.184.215.14']);
  });

  test('in v6 is asked in one form', async () => {
    await run([connected('2606:4700::1111'), connected('2606:4700:0:0::1111')]);
    expect(service.paths).toEqual([`/v4/ip/${encodeURIComponent('2606:4700:0:0:0:0:0:1111')}`]);
  });

  test('of a connection that came in is its source', async () => {
    await run([connected('93.184.215.14', { Initiated: 'false', SourceIp: '1.1.1.1' })]);
    expect(service.paths).toEqual(['/v4/ip/1.1.1.1']);
  });

  test.each(['10.0.0.1', '::ffff:10.0.0.1', 'fe80::1', '100.64.1.1', '127.0.0.1', 'evil.example', ''])(
    'is never asked: %s',
    async (ip) => {
      await run([connected(ip)]);
      expect(service.paths).toEqual([]);
    },
  );
});

describe('an answer', () => {
  test('is kept ten days, over restarts, and not a moment longer', async () => {
    service.on(sha256('a'), BAD_FILE);
    const event = () => started(`SHA256=${sha256('a')}`);
    expect((await run([event()])).later).toHaveLength(1);
    kept.close();
    kept = openOutside({ memoryFile: join(folder, 'memory.json'), isAllowedHash: () => false }, () => undefined);
    nowMs += 10 * DAY_MS - 1;
    const again = await run([event(), event()]);
    expect(again.later).toHaveLength(2);
    expect(again.page).toMatchObject({ asked: 0, fromCache: 2 });
    nowMs += 1;
    await run([event()]);
    expect(service.asked).toHaveLength(2);
  });

  test('to one question is told to all who asked it meanwhile', async () => {
    service.on(sha256('a'), async (response, request) => {
      await wait(50);
      await BAD_FILE(response, request);
    });
    const { later } = await run([
      started(`SHA256=${sha256('a')}`),
      started(`SHA256=${sha256('a')}`, 1),
      started(`SHA256=${sha256('a')}`, 2),
    ]);
    expect(new Set(later.map(({ processId }) => processId)).size).toBe(3);
    expect(service.asked).toHaveLength(1);
  });

  test.each<{ name: string; behaviour: Behaviour; timeoutMs?: number }>([
    { name: 'silence', behaviour: SILENT, timeoutMs: 300 },
    { name: 'slow drips', behaviour: DRIPPING, timeoutMs: 300 },
    { name: 'an endless body', behaviour: ENDLESS },
    { name: 'a broken connection', behaviour: BROKEN },
    { name: 'rubbish', behaviour: (response) => void response.end('<html>{{{') },
    { name: 'nothing', behaviour: (response) => void response.end() },
    { name: 'a failure', behaviour: json({}, 500) },
    { name: 'a refusal', behaviour: json({ error: {} }, 401) },
    { name: 'a redirect', behaviour: json({}, 302, { location: '/v4/hash/elsewhere' }) },
    { name: 'a verdict that no object of theirs has', behaviour: json({ constructor: 1, scan_results: [] }) },
  ])('that is none means nothing, is told and is not kept: $name', async ({ behaviour, timeoutMs }) => {
    service.on(sha256('a'), behaviour, GOOD_FILE);
    const first = await run([started(`SHA256=${sha256('a')}`)], timeoutMs === undefined ? {} : { timeoutMs });
    expect(first.later).toEqual([]);
    expect(first.page).toMatchObject({ asked: 1, failed: 1, waiting: 0 });
    expect(first.messages.join()).toContain('a look-up failed');
    const second = await run([started(`SHA256=${sha256('a')}`)]);
    expect(second.page).toMatchObject({ asked: 1, failed: 0 });
  });

  test('that fails again and again is told once a minute', async () => {
    service.otherwise = json({}, 500);
    const events = Array.from({ length: 20 }, (_, index) =>
      started(`SHA256=${index.toString(16).padStart(64, '0')}`, index),
    );
    const { messages, page } = await run(events);
    expect(page.failed).toBe(20);
    expect(messages).toHaveLength(1);
  });
});

describe('too many requests', () => {
  test.each([
    { name: 'seconds', header: { 'retry-after': '7' }, waits: 7000 },
    { name: 'a date', header: { 'retry-after': new Date(Date.UTC(2026, 0, 5) + 30_000).toUTCString() }, waits: 30_000 },
    { name: 'nothing', header: {}, waits: 60_000 },
    { name: 'rubbish', header: { 'retry-after': 'soon' }, waits: 60_000 },
    { name: 'a year', header: { 'retry-after': '31536000' }, waits: 3_600_000 },
    { name: 'no time at all', header: { 'retry-after': '0' }, waits: 60_000 },
  ])('is waited for as told ($name), and the question asked again', async ({ header, waits }) => {
    service.on(sha256('a'), json({}, 429, header), BAD_FILE);
    const { later, page, messages } = await run([started(`SHA256=${sha256('a')}`)]);
    expect(waited).toEqual([waits]);
    expect(later).toMatchObject([{ evidence: { points: 666 } }]);
    expect(page).toMatchObject({ asked: 2, failed: 0 });
    expect(messages.join()).toContain('asks to wait');
  });

  test('is not waited for longer because the clock was set back meanwhile', async () => {
    service.on(sha256('a'), json({}, 429, { 'retry-after': '7' }), BAD_FILE);
    setBackMs = 365 * 86_400_000;
    const { later } = await run([started(`SHA256=${sha256('a')}`)]);
    expect(waited).toEqual([7000, 60_000]);
    expect(later).toMatchObject([{ evidence: { points: 666 } }]);
  });
});

describe('bounds', () => {
  test('no more at one time than set', async () => {
    service.otherwise = async (response, request) => {
      await wait(30);
      await NOT_FOUND(response, request);
    };
    const events = Array.from({ length: 12 }, (_, index) =>
      started(`SHA256=${index.toString(16).padStart(64, '0')}`, index),
    );
    const { page } = await run(events, { concurrency: 3 });
    expect(page.asked).toBe(12);
    expect(service.most).toBe(3);
  });

  test('a thousand questions wait; more are let go and counted', () => {
    service.otherwise = SILENT;
    const events = Array.from({ length: 1200 }, (_, index) =>
      started(`SHA256=${index.toString(16).padStart(64, '0')}`, index),
    );
    const { hooks } = runPlugin(reputation, events, {
      settings: { address: service.address, key: KEY, timeoutMs: 60_000 },
      outside: outside(),
    });
    expect(numbersOf(hooks.page!())).toMatchObject({ waiting: 1000, underWay: 4, dropped: 196 });
  });
});

describe('what leaves', () => {
  test('is the hash or the address, and the key in its header alone', async () => {
    await run([started(`SHA256=${sha256('a')}`), connected('93.184.215.14')], { address: `${service.address}/proxy/` });
    expect(service.paths.toSorted()).toEqual([`/proxy/v4/hash/${sha256('a')}`, '/proxy/v4/ip/93.184.215.14']);
    for (const { headers } of service.asked) {
      const { apikey, ...others } = headers;
      expect(apikey).toBe(KEY);
      expect(Object.keys(others).toSorted()).toEqual([
        'accept',
        'accept-encoding',
        'accept-language',
        'connection',
        'host',
        'sec-fetch-mode',
        'user-agent',
      ]);
      expect(JSON.stringify(others)).not.toContain(KEY);
    }
  });

  test('no message names the key, a hash or an address', async () => {
    service.otherwise = json({}, 500);
    const { messages, hooks } = await run([started(`SHA256=${sha256('a')}`), connected('93.184.215.14')]);
    expect(messages).not.toHaveLength(0);
    expect(messages.join() + hooks.page!()).not.toMatch(/the-secret-key|aaaa|93\.184/);
  });

  test('is nothing without an outside: scans and replays ask nobody', () => {
    const { hooks } = runPlugin(reputation, [started(`SHA256=${sha256('a')}`)]);
    expect(hooks).toEqual({});
  });
});

describe('settings', () => {
  test.each<{ name: string; settings: Record<string, unknown>; named: string }>([
    { name: 'no address', settings: { address: '' }, named: 'address' },
    { name: 'another protocol', settings: { address: 'ftp://a' }, named: 'address' },
    { name: 'a user name in the address', settings: { address: 'https://me:pw@a' }, named: 'address' },
    { name: 'a query in the address', settings: { address: 'https://a/?b' }, named: 'address' },
    { name: 'no key', settings: { key: '' }, named: 'key' },
    { name: 'a key with a line break', settings: { key: `${KEY}\r\nx: y` }, named: 'key' },
    { name: 'a key that is no ASCII', settings: { key: `${KEY}é` }, named: 'key' },
    { name: 'no time', settings: { timeoutMs: 0 }, named: 'timeoutMs' },
    { name: 'no place', settings: { concurrency: 0 }, named: 'concurrency' },
    { name: 'half a day', settings: { cacheDays: 0.5 }, named: 'cacheDays' },
  ])('refuse $name, and do not show the key', ({ settings, named }) => {
    const start = () =>
      runPlugin(reputation, [], { settings: { address: 'https://a', key: KEY, ...settings }, outside: outside() });
    expect(start).toThrow(`The setting ${named} must`);
    expect(start).not.toThrow(KEY);
  });
});
