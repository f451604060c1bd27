/** Anchors as conditions on a position in a text, given as code points. */

import type { CharSet } from './char-set.js';
import type { Anchor } from './syntax.js';
import { asciiWordCharacters, wordCharacters } from './unicode.js';

const LINE_FEED = 0x0a;

export type Codes = ArrayLike<number>;

export function holdsAt(anchor: Anchor, codes: Codes, length: number, place: number): boolean {
  switch (anchor) {
    case 'start':
      return place === 0;
    case 'line-start':
      return place === 0 || codes[place - 1] === LINE_FEED;
    case 'end':
      return place === length || (place === length - 1 && codes[place] === LINE_FEED);
    case 'line-end':
      return place === length || codes[place] === LINE_FEED;
    case 'text-end':
      return place === length;
    case 'word-edge':
      return isEdge(wordCharacters(), codes, length, place);
    case 'no-word-edge':
      // Python 3.11 finds neither an edge nor its absence in an empty text.
      return length > 0 && !isEdge(wordCharacters(), codes, length, place);
    case 'ascii-word-edge':
      return isEdge(asciiWordCharacters(), codes, length, place);
    case 'ascii-no-word-edge':
      return length > 0 && !isEdge(asciiWordCharacters(), codes, length, place);
  }
}

function isEdge(words: CharSet, codes: Codes, length: number, place: number): boolean {
  const before = place > 0 && words.has(codes[place - 1] ?? 0);
  const after = place < length && words.has(codes[place] ?? 0);
  return before !== after;
}
