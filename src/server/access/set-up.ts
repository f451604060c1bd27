/** The first administrator: made once, through a link with a one-time token that the server prints where only its owner reads. */

import type { AccessStore } from '../../app/access-ports.js';
import { hashSecret, newSecret, sameSecret } from './secret.js';

const FACT = 'set-up-token';

export function isSetUpOpen(access: AccessStore): boolean {
  return access.users().length === 0;
}

/** A new token, which replaces an earlier one; `undefined` where there is an administrator already. */
export function openSetUp(access: AccessStore): string | undefined {
  if (!isSetUpOpen(access)) return undefined;
  const token = newSecret();
  access.setFact(FACT, hashSecret(token));
  return token;
}

export function isSetUpToken(access: AccessStore, token: string): boolean {
  const kept = access.fact(FACT);
  return kept !== undefined && sameSecret(hashSecret(token), kept);
}

export function closeSetUp(access: AccessStore): void {
  access.setFact(FACT, undefined);
}
