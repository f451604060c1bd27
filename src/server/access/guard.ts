/**
 * Decides, before a route runs, who calls and whether they may: one hook for all routes of the API but the intake of events, which asks
 * `TokenDoor` itself. A change made with a session cookie must also carry that session's CSRF token.
 */

import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AccessStore } from '../../app/access-ports.js';
import type { Clock } from '../../app/ports.js';
import { CSRF_HEADER } from '../../contract/index.js';
import { HttpProblem } from '../problem.js';
import { allows, type Identity, type Need } from './identity.js';
import { needOf } from './route-needs.js';
import { hashSecret, sameSecret } from './secret.js';
import type { TokenDoor } from './token-door.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the guard on every route that is not open; `undefined` on open ones. */
    identity: Identity | undefined;
  }
}

const COOKIE_NAME = 'chainsight_session';
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

export function guard(app: FastifyInstance, access: AccessStore, door: TokenDoor, clock: Clock): void {
  app.decorateRequest('identity', undefined);
  app.addHook('onRequest', (request, _reply, done) => {
    const need = needOfRequest(request);
    if (need !== undefined && need !== 'open') {
      request.identity = identify(request, access, door, clock.nowMs());
      demand(request.identity, need);
    }
    done();
  });
}

/** Who is signed in on a route that the guard has let through. */
export function callerOf(request: FastifyRequest): Identity {
  if (request.identity === undefined)
    throw new HttpProblem(401, 'REQUEST_SIGN_IN', 'Sign in, or send a token as bearer.');
  return request.identity;
}

/** @throws HttpProblem 401, 403 */
export function demand(identity: Identity | undefined, need: Need): void {
  if (identity === undefined) throw new HttpProblem(401, 'REQUEST_SIGN_IN', 'Sign in, or send a token as bearer.');
  if (!allows(identity.role, need)) {
    throw new HttpProblem(403, 'REQUEST_FORBIDDEN', `This needs the role ${need}; you are ${identity.role}.`);
  }
}

function needOfRequest(request: FastifyRequest): Need | undefined {
  // No route matched: the answer is "not found", whoever asks.
  if (request.routeOptions.url === undefined) return undefined;
  const need = needOf(request.method, request.routeOptions.url);
  if (need === undefined) throw new HttpProblem(403, 'REQUEST_FORBIDDEN', 'This address has no role.');
  return need;
}

/** A bearer wins over a cookie: a script says what it means. @returns `undefined` for nobody we know */
export function identify(
  request: FastifyRequest,
  access: AccessStore,
  door: TokenDoor,
  nowMs: number,
): Identity | undefined {
  const header = request.headers.authorization;
  if (header !== undefined) {
    const token = door.identify(header, nowMs)?.record;
    return token === undefined ? undefined : { kind: 'token', name: token.name, role: token.role, token };
  }
  const identity = personOf(request, access, nowMs);
  if (identity !== undefined && !SAFE_METHODS.has(request.method)) {
    const sent = request.headers[CSRF_HEADER];
    if (typeof sent !== 'string' || !sameSecret(sent, identity.session.csrf)) {
      throw new HttpProblem(403, 'REQUEST_CSRF', `A change needs the header ${CSRF_HEADER} with the session's token.`);
    }
  }
  return identity;
}

function personOf(
  request: FastifyRequest,
  access: AccessStore,
  nowMs: number,
): (Identity & { kind: 'person' }) | undefined {
  const cookie = sessionCookie(request);
  if (cookie === undefined) return undefined;
  const session = access.session(hashSecret(cookie));
  if (session === undefined || session.expiresMs <= nowMs) return undefined;
  const user = access.user(session.user);
  return user === undefined ? undefined : { kind: 'person', name: user.name, role: user.role, session };
}

export function sessionCookie(request: FastifyRequest): string | undefined {
  const value = request.cookies[COOKIE_NAME];
  return value === undefined || value.length > 128 ? undefined : value;
}

export function setSessionCookie(reply: FastifyReply, secret: string, expiresMs: number, secure: boolean): void {
  reply.setCookie(COOKIE_NAME, secret, { ...cookieOptions(secure), expires: new Date(expiresMs) });
}

export function clearSessionCookie(reply: FastifyReply, secure: boolean): void {
  reply.clearCookie(COOKIE_NAME, cookieOptions(secure));
}

function cookieOptions(secure: boolean): CookieSerializeOptions {
  return { path: '/', httpOnly: true, sameSite: 'strict', secure };
}
