/** What holds of every request a client may make up: bodies, query strings, cursors, headers. No answer is a 5xx, and what is refused says why. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AppError } from '../../src/app/app-error.js';
import * as contract from '../../src/contract/index.js';
import { ROUTE_NEEDS } from '../../src/server/access/route-needs.js';
import { bestHash } from '../../src/server/hash-field.js';
import { validatorCompiler } from '../../src/server/validator.js';
import { decodeCursor, encodeCursor } from '../../src/store/cursor.js';
import { openStateStore, type StateStore } from '../../src/store/state-store.js';
import { addFakeToken, signIn, testServer, type Method, type TestServer } from '../support/fake-server.js';
import { CASES, hold, holdEach, SLOW_CASES } from './hold.js';
import { anyText, pick, randomTree } from './mutation.js';
import { valueOf, type Likely } from './schema-values.js';
import type { Random } from '../support/random.js';

/** Whole requests, of which some cost a password's hash. */
const REQUESTS = SLOW_CASES * 2;

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

/** Where the handlers behind the schemas listen: values that a field of the name takes, or nearly. */
const LIKELY: Likely = {
  scope: ['hash', 'path', 'ancestor', 'x'],
  value: ['f'.repeat(64), '0'.repeat(32), '*\\a?.exe', '', '*'.repeat(4096)],
  process: ['0'.repeat(32), 'a'.repeat(32), '0'.repeat(31)],
  reason: ['why', '', 'expected-software', 'other', '\u0000'],
  expires: ['2027-01-01T00:00:00Z', '9999-12-31T23:59:59.999999999+14:00', '0000-01-01T00:00:00Z', 'soon'],
  from: ['2026-01-01T00:00:00Z', '0000-01-01T00:00:00-23:59', ''],
  to: ['2026-02-01T00:00:00Z', '9999-12-31T23:59:59Z', '2026-02-31T00:00:00Z'],
  query: ['image =~ "("', 'true', '('.repeat(4096), '', '"a" * 9'],
  host: ['ws1', '*', '%', '\ud800', 'a'.repeat(256)],
  verdict: ['open', 'confirmed', 'ignored', 'x'],
  note: ['', 'a note', '\ud800\u0000', 'n'.repeat(4001)],
  name: ['li', '', '__proto__', 'a b', 'n'.repeat(300)],
  password: ['correct horse battery', '', 'short', '\u0000'.repeat(20), 'p'.repeat(1025)],
  current: ['correct horse battery', ''],
  token: ['c'.repeat(43), '', '\ud800'],
  role: ['viewer', 'analyst', 'admin', 'administrator', 'sensor', 'root'],
  hosts: [[], ['ws1'], ['*'], [''], 'ws1', [null]],
  code: ['c'.repeat(43), '', '\ud800', 'c'.repeat(129)],
};

const bodyOf = (random: Random, schema: object | undefined): unknown =>
  schema === undefined || random(6) === 0
    ? randomTree(random, NAMES, 4)
    : valueOf(random, schema, { likely: LIKELY, names: NAMES });

describe('the schemas of bodies', async () => {
  const compile = validatorCompiler();
  const bodies = [...(await bodySchemas()).values()];

  test.each(bodies)('$name', ({ schema }) => {
    const check = compile({ schema, method: 'POST', url: '/', httpPart: 'body' });
    let valid = 0;
    const held = hold(
      (random) => bodyOf(random, schema),
      (body) => {
        const before = JSON.stringify(body);
        if (check(body) === true) valid++;
        if (JSON.stringify(body) !== before) throw new Error('a check changed the body');
      },
    );
    expect(held).toBe(CASES);
    // Or nothing behind the first field would have been tried.
    expect(valid).toBeGreaterThan(CASES / 1000);
  });
});

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

  test('a cursor is one of ours, the beginning, or refused', () => {
    const held = hold(
      (random) => anyText(random, CURSORS),
      (text) => {
        for (const kinds of [['number', 'string'], ['number'], ['string']] as const) {
          const values = orRefused(() => decodeCursor(text as string, kinds));
          if (values !== undefined && !values.every((value, at) => typeof value === kinds[at]))
            throw new Error('another kind');
        }
        bestHash(text as string);
      },
    );
    expect(held).toBe(CASES);
  });

  test('the state answers every page and filter', () => {
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
        orRefused(() => queries.threats(filter, page));
        orRefused(() => queries.hosts(word, page));
        orRefused(() => queries.processEvents(word, { action: word }, page));
        orRefused(() => queries.chainProcesses(word, page));
        orRefused(() => access.audit({ who: word, action: word }, page));
      },
      SLOW_CASES,
    );
    expect(held).toBe(SLOW_CASES);
  });
});

/** A cursor that is none of the list's is refused as that, and in no other way. */
function orRefused<Answer>(ask: () => Answer): Answer | undefined {
  try {
    return ask();
  } catch (error) {
    if (error instanceof AppError && error.code === 'CURSOR_INVALID') return undefined;
    throw error;
  }
}

