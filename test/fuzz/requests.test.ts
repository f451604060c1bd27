/** What holds of every request a client may make up: bodies, query strings, cursors, headers. No answer is a 5xx, and what is refused says why. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as contract from '../../src/contract/index.js';
import { bestHash } from '../../src/server/hash-field.js';
import { validatorCompiler } from '../../src/server/validator.js';
import { decodeCursor, encodeCursor } from '../../src/store/cursor.js';
import { openStateStore, type StateStore } from '../../src/store/state-store.js';
import { addFakeToken, testServer, type Method, type TestServer } from '../support/fake-server.js';
import { CASES, hold, holdEach, SLOW_CASES } from './hold.js';
import { anyText, pick, randomTree } from './mutation.js';
import type { Random } from '../support/random.js';

const BODIES = {
  ExceptionRequest: contract.ExceptionRequest,
  HuntRequest: contract.HuntRequest,
  ThreatChange: contract.ThreatChange,
  SignIn: contract.SignIn,
  SetUp: contract.SetupRequest,
  TokenRequest: contract.TokenRequest,
  UserRequest: contract.UserRequest,
};
const NAMES = [
  ...[
    'scope',
    'value',
    'process',
    'host',
    'rule',
    'reason',
    'expires',
    'from',
    'to',
    'query',
    'verdict',
    'note',
    'name',
    'password',
    'role',
    'hosts',
  ],
  ...[
    'hash',
    'path',
    'open',
    'confirmed',
    'other',
    'admin',
    'viewer',
    'sensor',
    '2026-01-05T09:00:00Z',
    '2026-02-30T25:61:61Z',
    'image =~ ".*"',
    'ws1',
  ],
  ...['__proto__', 'constructor', 'toString', '', '0'.repeat(32), 'f'.repeat(64), '\ud800', '\u0000'],
];

test('the schemas of bodies', { timeout: 300_000 }, () => {
  const compile = validatorCompiler();
  const checks = Object.entries(BODIES).map(([name, schema]) => ({
    name,
    check: compile({ schema, method: 'POST', url: '/', httpPart: 'body' }),
  }));
  const held = hold(
    (random) => bodyOf(random),
    (body) => {
      for (const { check } of checks) {
        const before = JSON.stringify(body);
        check(body);
        if (JSON.stringify(body) !== before) throw new Error('a check changed the body');
      }
    },
  );
  expect(held).toBe(CASES);
});

const SHAPES_OF_BODIES = [
  ['code', 'host'],
  ['scope', 'value', 'reason', 'host', 'rule', 'expires'],
  ['scope', 'value', 'reason'],
  ['process', 'reason'],
  ['from', 'to', 'host', 'query'],
  ['verdict', 'reason', 'note'],
  ['name', 'role', 'hosts'],
];

/** Mostly something like a body, so that the handlers behind the schemas are reached as well. */
function bodyOf(random: Random): unknown {
  if (random(4) === 0) return randomTree(random, NAMES, 4);
  const body: Record<string, unknown> = {};
  const likely: Record<string, unknown> = {
    scope: pick(random, ['hash', 'path', 'ancestor', 'x']),
    value: pick(random, ['f'.repeat(64), '0'.repeat(32), '*\\a?.exe', '', '*'.repeat(4096)]),
    process: pick(random, ['0'.repeat(32), 'a'.repeat(32), '0'.repeat(31)]),
    reason: pick(random, ['why', '', 'expected-software', 'other', '\u0000']),
    expires: pick(random, [
      '2027-01-01T00:00:00Z',
      '9999-12-31T23:59:59.999999999+14:00',
      '0000-01-01T00:00:00Z',
      'soon',
    ]),
    from: pick(random, ['2026-01-01T00:00:00Z', '0000-01-01T00:00:00-23:59', '']),
    to: pick(random, ['2026-02-01T00:00:00Z', '9999-12-31T23:59:59Z', '2026-02-31T00:00:00Z']),
    query: pick(random, ['image =~ "("', 'true', '('.repeat(4096), '', '"a" * 9']),
    host: pick(random, ['ws1', '*', '%', '\ud800', 'a'.repeat(256)]),
    rule: 'x',
    verdict: pick(random, ['open', 'confirmed', 'ignored', 'x']),
    note: pick(random, ['', 'a note', '\ud800\u0000', 'n'.repeat(4001)]),
    name: pick(random, ['li', '', '__proto__', 'a b', 'n'.repeat(300)]),
    password: pick(random, ['correct horse battery', '', 'short']),
    role: pick(random, ['viewer', 'analyst', 'admin', 'sensor', 'root']),
    hosts: pick(random, [[], ['ws1'], ['*'], [''], 'ws1', [null]]),
    code: pick(random, ['c'.repeat(43), '', '\ud800', 'c'.repeat(129)]),
  };
  const names = random(5) === 0 ? Object.keys(likely) : pick(random, SHAPES_OF_BODIES);
  for (const name of names) if (random(8) > 0) body[name] = likely[name];
  if (random(10) === 0) body[pick(random, NAMES)] = randomTree(random, NAMES, 2);
  return body;
}

