/**
 * The original's wire, on a listener of its own: `POST /api/v1/process` with `{"Action": "…", "Data": {…}}`, answered
 * `{"status": "success"}`. It carries no credential, so only listed addresses are heard. Its agent does not name its host; the original knew it
 * by address, and so does the record that is kept: its bytes with `"Computer"` put in front.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Intake } from '../../app/live-ports.js';
import { Connections } from '../connections.js';
import { readBody } from '../intake/body-reader.js';
import type { Metrics } from '../metrics.js';
import type { ServerLogger } from '../parts.js';
import { toProblem } from '../problem.js';
import { AddressList, plainAddress } from './address-list.js';

const ADDRESS = '/api/v1/process';
const BODY_MAX_BYTES = 4 * 1024 * 1024;
const CLOSE_MS = 5000;

export interface RmEyeParts {
  readonly intake: Intake;
  readonly metrics: Metrics;
  readonly logger: ServerLogger;
  /** Addresses and networks that are heard. */
  readonly allow: readonly string[];
}

export interface RmEyeListener {
  /** @returns the port. @throws what Node throws: `EADDRINUSE`, `EACCES`, … */
  listen(host: string, port: number): Promise<number>;
  close(): Promise<void>;
}

export function createRmEyeListener(parts: RmEyeParts): RmEyeListener {
  const allow = new AddressList(parts.allow);
  const server: Server = createServer(
    { connectionsCheckingInterval: 5000, headersTimeout: 15_000, requestTimeout: 30_000, maxHeaderSize: 8192 },
    (request, response) => void answer(parts, request, response),
  );
  // No answer for strangers, the address list is all that protects this wire: cut before Node reads, which would answer what is no HTTP itself.
  server.on('connection', (socket) => {
    if (!allow.has(socket.remoteAddress)) socket.destroy();
  });
  const connections = new Connections(server);
  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          const address = server.address();
          resolve(typeof address === 'object' && address !== null ? address.port : port);
        });
      }),
    close: () => connections.end(new Promise((resolve) => void server.close(resolve)), CLOSE_MS),
  };
}

async function answer(parts: RmEyeParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const { status, reason } = await take(parts, request, plainAddress(request.socket.remoteAddress ?? ''));
    say(response, status, reason);
    if (status >= 400) parts.metrics.eventsRefused(status);
  } catch (error) {
    const { status, code, detail } = toProblem(error as Error);
    if (code === 'SERVER_ERROR') parts.logger.error({ err: error }, 'taking an event of the original’s wire failed');
    parts.metrics.eventsRefused(status);
    say(response, status, detail);
  }
}

async function take(
  parts: RmEyeParts,
  request: IncomingMessage,
  address: string,
): Promise<{ readonly status: number; readonly reason?: string }> {
  if (request.url !== ADDRESS) return { status: 404, reason: `there is only ${ADDRESS} here` };
  if (request.method !== 'POST') return { status: 405, reason: 'send POST' };
  // A web page open on a listed machine could send a plain POST; a browser then says where the page is from, an agent never does.
  if (request.headers.origin !== undefined) return { status: 403, reason: 'not for browsers' };
  const delivery = parts.intake.open({ sensor: `rmeye:${address}`, hosts: undefined, hostUnlessNamed: address });
  const limits = { bodyBytes: BODY_MAX_BYTES, gzipRatio: 1 };
  try {
    await readBody(request, false, limits, (piece) => delivery.push(piece));
  } catch (error) {
    delivery.abandon();
    throw error;
  }
  const taken = await delivery.end();
  if (taken.kind !== 'taken') return { status: 503, reason: taken.reason };
  if (taken.accepted === 0) return { status: 400, reason: taken.rejected[0]?.reason ?? 'the body holds no event' };
  parts.metrics.eventsTaken(taken);
  return { status: 200 };
}

function say(response: ServerResponse, status: number, reason: string | undefined): void {
  if (response.destroyed || response.headersSent) return;
  const body = reason === undefined ? { status: 'success' } : { status: 'error', reason };
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(status === 503 ? { 'retry-after': '5' } : {}),
  });
  response.end(JSON.stringify(body));
}
