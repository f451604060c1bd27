/** The API's description, made from the schemas that validate. Shapes with a `$id` become components, named once and referred to. */

import { STATUS_CODES } from 'node:http';
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import * as contract from '../contract/index.js';
import { PROBLEM_MEDIA_TYPE } from '../contract/index.js';
import { needOf } from './access/route-needs.js';

/** How `@fastify/swagger` is to be registered. */
export function openApiOptions(version: string): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Chainsight',
        version,
        description:
          'Errors are problem details (RFC 9457). Lists are paged: `?limit=&cursor=` gives `{items, next}`. Times are ISO 8601 UTC.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description: 'A token made by `chainsight token create` or on the tokens page.',
          },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'chainsight_session',
            description: 'Set by `POST /sign-in`; changes also need the header `x-csrf-token`.',
          },
        },
      },
    },
    refResolver: { buildLocalReference: (schema, _base, _fragment, index) => String(schema.$id ?? `Shape${index}`) },
    transform: ({ schema, url }) => ({ schema: schema === undefined ? {} : referring(schema), url }),
  };
}

/**
 * Lets the description know all named shapes, and writes into each route what it asks of its caller. Must be called before the routes are
 * registered; a route that the table of needs does not hold is refused here.
 */
export function describeRoutes(app: FastifyInstance): void {
  for (const schema of Object.values(contract)) {
    if (typeof schema === 'object' && '$id' in schema) app.addSchema({ ...membersReferring(schema), $id: schema.$id });
  }
  app.addHook('onRoute', (route) => {
    const methods = Array.isArray(route.method) ? route.method : [route.method];
    for (const method of methods) {
      const need = needOf(method, route.url);
      if (need === undefined) throw new Error(`${method} ${route.url} is not in the table of route needs`);
      if (route.schema === undefined) continue;
      const security = need === 'open' ? [] : need === 'sensor' ? [{ token: [] }] : [{ token: [] }, { session: [] }];
      Object.assign(route.schema, { security, description: need === 'open' ? 'Open to all.' : `Needs: ${need}.` });
    }
  });
}

/** A route's schema with its named shapes replaced by references to them. */
function referring(schema: object): object {
  const { body, response = {}, ...rest } = schema as { body?: unknown; response?: Record<string, unknown> };
  const answers = Object.entries(response).map(([status, shape]) => [
    status,
    Object.assign({ description: STATUS_CODES[status] ?? '' }, refOf(shape)),
  ]);
  const problem = {
    description: 'Problem details',
    content: { [PROBLEM_MEDIA_TYPE]: { schema: refOf(contract.Problem) } },
  };
  return {
    ...rest,
    ...(body === undefined ? {} : { body: refOf(body) }),
    response: { ...Object.fromEntries(answers), default: problem },
  };
}

/** The shape with named shapes inside it replaced by references. Depth is that of the contract. */
function membersReferring(shape: object): object {
  const reach = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(reach);
    if (typeof node !== 'object' || node === null) return node;
    return '$id' in node ? refOf(node) : membersReferring(node);
  };
  return Object.fromEntries(Object.entries(shape).map(([key, value]) => [key, reach(value)]));
}

function refOf(shape: unknown): unknown {
  if (typeof shape !== 'object' || shape === null || !('$id' in shape)) return shape;
  return { $ref: `${String(shape.$id)}#` };
}
