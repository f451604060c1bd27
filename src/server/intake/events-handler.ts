/**
 * `POST /events`: the busiest address. It works on Node's own request and response, with no hook, schema or serialiser in between; one event
 * a request must cost little more than reading and decoding it. It answers only when all that it accepted is on disk.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Delivery, DeliveryAnswer, Intake } from '../../app/live-ports.js';
import type { Clock } from '../../app/ports.js';
import { allows } from '../access/identity.js';
import type { DoorToken, TokenDoor } from '../access/token-door.js';
import type { Metrics } from '../metrics.js';
import type { ServerLimits, ServerLogger } from '../parts.js';
import { HttpProblem, problemBody, problemHeaders, SAFE_HEADERS, toProblem } from '../problem.js';
import { readBody, tooLarge } from './body-reader.js';

export interface EventsHandlerParts {
  readonly clock: Clock;
  readonly door: TokenDoor;
  readonly intake: Intake;
  readonly metrics: Metrics;
  readonly limits: ServerLimits;
  readonly logger: ServerLogger;
}

/** What events may be labelled as: `curl` labels all it sends as a form unless told otherwise. */
const MEDIA_TYPES =
  /^(?:application\/(?:[\w.+-]*json[\w.+-]*|octet-stream|x-www-form-urlencoded)|text\/plain)\s*(?:;|$)/i;
/** What a request is counted as in the budget until its length is known. */
const CHUNK_GUESS_BYTES = 1024 * 1024;

export class EventsHandler {
  #inFlightBytes = 0;
  #isClosing = false;

  constructor(private readonly parts: EventsHandlerParts) {}

  /** From now on each answer ends its connection: senders that never pause would keep theirs busy, and the server up, for ever. */
  close(): void {
    this.#isClosing = true;
  }

  /** Never throws and never rejects: every outcome is an answer. */
  async handle(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
    const { metrics } = this.parts;
    let reserved = 0;
    let delivery: Delivery | undefined;
    try {
      const token = this.#authorise(request);
      const isGzip = checkHeaders(request, this.parts.limits);
      reserved = this.#reserve(request);
      delivery = this.parts.intake.open({ sensor: token.record.name, hosts: token.hosts });
      const opened = delivery;
      await readBody(request, isGzip, this.parts.limits, (piece) => opened.push(piece));
      delivery = undefined;
      const taken = takenOf(await opened.end());
      metrics.eventsTaken(taken);
      const text = answerText(taken);
      // With its length stated, the answer goes out in one piece.
      if (this.#isClosing) response.setHeader('connection', 'close');
      response.writeHead(202, { ...JSON_HEADERS, 'content-length': Buffer.byteLength(text) });
      response.end(text);
    } catch (error) {
      delivery?.abandon();
      this.#refuse(request, response, requestId, error);
    } finally {
      this.#inFlightBytes -= reserved;
    }
  }

  #authorise(request: IncomingMessage): DoorToken {
    const token = this.parts.door.identify(request.headers.authorization, this.parts.clock.nowMs());
    if (token === undefined) {
      throw new HttpProblem(
        401,
        'REQUEST_SIGN_IN',
        'Send a sensor token: `Authorization: Bearer TOKEN`. This one is missing, unknown or expired.',
      );
    }
    if (!allows(token.record.role, 'sensor')) {
      throw new HttpProblem(
        403,
        'REQUEST_FORBIDDEN',
        `Events need a token of role sensor; this one is ${token.record.role}.`,
      );
    }
    return token;
  }

