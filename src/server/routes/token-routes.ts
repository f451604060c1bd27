/** Tokens of sensors and scripts: list, make, remove, and enrolment, which makes them for sensors. The secret leaves the server once. */

import { Type } from '@sinclair/typebox';
import {
  TokenCreated,
  TokenPage,
  TokenRequest,
  WholeListQuery,
  type TokenRequest as TokenRequestBody,
} from '../../contract/index.js';
import { makeToken } from '../access/make-token.js';
import { auditName } from '../access/identity.js';
import { callerOf } from '../access/guard.js';
import { HttpProblem, notFound } from '../problem.js';
import { pageShape, wholeOrPage } from '../shape/page.js';
import { timeMs } from '../shape/time.js';
import { tokenShape } from '../shape/token.js';
import type { IdParams, RouteContext } from './context.js';

export function tokenRoutes(context: RouteContext): void {
  const { app, parts, audit, door } = context;
  const { access, clock } = parts;

  app.get<{ Querystring: WholeListQuery }>(
    '/tokens',
    {
      schema: {
        summary: 'Tokens, without their secrets; all of them unless there is a `limit`',
        querystring: WholeListQuery,
        response: { 200: TokenPage },
      },
    },
    ({ query }) =>
      pageShape(
        wholeOrPage(access.tokens(), query, ({ id }) => id),
        tokenShape,
      ),
  );

  app.post<{ Body: TokenRequestBody }>(
    '/tokens',
    {
      schema: {
        summary: 'Make a token; the secret is in this answer and nowhere else',
        body: TokenRequest,
        response: { 201: TokenCreated },
      },
    },
    (request, reply) => {
      const { name, role, hosts = [], expires } = request.body;
      if (role !== 'sensor' && hosts.length > 0) {
        throw new HttpProblem(400, 'REQUEST_INVALID', 'Only a sensor’s token can be bound to hosts.');
      }
      const nowMs = clock.nowMs();
      const expiresMs = timeMs(expires);
      if (expiresMs !== undefined && expiresMs <= nowMs) {
        throw new HttpProblem(400, 'REQUEST_INVALID', 'A token’s `expires` must be in the future.', {
          errors: [{ path: '/body/expires', message: 'must be in the future', rule: 'future' }],
        });
      }
      const { record, secret } = makeToken({
        name,
        role,
        hosts,
        nowMs,
        by: auditName(callerOf(request)),
        expiresMs: expiresMs ?? 0,
      });
      access.addToken(record);
      const token = tokenShape(record);
      audit(request, { action: 'token.add', target: record.id, after: token });
      return reply.code(201).send({ token, secret });
    },
  );

  app.delete<{ Params: IdParams }>(
    '/tokens/:id',
    { schema: { summary: 'Remove a token; the next request with it is refused', response: { 204: Type.Null() } } },
    (request, reply) => {
      const known = access.tokens().find(({ id }) => id === request.params.id);
      if (known === undefined || !access.removeToken(known.id)) throw notFound('This token');
      door.forget(known.id);
      audit(request, { action: 'token.remove', target: known.id, before: tokenShape(known) });
      return reply.code(204).send();
    },
  );
}
