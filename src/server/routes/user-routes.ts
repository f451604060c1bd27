/** People: list, add, change, remove. One administrator always remains. */

import { Type } from '@sinclair/typebox';
import type { UserRecord } from '../../app/access-ports.js';
import {
  User,
  UserChange,
  UserPage,
  UserRequest,
  WholeListQuery,
  type User as UserBody,
  type UserChange as UserChangeBody,
  type UserRequest as UserRequestBody,
} from '../../contract/index.js';
import { hashPassword } from '../access/password.js';
import { HttpProblem, notFound } from '../problem.js';
import { pageShape, wholeOrPage } from '../shape/page.js';
import { iso, isoOrNull } from '../shape/time.js';
import type { RouteContext } from './context.js';

interface NameParams {
  readonly name: string;
}

export function userRoutes({ app, parts, audit }: RouteContext): void {
  const { access, clock } = parts;

  const userOf = (name: string): UserRecord => {
    const user = access.user(name);
    if (user === undefined) throw notFound('This person');
    return user;
  };

  /** @throws HttpProblem 409 where `user` is the only administrator */
  const keepAnAdministrator = (user: UserRecord): void => {
    const others = access.users().filter(({ name, role }) => role === 'administrator' && name !== user.name);
    if (user.role === 'administrator' && others.length === 0) {
      throw new HttpProblem(
        409,
        'USER_LAST_ADMINISTRATOR',
        `${user.name} is the only administrator. Make somebody else one first.`,
      );
    }
  };

  app.get<{ Querystring: WholeListQuery }>(
    '/users',
    {
      schema: {
        summary: 'People who may sign in; all of them unless there is a `limit`',
        querystring: WholeListQuery,
        response: { 200: UserPage },
      },
    },
    ({ query }) =>
      pageShape(
        wholeOrPage(access.users(), query, ({ name }) => name),
        userShape,
      ),
  );

  app.post<{ Body: UserRequestBody }>(
    '/users',
    { schema: { summary: 'Add a person', body: UserRequest, response: { 201: User } } },
    async (request, reply) => {
      const { name, role, password } = request.body;
      const user: UserRecord = {
        name,
        role,
        passwordHash: await hashPassword(password),
        createdMs: clock.nowMs(),
        lastSignInMs: 0,
      };
      if (!access.addUser(user)) throw new HttpProblem(409, 'REQUEST_EXISTS', `Somebody is called ${name} already.`);
      audit(request, { action: 'user.add', target: name, after: { role } });
      return reply.code(201).send(userShape(user));
    },
  );

  app.patch<{ Params: NameParams; Body: UserChangeBody }>(
    '/users/:name',
    {
      schema: {
        summary: 'Change a person’s role or password; ends their sessions',
        body: UserChange,
        response: { 200: User },
      },
    },
    async (request, reply) => {
      const { role, password } = request.body;
      const passwordHash = password === undefined ? undefined : await hashPassword(password);
      const user = userOf(request.params.name);
      if (role !== undefined && role !== 'administrator') keepAnAdministrator(user);
      access.changeUser(user.name, {
        ...(role === undefined ? {} : { role }),
        ...(passwordHash === undefined ? {} : { passwordHash }),
      });
      access.removeSessionsOf(user.name);
      audit(request, {
        action: 'user.change',
        target: user.name,
        before: { role: user.role },
        after: { role: role ?? user.role, password: password === undefined ? 'as before' : 'new' },
      });
      return reply.send(userShape(userOf(user.name)));
    },
  );

  app.delete<{ Params: NameParams }>(
    '/users/:name',
    { schema: { summary: 'Remove a person and their sessions', response: { 204: Type.Null() } } },
    (request, reply) => {
      const user = userOf(request.params.name);
      keepAnAdministrator(user);
      access.removeUser(user.name);
      audit(request, { action: 'user.remove', target: user.name, before: { role: user.role } });
      return reply.code(204).send();
    },
  );
}

function userShape({ name, role, createdMs, lastSignInMs }: UserRecord): UserBody {
  return { name, role, created: iso(createdMs), lastSignIn: isoOrNull(lastSignInMs) };
}
