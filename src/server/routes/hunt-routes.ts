/** Hunts: start, watch, read, cancel. */

import { Type } from '@sinclair/typebox';
import { cutText } from '../../app/hunt/hunt-cut.js';
import type { HuntedChain, HuntQuestion } from '../../app/live-ports.js';
import {
  Hunt,
  HuntChainPage,
  HuntPage,
  HuntQuery,
  HuntRequest,
  PAGE_LIMIT_DEFAULT,
  Threat,
  type Hunt as HuntBody,
  type HuntChain,
  type HuntRequest as HuntRequestBody,
} from '../../contract/index.js';
import { auditName } from '../access/identity.js';
import { callerOf } from '../access/guard.js';
import { newId } from '../access/secret.js';
import type { ShownHunt } from '../hunts/hunt-desk.js';
import { HttpProblem, notFound } from '../problem.js';
import { pageOfArray, pageShape } from '../shape/page.js';
import { startShape, threatShape } from '../shape/threat.js';
import { iso, isoOrNull, timeMs } from '../shape/time.js';
import type { IdParams, RouteContext } from './context.js';

interface PageValues {
  readonly limit?: number;
  readonly cursor?: string;
}

/** A hunted chain has been judged by nobody. */
const UNDECIDED = {
  verdict: 'open',
  reason: '',
  note: '',
  changed: false,
  handledBy: '',
  handledMs: 0,
  revision: 0,
} as const;

export function huntRoutes({ app, parts, audit, hosts, hunts, isSample }: RouteContext): void {
  const huntOf = (id: string): ShownHunt => {
    const hunt = hunts.get(id);
    if (hunt === undefined) throw notFound('This hunt');
    return hunt;
  };

  app.post<{ Body: HuntRequestBody }>(
    '/hunts',
    { schema: { summary: 'Ask stored events; the hunt runs on its own', body: HuntRequest, response: { 202: Hunt } } },
    (request, reply) => {
      const { from, to, host, query } = request.body;
      const question: HuntQuestion = {
        fromMs: timeMs(from),
        toMs: timeMs(to),
        host: host?.toLowerCase(),
        query: query === undefined || query.trim() === '' ? undefined : query,
      };
      if (question.fromMs >= question.toMs)
        throw new HttpProblem(400, 'REQUEST_INVALID', '`from` must be before `to`.');
      const wrong = parts.hunter.check(question);
      if (wrong !== undefined) {
        const { message, kind, offset } = wrong;
        const place = { ...(kind === undefined ? {} : { rule: kind }), ...(offset === undefined ? {} : { offset }) };
        throw new HttpProblem(400, 'HUNT_INVALID', message, { errors: [{ path: '/body/query', message, ...place }] });
      }
      const hunt = hunts.start(newId(), question, auditName(callerOf(request)));
      if (hunt === undefined) {
        throw new HttpProblem(429, 'HUNT_BUSY', 'Other hunts are running. Wait for one to end, or cancel it.', {
          retryAfterSeconds: 10,
        });
      }
      audit(request, { action: 'hunt.start', target: hunt.id, after: { ...request.body } });
      return reply.code(202).header('location', `${request.url}/${hunt.id}`).send(huntShape(hunt));
    },
  );

  app.get<{ Querystring: PageValues }>(
    '/hunts',
    { schema: { summary: 'Hunts, newest first', querystring: HuntQuery, response: { 200: HuntPage } } },
    ({ query }) =>
      pageShape(
        pageOfArray(hunts.list(), pageOf(query), ({ id }) => id),
        huntShape,
      ),
  );

  app.get<{ Params: IdParams }>(
    '/hunts/:id',
    { schema: { summary: 'One hunt and its progress', response: { 200: Hunt } } },
    ({ params }) => huntShape(huntOf(params.id)),
  );

  app.get<{ Params: IdParams; Querystring: PageValues }>(
    '/hunts/:id/chains',
    {
      schema: {
        summary: 'Chains that a hunt found, highest score first',
        querystring: HuntQuery,
        response: { 200: HuntChainPage },
      },
    },
    ({ params, query }) =>
      pageShape(parts.hunts.huntChains(huntOf(params.id).id, pageOf(query)), (chain) =>
        huntChainShape(chain, parts.state.chain(chain.threat.id) !== undefined),
      ),
  );

  app.get<{ Params: IdParams & { readonly chainId: string } }>(
    '/hunts/:id/chains/:chainId',
    { schema: { summary: 'One chain as the hunt rebuilt it, with its evidence', response: { 200: Threat } } },
    ({ params }) => {
      const chain = parts.hunts.huntChain(huntOf(params.id).id, params.chainId);
      if (chain === undefined) throw notFound('This chain');
      return threatShape({ threat: chain.threat, decision: UNDECIDED }, hosts.completenessOf(chain.threat), isSample);
    },
  );

  app.delete<{ Params: IdParams }>(
    '/hunts/:id',
    { schema: { summary: 'Cancel a running hunt, or remove a finished one', response: { 204: Type.Null() } } },
    (request, reply) => {
      if (!hunts.end(request.params.id)) throw notFound('This hunt');
      audit(request, { action: 'hunt.end', target: request.params.id });
      return reply.code(204).send();
    },
  );
}

function pageOf({ limit = PAGE_LIMIT_DEFAULT, cursor }: PageValues) {
  return { limit, cursor };
}

function huntShape(hunt: ShownHunt): HuntBody {
  const { question } = hunt;
  return {
    id: hunt.id,
    state: hunt.state,
    from: iso(question.fromMs),
    to: iso(question.toMs),
    host: question.host ?? null,
    query: question.query ?? null,
    by: hunt.by,
    started: iso(hunt.startedMs),
    finished: isoOrNull(hunt.finishedMs),
    progress: hunt.progress,
    events: hunt.events,
    chains: hunt.chains,
    cut: cutText(hunt.cuts) ?? null,
    cuts: hunt.cuts.map((cut) => ({ ...cut })),
    error: hunt.error?.message ?? null,
    errorCode: hunt.error?.code ?? null,
  };
}

function huntChainShape({ threat, processes }: HuntedChain, stored: boolean): HuntChain {
  return {
    id: threat.id,
    kind: threat.kind,
    host: threat.host,
    score: threat.score,
    isThreat: threat.score >= threat.threshold,
    processes,
    first: isoOrNull(threat.firstMs),
    last: isoOrNull(threat.lastMs),
    techniques: [...threat.techniques],
    start: startShape(threat.start),
    stored,
  };
}
