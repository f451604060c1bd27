/** People who sign in. */

import { Type, type Static } from '@sinclair/typebox';
import { PageOf } from './list.js';
import { Role } from './role.js';
import { Nullable, Time } from './scalar.js';
import { Password, UserName } from './session.js';

export const User = Type.Object(
  { name: Type.String(), role: Role, created: Time, lastSignIn: Nullable(Time) },
  { $id: 'User' },
);
export type User = Static<typeof User>;

export const UserPage = PageOf(User, 'UserPage');
export type UserPage = Static<typeof UserPage>;

export const UserRequest = Type.Object(
  { name: UserName, role: Role, password: Password },
  { $id: 'UserRequest', additionalProperties: false },
);
export type UserRequest = Static<typeof UserRequest>;

/** `PATCH /users/{name}`; a new password or role ends that person's sessions. */
export const UserChange = Type.Object(
  { role: Type.Optional(Role), password: Type.Optional(Password) },
  { $id: 'UserChange', additionalProperties: false, minProperties: 1 },
);
export type UserChange = Static<typeof UserChange>;
