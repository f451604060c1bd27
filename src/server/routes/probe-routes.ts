/** Probes, at the root and under the API's prefix: is the process up, does it take events, its counters. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { identify } from '../access/guard.js';
import { allows } from '../access/identity.js';
import type { RouteContext } from './context.js';

/** A person who opens `/health` in a browser wants the console's page of that name. */
export type BrowserPage = (request: FastifyRequest, reply: FastifyReply) => FastifyReply | undefined;

export function probeRoutes(app: FastifyInstance, context: RouteContext, browserPage: BrowserPage | undefined): void {
  const { parts, metrics, stream, options, door } = context;

  app.get('/health', { schema: { summary: 'The process is up' } }, (request, reply) => {
    const page = browserPage?.(request, reply);
    if (page !== undefined) return page;
    return reply.header('cache-control', 'no-store').send({ status: 'up', version: options.version });
  });

  app.get(
    '/ready',
    { schema: { summary: '200 while events are taken, 503 with the reason otherwise' } },
    (_request, reply) => {
      const { refusal } = parts.intake;
      reply.header('cache-control', 'no-store');
      if (refusal === undefined) return reply.send({ status: 'ready' });
      return reply.code(503).header('retry-after', '5').send({ status: 'not ready', reason: refusal });
    },
  );

  app.get(
    '/metrics',
    {
      schema: {
        summary: 'Counters in Prometheus’ text format; rules are named to those who may read them',
        produces: ['text/plain'],
      },
    },
    async (request, reply) => {
      const caller = identify(request, parts.access, door, parts.clock.nowMs());
      const costs = caller !== undefined && allows(caller.role, 'viewer') ? await parts.policy.ruleCosts() : undefined;
      return reply
        .header('cache-control', 'no-store')
        .type('text/plain; version=0.0.4; charset=utf-8')
        .send(metrics.text(parts, stream.clients, costs));
    },
  );
}
