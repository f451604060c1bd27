/** `GET /stream`: server-sent events from the hub, for as long as the credential it was opened with holds. */

import { Type } from '@sinclair/typebox';
import { callerOf } from '../access/guard.js';
import type { Identity } from '../access/identity.js';
import { expired } from '../access/token-door.js';
import { HttpProblem } from '../problem.js';
import type { StreamClient } from '../stream/stream-hub.js';
import type { RouteContext } from './context.js';

/** How often a stream's credential is looked up: a stream is one request, so what ends the credential must end the stream too. */
const RECHECK_MS = 1000;

export function streamRoute({ app, parts, stream }: RouteContext): void {
  const { access, clock } = parts;

  const isStillAllowed = (identity: Identity): boolean => {
    if (identity.kind === 'token') {
      const token = access.tokenByHash(identity.token.secretHash);
      return token !== undefined && !expired(token, clock.nowMs());
    }
    const session = access.session(identity.session.idHash);
    return session !== undefined && session.expiresMs > clock.nowMs();
  };

  app.get<{ Querystring: { after?: string } }>(
    '/stream',
    {
      // Its head would be that of a stream, which never ends.
      exposeHeadRoute: false,
      schema: {
        summary: 'Live messages as server-sent events; resumes after `Last-Event-ID`',
        querystring: Type.Object(
          { after: Type.Optional(Type.String({ pattern: '^\\d{0,15}$' })) },
          { additionalProperties: false },
        ),
        produces: ['text/event-stream'],
      },
    },
    (request, reply) => {
      const identity = callerOf(request);
      if (stream.isFull)
        throw new HttpProblem(503, 'REQUEST_BUSY', 'Too many consoles are connected.', { retryAfterSeconds: 15 });
      const given = request.headers['last-event-id'] ?? request.query.after;
      const after = typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : undefined;
      const { raw } = reply;
      let checkedMs = clock.nowMs();
      const client: StreamClient = {
        write(text) {
          if (!raw.destroyed) raw.write(text);
        },
        get backlog() {
          return raw.writableLength;
        },
        close: () => void raw.end(),
        cut: () => void raw.destroy(),
        isAllowed() {
          const nowMs = clock.nowMs();
          if (Math.abs(nowMs - checkedMs) < RECHECK_MS) return true;
          const isAllowed = isStillAllowed(identity);
          checkedMs = nowMs;
          return isAllowed;
        },
      };
      reply.hijack();
      raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-accel-buffering': 'no',
        connection: 'close',
      });
      // A stream is quiet for as long as its host is.
      request.raw.socket.setTimeout(0);
      stream.add(client, after);
      raw.on('close', () => stream.remove(client));
    },
  );
}
