/**
 * Builds the HTTP server from its parts.
 *
 *     socket ─┬─ POST /api/v1/events ─────────────► EventsHandler            no hook, no schema: the busy road
 *             └─ fastify ─ helmet, cookie, gzip ─┬─ guard ─ API routes       who calls, may they, is the request as it must be
 *                                                ├─ probes
 *                                                └─ console's files
 */

import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import { Type } from '@sinclair/typebox';
import Fastify, { type FastifyInstance } from 'fastify';
import { API_PREFIX, EventsAnswer } from '../contract/index.js';
import { auditWith } from './access/audit.js';
import { guard } from './access/guard.js';
import { newId } from './access/secret.js';
import { TokenDoor } from './access/token-door.js';
import { Connections } from './connections.js';
import { serveConsole } from './console-files.js';
import { gzipAnswers } from './gzip-answers.js';
import { HostDesk } from './host-desk.js';
import { HuntDesk } from './hunts/hunt-desk.js';
import { EventsHandler } from './intake/events-handler.js';
import { Metrics } from './metrics.js';
import { describeRoutes, openApiOptions } from './openapi.js';
import type { ServerOptions, ServerParts } from './parts.js';
import { answerBadAddress, answerProblems, answerUnreadable, HttpProblem } from './problem.js';
import { auditRoutes } from './routes/audit-routes.js';
import { chainRoutes } from './routes/chain-routes.js';
import type { RouteContext } from './routes/context.js';
import { enrolRoute } from './routes/enrol-route.js';
import { exceptionRoutes } from './routes/exception-routes.js';
import { hostRoutes } from './routes/host-routes.js';
import { huntRoutes } from './routes/hunt-routes.js';
import { pluginRoutes } from './routes/plugin-routes.js';
import { probeRoutes } from './routes/probe-routes.js';
import { ruleRoutes } from './routes/rule-routes.js';
import { sampleRoutes } from './routes/sample-routes.js';
import { sessionRoutes } from './routes/session-routes.js';
import { streamRoute } from './routes/stream-route.js';
import { threatRoutes } from './routes/threat-routes.js';
import { tokenRoutes } from './routes/token-routes.js';
import { userRoutes } from './routes/user-routes.js';
import { StreamHub } from './stream/stream-hub.js';
import { validatorCompiler } from './validator.js';

const EVENTS_ADDRESS = `${API_PREFIX}/events`;
/** Of everything but events. */
const BODY_MAX_BYTES = 1024 * 1024;
/** How long requests under way may take once the server is told to stop. */
const CLOSE_MS = 10_000;

/** Against clients that open connections and say nothing: without the first, Node looks only every half minute. */
const HTTP_LIMITS = {
  connectionsCheckingInterval: 5000,
  headersTimeout: 15_000,
  requestTimeout: 120_000,
  keepAliveTimeout: 75_000,
  maxHeaderSize: 16 * 1024,
} as const;

export interface ChainsightServer {
  /** For tests that send requests without a socket, and for counting its routes. */
  readonly app: FastifyInstance;
  /** Shared with other listeners, so that one page tells of all. */
  readonly metrics: Metrics;
  /** @returns the port, which matters where 0 was asked for. @throws what Node throws: `EADDRINUSE`, `EACCES`, … */
  listen(host: string, port: number): Promise<number>;
  /** Stops accepting, lets requests under way finish, ends streams and hunts. */
  close(): Promise<void>;
}

