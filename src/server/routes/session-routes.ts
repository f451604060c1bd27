/** Set-up, sign-in, sign-out, and one's own session. */

import { Type } from '@sinclair/typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { UserRecord } from '../../app/access-ports.js';
import {
  PasswordChange,
  Session,
  SetupRequest,
  SetupState,
  SignIn,
  type PasswordChange as PasswordChangeBody,
  type Role,
  type Session as SessionBody,
  type SetupRequest as SetupBody,
  type SignIn as SignInBody,
} from '../../contract/index.js';
import { callerOf, clearSessionCookie, sessionCookie, setSessionCookie } from '../access/guard.js';
import { demandNoWait, LockOut } from '../access/lock-out.js';
import { hashPassword, verifyPassword } from '../access/password.js';
import { hashSecret, newSecret } from '../access/secret.js';
import { closeSetUp, isSetUpOpen, isSetUpToken } from '../access/set-up.js';
import { HttpProblem } from '../problem.js';
import { iso } from '../shape/time.js';
import type { RouteContext } from './context.js';

/** As the audit log names who tried to sign in under a name that nobody has; no person can have it, for its blank. */
const UNKNOWN_NAME = 'unknown name';
const SESSION_MS = 12 * 60 * 60_000;

export function sessionRoutes(context: RouteContext): void {
  const { app, parts, options, audit } = context;
  const { access, clock } = parts;
  const lockOut = new LockOut();
  const secure = options.tls !== undefined;

  /** Makes a session, sets its cookie, and says who is signed in. */
  const begin = (user: UserRecord, reply: FastifyReply): SessionBody => {
    const nowMs = clock.nowMs();
    access.removeSessionsExpired(nowMs);
    const secret = newSecret();
    const csrf = newSecret();
    const expiresMs = nowMs + SESSION_MS;
    access.addSession({ idHash: hashSecret(secret), user: user.name, csrf, createdMs: nowMs, expiresMs });
    access.changeUser(user.name, { lastSignInMs: nowMs });
    setSessionCookie(reply, secret, expiresMs, secure);
    return { name: user.name, role: user.role, csrf, expires: iso(expiresMs), version: options.version };
  };

  /** @throws HttpProblem 429 while this name or address has to wait */
  const checkLock = (name: string, request: FastifyRequest): void =>
    demandNoWait(lockOut.waitMs(name, request.ip, clock.nowMs()));

  /** Whether `password` is the one that is kept; a wrong one is counted. @throws HttpProblem as `checkLock` */
  const isPassword = async (
    name: string,
    password: string,
    stored: string | undefined,
    request: FastifyRequest,
  ): Promise<boolean> => {
    checkLock(name, request);
    const end = lockOut.begin(name, request.ip);
    try {
      const isRight = await verifyPassword(password, stored);
      if (isRight) lockOut.succeeded(name, request.ip);
      else lockOut.failed(name, request.ip, clock.nowMs());
      return isRight;
    } finally {
      end();
    }
  };

  app.get(
    '/setup',
    { schema: { summary: 'Is the first administrator still to be made?', response: { 200: SetupState } } },
    () => ({
      open: isSetUpOpen(access),
    }),
  );

  app.post<{ Body: SetupBody }>(
    '/setup',
    { schema: { summary: 'Make the first administrator, once', body: SetupRequest, response: { 201: Session } } },
    async (request, reply) => {
      const { token, name, password } = request.body;
      if (!isSetUpOpen(access))
        throw new HttpProblem(409, 'SETUP_CLOSED', 'There is an administrator already. Sign in.');
      checkLock('', request);
      if (!isSetUpToken(access, token)) {
        lockOut.failed('', request.ip, clock.nowMs());
        throw new HttpProblem(403, 'SETUP_REFUSED', 'Open the link that the server printed when it started last.');
      }
      const passwordHash = await hashPassword(password);
      // Hashing took a while: another request with the same token may have been quicker.
      if (!isSetUpOpen(access))
        throw new HttpProblem(409, 'SETUP_CLOSED', 'There is an administrator already. Sign in.');
      const user: UserRecord = { name, role: 'administrator', passwordHash, createdMs: clock.nowMs(), lastSignInMs: 0 };
      access.addUser(user);
      closeSetUp(access);
      audit(request, { who: name, action: 'setup', target: name });
      return reply.code(201).send(begin(user, reply));
    },
  );

  app.post<{ Body: SignInBody }>(
    '/sign-in',
    { schema: { summary: 'Sign in; sets the session cookie', body: SignIn, response: { 200: Session } } },
    async (request, reply) => {
      const { name, password } = request.body;
      const asked = access.user(name);
      const isRight = await isPassword(name, password, asked?.passwordHash, request);
      // That took a while: whoever was removed meanwhile, or given another password, is not let in with the old one.
      const user = access.user(name);
      if (!isRight || user === undefined || user.passwordHash !== asked?.passwordHash) {
        // A name that nobody has may be a password that slipped into the wrong field: it is written nowhere.
        const who = user?.name ?? UNKNOWN_NAME;
        audit(request, { who, action: 'sign-in.refused', target: who });
        throw new HttpProblem(401, 'SIGN_IN_REFUSED', 'The name or the password is wrong.');
      }
      audit(request, { who: user.name, action: 'sign-in', target: user.name });
      return begin(user, reply);
    },
  );

  app.delete('/sign-in', { schema: { summary: 'Sign out', response: { 204: Type.Null() } } }, (request, reply) => {
    const cookie = sessionCookie(request);
    if (cookie !== undefined) access.removeSession(hashSecret(cookie));
    clearSessionCookie(reply, secure);
    return reply.code(204).send();
  });

  app.get(
    '/session',
    { schema: { summary: 'Who is signed in', response: { 200: Session } } },
    (request): SessionBody => {
      const caller = callerOf(request);
      const { version } = options;
      if (caller.kind === 'person') {
        const { csrf, expiresMs } = caller.session;
        return { name: caller.name, role: caller.role, csrf, expires: iso(expiresMs), version };
      }
      const { expiresMs } = caller.token;
      const role: Role = caller.role === 'admin' ? 'administrator' : caller.role === 'analyst' ? 'analyst' : 'viewer';
      return {
        name: `token:${caller.name}`,
        role,
        csrf: '',
        expires: iso(expiresMs === 0 ? clock.nowMs() + SESSION_MS : expiresMs),
        version,
      };
    },
  );

  app.put<{ Body: PasswordChangeBody }>(
    '/session/password',
    { schema: { summary: 'Change one’s own password', body: PasswordChange, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const caller = callerOf(request);
      if (caller.kind !== 'person') throw new HttpProblem(403, 'REQUEST_FORBIDDEN', 'A token has no password.');
      const { current, password } = request.body;
      if (!(await isPassword(caller.name, current, access.user(caller.name)?.passwordHash, request))) {
        throw new HttpProblem(403, 'SIGN_IN_REFUSED', 'The current password is wrong.');
      }
      const passwordHash = await hashPassword(password);
      // All that took a while: a session that was ended meanwhile sets no password, and does not come back.
      if (access.session(caller.session.idHash) === undefined)
        throw new HttpProblem(401, 'REQUEST_SIGN_IN', 'This session has ended meanwhile. Sign in again.');
      access.changeUser(caller.name, { passwordHash });
      access.removeSessionsOf(caller.name);
      access.addSession(caller.session);
      audit(request, { action: 'user.password', target: caller.name });
      return reply.code(204).send();
    },
  );
}
