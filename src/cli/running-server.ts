/**
 * Changes that only a running server can make (its log is locked), asked of it over its own API. Whoever may write the data folder may make
 * tokens anyway, so the command makes one for itself, for a minute, and takes it away again.
 */

import { request as httpRequest } from 'node:http';
import { connect, type TLSSocket } from 'node:tls';
import { API_PREFIX } from '../contract/index.js';
import { makeToken } from '../server/access/make-token.js';
import { COMMAND_LINE } from './command-line-audit.js';
import { withState } from './data-folder.js';
import { CommandError } from './exit.js';
import { readRunningFile, type RunningServer } from './serve/running-file.js';

const TOKEN_MS = 60_000;
const TIMEOUT_MS = 30_000;

export interface ServerAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** The server that has the folder open; `undefined` where none answers. */
export async function findRunningServer(dataFolder: string): Promise<RunningServer | undefined> {
  const server = readRunningFile(dataFolder);
  if (server === undefined) return undefined;
  try {
    const { status } = await send(server, 'GET', '/health', {}, undefined);
    return status === 200 ? server : undefined;
  } catch {
    return undefined;
  }
}

/** @throws CommandError with what the server said, where it refuses */
export async function askServer(
  dataFolder: string,
  server: RunningServer,
  method: string,
  path: string,
  body?: unknown,
): Promise<ServerAnswer> {
  return await withState(dataFolder, async ({ access }) => {
    const nowMs = Date.now();
    const wish = {
      name: COMMAND_LINE,
      role: 'admin',
      hosts: [],
      nowMs,
      by: COMMAND_LINE,
      expiresMs: nowMs + TOKEN_MS,
    } as const;
    const { record, secret } = makeToken(wish);
    access.addToken(record);
    try {
      const answer = await send(server, method, path, { authorization: `Bearer ${secret}` }, body);
      if (answer.status >= 400)
        throw new CommandError(String(answer.body['detail'] ?? `The server answered ${answer.status}.`));
      return answer;
    } finally {
      access.removeToken(record.id);
    }
  });
}

async function send(
  server: RunningServer,
  method: string,
  path: string,
  headers: Record<string, string>,
  body: unknown,
): Promise<ServerAnswer> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const url = new URL(`${server.url}${API_PREFIX}${path}`);
  const socket = url.protocol === 'https:' ? await connectTls(url, server.fingerprint) : undefined;
  return await new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        method,
        host: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port,
        path: url.pathname + url.search,
        timeout: TIMEOUT_MS,
        headers: {
          ...headers,
          ...(payload === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
        },
        // With an agent, Node would connect by itself, without TLS.
        ...(socket === undefined ? { agent: false } : { createConnection: () => socket }),
      },
      (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('end', () => {
          socket?.destroy();
          resolve({ status: response.statusCode ?? 0, body: parse(Buffer.concat(pieces).toString()) });
        });
        response.on('error', reject);
      },
    );
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', reject);
    request.end(payload);
  });
}

/**
 * The certificate may name another host than loopback, or be signed by nobody: the server is known by its fingerprint, before anything secret is
 * said to it.
 */
function connectTls(url: URL, fingerprint: string): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const socket = connect({ host, port: Number(url.port), rejectUnauthorized: false, timeout: TIMEOUT_MS }, () => {
      if (socket.getPeerCertificate().fingerprint256 === fingerprint) resolve(socket);
      else socket.destroy(new Error('another certificate than the server has'));
    });
    socket.on('error', reject);
    socket.on('timeout', () => socket.destroy(new Error('no answer')));
  });
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