const CURSORS = {
  corpus: [
    encodeCursor([170, 'a'.repeat(32)]),
    encodeCursor([1]),
    encodeCursor(['ws1']),
    encodeCursor([1e308, '']),
    '[1,"a"]',
    '99',
  ],
  tokens: [
    'W',
    'MTcw',
    'LCJh',
    '=',
    '-',
    '_',
    '+',
    '/',
    '%',
    '\u0000',
    '\ud800',
    encodeCursor([-1, '\ud800']),
    Buffer.from('[1e999,"a"]').toString('base64url'),
    Buffer.from('[null,"__proto__"]').toString('base64url'),
  ],
  many: ['W1'.repeat(5_000), Buffer.from('['.repeat(50_000)).toString('base64url')],
};

describe('cursors and filters', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chainsight-fuzz-'));
  let store: StateStore;
  beforeAll(() => {
    store = openStateStore(join(folder, 'state.db'));
  });
  afterAll(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('a cursor is one of ours or the beginning', { timeout: 300_000 }, () => {
    const held = hold(
      (random) => anyText(random, CURSORS),
      (text) => {
        for (const kinds of [['number', 'string'], ['number'], ['string']] as const) {
          const values = decodeCursor(text as string, kinds);
          if (values !== undefined && !values.every((value, at) => typeof value === kinds[at]))
            throw new Error('another kind');
        }
        bestHash(text as string);
      },
    );
    expect(held).toBe(CASES);
  });

  test('the state answers every page and filter', { timeout: 300_000 }, () => {
    const held = hold(
      (random) => {
        const word = pick(random, NAMES);
        return {
          page: { limit: 1 + random(5), cursor: anyText(random, CURSORS) },
          filter: {
            ...(random(2) === 0 ? { host: pick(random, [word, '*', 'a*%_\\', '\\']) } : {}),
            ...(random(2) === 0 ? { text: pick(random, [word, '%', '_', "'", '\\']) } : {}),
            ...(random(3) === 0 ? { technique: pick(random, ['T1059', 't1059.001', '%', word]) } : {}),
            ...(random(3) === 0 ? { minScore: pick(random, [0, -1, 1e308, 0.5]) } : {}),
            ...(random(3) === 0 ? { fromMs: 0, toMs: pick(random, [1, 8.64e15]) } : {}),
            sort: pick(random, contract.THREAT_SORTS),
          },
          word,
        };
      },
      (input) => {
        const { page, filter, word } = input as {
          page: { limit: number; cursor: string };
          filter: object;
          word: string;
        };
        const { queries, access } = store;
        queries.threats(filter, page);
        queries.hosts(word, page);
        queries.processEvents(word, { action: word }, page);
        queries.chainProcesses(word, page);
        access.audit({ who: word, action: word }, page);
      },
      SLOW_CASES,
    );
    expect(held).toBe(SLOW_CASES);
  });
});

