/** A server over fake parts, asked without a socket unless a test opens one. */

import { createServer, type ChainsightServer } from '../../src/server/server.js';
import { DEFAULT_SERVER_LIMITS, type ServerLimits, type TlsFiles } from '../../src/server/parts.js';
import type { Event } from '../../src/engine/event/event.js';
import type { Decoder, Sink } from '../../src/sources/source.js';
import { hashPassword } from '../../src/server/access/password.js';
import type { Role } from '../../src/app/access-ports.js';
import { addFakeToken, fakeParts, fill, type FakeParts } from './fake-parts.js';

export interface TestServer {
  readonly server: ChainsightServer;
  readonly parts: FakeParts;
  /** One request; `as` is an `Authorization` header. */
  ask(method: Method, path: string, options?: AskOptions): Promise<Answer>;
}

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface AskOptions {
  readonly as?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

export async function testServer(
  options: {
    filled?: boolean;
    limits?: Partial<ServerLimits>;
    decoder?: (sink: Sink) => Decoder;
    consoleFolder?: string;
    tls?: TlsFiles;
  } = {},
): Promise<TestServer> {
  const parts = fakeParts(options.decoder ?? lineDecoder);
  if (options.filled === true) fill(parts.state);
  const server = await createServer(parts, {
    version: '0.0.0-test',
    limits: { ...DEFAULT_SERVER_LIMITS, ...options.limits },
    tls: options.tls,
    consoleFolder: options.consoleFolder,
  });
  return {
    server,
    parts,
    async ask(method, path, { as, body, headers = {} } = {}) {
      const response = await server.app.inject({
        method,
        url: path,
        headers: { ...(as === undefined ? {} : { authorization: as }), ...headers },
        ...(body === undefined ? {} : { payload: body as object }),
      });
      const isJson = String(response.headers['content-type']).includes('json') && response.body !== '';
      return {
        status: response.statusCode,
        headers: response.headers,
        text: response.body,
        json: isJson ? (JSON.parse(response.body) as Record<string, unknown>) : {},
      };
    },
  };
}

export const PASSWORD = 'correct horse battery';

/** Of that password, with costs of milliseconds in place of the server's own: what is tested is seldom how long a guess takes. */
const quickHash = hashPassword(PASSWORD, { cost: 1024, blockSize: 8, parallel: 1 });

/**
 * A person with a session: the headers of their requests.
 *
 * @param passwordHash  of `PASSWORD`
 */
export async function signIn(
  test: TestServer,
  name: string,
  role: Role,
  passwordHash?: string,
): Promise<{ cookie: string; 'x-csrf-token': string }> {
  test.parts.access.addUser({
    ...{ name, role, createdMs: 1, lastSignInMs: 0 },
    passwordHash: passwordHash ?? (await quickHash),
  });
  const answer = await test.ask('POST', '/api/v1/sign-in', { body: { name, password: PASSWORD } });
  return { cookie: cookieOf(answer), 'x-csrf-token': String(answer.json.csrf) };
}

export function cookieOf(answer: Answer): string {
  return String(answer.headers['set-cookie']).split(';')[0] ?? '';
}

export { addFakeToken };

/** Stands in for the JSON source: one `{"host": …}` a line. */
function lineDecoder(sink: Sink): Decoder {
  let text = '';
  return {
    push(chunk) {
      text += Buffer.from(chunk).toString();
    },
    end() {
      for (const [index, line] of text.split('\n').entries()) {
        if (line === '') continue;
        try {
          sink.event(eventOf((JSON.parse(line) as { host: string }).host), Buffer.from(line));
        } catch {
          sink.skip({ reason: 'not-json', message: 'is no JSON', file: undefined, line: index + 1 });
        }
      }
    },
  };
}

function eventOf(host: string): Event {
  return {
    idHigh: 1,
    idLow: 1,
    host,
    computer: host,
    timeMs: 1,
    timeSource: 'utc',
    sensor: 'sysmon',
    provider: '',
    channel: '',
    eventId: 1,
    recordNumber: 0,
    loggerPid: 0,
    action: 'processcreate',
    fields: {},
    file: undefined,
    line: 1,
  };
}
