/** Set-up, sign-in, and who is signed in. */

import { Type, type Static } from '@sinclair/typebox';
import { Role } from './role.js';
import { Patterned, Time } from './scalar.js';

/** Header that must carry `Session.csrf` on every change made with a session cookie. */
export const CSRF_HEADER = 'x-csrf-token';

export const PASSWORD_MIN_LENGTH = 10;
export const PASSWORD_MAX_LENGTH = 1024;

export const UserName = Patterned(
  // Dots alone are another place in an address.
  '^[._@-]*[\\p{L}\\p{N}][\\p{L}\\p{N}._@-]*$',
  'a name of letters, digits, dots, underscores, hyphens and @, with at least one letter or digit',
  { minLength: 1, maxLength: 64 },
);
export const Password = Type.String({ minLength: PASSWORD_MIN_LENGTH, maxLength: PASSWORD_MAX_LENGTH });

/** `GET /setup`, open to all: whether the first administrator is still to be made. `serve` prints the link `/setup#token=TOKEN`. */
export const SetupState = Type.Object({ open: Type.Boolean() }, { $id: 'SetupState' });
export type SetupState = Static<typeof SetupState>;

/** `POST /setup`, once; answers 201 with a `Session`. */
export const SetupRequest = Type.Object(
  {
    /** From the link that `serve` printed; behind `#`, so that it is in nobody's log. */
    token: Type.String({ minLength: 1, maxLength: 128 }),
    name: UserName,
    password: Password,
  },
  { $id: 'SetupRequest', additionalProperties: false },
);
export type SetupRequest = Static<typeof SetupRequest>;

/** `POST /sign-in`, answers 200 with a `Session` and sets the cookie; `DELETE /sign-in` ends it (204). */
export const SignIn = Type.Object(
  { name: Type.String({ maxLength: 256 }), password: Type.String({ maxLength: PASSWORD_MAX_LENGTH }) },
  { $id: 'SignIn', additionalProperties: false },
);
export type SignIn = Static<typeof SignIn>;

/** `GET /session`: 401 where nobody is signed in. */
export const Session = Type.Object(
  {
    name: Type.String(),
    role: Role,
    csrf: Type.String(),
    expires: Time,
    /** Version of the server. */
    version: Type.String(),
  },
  { $id: 'Session' },
);
export type Session = Static<typeof Session>;

/** `PUT /session/password`: one's own; ends all other sessions of that person (204). */
export const PasswordChange = Type.Object(
  { current: Type.String({ maxLength: PASSWORD_MAX_LENGTH }), password: Password },
  { $id: 'PasswordChange', additionalProperties: false },
);
export type PasswordChange = Static<typeof PasswordChange>;
