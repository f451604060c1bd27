/**
 * Turns hostile text into pieces that can only be read one way. Every control, format, bidirectional, zero-width, private or unassigned
 * character becomes a chip that names its code point; runs of blanks are counted; long values are cut with their ends kept.
 * Offsets are UTF-16 code units of the original, as the server counts them. Pure; linear in the text.
 */

export interface Mark {
  readonly start: number;
  readonly end: number;
}

export type Piece =
  | { readonly kind: 'text'; readonly text: string; readonly marked: boolean }
  /** `label` is what is drawn (`U+202E`); `name` says what it is where we know. */
  | { readonly kind: 'chip'; readonly label: string; readonly name: ChipName; readonly marked: boolean }
  | { readonly kind: 'blanks'; readonly count: number; readonly marked: boolean }
  | { readonly kind: 'cut'; readonly hidden: number };

export type ChipName =
  'control' | 'bidi' | 'invisible' | 'surrogate' | 'space' | 'unassigned' | 'private' | 'combining';

/** Blanks from this many on are counted: nothing can be pushed out of sight by them. */
const BLANK_RUN = 3;
/** More combining marks than this on one letter are drawn as chips: stacks of them cover their neighbours. */
const COMBINING_RUN = 3;

const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}\u2800]/u;
const SPACE = /[\p{Zs}\p{Zl}\p{Zp}]/u;
const UNASSIGNED = /\p{Cn}/u;
const PRIVATE = /\p{Co}/u;
const COMBINING = /\p{M}/u;

function chipName(character: string, code: number): ChipName | undefined {
  if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return 'control';
  if (code < 0x7f) return undefined;
  if (code >= 0xd800 && code <= 0xdfff) return 'surrogate';
  if (BIDI.test(character)) return 'bidi';
  if (INVISIBLE.test(character)) return 'invisible';
  if (SPACE.test(character)) return 'space';
  if (PRIVATE.test(character)) return 'private';
  if (UNASSIGNED.test(character)) return 'unassigned';
  return undefined;
}

export function codePointLabel(code: number): string {
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/**
 * The pieces of `text`, in its stored order.
 *
 * @param marks  parts to mark; out of range, empty or overlapping ones do no harm
 * @param limit  longest value drawn whole, in code units; longer ones keep `limit` units: the head, the tail, and the text around the first mark
 */
export function piecesOf(text: string, marks: readonly Mark[] = [], limit = Number.POSITIVE_INFINITY): Piece[] {
  const sorted = marks
    .filter((mark) => mark.end > mark.start && mark.start < text.length)
    .sort((a, b) => a.start - b.start);
  const pieces: Piece[] = [];
  let from = 0;
  for (const [start, end] of keptRanges(text, sorted[0], limit)) {
    if (start > from) pieces.push({ kind: 'cut', hidden: start - from });
    append(pieces, text, start, end, sorted);
    from = end;
  }
  if (from < text.length) pieces.push({ kind: 'cut', hidden: text.length - from });
  return pieces;
}

/** Which parts of a long text are drawn: ascending, not overlapping, never splitting a surrogate pair. */
function keptRanges(text: string, mark: Mark | undefined, limit: number): [number, number][] {
  if (text.length <= limit) return [[0, text.length]];
  const head = Math.floor(limit * 0.6);
  const tail = Math.floor(limit * 0.2);
  const around = limit - head - tail;
  const ranges: [number, number][] = [[0, head]];
  if (mark)
    ranges.push([
      mark.start - Math.floor(around / 4),
      Math.min(mark.end, mark.start + around) + Math.floor(around / 4),
    ]);
  ranges.push([text.length - tail, text.length]);
  const kept: [number, number][] = [];
  for (const range of ranges) {
    const start = onBoundary(text, Math.max(0, range[0]));
    const end = onBoundary(text, Math.min(text.length, range[1]));
    const last = kept.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else kept.push([start, end]);
  }
  return kept;
}

/** Where to begin so that the first mark is seen on one line: 0 where it lies near the beginning anyway. */
export function startNear(text: string, marks: readonly Mark[]): number {
  const first = Math.min(...marks.filter((mark) => mark.end > mark.start).map((mark) => mark.start));
  return Number.isFinite(first) && first > 12 ? onBoundary(text, first - 6) : 0;
}

function onBoundary(text: string, index: number): number {
  const before = text.charCodeAt(index - 1);
  const after = text.charCodeAt(index);
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff ? index - 1 : index;
}

function append(pieces: Piece[], text: string, start: number, end: number, marks: readonly Mark[]): void {
  let plain = '';
  let plainMarked = false;
  let blanks = 0;
  let combining = 0;
  let next = 0;

  const flushPlain = (): void => {
    if (plain !== '') pieces.push({ kind: 'text', text: plain, marked: plainMarked });
    plain = '';
  };
  const flushBlanks = (): void => {
    if (blanks >= BLANK_RUN) {
      flushPlain();
      pieces.push({ kind: 'blanks', count: blanks, marked: plainMarked });
    } else plain += ' '.repeat(blanks);
    blanks = 0;
  };

  let index = start;
  while (index < end) {
    const code = text.codePointAt(index) ?? 0;
    const character = String.fromCodePoint(code);
    while (next < marks.length && (marks[next]?.end ?? 0) <= index) next += 1;
    const mark = marks[next];
    const marked = mark !== undefined && mark.start <= index;
    if (marked !== plainMarked) {
      flushBlanks();
      flushPlain();
      plainMarked = marked;
    }
    index += character.length;

    if (character === ' ') {
      blanks += 1;
      continue;
    }
    if (blanks > 0) flushBlanks();
    let name = chipName(character, code);
    combining = code > 0x2ff && COMBINING.test(character) ? combining + 1 : 0;
    if (name === undefined && combining > COMBINING_RUN) name = 'combining';
    if (name === undefined) plain += character;
    else {
      flushPlain();
      pieces.push({ kind: 'chip', label: codePointLabel(code), name, marked });
    }
  }
  flushBlanks();
  flushPlain();
}

/** The text with everything that is drawn as a chip written as `\u202e` or `\u{1f1e6}`, for "copy escaped". */
export function escaped(text: string): string {
  let result = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (character === '\\') result += '\\\\';
    else if (chipName(character, code) === undefined) result += character;
    else result += code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
  }
  return result;
}

/** The text with U+FFFD for each half of a letter that stands alone: an address takes no other. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, '\ufffd');
}

/** One line of plain text for places that take nothing else (a title bar, an accessible name): chips in ⟨⟩, at most `limit` units. */
export function plainOf(text: string, limit = 120): string {
  let result = '';
  for (const piece of piecesOf(text.length > limit ? text.slice(0, onBoundary(text, limit)) : text)) {
    if (piece.kind === 'text') result += piece.text;
    else if (piece.kind === 'chip') result += `⟨${piece.label}⟩`;
    else if (piece.kind === 'blanks') result += ' ';
  }
  return text.length > limit ? `${result}…` : result;
}
