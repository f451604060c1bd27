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
      if (first === ONE) return (text) => text !== '' && afterOne(text, 0) === text.length;
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
  if (segments.length === 1) return (text) => endOf(first, text, 0) === text.length;
  const last = segments.at(-1)!;
  const middle = segments.slice(1, -1);
  return (text) => {
    let at = endOf(first, text, 0);
    if (at < 0) return false;
    const end = startOf(last, text, text.length);
    if (end < at) return false;
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

/** @returns where the segment ends that begins at `start`; -1 where it does not stand there */
function endOf(segment: Segment, text: string, start: number): number {
  let at = start;
  for (const part of segment) {
    if (part === ONE) {
      if (at >= text.length) return -1;
      at = afterOne(text, at);
    } else if (text.startsWith(part, at)) at += part.length;
    else return -1;
  }
  return at;
}

/** @returns where the segment begins that ends at `end`; -1 where it does not stand there */
function startOf(segment: Segment, text: string, end: number): number {
  let at = end;
  for (let place = segment.length - 1; place >= 0; place--) {
    const part = segment[place]!;
    if (part === ONE) {
      if (at <= 0) return -1;
      at = beforeOne(text, at);
    } else if (text.endsWith(part, at)) at -= part.length;
    else return -1;
  }
  return at;
}

/** @returns the end of the segment's first place in `text[from, end)`; -1 where there is none */
function placeAfter(segment: Segment, text: string, from: number, end: number): number {
  const before = segment.findIndex((part) => typeof part === 'string');
  const literal = segment[before];
  if (typeof literal !== 'string') {
    const stop = endOf(segment, text, from);
    return stop <= end ? stop : -1;
  }
  for (let found = text.indexOf(literal, from); found >= 0 && found < end; found = text.indexOf(literal, found + 1)) {
    let start = found;
    for (let ones = before; ones > 0 && start >= from; ones--) start = start > 0 ? beforeOne(text, start) : -1;
    if (start < from) continue;
    const stop = endOf(segment, text, start);
    if (stop > end) return -1;
    if (stop >= 0) return stop;
  }
  return -1;
}

/** A letter beyond the first plane is one character, in two units; half of one stands for itself. */
function afterOne(text: string, at: number): number {
  return isPair(text, at) ? at + 2 : at + 1;
}

function beforeOne(text: string, at: number): number {
  return isPair(text, at - 2) ? at - 2 : at - 1;
}

function isPair(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
}

export function foldPattern(pattern: TextPattern, fold: (text: string) => string): TextPattern {
  return pattern.map((part) => (typeof part === 'string' ? fold(part) : part));
}