export async function createServer(parts: ServerParts, options: ServerOptions): Promise<ChainsightServer> {
  const { clock, access, state, logger } = parts;
  const door = new TokenDoor(access);
  const metrics = new Metrics(clock.nowMs());
  const requestId = requestIds();
  const events = new EventsHandler({
    clock,
    door,
    intake: parts.intake,
    metrics,
    limits: options.limits,
    logger,
  });

  let connections: Connections | undefined;
  const app = Fastify({
    logger: false,
    // Of every GET but that of the stream: balancers, monitors and `curl -I` ask so.
    exposeHeadRoutes: true,
    bodyLimit: BODY_MAX_BYTES,
    genReqId: requestId,
    frameworkErrors: answerBadAddress,
    clientErrorHandler: (error, socket) => answerUnreadable(error, socket, requestId()),
    routerOptions: { maxParamLength: 300 },
    serverFactory(handler) {
      const server = openServer(options, roads(handler, events, requestId));
      connections = new Connections(server);
      return server;
    },
  });
  app.setValidatorCompiler(validatorCompiler());
  app.setSerializerCompiler(() => (body) => JSON.stringify(body));
  answerProblems(app, logger);
  await app.register(swagger, openApiOptions(options.version));
  describeRoutes(app);

  const isSample = (host: string): boolean => parts.samples.hosts.includes(host);
  const hosts = new HostDesk(state, access, clock, isSample);
  const stream = new StreamHub(parts.notices, state, clock, hosts, isSample);
  const hunts = new HuntDesk(parts.hunter, parts.hunts, clock, (error) =>
    logger.error({ err: error }, 'a hunt failed'),
  );
  const context = { parts, options, audit: auditWith(access, clock), door, hosts, hunts, stream, metrics, isSample };

  await app.register(async (scope) => eventsRoute(scope, events), { prefix: API_PREFIX });
  await app.register(async (web) => {
    await web.register(cookie);
    await web.register(helmet, helmetOptions(options));
    gzipAnswers(web);
    web.addHook('onResponse', async (_request, reply) => metrics.requestDone(reply.statusCode));
    const browserPage = await serveConsole(web, options.consoleFolder);
    probeRoutes(web, { ...context, app: web }, browserPage);
    await web.register(
      async (api) => {
        guard(api, access, door, clock);
        bodiesAreJson(api);
        api.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'));
        apiRoutes({ ...context, app: api });
        api.get('/openapi.json', { schema: { hide: true } }, () => description);
      },
      { prefix: API_PREFIX },
    );
  });
  await app.ready();
  const description = app.swagger();

  return {
    app,
    metrics,
    async listen(host, port) {
      await app.listen({ host, port });
      const address = app.server.address();
      return typeof address === 'object' && address !== null ? address.port : port;
    },
    async close() {
      events.close();
      hunts.stop();
      stream.close();
      hosts.close();
      await connections?.end(app.close(), CLOSE_MS);
    },
  };
}

function apiRoutes(context: RouteContext): void {
  probeRoutes(context.app, context, undefined);
  sessionRoutes(context);
  threatRoutes(context);
  chainRoutes(context);
  hostRoutes(context);
  exceptionRoutes(context);
  ruleRoutes(context);
  huntRoutes(context);
  pluginRoutes(context);
  sampleRoutes(context);
  userRoutes(context);
  tokenRoutes(context);
  enrolRoute(context);
  auditRoutes(context);
  streamRoute(context);
}

/** Takes events off before fastify sees the request; all else goes its way. */
function roads(fastify: RequestListener, events: EventsHandler, requestId: () => string): RequestListener {
  return (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === EVENTS_ADDRESS && request.method === 'POST') void events.handle(request, response, requestId());
    else fastify(request, response);
  };
}

function openServer(options: ServerOptions, listener: RequestListener): Server {
  if (options.tls === undefined) return createHttpServer(HTTP_LIMITS, listener);
  return createHttpsServer(
    { ...HTTP_LIMITS, cert: options.tls.cert, key: options.tls.key, minVersion: 'TLSv1.2' },
    listener,
  );
}

/** Plain text would be taken for a wrong object, and packed bytes for broken JSON: what is not taken is said to be so. */
function bodiesAreJson(api: FastifyInstance): void {
  api.removeContentTypeParser('text/plain');
  api.addHook('preParsing', async (request) => {
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
      throw new HttpProblem(415, 'REQUEST_MEDIA_TYPE', 'Send the body as it is: only events may be packed.');
  });
}

/** The same handler for requests that come with a query string or through `inject`, and the entry in the API's description. */
function eventsRoute(scope: FastifyInstance, events: EventsHandler): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
  scope.post(
    '/events',
    {
      schema: {
        summary: 'Hand in events: NDJSON or a JSON array, optionally gzip; answered once they are on disk',
        consumes: ['application/x-ndjson', 'application/json'],
        // For the description alone: the handler reads the body itself.
        body: Type.Unknown({ description: 'One object, one object a line, or an array of objects' }),
        response: { 202: EventsAnswer },
      },
    },
    (request, reply) => {
      reply.hijack();
      void events.handle(request.raw, reply.raw, request.id);
    },
  );
}

function helmetOptions(options: ServerOptions) {
  return {
    // For JSON; pages set their own.
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginEmbedderPolicy: false,
    hsts: options.tls === undefined ? false : { maxAge: 31_536_000, includeSubDomains: false },
  } as const;
}

/** Short, unique over restarts, cheap: a random start and a count. */
function requestIds(): () => string {
  const start = newId().slice(0, 8);
  let count = 0;
  return () => `${start}-${(++count).toString(36)}`;
}
