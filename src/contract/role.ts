/** Who may do what: a person's role, and a token's. */

import { OneOf } from './scalar.js';

/** Each may do what those before it may. */
export const ROLES = ['viewer', 'analyst', 'administrator'] as const;
export const Role = OneOf(ROLES);
export type Role = (typeof ROLES)[number];

/** `sensor` may hand in events and nothing else; `admin` is a script's `administrator`. */
export const TOKEN_ROLES = ['sensor', 'viewer', 'analyst', 'admin'] as const;
export const TokenRole = OneOf(TOKEN_ROLES);
export type TokenRole = (typeof TOKEN_ROLES)[number];
