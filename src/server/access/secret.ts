/** Random secrets and how they are kept: 256 bits from the system, stored as their SHA-256. No slow hash is needed for what cannot be guessed. */

import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 43 characters, safe in a header, an address and a shell. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** 32 hex digits. */
export function newId(): string {
  return randomBytes(16).toString('hex');
}

/** SHA-256 as 64 hex digits. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex');
}

/** Takes the same time wherever two texts begin to differ, and whatever their lengths. */
export function sameSecret(left: string, right: string): boolean {
  return timingSafeEqual(hash('sha256', left, 'buffer'), hash('sha256', right, 'buffer'));
}
