/** Secrets for sensors and scripts. Stored as a hash: the secret itself is shown once, when it is made. */

import { Type, type Static } from '@sinclair/typebox';
import { PageOf } from './list.js';
import { TokenRole } from './role.js';
import { HostName, Nullable, Time } from './scalar.js';

export const Token = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    role: TokenRole,
    /** Hosts it may speak for, lower case; empty = any (a forwarder). */
    hosts: Type.Array(Type.String()),
    created: Time,
    createdBy: Type.String(),
    lastUsed: Nullable(Time),
    expires: Nullable(Time),
  },
  { $id: 'Token' },
);
export type Token = Static<typeof Token>;

export const TokenPage = PageOf(Token, 'TokenPage');
export type TokenPage = Static<typeof TokenPage>;

export const TokenRequest = Type.Object(
  {
    name: Type.String({ maxLength: 128, pattern: '\\S', description: 'a name, not blanks alone' }),
    role: TokenRole,
    hosts: Type.Optional(Type.Array(HostName, { maxItems: 1000 })),
    expires: Type.Optional(Time),
  },
  { $id: 'TokenRequest', additionalProperties: false },
);
export type TokenRequest = Static<typeof TokenRequest>;

export const TokenCreated = Type.Object({ token: Token, secret: Type.String() }, { $id: 'TokenCreated' });
export type TokenCreated = Static<typeof TokenCreated>;
