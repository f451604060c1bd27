/** The API's description, made from the schemas that validate: shapes with a `$id` become components, named once and referred to. */

import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { ROUTE_NEEDS } from './access/route-needs.js';

type Json = unknown;

/** @param document  as `@fastify/swagger` gives it */
export function openApiDocument(document: object): object {
  const schemas = new Map<string, Json>();
  const lifted = lift(document, schemas) as Record<string, Json>;
  const components = (lifted.components ?? {}) as Record<string, Json>;
  return {
    ...lifted,
    components: { ...components, schemas: Object.fromEntries([...schemas].toSorted(([a], [b]) => (a < b ? -1 : 1))) },
  };
}

/** Depth is that of our own schemas. */
function lift(node: Json, schemas: Map<string, Json>): Json {
  if (Array.isArray(node)) return node.map((item) => lift(item, schemas));
  if (typeof node !== 'object' || node === null) return node;
  const { $id: id, ...rest } = node as { readonly $id?: Json } & Record<string, Json>;
  const lifted = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, lift(value, schemas)]));
  if (typeof id !== 'string') return lifted;
  schemas.set(id, lifted);
  return { $ref: `#/components/schemas/${id}` };
}

export function openApiFrame(version: string): NonNullable<FastifyDynamicSwaggerOptions['openapi']> {
  return {
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
  };
}

/** Writes into each route's description what it asks of its caller. Must be registered before the routes. */
export function describeNeeds(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    const methods = Array.isArray(route.method) ? route.method : [route.method];
    for (const method of methods) {
      const need = ROUTE_NEEDS.get(`${method} ${route.url}`);
      if (need === undefined) throw new Error(`${method} ${route.url} is not in the table of route needs`);
      if (route.schema === undefined) continue;
      const security = need === 'open' ? [] : need === 'sensor' ? [{ token: [] }] : [{ token: [] }, { session: [] }];
      Object.assign(route.schema, { security, description: need === 'open' ? 'Open to all.' : `Needs: ${need}.` });
    }
  });
}
