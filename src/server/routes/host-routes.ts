/** Hosts and the overview's figures. */

import { Type } from '@sinclair/typebox';
import {
  HostDetail,
  HostPage,
  HostQuery,
  PAGE_LIMIT_DEFAULT,
  Statistics,
  StatisticsQuery,
} from '../../contract/index.js';
import { HttpProblem, notFound } from '../problem.js';
import { pageShape } from '../shape/page.js';
import { timeMs } from '../shape/time.js';
import { statisticsOf } from '../statistics.js';
import type { RouteContext } from './context.js';
import { forgetHost } from './forget-host.js';

interface NameParams {
  readonly name: string;
}

export function hostRoutes(context: RouteContext): void {
  const { app, parts, audit, hosts, metrics } = context;
  const { state, clock } = parts;

  app.get<{ Querystring: { limit?: number; cursor?: string; text?: string } }>(
    '/hosts',
    {
      schema: {
        summary: 'Hosts by name, with their volume and whether they are heard',
        querystring: HostQuery,
        response: { 200: HostPage },
      },
    },
    ({ query }) => {
      const { limit = PAGE_LIMIT_DEFAULT, cursor, text } = query;
      return pageShape(state.hosts(text, { limit, cursor }), hosts.shaper());
    },
  );

  app.get<{ Params: NameParams }>(
    '/hosts/:name',
    { schema: { summary: 'One host, and how complete its stream of events is', response: { 200: HostDetail } } },
    ({ params }) => {
      const record = state.host(params.name.toLowerCase());
      if (record === undefined) throw notFound('This host');
      return hosts.detail(record);
    },
  );

  app.delete<{ Params: NameParams }>(
    '/hosts/:name',
    {
      schema: {
        summary:
          'Forget a host: its threats, chains, processes and counts; the log keeps its events, and what comes later starts afresh',
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const name = request.params.name.toLowerCase();
      if (!(await forgetHost(context, name))) throw notFound('This host');
      audit(request, { action: 'host.forget', target: name });
      return reply.code(204).send();
    },
  );

  app.get<{ Querystring: { from?: string; to?: string } }>(
    '/statistics',
    { schema: { summary: 'What the overview shows', querystring: StatisticsQuery, response: { 200: Statistics } } },
    ({ query }) => {
      const fromMs = timeMs(query.from);
      const toMs = timeMs(query.to);
      const nowMs = clock.nowMs();
      if (fromMs !== undefined && fromMs >= (toMs ?? nowMs)) {
        throw new HttpProblem(400, 'REQUEST_INVALID', '`from` must be before `to`.');
      }
      const { refusal } = parts.intake;
      const refused = metrics.refusedEvents;
      return statisticsOf(state, {
        listening: hosts.listening(),
        hostShape: hosts.shaper(),
        sampleHosts: parts.samples.hosts,
        fromMs,
        toMs,
        refused,
        refusal,
      });
    },
  );
}
