/** Threats: list, one, verdict, delete. */

import { Type } from '@sinclair/typebox';
import type { FastifyRequest } from 'fastify';
import type { DecisionAnswer, StoredThreat } from '../../app/query-ports.js';
import {
  PAGE_LIMIT_DEFAULT,
  Threat,
  ThreatChange,
  ThreatPage,
  ThreatQuery,
  type Completeness,
  type ThreatChange as ThreatChangeBody,
  type ThreatQuery as ThreatQueryValues,
} from '../../contract/index.js';
import { auditName } from '../access/identity.js';
import { callerOf } from '../access/guard.js';
import { HttpProblem, notFound } from '../problem.js';
import { pageShape } from '../shape/page.js';
import { threatShape, threatSummary } from '../shape/threat.js';
import { timeMs } from '../shape/time.js';
import type { IdParams, RouteContext } from './context.js';

/** Of the notes on how complete the view was, kept with a verdict. */
const NOTES_KEPT = 20;

export function threatRoutes({ app, parts, audit, hosts, stream, isSample }: RouteContext): void {
  const { state, clock } = parts;

  app.get<{ Querystring: ThreatQueryValues }>(
    '/threats',
    { schema: { summary: 'Threats', querystring: ThreatQuery, response: { 200: ThreatPage } } },
    ({ query }) => {
      const { limit = PAGE_LIMIT_DEFAULT, cursor, from, to, host, ...filter } = query;
      const page = state.threats(
        { ...filter, host: host?.toLowerCase(), fromMs: timeMs(from), toMs: timeMs(to) },
        { limit, cursor },
      );
      return pageShape(page, (stored) => threatSummary(stored, isSample));
    },
  );

  app.get<{ Params: IdParams }>(
    '/threats/:id',
    {
      schema: { summary: 'One threat with its evidence; follows aliases of merged chains', response: { 200: Threat } },
    },
    (request, reply) => {
      const stored = state.threat(request.params.id);
      if (stored === undefined) throw notFound('This threat');
      reply.header('etag', etagOf(stored));
      return threatShape(stored, hosts.completenessOf(stored.threat), isSample);
    },
  );

  app.patch<{ Params: IdParams; Body: ThreatChangeBody }>(
    '/threats/:id',
    {
      schema: {
        summary: 'Verdict, reason, note; If-Match guards against a colleague’s change',
        body: ThreatChange,
        response: { 200: Threat },
      },
    },
    (request, reply) => {
      const by = auditName(callerOf(request));
      const answer = state.decide(request.params.id, request.body, by, clock.nowMs(), revisionOf(request));
      const { before, after } = settled(answer);
      const completeness = hosts.completenessOf(after.threat);
      audit(request, {
        action: 'threat.verdict',
        target: after.threat.id,
        before: decided(before),
        // What could be known when it was decided: late records may complete it.
        after: { ...decided(after), completeness: keptOf(completeness) },
      });
      stream.threatChanged(after.threat.id);
      reply.header('etag', etagOf(after));
      return threatShape(after, completeness, isSample);
    },
  );

  app.delete<{ Params: IdParams }>(
    '/threats/:id',
    { schema: { summary: 'Delete a threat; its chain and events stay', response: { 204: Type.Null() } } },
    (request, reply) => {
      const stored = state.threat(request.params.id);
      if (stored === undefined || !state.removeThreat(stored.threat.id)) throw notFound('This threat');
      const { id, host, score } = stored.threat;
      audit(request, { action: 'threat.delete', target: id, before: { host, score, ...decided(stored) } });
      stream.threatRemoved(id);
      return reply.code(204).send();
    },
  );
}

function settled(answer: DecisionAnswer): { before: StoredThreat; after: StoredThreat } {
  if (answer.kind === 'missing') throw notFound('This threat');
  if (answer.kind === 'conflict') {
    const { verdict, reason, note, handledBy, revision } = answer.current.decision;
    throw new HttpProblem(
      412,
      'REQUEST_CONFLICT',
      `${handledBy || 'Somebody'} has changed this threat meanwhile: it is ${verdict} now.`,
      {
        members: { current: { verdict, reason, note, handledBy, revision } },
      },
    );
  }
  return answer;
}

function decided({ decision }: StoredThreat) {
  const { verdict, reason, note } = decision;
  return { verdict, reason, note };
}

function keptOf({ state, notes }: Completeness) {
  return { state, notes: notes.slice(0, NOTES_KEPT) };
}

function etagOf({ decision }: StoredThreat): string {
  return `"${decision.revision}"`;
}

/** @throws HttpProblem 400 where `If-Match` is given and is no revision of ours */
function revisionOf(request: FastifyRequest): number | undefined {
  const header = request.headers['if-match'];
  if (header === undefined || header === '*') return undefined;
  const revision = /^"(\d{1,15})"$/.exec(header)?.[1];
  if (revision === undefined)
    throw new HttpProblem(400, 'REQUEST_INVALID', 'If-Match must be a revision in quotes, as ETag gave it.');
  return Number(revision);
}
