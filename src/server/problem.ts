/** Errors on their way out: every one becomes problem details (RFC 9457). What nobody foresaw is logged with its request id and says nothing more. */

import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type {
  FastifyError,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  FastifySchemaValidationError,
} from 'fastify';
import { AppError } from '../app/app-error.js';
import { PROBLEM_MEDIA_TYPE, type Problem, type ProblemPart } from '../contract/index.js';
import { PasswordsBusyError } from './access/password.js';
import type { ServerLogger } from './parts.js';

/** Public and never reused; each has an entry in docs/reference/api.md. */
export type ProblemCode = keyof typeof TITLES;

const TITLES = {
  REQUEST_INVALID: 'The request is not as it must be',
  REQUEST_TOO_LARGE: 'The request is too large',
  REQUEST_MEDIA_TYPE: 'This kind of content is not taken',
  REQUEST_SIGN_IN: 'Sign in first',
  REQUEST_FORBIDDEN: 'Not allowed',
  REQUEST_CSRF: 'The request does not come from the console',
  REQUEST_NOT_FOUND: 'There is no such thing',
  REQUEST_CONFLICT: 'It has changed meanwhile',
  REQUEST_EXISTS: 'It is there already',
  REQUEST_BUSY: 'Too much at once',
  EVENTS_REJECTED: 'No event was taken',
  EVENTS_STOPPED: 'No events are taken',
  SIGN_IN_REFUSED: 'Name or password is wrong',
  SIGN_IN_LOCKED: 'Too many failed attempts',
  SETUP_CLOSED: 'Set-up is done',
  SETUP_REFUSED: 'The set-up link is not valid',
  ENROL_REFUSED: 'The enrolment code is not valid',
  USER_LAST_ADMINISTRATOR: 'One administrator must remain',
  HASH_INVALID: 'This is no hash',
  HUNT_INVALID: 'The hunt cannot be run',
  HUNT_BUSY: 'Other hunts are running',
  RULES_UNREADABLE: 'The rules cannot be read',
  STATE_FAILED: 'The state cannot be used',
  SERVER_ERROR: 'The server failed',
} as const;

export function problemCodes(): readonly ProblemCode[] {
  return Object.keys(TITLES) as ProblemCode[];
}

export interface ProblemExtras {
  readonly errors?: readonly ProblemPart[];
  readonly retryAfterSeconds?: number;
  /** Further members of the problem, as the RFC allows. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** Thrown by a route to end the request with this answer. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';

  constructor(
    readonly status: number,
    readonly code: ProblemCode,
    /** One or two sentences for the person who made the request: what was wrong, what to do. */
    readonly detail: string,
    readonly extras: ProblemExtras = {},
  ) {
    super(detail);
  }
}

export function notFound(what: string): HttpProblem {
  return new HttpProblem(404, 'REQUEST_NOT_FOUND', `${what} does not exist, or no longer does.`);
}

export function problemBody(problem: HttpProblem, requestId: string): Problem {
  const { errors, retryAfterSeconds, members } = problem.extras;
  return {
    type: `https://chainsight.dev/problems/${problem.code}`,
    title: TITLES[problem.code],
    status: problem.status,
    detail: problem.detail,
    code: problem.code,
    instance: requestId,
    ...(errors === undefined ? {} : { errors: [...errors] }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfter: retryAfterSeconds }),
    ...members,
  };
}

/** Of every answer that is no page and no file; those that pass by fastify or end before its hooks have no others. */
export const SAFE_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;

export function problemHeaders(problem: HttpProblem): Record<string, string> {
  const headers: Record<string, string> = { ...SAFE_HEADERS, 'content-type': PROBLEM_MEDIA_TYPE };
  if (problem.extras.retryAfterSeconds !== undefined) headers['retry-after'] = String(problem.extras.retryAfterSeconds);
  if (problem.status === 401) headers['www-authenticate'] = 'Bearer realm="chainsight"';
  return headers;
}

/** Makes all errors of `app`, those of fastify included, problem details. */
export function answerProblems(app: FastifyInstance, logger: ServerLogger): void {
  app.setErrorHandler((error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
    const problem = toProblem(error);
    if (problem.status >= 500 && problem.code === 'SERVER_ERROR') {
      logger.error(
        { err: error, request: request.id, method: request.method, route: request.routeOptions.url },
        'request failed',
      );
    }
    return send(reply, problem, request.id);
  });
  app.setNotFoundHandler((request, reply) =>
    send(
      reply,
      new HttpProblem(404, 'REQUEST_NOT_FOUND', `There is no ${request.method} at this address.`),
      request.id,
    ),
  );
}

