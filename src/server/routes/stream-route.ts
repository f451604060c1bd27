/** `GET /stream`: server-sent events from the hub. */

import { Type } from '@sinclair/typebox';
import { callerOf } from '../access/guard.js';
import type { Identity } from '../access/identity.js';
import { HttpProblem } from '../problem.js';
import type { StreamClient } from '../stream/stream-hub.js';
import type { RouteContext } from './context.js';

export function streamRoute({ app, parts, stream }: RouteContext): void {
  const { access, clock } = parts;

  const isStillAllowed = (identity: Identity): boolean => {
    if (identity.kind === 'token') return access.tokenByHash(identity.token.secretHash) !== undefined;
    const session = access.session(identity.session.idHash);
    return session !== undefined && session.expiresMs > clock.nowMs();
  };

  app.get<{ Querystring: { after?: string } }>(
    '/stream',
    {
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
      const client: StreamClient = {
        write: (text) => void raw.write(text),
        get backlog() {
          return raw.writableLength;
        },
        close: () => void raw.end(),
        cut: () => void raw.destroy(),
        isAllowed: () => isStillAllowed(identity),
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