  /** Sets bytes of the budget aside. @throws HttpProblem 429 where all are in use */
  #reserve(request: IncomingMessage): number {
    const declared = Number(request.headers['content-length'] ?? CHUNK_GUESS_BYTES);
    if (this.#inFlightBytes > 0 && this.#inFlightBytes + declared > this.parts.limits.inFlightBytes) {
      throw new HttpProblem(429, 'REQUEST_BUSY', 'Too many events are being read at once; nothing was taken.', {
        retryAfterSeconds: 1,
      });
    }
    this.#inFlightBytes += declared;
    return declared;
  }

  #refuse(request: IncomingMessage, response: ServerResponse, requestId: string, error: unknown): void {
    const { logger, metrics } = this.parts;
    const problem = toProblem(error as Error);
    if (problem.code === 'SERVER_ERROR') logger.error({ err: error, request: requestId }, 'taking events failed');
    metrics.eventsRefused(problem.status);
    endUnread(request);
    if (response.headersSent || response.destroyed) return;
    // The rest of the body will not be read, so the connection cannot be used again.
    const close: Record<string, string> = request.complete && !this.#isClosing ? {} : { connection: 'close' };
    response.writeHead(problem.status, { ...problemHeaders(problem), ...close });
    response.end(JSON.stringify(problemBody(problem, requestId)));
  }
}

const JSON_HEADERS = { ...SAFE_HEADERS, 'content-type': 'application/json; charset=utf-8' };

/** @returns whether the body is gzip. @throws HttpProblem 413, 415 */
function checkHeaders(request: IncomingMessage, limits: ServerLimits): boolean {
  const { 'content-type': type, 'content-length': length } = request.headers;
  const encoding = request.headers['content-encoding']?.toLowerCase();
  if (type !== undefined && !MEDIA_TYPES.test(type)) {
    throw new HttpProblem(
      415,
      'REQUEST_MEDIA_TYPE',
      'Send events as application/x-ndjson, or as application/json (an array or one object).',
    );
  }
  if (length !== undefined && Number(length) > limits.bodyBytes) throw tooLarge(limits);
  if (encoding === undefined || encoding === 'identity') return false;
  // An old name of the same (RFC 9110, 8.4.1.3).
  if (encoding === 'gzip' || encoding === 'x-gzip') return true;
  throw new HttpProblem(415, 'REQUEST_MEDIA_TYPE', 'Bodies may be packed with gzip only.');
}

/** Few bytes are read and dropped, so that the sender sees the answer before the connection ends; with many it is cut. */
const DRAIN_MAX_BYTES = 1024 * 1024;
const DRAIN_MS = 2000;

function endUnread(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  let bytes = 0;
  const cut = (): void => void request.destroy();
  const timer = setTimeout(cut, DRAIN_MS);
  timer.unref();
  request.on('data', (piece: Buffer) => {
    bytes += piece.length;
    if (bytes > DRAIN_MAX_BYTES) cut();
  });
  request.on('close', () => clearTimeout(timer));
  request.on('error', () => clearTimeout(timer));
  request.resume();
}

type Taken = DeliveryAnswer & { readonly kind: 'taken' };

/** @throws HttpProblem where nothing was taken: 400 or 403 where all events were rejected, 429, 503 */
function takenOf(answer: DeliveryAnswer): Taken {
  switch (answer.kind) {
    case 'busy':
      throw new HttpProblem(429, 'REQUEST_BUSY', answer.reason, { retryAfterSeconds: answer.retryAfterSeconds });
    case 'stopped':
      throw new HttpProblem(503, 'EVENTS_STOPPED', answer.reason, { retryAfterSeconds: 30 });
    case 'taken':
      if (answer.accepted > 0 || answer.rejectedCount === 0) return answer;
  }
  const { rejected, rejectedCount, foreignCount } = answer;
  const [first] = rejected;
  const members = { rejected, rejectedCount };
  const detail = `All ${rejectedCount} events were rejected; number ${first?.index ?? 0} ${first?.reason ?? ''}`;
  if (foreignCount === rejectedCount) throw new HttpProblem(403, 'REQUEST_FORBIDDEN', detail, { members });
  throw new HttpProblem(400, 'EVENTS_REJECTED', detail, { members });
}

/** Written by hand for the common case: nothing rejected. */
function answerText({ accepted, duplicates, rejected, rejectedCount }: Taken): string {
  if (rejectedCount === 0) return `{"accepted":${accepted},"duplicates":${duplicates},"rejected":[]}`;
  return JSON.stringify({
    accepted,
    duplicates,
    rejected,
    ...(rejectedCount > rejected.length ? { rejectedCount } : {}),
  });
}
