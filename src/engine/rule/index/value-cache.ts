/**
 * Remembers an answer for values seen before. Made for texts fresh out of a parser: a `Map` hashes the whole of each before it can look
 * anything up (120 ns for a path), here some of its units choose the place and one comparison settles it (70 ns). A wrong guess only costs
 * the answer being worked out again; values made to collide do no more than that.
 */

const SETS = 1024;
const WAYS = 2;

export class ValueCache<Value> {
  readonly #keys = Array.from<unknown>({ length: SETS * WAYS }).fill(ABSENT);
  readonly #values = Array.from<Value | undefined>({ length: SETS * WAYS });

  get(key: string | number): Value | undefined {
    const place = placeOf(key);
    if (this.#keys[place] === key) return this.#values[place];
    if (this.#keys[place + 1] === key) return this.#values[place + 1];
    return undefined;
  }

  /** Takes the place of the older of the two values that share it. */
  set(key: string | number, value: Value): void {
    const place = placeOf(key);
    this.#keys[place + 1] = this.#keys[place];
    this.#values[place + 1] = this.#values[place];
    this.#keys[place] = key;
    this.#values[place] = value;
  }
}

/** Equal to no key. */
const ABSENT = Symbol('absent');

function placeOf(key: string | number): number {
  return (mix(typeof key === 'number' ? key | 0 : sample(key)) & (SETS - 1)) * WAYS;
}

const TAIL_LENGTH = 10;
const REST_SAMPLES = 8;

/** Paths differ at their end, or somewhere before it: the end is taken whole, of the rest a unit here and there. */
function sample(text: string): number {
  const { length } = text;
  const tail = Math.max(0, length - TAIL_LENGTH);
  let hash = length;
  for (let at = length - 1; at >= tail; at--) hash = Math.imul(hash, 31) + text.charCodeAt(at);
  const step = Math.floor(tail / REST_SAMPLES) + 1;
  for (let at = tail - 1; at >= 0; at -= step) hash = Math.imul(hash, 31) + text.charCodeAt(at);
  return hash;
}

function mix(hash: number): number {
  const spread = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return spread ^ (spread >>> 13);
}
