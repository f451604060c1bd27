/** Text patterns as functions of a text, the common forms as one search each. */

import { MANY, ONE, type TextPattern } from '../text-pattern.js';

/** Gets a text that was folded if the pattern is to be compared without regard to case. */
export type TextTest = (text: string) => boolean;

/** @param pattern  its literals folded where the texts will be */
export function textTest(pattern: TextPattern): TextTest {
  const [first, second, third] = pattern;
  switch (pattern.length) {
    case 0:
      return (text) => text === '';
    case 1:
      if (first === MANY) return () => true;
      if (first === ONE) return (text) => text.length === 1;
      return (text) => text === first;
    case 2:
      if (typeof first === 'string' && second === MANY) return (text) => text.startsWith(first);
      if (first === MANY && typeof second === 'string') return (text) => text.endsWith(second);
      break;
    case 3:
      if (first === MANY && typeof second === 'string' && third === MANY) return (text) => text.includes(second);
  }
  return wildcardTest(pattern);
}

/** What stands between two `*`: texts and single wildcards, sought as one. */
type Segment = readonly (string | typeof ONE)[];

/**
 * The first segment is tied to the start and the last to the end; each other one is taken at its first place after the one before. No place
 * is looked at twice by a segment, so the work is the text's length times that of the segments with `?`; those without are plain searches.
 */
function wildcardTest(pattern: TextPattern): TextTest {
  const segments = segmentsOf(pattern);
  const first = segments[0]!;
  const last = segments.at(-1)!;
  const firstLength = lengthOf(first);
  const lastLength = lengthOf(last);
  if (segments.length === 1) return (text) => text.length === firstLength && standsAt(first, text, 0);
  const middle = segments.slice(1, -1);
  return (text) => {
    if (text.length < firstLength + lastLength) return false;
    const end = text.length - lastLength;
    if (!standsAt(first, text, 0) || !standsAt(last, text, end)) return false;
    let at = firstLength;
    for (const segment of middle) {
      at = placeAfter(segment, text, at, end);
      if (at < 0) return false;
    }
    return true;
  };
}

function segmentsOf(pattern: TextPattern): Segment[] {
  const segments: (string | typeof ONE)[][] = [[]];
  for (const part of pattern) {
    if (part === MANY) segments.push([]);
    else segments.at(-1)!.push(part);
  }
  return segments;
}

function lengthOf(segment: Segment): number {
  let length = 0;
  for (const part of segment) length += part === ONE ? 1 : part.length;
  return length;
}

function standsAt(segment: Segment, text: string, start: number): boolean {
  let at = start;
  for (const part of segment) {
    if (part === ONE) at++;
    else if (text.startsWith(part, at)) at += part.length;
    else return false;
  }
  return at <= text.length;
}

/** @returns the end of the segment's first place in `text[from, end)`; -1 where there is none */
function placeAfter(segment: Segment, text: string, from: number, end: number): number {
  const length = lengthOf(segment);
  const literal = segment.find((part) => typeof part === 'string');
  if (literal === undefined) return from + length <= end ? from + length : -1;
  const before = segment.indexOf(literal);
  for (let at = from; at + length <= end;) {
    const found = text.indexOf(literal, at + before);
    if (found < 0 || found - before + length > end) return -1;
    at = found - before;
    if (standsAt(segment, text, at)) return at + length;
    at++;
  }
  return -1;
}

export function foldPattern(pattern: TextPattern, fold: (text: string) => string): TextPattern {
  return pattern.map((part) => (typeof part === 'string' ? fold(part) : part));
}
