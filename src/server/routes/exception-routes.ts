/** Exceptions and, as those of scope `hash`, the allow list. */

import { Type } from '@sinclair/typebox';
import type { Exception as EngineException } from '../../engine/score/exception.js';
import {
  Exception,
  ExceptionPage,
  ExceptionQuery,
  ExceptionRequest,
  PAGE_LIMIT_DEFAULT,
  type Exception as ExceptionBody,
  type ExceptionRequest as ExceptionRequestBody,
  type ExceptionScope,
} from '../../contract/index.js';
import { auditName } from '../access/identity.js';
import { callerOf } from '../access/guard.js';
import { newId } from '../access/secret.js';
import { bestHash } from '../hash-field.js';
import { HttpProblem, notFound } from '../problem.js';
import { pageOfArray, pageShape } from '../shape/page.js';
import { iso, isoOrNull, timeMs } from '../shape/time.js';
import type { IdParams, RouteContext } from './context.js';

export function exceptionRoutes({ app, parts, audit }: RouteContext): void {
  const { policy, state, clock } = parts;

  /** What a request's `process` stands for: the hash of that process. */
  const hashOf = (processId: string): string => {
    const [process] = state.processes([processId]);
    if (process === undefined) throw notFound('This process');
    const hash = bestHash(process.hashes);
    if (hash === undefined) {
      throw new HttpProblem(
        409,
        'REQUEST_CONFLICT',
        'No hash of this process is known: its create event was not seen or carried none.',
      );
    }
    return hash;
  };

  app.get<{ Querystring: { limit?: number; cursor?: string; scope?: ExceptionScope } }>(
    '/exceptions',
    {
      schema: {
        summary: 'Exceptions, newest first; `scope=hash` is the allow list',
        querystring: ExceptionQuery,
        response: { 200: ExceptionPage },
      },
    },
    async ({ query }) => {
      const { limit = PAGE_LIMIT_DEFAULT, cursor, scope } = query;
      const all = policy
        .exceptions()
        .filter((exception) => scope === undefined || exception.scope === scope)
        .toSorted((a, b) => b.createdMs - a.createdMs || (a.id < b.id ? -1 : 1));
      const hits = await policy.exceptionHits();
      return pageShape(
        pageOfArray(all, { limit, cursor }, ({ id }) => id),
        (exception) => exceptionShape(exception, hits),
      );
    },
  );

  app.post<{ Body: ExceptionRequestBody }>(
    '/exceptions',
    {
      schema: {
        summary: 'Add an exception; with `process`, its hash goes on the allow list',
        body: ExceptionRequest,
        response: { 201: Exception },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const what =
        'process' in body
          ? { scope: 'hash' as const, value: hashOf(body.process) }
          : { scope: body.scope, value: body.value };
      if (what.scope === 'hash' && !/^[0-9a-f]{32,128}$/i.test(what.value)) {
        throw new HttpProblem(400, 'HASH_INVALID', 'A hash is 32 to 128 hex digits, without its algorithm’s name.');
      }
      const exception: EngineException = {
        id: newId(),
        ...what,
        value: what.scope === 'hash' ? what.value.toLowerCase() : what.value,
        ...(body.host === undefined ? {} : { host: body.host }),
        ...(body.rule === undefined ? {} : { rule: body.rule }),
        reason: body.reason,
        author: auditName(callerOf(request)),
        createdMs: clock.nowMs(),
        ...(body.expires === undefined ? {} : { expiresMs: timeMs(body.expires) }),
      };
      const same = policy.exceptions().find((known) => isSame(known, exception));
      if (same !== undefined) {
        throw new HttpProblem(409, 'REQUEST_EXISTS', `This exception exists already: ${same.id}, by ${same.author}.`, {
          members: { id: same.id },
        });
      }
      await policy.addException(exception);
      const shape = exceptionShape(exception, new Map());
      audit(request, { action: 'exception.add', target: exception.id, after: shape });
      return reply.code(201).send(shape);
    },
  );

  app.delete<{ Params: IdParams }>(
    '/exceptions/:id',
    { schema: { summary: 'Remove an exception; scores already given stay', response: { 204: Type.Null() } } },
    async (request, reply) => {
      const known = policy.exceptions().find(({ id }) => id === request.params.id);
      if (known === undefined || !(await policy.removeException(known.id))) throw notFound('This exception');
      audit(request, { action: 'exception.remove', target: known.id, before: exceptionShape(known, new Map()) });
      return reply.code(204).send();
    },
  );
}

function isSame(a: EngineException, b: EngineException): boolean {
  return (
    a.scope === b.scope &&
    a.value.toLowerCase() === b.value.toLowerCase() &&
    a.host?.toLowerCase() === b.host?.toLowerCase() &&
    a.rule === b.rule &&
    a.expiresMs === b.expiresMs
  );
}

function exceptionShape(exception: EngineException, hits: ReadonlyMap<string, number>): ExceptionBody {
  return {
    id: exception.id,
    scope: exception.scope,
    value: exception.value,
    host: exception.host ?? null,
    rule: exception.rule ?? null,
    reason: exception.reason,
    author: exception.author,
    created: iso(exception.createdMs),
    expires: exception.expiresMs === undefined ? null : isoOrNull(exception.expiresMs),
    hits: hits.get(exception.id) ?? 0,
  };
}
