/**
 * Fast, stable hashes of text for identities. Not cryptographic: whoever writes a host's events can make that host's own
 * identities collide, and nobody else's, because the host's name is always part of the text.
 */

/** 64 bits as two unsigned 32-bit halves; `hash64` reuses nothing, so results may be kept. */
export interface Hash64 {
  readonly high: number;
  readonly low: number;
}

/** Mixing steps of MurmurHash3's 32-bit finaliser (Austin Appleby, public domain), run as two lanes over UTF-16 units. */
export function hash64(text: string, seed = 0): Hash64 {
  let high = 0x9e3779b9 ^ seed;
  let low = 0x85ebca6b ^ (seed + text.length);
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 0x9e3779b1);
    low = Math.imul(low ^ unit, 0x5f356495);
    high ^= low >>> 15;
    low ^= high >>> 13;
  }
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  low = Math.imul(low ^ (low >>> 16), 0xc2b2ae35) ^ Math.imul(high ^ (high >>> 13), 0x85ebca6b);
  return { high: high >>> 0, low: low >>> 0 };
}

/** 16 hex digits. Made at once: texts joined from parts would be put together again by the first map that they are a key of. */
export function hex64({ high, low }: Hash64): string {
  return String.fromCharCode(
    hexUnit(high >>> 28),
    hexUnit(high >>> 24),
    hexUnit(high >>> 20),
    hexUnit(high >>> 16),
    hexUnit(high >>> 12),
    hexUnit(high >>> 8),
    hexUnit(high >>> 4),
    hexUnit(high),
    hexUnit(low >>> 28),
    hexUnit(low >>> 24),
    hexUnit(low >>> 20),
    hexUnit(low >>> 16),
    hexUnit(low >>> 12),
    hexUnit(low >>> 8),
    hexUnit(low >>> 4),
    hexUnit(low),
  );
}

/** 32 hex digits over parts joined by NUL, a character that host names and GUIDs cannot hold. For ids of processes and chains. */
export function hashId(...parts: readonly string[]): string {
  const text = parts.join('\0');
  return hex128(hash64(text), hash64(text, 0x2545f491));
}

/** As `hex64`: an id of two texts joined would weigh twice as much for as long as it is kept. */
function hex128(first: Hash64, second: Hash64): string {
  for (let unit = 0; unit < 8; unit++) {
    UNITS[unit] = hexUnit(first.high >>> (28 - 4 * unit));
    UNITS[8 + unit] = hexUnit(first.low >>> (28 - 4 * unit));
    UNITS[16 + unit] = hexUnit(second.high >>> (28 - 4 * unit));
    UNITS[24 + unit] = hexUnit(second.low >>> (28 - 4 * unit));
  }
  return String.fromCharCode(...UNITS);
}

const UNITS = Array.from({ length: 32 }, () => 0);

function hexUnit(bits: number): number {
  const digit = bits & 15;
  return digit + (digit < 10 ? 48 : 87);
}