describe('the API', () => {
  let server: TestServer;
  let as: string;
  beforeAll(async () => {
    server = await testServer({ filled: true });
    as = addFakeToken(server.parts, 'admin');
  });
  afterAll(() => server.server.app.close());

  const ROUTES: readonly (readonly [Method, string])[] = [
    ['POST', '/exceptions'],
    ['POST', '/hunts'],
    ['POST', '/tokens'],
    ['POST', '/enrol'],
    ['PATCH', '/threats/ID'],
    ['GET', '/threats'],
    ['GET', '/threats/ID'],
    ['GET', '/hosts'],
    ['GET', '/hosts/ID'],
    ['GET', '/exceptions'],
    ['GET', '/audit'],
    ['GET', '/hunts'],
    ['GET', '/hunts/ID/chains'],
    ['GET', '/chains/ID/tree'],
    ['GET', '/chains/ID/processes'],
    ['GET', '/processes/ID/events'],
    ['GET', '/statistics'],
    ['GET', '/rules'],
    ['DELETE', '/exceptions/ID'],
    ['DELETE', '/hunts/ID'],
  ];
  const QUERY = [
    'limit',
    'cursor',
    'verdict',
    'changed',
    'host',
    'technique',
    'minScore',
    'from',
    'to',
    'text',
    'sort',
    'scope',
    'action',
    'x',
  ];
  const VALUES = [...NAMES, '1', '0', '-1', '1e9', '1000', 'true', 'NaN', 'Infinity', '1.5'];

  test('answers whatever it is asked', { timeout: 1_200_000 }, async () => {
    const statuses = new Map<number, number>();
    const held = await holdEach(
      (random) => {
        const [method, path] = pick(random, ROUTES);
        const id = encodeURIComponent(wellFormed(pick(random, [...NAMES, '0'.repeat(32), '%', '../..', 'ws1'])));
        const query = Array.from({ length: random(4) }, () => {
          const value = random(3) === 0 ? anyText(random, CURSORS) : pick(random, VALUES);
          return `${pick(random, QUERY)}=${random(4) === 0 ? value.replace(/[^\x21-\x7e]|[#?]/g, '%') : encodeURIComponent(wellFormed(value))}`;
        });
        const body = method === 'POST' || method === 'PATCH' ? JSON.stringify(bodyOf(random)) : undefined;
        const cut = body !== undefined && random(10) === 0 ? body.slice(0, random(body.length + 1)) : body;
        return { method, url: `/api/v1${path.replace('ID', id)}?${query.join('&')}`.slice(0, 8_000), body: cut };
      },
      async (input) => {
        const { method, url, body } = input as { method: Method; url: string; body: string | undefined };
        const answer = await server.ask(method, url, {
          as,
          body,
          headers:
            body === undefined
              ? {}
              : { 'content-type': 'application/json', 'if-match': url.slice(-12).replace(/[^\x20-\x7e]/g, '') },
        });
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        const isTold =
          answer.status < 400 || (typeof answer.json.code === 'string' && typeof answer.json.detail === 'string');
        // Hunts wait for each other: to be told so is an answer.
        if ((answer.status >= 500 && answer.json.code !== 'REQUEST_BUSY') || !isTold)
          throw new Error(`${answer.status} ${answer.text}`);
      },
      SLOW_CASES,
    );
    expect(held).toBe(SLOW_CASES);
    for (const status of [200, 201, 400, 404])
      expect(statuses.get(status) ?? 0, String(status)).toBeGreaterThan(SLOW_CASES / 1000);
  });
});

/** `encodeURIComponent` refuses halves of pairs, as every client would. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}
