/** What every group of routes gets. */

import type { FastifyInstance } from 'fastify';
import type { Audit } from '../access/audit.js';
import type { TokenDoor } from '../access/token-door.js';
import type { HostDesk } from '../host-desk.js';
import type { HuntDesk } from '../hunts/hunt-desk.js';
import type { Metrics } from '../metrics.js';
import type { ServerOptions, ServerParts } from '../parts.js';
import type { StreamHub } from '../stream/stream-hub.js';

export interface RouteContext {
  readonly app: FastifyInstance;
  readonly parts: ServerParts;
  readonly options: ServerOptions;
  readonly audit: Audit;
  /** To be told of each token that a route removes. */
  readonly door: TokenDoor;
  readonly hosts: HostDesk;
  readonly hunts: HuntDesk;
  readonly stream: StreamHub;
  readonly metrics: Metrics;
  readonly isSample: (host: string) => boolean;
}

/** Path parameters are looked up, never interpreted; a bound keeps them out of logs and indexes. */
export interface IdParams {
  readonly id: string;
}
