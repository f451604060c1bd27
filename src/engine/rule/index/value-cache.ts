/**
 * Remembers an answer for values seen before. Made for texts fresh out of a parser: a `Map` hashes the whole of each before it can look
 * anything up (120 ns for a path), here some of its units choose the place and one comparison settles it (70 ns). A wrong guess only costs
 * the answer being worked out again; values made to collide do no more than that.
 */

const SETS_MIN = 32;
const SETS_MAX = 512;
/** With two, three call traces that take turns and are told apart by none of the units looked at would push each other out for ever. */
const WAYS = 4;
/** The table doubles after as many answers for each of its sets: most caches are asked about few values, and there are many caches. */
const ANSWERS_PER_SET = 2;

export class ValueCache<Value> {
  #sets = SETS_MIN;
  #keys = emptyKeys(SETS_MIN);
  #values = Array.from<Value | undefined>({ length: SETS_MIN * WAYS });
  #answers = 0;

  get(key: string | number): Value | undefined {
    const place = placeOf(key, this.#sets);
    const keys = this.#keys;
    if (keys[place] === key) return this.#values[place];
    for (let way = place + 1; way < place + WAYS; way++) if (keys[way] === key) return this.#values[way];
    return undefined;
  }

  /** Takes the place of the oldest of the values that share it. */
  set(key: string | number, value: Value): void {
    if (++this.#answers > this.#sets * ANSWERS_PER_SET && this.#sets < SETS_MAX) this.#grow();
    this.#put(key, value);
  }

  #put(key: string | number, value: Value | undefined): void {
    const place = placeOf(key, this.#sets);
    for (let way = place + WAYS - 1; way > place; way--) {
      this.#keys[way] = this.#keys[way - 1];
      this.#values[way] = this.#values[way - 1];
    }
    this.#keys[place] = key;
    this.#values[place] = value;
  }

  #grow(): void {
    const keys = this.#keys;
    const values = this.#values;
    this.#sets *= 2;
    this.#answers = 0;
    this.#keys = emptyKeys(this.#sets);
    this.#values = Array.from<Value | undefined>({ length: this.#sets * WAYS });
    for (let place = keys.length - 1; place >= 0; place--) {
      const key = keys[place];
      if (typeof key === 'string' || typeof key === 'number') this.#put(key, values[place]);
    }
  }
}

function emptyKeys(sets: number): unknown[] {
  return Array.from<unknown>({ length: sets * WAYS }).fill(ABSENT);
}

/** Equal to no key. */
const ABSENT = Symbol('absent');

function placeOf(key: string | number, sets: number): number {
  return (mix(typeof key === 'number' ? key | 0 : sample(key)) & (sets - 1)) * WAYS;
}

const TAIL_LENGTH = 10;
const REST_SAMPLES = 8;
/** Long values (call traces, scripts) differ in few places, and looking at more of them costs little beside searching them. */
const LONG = 256;
const LONG_SAMPLES = 24;

/** Paths differ at their end, or somewhere before it: the end is taken whole, of the rest a unit here and there. */
function sample(text: string): number {
  const { length } = text;
  const tail = Math.max(0, length - TAIL_LENGTH);
  let hash = length;
  for (let at = length - 1; at >= tail; at--) hash = Math.imul(hash, 31) + text.charCodeAt(at);
  const step = Math.floor(tail / (length > LONG ? LONG_SAMPLES : REST_SAMPLES)) + 1;
  for (let at = tail - 1; at >= 0; at -= step) hash = Math.imul(hash, 31) + text.charCodeAt(at);
  return hash;
}

function mix(hash: number): number {
  const spread = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return spread ^ (spread >>> 13);
}
