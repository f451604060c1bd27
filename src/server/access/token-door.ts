/**
 * Turns an `Authorization` header into the token it names. Made for the busiest route: a known header costs one map look-up; the database
 * is asked for unknown ones, and again for known ones once a second, so a token removed by another process ends within that time and a new
 * one works at once. What this server removes is forgotten at once.
 */

import type { TokenRecord, TokenStore } from '../../app/access-ports.js';
import { hostKey } from '../../engine/event/host-name.js';
import { hashSecret } from './secret.js';

export interface DoorToken {
  readonly record: TokenRecord;
  /** Keys of the hosts it may speak for, `undefined` = any. */
  readonly hosts: ReadonlySet<string> | undefined;
}

const RECHECK_MS = 1000;
const TOUCH_MS = 60_000;
const CACHED_MAX = 10_000;
/** Ours have 43 characters; whatever is far longer is refused unread. */
const HEADER_MAX = 512;

export class TokenDoor {
  readonly #cache = new Map<string, { readonly token: DoorToken; checkedMs: number }>();
  readonly #touched = new Map<string, number>();

  constructor(private readonly store: TokenStore) {}

  identify(header: string | undefined, nowMs: number): DoorToken | undefined {
    if (header === undefined || header.length > HEADER_MAX) return undefined;
    const cached = this.#cache.get(header);
    if (cached !== undefined && nowMs - cached.checkedMs < RECHECK_MS && nowMs >= cached.checkedMs) {
      return expired(cached.token.record, nowMs) ? undefined : cached.token;
    }
    return this.#ask(header, nowMs);
  }

  /** After the token was removed: the next request that shows it is refused. */
  forget(id: string): void {
    for (const [header, { token }] of this.#cache) if (token.record.id === id) this.#cache.delete(header);
  }

  #ask(header: string, nowMs: number): DoorToken | undefined {
    this.#cache.delete(header);
    const secret = /^Bearer +([\w~+/.-]+=*)$/i.exec(header)?.[1];
    if (secret === undefined) return undefined;
    const record = this.store.tokenByHash(hashSecret(secret));
    if (record === undefined || expired(record, nowMs)) return undefined;
    const hosts = record.hosts.length === 0 ? undefined : new Set(record.hosts.map(hostKey));
    const token: DoorToken = { record, hosts };
    if (this.#cache.size >= CACHED_MAX) this.#cache.clear();
    this.#cache.set(header, { token, checkedMs: nowMs });
    this.#touch(record.id, nowMs);
    return token;
  }

  #touch(id: string, nowMs: number): void {
    if (nowMs - (this.#touched.get(id) ?? 0) < TOUCH_MS) return;
    if (this.#touched.size >= CACHED_MAX) this.#touched.clear();
    this.#touched.set(id, nowMs);
    try {
      this.store.touchToken(id, nowMs);
    } catch {
      // Nobody is turned away because it cannot be noted when a token was used: a full disk is told by what it keeps from being done.
      this.#touched.delete(id);
    }
  }
}

/** @returns whether its time is over */
export function expired(record: TokenRecord, nowMs: number): boolean {
  return record.expiresMs !== 0 && nowMs >= record.expiresMs;
}
