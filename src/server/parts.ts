/** What the server is made of. `src/cli` hands in the real ones, tests hand in what they like. */

import type { AccessStore } from '../app/access-ports.js';
import type { HuntStore } from '../app/hunt-ports.js';
import type {
  EngineFigures,
  EventReader,
  Hunter,
  Intake,
  LiveNotices,
  PluginDesk,
  PolicyDesk,
  SampleMaker,
} from '../app/live-ports.js';
import type { Clock } from '../app/ports.js';
import type { StateQueries } from '../app/query-ports.js';

export interface ServerParts {
  readonly clock: Clock;
  readonly access: AccessStore;
  readonly state: StateQueries;
  readonly intake: Intake;
  readonly figures: () => EngineFigures;
  readonly policy: PolicyDesk;
  readonly notices: LiveNotices;
  readonly hunter: Hunter;
  readonly hunts: HuntStore;
  readonly events: EventReader;
  readonly plugins: PluginDesk;
  readonly samples: SampleMaker;
  readonly logger: ServerLogger;
}

/** What the server says to its own log. Never called on the intake path. */
export interface ServerLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface TlsFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface ServerLimits {
  /** Bytes of one request's events, as sent and once unpacked. */
  readonly bodyBytes: number;
  /** Bytes of one event. */
  readonly recordBytes: number;
  /** How many times larger than sent a gzip body may become, beyond its first MiB. */
  readonly gzipRatio: number;
  /** Bytes of event bodies held at one time over all requests; beyond it, `429`. */
  readonly inFlightBytes: number;
}

export const DEFAULT_SERVER_LIMITS: ServerLimits = {
  bodyBytes: 64 * 1024 * 1024,
  recordBytes: 4 * 1024 * 1024,
  gzipRatio: 100,
  inFlightBytes: 256 * 1024 * 1024,
};

export interface ServerOptions {
  readonly version: string;
  readonly limits: ServerLimits;
  readonly tls: TlsFiles | undefined;
  /** Folder with the built console, `undefined` to serve the API alone. */
  readonly consoleFolder: string | undefined;
}
