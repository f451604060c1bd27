/**
 * Slows down guessing at sign-in. Failures are counted per name and address, per address, and per name; each count has a number that is
 * free, after which every further failure doubles the wait. The count per name alone is generous and its wait short, so that nobody can lock
 * a colleague out from elsewhere. Of IPv6 the first half of an address counts: whoever has one has the 2⁶⁴ beside it too.
 *
 *     failure ──► count + 1 ──► wait = 1 s · 2^(count − free), at most the limit
 *     success ──► counts of this name and address forgotten;  an hour without failure: forgotten
 *
 * Looking takes a while: attempts under way count as if they had failed, or many made at once would all be free.
 */

import { isIPv6 } from 'node:net';
import { HttpProblem } from '../problem.js';

interface Track {
  readonly free: number;
  readonly longestMs: number;
}

const TRACKS = {
  pair: { free: 5, longestMs: 15 * 60_000 },
  address: { free: 20, longestMs: 15 * 60_000 },
  name: { free: 50, longestMs: 30_000 },
} satisfies Record<string, Track>;

const FORGET_MS = 60 * 60_000;
/** Until some of those under way are done. */
const UNDER_WAY_MS = 1000;
/** Names and addresses are a stranger's text: beyond this many, those longest untouched are forgotten. */
const ENTRIES_MAX = 20_000;

interface Entry {
  count: number;
  untilMs: number;
  touchedMs: number;
}

export class LockOut {
  readonly #entries = new Map<string, Entry>();
  /** Attempts by key; bounded by what is let in at once. */
  readonly #underWay = new Map<string, number>();

  /** Milliseconds until the next attempt is allowed; 0 = now. */
  waitMs(name: string, address: string, nowMs: number): number {
    let waitMs = 0;
    for (const [key, { free }] of keysOf(name, address)) {
      const known = this.#entries.get(key);
      const underWay = this.#underWay.get(key) ?? 0;
      const failures = known === undefined || isOld(known, nowMs) ? 0 : known.count;
      if (underWay > 0 && failures + underWay >= free) waitMs = Math.max(waitMs, UNDER_WAY_MS);
      waitMs = Math.max(waitMs, (known?.untilMs ?? 0) - nowMs);
    }
    return waitMs;
  }

  /** An attempt whose outcome takes a while. @returns what ends it, to be called once, after `failed` or `succeeded` */
  begin(name: string, address: string): () => void {
    const keys = keysOf(name, address).map(([key]) => key);
    for (const key of keys) this.#underWay.set(key, (this.#underWay.get(key) ?? 0) + 1);
    return () => {
      for (const key of keys) {
        const left = (this.#underWay.get(key) ?? 0) - 1;
        if (left > 0) this.#underWay.set(key, left);
        else this.#underWay.delete(key);
      }
    };
  }

  failed(name: string, address: string, nowMs: number): void {
    for (const [key, track] of keysOf(name, address)) {
      const known = this.#entries.get(key);
      const count = (known === undefined || isOld(known, nowMs) ? 0 : known.count) + 1;
      const over = count - track.free;
      const waitMs = over < 0 ? 0 : Math.min(track.longestMs, 1000 * 2 ** Math.min(over, 20));
      // Set anew, so that the map's order is the order of last touch.
      this.#entries.delete(key);
      this.#entries.set(key, { count, untilMs: nowMs + waitMs, touchedMs: nowMs });
    }
    while (this.#entries.size > ENTRIES_MAX) {
      const oldest = this.#entries.keys().next();
      if (oldest.done === true) break;
      this.#entries.delete(oldest.value);
    }
  }

  succeeded(name: string, address: string): void {
    const [pair] = keysOf(name, address);
    if (pair !== undefined) this.#entries.delete(pair[0]);
  }
}

function isOld({ touchedMs }: Entry, nowMs: number): boolean {
  return nowMs - touchedMs > FORGET_MS;
}

/** @throws HttpProblem 429 while there is a wait */
export function demandNoWait(waitMs: number): void {
  if (waitMs === 0) return;
  const seconds = Math.ceil(waitMs / 1000);
  throw new HttpProblem(429, 'SIGN_IN_LOCKED', `Too many failed attempts. Try again in ${seconds} s.`, {
    retryAfterSeconds: seconds,
  });
}

/** The pair comes first. Without a name (set-up, enrolment) the address alone counts: a count of all addresses would let anybody make all wait. */
function keysOf(name: string, address: string): (readonly [string, Track])[] {
  const lower = name.toLowerCase();
  const network = networkOf(address);
  return [
    [`pair\0${lower}\0${network}`, TRACKS.pair],
    [`address\0${network}`, TRACKS.address],
    ...(lower === '' ? [] : [[`name\0${lower}`, TRACKS.name] as const]),
  ];
}

/** The address of IPv4, also where a socket that speaks both writes it as `::ffff:…`; of IPv6 its first four groups. */
function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address)?.[1];
  const plain = address.replace(/%.*$/, '');
  if (mapped !== undefined || !isIPv6(plain)) return mapped ?? address;
  // The URL parser leaves lower-case groups and at most one `::`.
  const [head = '', tail] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? 0 : tail.split(':').length;
  while (tail !== undefined && groups.length + after < 8) groups.push('0');
  return `${groups.slice(0, 4).join(':')}::/64`;
}
