/** Tokens of sensors and scripts: list, make, remove. The secret leaves the server once. */

import { Type } from '@sinclair/typebox';
import type { TokenRecord } from '../../app/access-ports.js';
import {
  TokenCreated,
  TokenPage,
  TokenRequest,
  type Token,
  type TokenRequest as TokenRequestBody,
} from '../../contract/index.js';
import { makeToken } from '../access/make-token.js';
import { auditName } from '../access/identity.js';
import { callerOf } from '../access/guard.js';
import { HttpProblem, notFound } from '../problem.js';
import { iso, isoOrNull, timeMs } from '../shape/time.js';
import type { IdParams, RouteContext } from './context.js';

export function tokenRoutes({ app, parts, audit }: RouteContext): void {
  const { access, clock } = parts;

  app.get('/tokens', { schema: { summary: 'Tokens, without their secrets', response: { 200: TokenPage } } }, () => ({
    items: access.tokens().map(tokenShape),
    next: null,
  }));

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
      const { record, secret } = makeToken({
        name,
        role,
        hosts,
        nowMs: clock.nowMs(),
        by: auditName(callerOf(request)),
        expiresMs: timeMs(expires) ?? 0,
      });
      access.addToken(record);
      const token = tokenShape(record);
      audit(request, { action: 'token.add', target: record.id, after: token });
      return reply.code(201).send({ token, secret });
    },
  );

  app.delete<{ Params: IdParams }>(
    '/tokens/:id',
    { schema: { summary: 'Remove a token; what uses it is refused within a second', response: { 204: Type.Null() } } },
    (request, reply) => {
      const known = access.tokens().find(({ id }) => id === request.params.id);
      if (known === undefined || !access.removeToken(known.id)) throw notFound('This token');
      audit(request, { action: 'token.remove', target: known.id, before: tokenShape(known) });
      return reply.code(204).send();
    },
  );
}

function tokenShape(record: TokenRecord): Token {
  return {
    id: record.id,
    name: record.name,
    role: record.role,
    hosts: [...record.hosts],
    created: iso(record.createdMs),
    createdBy: record.createdBy,
    lastUsed: isoOrNull(record.lastUsedMs),
    expires: isoOrNull(record.expiresMs),
  };
}
