/**
 * What each route asks of its caller: the one table. A route that is not in it cannot be registered, and an entry without a route fails a
 * test, so nothing is open by oversight.
 */

import { API_PREFIX } from '../../contract/index.js';
import type { Need } from './identity.js';

const API_NEEDS = {
  'GET /openapi.json': 'open',
  'GET /health': 'open',
  'GET /ready': 'open',
  'GET /metrics': 'open',
  'GET /setup': 'open',
  'POST /setup': 'open',
  'POST /sign-in': 'open',
  'DELETE /sign-in': 'viewer',
  'GET /session': 'viewer',
  'PUT /session/password': 'viewer',
  'POST /events': 'sensor',
  'GET /threats': 'viewer',
  'GET /threats/:id': 'viewer',
  'PATCH /threats/:id': 'analyst',
  'DELETE /threats/:id': 'analyst',
  'GET /chains/:id': 'viewer',
  'GET /chains/:id/tree': 'viewer',
  'GET /chains/:id/processes': 'viewer',
  'GET /processes/:id': 'viewer',
  'GET /processes/:id/events': 'viewer',
  'GET /hosts': 'viewer',
  'GET /hosts/:name': 'viewer',
  'DELETE /hosts/:name': 'administrator',
  'GET /statistics': 'viewer',
  'GET /exceptions': 'viewer',
  'POST /exceptions': 'analyst',
  'DELETE /exceptions/:id': 'analyst',
  'GET /rules': 'viewer',
  'GET /rules/status': 'viewer',
  'GET /rules/:id': 'viewer',
  'POST /rules/reload': 'administrator',
  'POST /hunts': 'analyst',
  'GET /hunts': 'viewer',
  'GET /hunts/:id': 'viewer',
  'GET /hunts/:id/chains': 'viewer',
  'GET /hunts/:id/chains/:chainId': 'viewer',
  'DELETE /hunts/:id': 'analyst',
  'GET /plugins': 'viewer',
  'GET /plugins/:name/page': 'viewer',
  'POST /samples': 'analyst',
  'DELETE /samples': 'analyst',
  'GET /users': 'administrator',
  'POST /users': 'administrator',
  'PATCH /users/:name': 'administrator',
  'DELETE /users/:name': 'administrator',
  'GET /tokens': 'administrator',
  'POST /tokens': 'administrator',
  'DELETE /tokens/:id': 'administrator',
  'POST /enrol': 'open',
  'GET /audit': 'administrator',
  'GET /stream': 'viewer',
} as const satisfies Record<string, Need>;

/** Outside the API: probes at their usual addresses, and the console's files, which hold nothing secret. */
const ROOT_NEEDS = {
  'GET /health': 'open',
  'GET /ready': 'open',
  'GET /metrics': 'open',
  'GET /*': 'open',
} as const satisfies Record<string, Need>;

/** By `METHOD /full/path`, parameters as fastify writes them. */
export const ROUTE_NEEDS: ReadonlyMap<string, Need> = new Map<string, Need>([
  ...Object.entries(API_NEEDS).map(([key, need]) => [key.replace(' ', ` ${API_PREFIX}`), need] as const),
  ...Object.entries(ROOT_NEEDS),
]);

/** What answers GET answers HEAD, and to the same callers. */
export function needOf(method: string, route: string): Need | undefined {
  return ROUTE_NEEDS.get(`${method === 'HEAD' ? 'GET' : method} ${route}`);
}
