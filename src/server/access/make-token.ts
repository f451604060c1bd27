/** A new token: what is kept of it, and the secret that is not. */

import type { TokenRecord, TokenRole } from '../../app/access-ports.js';
import { hashSecret, newId, newSecret } from './secret.js';

export interface TokenWish {
  readonly name: string;
  readonly role: TokenRole;
  readonly hosts: readonly string[];
  readonly nowMs: number;
  readonly by: string;
  /** 0 = never. */
  readonly expiresMs: number;
}

export function makeToken(wish: TokenWish): { readonly record: TokenRecord; readonly secret: string } {
  const secret = newSecret();
  const record: TokenRecord = {
    id: newId(),
    name: wish.name,
    role: wish.role,
    secretHash: hashSecret(secret),
    hosts: wish.hosts.map((host) => host.toLowerCase()),
    createdMs: wish.nowMs,
    createdBy: wish.by,
    lastUsedMs: 0,
    expiresMs: wish.expiresMs,
  };
  return { record, secret };
}
