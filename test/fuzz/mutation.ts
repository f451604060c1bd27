/** Mutations of inputs for parsers: deterministic, from a seed that a failure prints. */

import type { Random } from '../support/random.js';

export function pick<Item>(random: Random, items: readonly Item[]): Item {
  const item = items[random(items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

/**
 * One to six changes: a bit, a byte, a range left out, doubled or moved, a token put in, the end cut off, the end of another input put on.
 *
 * @param tokens  what the format is made of; put in, it reaches further than random bytes do
 */
export function mutate(random: Random, corpus: readonly Uint8Array[], tokens: readonly Uint8Array[]): Uint8Array {
  let bytes: Uint8Array = pick(random, corpus);
  for (let changes = 1 + random(6); changes > 0; changes--) bytes = change(random, bytes, corpus, tokens);
  return bytes;
}

function change(
  random: Random,
  bytes: Uint8Array,
  corpus: readonly Uint8Array[],
  tokens: readonly Uint8Array[],
): Uint8Array {
  const at = random(bytes.byteLength + 1);
  const to = Math.min(bytes.byteLength, at + random(64));
  switch (random(8)) {
    case 0:
    case 1: {
      const changed = new Uint8Array(bytes);
      if (at < changed.byteLength) changed[at] = random(2) === 0 ? (changed[at] ?? 0) ^ (1 << random(8)) : random(256);
      return changed;
    }
    case 2:
      return join(bytes.subarray(0, at), bytes.subarray(to));
    case 3:
      return join(bytes.subarray(0, to), bytes.subarray(at));
    case 4:
    case 5:
      return join(bytes.subarray(0, at), pick(random, tokens), bytes.subarray(random(2) === 0 ? at : to));
    case 6:
      return bytes.subarray(0, at);
    default: {
      const other = pick(random, corpus);
      return join(bytes.subarray(0, at), other.subarray(random(other.byteLength + 1)));
    }
  }
}

/** The same for a text, in UTF-16 units: a half of a pair is among what comes out. */
function mutateText(random: Random, corpus: readonly string[], tokens: readonly string[]): string {
  let text = pick(random, corpus);
  for (let changes = 1 + random(6); changes > 0; changes--) text = changeText(random, text, corpus, tokens);
  return text;
}

function changeText(random: Random, text: string, corpus: readonly string[], tokens: readonly string[]): string {
  const at = random(text.length + 1);
  const to = Math.min(text.length, at + random(64));
  switch (random(9)) {
    case 0:
      return (
        text.slice(0, at) + String.fromCharCode(random(4) === 0 ? random(0x1_0000) : random(128)) + text.slice(at + 1)
      );
    case 1:
      return text.slice(0, at) + text.slice(to);
    case 2:
      return text.slice(0, to) + text.slice(at);
    case 3:
    case 4:
    case 5:
      return text.slice(0, at) + pick(random, tokens) + text.slice(random(2) === 0 ? at : to);
    case 6:
      return text.slice(0, at);
    case 7: {
      const other = pick(random, corpus);
      const from = random(other.length + 1);
      return text.slice(0, at) + other.slice(from, from + random(200)) + text.slice(to);
    }
    default: {
      const other = pick(random, corpus);
      return text.slice(0, at) + other.slice(random(other.length + 1));
    }
  }
}

export interface Grammar {
  readonly corpus: readonly string[];
  /** What the format is made of; put in, it reaches further than random characters do. */
  readonly tokens: readonly string[];
  /** Long ones, which cost time, and which few inputs need. */
  readonly many: readonly string[];
}

/** A changed text of the corpus for the most part, or tokens in any order, or no format at all. */
export function anyText(random: Random, { corpus, tokens, many }: Grammar): string {
  const pieces = random(100) === 0 ? [...tokens, ...many, ...many] : tokens;
  const kind = random(20);
  if (kind === 0) return noiseText(random);
  return kind < 7 ? tokenSoup(random, pieces) : mutateText(random, corpus, pieces);
}

/** One to forty tokens in any order. */
function tokenSoup(random: Random, tokens: readonly string[]): string {
  return Array.from({ length: 1 + random(40) }, () => pick(random, tokens)).join(pick(random, ['', ' ', ' ', '\n']));
}

/** Texts of no format at all. */
function noiseText(random: Random): string {
  return Array.from({ length: random(200) }, () =>
    String.fromCharCode(random(3) === 0 ? random(0x1_0000) : random(128)),
  ).join('');
}

/** Bytes of no format at all. */
export function noise(random: Random): Uint8Array {
  const bytes = new Uint8Array(random(200));
  for (let index = 0; index < bytes.byteLength; index++) bytes[index] = random(256);
  return bytes;
}

/** A tree as `JSON.parse` may give it, with names of `names` where they do most harm and values of every kind. */
export function randomTree(random: Random, names: readonly string[], depth = 4): unknown {
  switch (random(depth > 0 ? 12 : 8)) {
    case 0:
      return null;
    case 1:
      return random(2) === 0;
    case 2:
      return pick(random, [0, -1, 1, 5, 4688, 1.5, 2 ** 53, -(2 ** 63), 1e308, 1599220800, 1599220800000]);
    case 3:
    case 4:
    case 5:
      return pick(random, names);
    case 6:
      return String(random(70_000));
    case 7:
      return pick(random, [
        '',
        '-',
        '\u0000',
        '\ud800',
        '0x1a74',
        '2020-09-04 07:06:09.681',
        '{"a":1}',
        '<EventData><Data Name="a">b</Data></EventData>',
      ]);
    case 8:
      return Array.from({ length: random(6) }, () => randomTree(random, names, depth - 1));
    default: {
      // As `JSON.parse` does it: every name becomes an own property, `__proto__` too.
      const tree = {};
      for (let count = random(8); count > 0; count--) {
        const value = randomTree(random, names, depth - 1);
        Object.defineProperty(tree, pick(random, names), {
          value,
          writable: true,
          enumerable: true,
          configurable: true,
        });
      }
      return tree;
    }
  }
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.byteLength;
  }
  return joined;
}