/** Addresses that no route is looked up for, because of how they are written. */
export function answerBadAddress(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const problem =
    error.code === 'FST_ERR_BAD_URL'
      ? new HttpProblem(400, 'REQUEST_INVALID', 'In an address, `%` must begin the two hex digits of a byte of UTF-8.')
      : new HttpProblem(404, 'REQUEST_NOT_FOUND', `There is no ${request.method} at this address.`);
  void send(reply, problem, request.id);
}

/** What Node could not read as a request, or waited for in vain: there is no reply to send it with, only the socket. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket, requestId: string): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const problem = unreadable(error.code);
  const body = JSON.stringify(problemBody(problem, requestId));
  const headers = { ...problemHeaders(problem), 'content-length': Buffer.byteLength(body), connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const status = `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n`;
  if (socket.writable) socket.write(`${status}${lines.join('')}\r\n${body}`);
  socket.destroy(error);
}

function unreadable(code: string | undefined): HttpProblem {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new HttpProblem(408, 'REQUEST_INVALID', 'The request did not end in time.');
    case 'HPE_HEADER_OVERFLOW':
      return new HttpProblem(431, 'REQUEST_TOO_LARGE', 'Address and headers of a request may have 16 KiB.');
    default:
      return new HttpProblem(400, 'REQUEST_INVALID', 'This is not HTTP as it must be.');
  }
}

function send(reply: FastifyReply, problem: HttpProblem, requestId: string): FastifyReply {
  return reply.code(problem.status).headers(problemHeaders(problem)).send(problemBody(problem, requestId));
}

/** @returns what to answer; `SERVER_ERROR` for what nobody foresaw, which belongs in the log */
export function toProblem(error: Error & Partial<FastifyError>): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof AppError) return ofAppError(error);
  if (error instanceof PasswordsBusyError) {
    return new HttpProblem(429, 'REQUEST_BUSY', 'Too many sign-ins at once. Try again shortly.', {
      retryAfterSeconds: 5,
    });
  }
  if (error.validation !== undefined) {
    const place = error.validationContext ?? 'body';
    const errors = error.validation.slice(0, 20).map((entry) => ({
      path: `/${place}${entry.instancePath}`,
      message: faultOf(entry),
      rule: entry.keyword,
      ...(typeof entry.params.limit === 'number' ? { limit: entry.params.limit } : {}),
    }));
    const first = errors[0];
    const detail = first === undefined ? 'The request does not fit its schema.' : `${first.path} ${first.message}.`;
    return new HttpProblem(400, 'REQUEST_INVALID', detail, { errors });
  }
  const status = error.statusCode ?? 500;
  if (status === 413) return new HttpProblem(413, 'REQUEST_TOO_LARGE', 'The body is larger than this address takes.');
  if (status === 415) return new HttpProblem(415, 'REQUEST_MEDIA_TYPE', 'Send the body as application/json.');
  if (status === 429) {
    return new HttpProblem(429, 'REQUEST_BUSY', 'Too many requests from this address. Try again shortly.', {
      retryAfterSeconds: 60,
    });
  }
  // The console's files forbid paths that leave their folder: there is nothing.
  if (status === 403) return notFound('This file');
  if (status >= 400 && status < 500) {
    return new HttpProblem(status, 'REQUEST_INVALID', `${error.message.replace(/\.+$/, '')}.`);
  }
  return new HttpProblem(
    500,
    'SERVER_ERROR',
    'The server could not answer. Its log has the reason under this request id.',
  );
}

/** A pattern is told in the words that stand beside it in the contract. */
function faultOf({ keyword, message, ...rest }: FastifySchemaValidationError): string {
  const { parentSchema } = rest as { readonly parentSchema?: { readonly description?: string } };
  if (keyword === 'pattern' && parentSchema?.description !== undefined) return `must be ${parentSchema.description}`;
  return message ?? 'is not as it must be';
}

/** The log, the store or the packs failing: their messages are written for people. */
function ofAppError(error: AppError): HttpProblem {
  if (error.code === 'CURSOR_INVALID') return new HttpProblem(400, 'REQUEST_INVALID', error.message);
  if (error.code === 'RULES_UNREADABLE') return new HttpProblem(409, 'RULES_UNREADABLE', error.message);
  const extras = error.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: error.retryAfterSeconds };
  const code = error.code.startsWith('STORE_') ? 'STATE_FAILED' : 'EVENTS_STOPPED';
  return new HttpProblem(503, code, error.message, { ...extras, members: { cause: error.code } });
}
