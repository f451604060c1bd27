/** Who a request comes from. */

import type { Role, SessionRecord, TokenRecord, TokenRole } from '../../app/access-ports.js';

export type Identity =
  | { readonly kind: 'person'; readonly name: string; readonly role: Role; readonly session: SessionRecord }
  | { readonly kind: 'token'; readonly name: string; readonly role: TokenRole; readonly token: TokenRecord };

/**
 * What a route asks for. `open`: nothing. `sensor`: a token that may hand in events. The rest: this role or a higher one, of a person or
 * of a script's token.
 */
export type Need = 'open' | 'sensor' | Role;

const RANK = { sensor: 0, viewer: 1, analyst: 2, administrator: 3, admin: 3 } as const satisfies Record<
  Role | TokenRole,
  number
>;

export function allows(role: Role | TokenRole, need: Need): boolean {
  if (need === 'open') return true;
  if (need === 'sensor') return role === 'sensor' || role === 'admin';
  return RANK[role] >= RANK[need];
}

/** As the audit log names it. */
export function auditName(identity: Identity): string {
  return identity.kind === 'person' ? identity.name : `token:${identity.name}`;
}