describe('the API', () => {
  let server: TestServer;
  let as: string;
  let sensor: string;
  let person: Record<string, string>;
  beforeAll(async () => {
    server = await testServer({ filled: true });
    as = addFakeToken(server.parts, 'admin');
    sensor = addFakeToken(server.parts, 'sensor');
    person = await signIn(server, 'somebody', 'analyst');
  });
  afterAll(() => server.server.app.close());

  /** All there are. A stream never ends by itself: stream.test.ts. */
  const ROUTES = [...ROUTE_NEEDS.keys()].filter((route) => !route.endsWith('/stream'));
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

  interface Request {
    readonly route: string;
    readonly method: Method;
    readonly url: string;
    readonly body: string | undefined;
  }

  test('answers whatever it is asked', async () => {
    const schemas = await bodySchemas();
    const statuses = new Map<number, number>();
    const asked = new Map<string, number>();
    const held = await holdEach(
      (random): Request => {
        const route = pick(random, ROUTES);
        const [method, path] = route.split(' ') as [Method, string];
        const id = encodeURIComponent(wellFormed(pick(random, [...NAMES, '0'.repeat(32), '%', '../..', 'ws1'])));
        const query = Array.from({ length: random(4) }, () => {
          const value = random(3) === 0 ? anyText(random, CURSORS) : pick(random, VALUES);
          return `${pick(random, QUERY)}=${random(4) === 0 ? value.replace(/[^\x21-\x7e]|[#?]/g, '%') : encodeURIComponent(wellFormed(value))}`;
        });
        const body = method === 'GET' ? undefined : JSON.stringify(bodyOf(random, schemas.get(route)?.schema));
        const cut = body !== undefined && random(10) === 0 ? body.slice(0, random(body.length + 1)) : body;
        return { route, method, url: `${path.replace(/:\w+|\*/g, id)}?${query.join('&')}`.slice(0, 8_000), body: cut };
      },
      async (input) => {
        const { route, method, url, body } = input as Request;
        const isOwnPassword = route.endsWith('/session/password');
        const answer = await server.ask(method, url, {
          as: isOwnPassword ? undefined : ROUTE_NEEDS.get(route) === 'sensor' ? sensor : as,
          body,
          headers: {
            ...(isOwnPassword ? person : {}),
            ...(body === undefined
              ? {}
              : { 'content-type': 'application/json', 'if-match': url.slice(-12).replace(/[^\x20-\x7e]/g, '') }),
          },
        });
        asked.set(route, (asked.get(route) ?? 0) + 1);
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        const isTold =
          answer.status < 400 || (typeof answer.json.code === 'string' && typeof answer.json.detail === 'string');
        // Hunts wait for each other: to be told so is an answer.
        if ((answer.status >= 500 && answer.json.code !== 'REQUEST_BUSY') || !isTold)
          throw new Error(`${answer.status} ${answer.text}`);
      },
      REQUESTS,
    );
    expect(held).toBe(REQUESTS);
    for (const route of ROUTES) expect(asked.get(route) ?? 0, route).toBeGreaterThan(REQUESTS / ROUTES.length / 4);
    for (const status of [200, 201, 400, 404])
      expect(statuses.get(status) ?? 0, String(status)).toBeGreaterThan(REQUESTS / 1000);
  });
});

/** `encodeURIComponent` refuses halves of pairs, as every client would. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

interface BodySchema {
  readonly name: string;
  readonly schema: object;
}

/** What the server itself says of its routes: the shape of each body, by `METHOD /path` as the table of needs writes it. */
async function bodySchemas(): Promise<ReadonlyMap<string, BodySchema>> {
  const { server, ask } = await testServer();
  const { paths } = (await ask('GET', '/api/v1/openapi.json')).json as { paths: Record<string, Record<string, Route>> };
  await server.app.close();
  const found = new Map<string, BodySchema>();
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, { requestBody }] of Object.entries(methods)) {
      const content = requestBody?.content['application/json'];
      // Events come as the bytes of their sensor: sources.test.ts.
      if (content === undefined || path.endsWith('/events')) continue;
      const name = /\/(\w+)$/.exec(content.schema.$ref)?.[1] ?? '';
      const schema = Object.values(contract).find(
        (shape) => typeof shape === 'object' && '$id' in shape && shape.$id === name,
      );
      if (schema === undefined) throw new Error(`${method} ${path} has a body of no shape of the contract: ${name}`);
      const route = `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
      if (!ROUTE_NEEDS.has(route)) throw new Error(`${route} is in no table`);
      found.set(route, { name, schema: schema as object });
    }
  }
  if (found.size < 8) throw new Error('the description tells of hardly any body');
  return found;
}

interface Route {
  readonly requestBody?: { readonly content: Record<string, { readonly schema: { readonly $ref: string } }> };
}
