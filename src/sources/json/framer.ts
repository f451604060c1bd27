/**
 * Splits JSON text into records, as bytes arrive: lines, arrays, single objects, pretty-printed objects one after another, and any mixture.
 * Outside of objects, white space, commas, zeros, record separators and square brackets only separate, so items of an array are told as they come; that
 * an array has no end is told behind the last of them.
 *
 *                     ┌───────── a line that is one object, the common case: parsed at once
 *     Between ──{──►  Object ──► its end: parsed, back to Between
 *        │               │  broken on its first line ──► Unbraced: to its closing brace by count, or the end of the line
 *        │               │  broken further down ───────► Resync: from its second line on, to a line that begins a record
 *        │               └  longer than allowed ───────► Oversize: to its end without being kept, or on as if broken there
 *        ├─ syslog's header ──► to the brace on its line
 *        ├─ Azure's batch, {"records":[ ──► Between: each record is one of its own, as in an array; the rest of the batch is passed over
 *        └─ anything else ──► Junk: to the end of the line; in an array, to the next comma
 *
 * Whatever the size of the pieces, the same records and skips come out. A broken record is scanned again from its second line; its depth limit
 * bounds how often (a line can lie in that many broken records, each of which it nests one deeper).
 */

import type { SkipReason, SourceLimits } from '../source.js';
import { cannotExceed } from '../normalise/limits.js';
import { excerpt } from '../normalise/excerpt.js';
import { beginsAsSyslog, SYSLOG_HEADER_MAX, withoutStructuredData } from '../syslog.js';
import { decodeUtf8 } from '../text.js';
import { beginOfRecords } from './batch.js';
import { isBlank, ObjectScanner } from './scanner.js';

export interface RecordHandler {
  /** `bytes` are valid during the call only. `isWithinLimits`: depth and number of fields need no check any more. */
  record(value: unknown, bytes: Uint8Array, line: number, isWithinLimits: boolean): void;
  broken(reason: SkipReason, message: string, line: number): void;
  /** Asked of a line that looks like one object, before it is parsed; true where somebody else takes it. */
  divert?: ((bytes: Uint8Array, line: number) => boolean) | undefined;
}

type Mode = 'between' | 'object' | 'oversize' | 'unbraced' | 'resync' | 'junk-line' | 'junk-item';

/** Up to here a line is parsed first and looked at only if that fails; longer ones are scanned for depth before anything is built. */
const SHORT_LINE_BYTES = 65_536;
/** As much of a bad line is awaited, so that its excerpt does not depend on where the pieces were cut. */
const EXCERPT_BYTES = 64;

/** So many bad items on one line are each told; then the line is left, or a short body would make a million reports. */
const FAILURES_MAX = 1000;
const LINE_IS_LEFT = 'the rest of the line is not read';

const ZERO = 0x00;
const LINE_FEED = 0x0a;
const RECORD_SEPARATOR = 0x1e;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export class JsonFramer {
  readonly #handler: RecordHandler;
  readonly #limits: SourceLimits;
  readonly #scanner: ObjectScanner;
  /** Bytes that wait for more; `#kept` of them, the rest is room. */
  #buffer = new Uint8Array(0);
  #kept = 0;
  #mode: Mode = 'between';
  #line = 1;
  /** Offset of the current line's first byte; negative where it lies in bytes that are gone. */
  #lineStart = 0;
  /** The next line feed in the bytes at hand, -1 where there is none. Sought once for all records on a line, of which there may be thousands. */
  #lineEnd = 0;
  /** The line that turned out not to be one object; what else is on it is not tried so again. */
  #splitLine = 0;
  /** Things on line `#failedLine` that could not be read. */
  #failures = 0;
  #failedLine = 0;
  /** Square brackets that are open around records. */
  #arrays = 0;
  /** The end of a list may have stood where nothing could be read, of which a report was made. */
  #mayBeClosed = false;
  /** Azure's batches that are open around records, each by the count of square brackets inside which it ends. */
  readonly #batches: number[] = [];
  /** The records of one are over, and its last brace is still to come. */
  #awaitsBrace = false;
  /** Of the record that is being read. */
  #recordLine = 0;
  #recordColumn = 0;
  /** Bytes of the record that were scanned already, in mode `object`. */
  #scanned = 0;
  /** Modes `unbraced` and `junk-item`. */
  #braces = 0;
  #inString = false;
  #escaped = false;
  /** Mode `resync`: only blanks were seen on this line. */
  #atLineStart = false;

  constructor(handler: RecordHandler, limits: SourceLimits) {
    this.#handler = handler;
    this.#limits = limits;
    this.#scanner = new ObjectScanner(limits.maxDepth);
  }

  push(chunk: Uint8Array): void {
    let rest = chunk;
    if (this.#kept > 0) {
      // A line that was cut by the piece's end is completed alone, so that the rest need not be copied.
      const lineEnd = this.#mode === 'between' ? chunk.indexOf(LINE_FEED) + 1 : 0;
      const head = lineEnd === 0 ? chunk : chunk.subarray(0, lineEnd);
      this.#keep(head);
      this.#drop(this.#run(this.#buffer.subarray(0, this.#kept), false));
      rest = chunk.subarray(head.byteLength);
      if (this.#kept > 0) {
        if (rest.byteLength === 0) return;
        this.#keep(rest);
        this.#drop(this.#run(this.#buffer.subarray(0, this.#kept), false));
        return;
      }
    }
    if (rest.byteLength === 0) return;
    const used = this.#run(rest, false);
    this.#lineStart -= used;
    if (used < rest.byteLength) this.#keep(rest.subarray(used));
  }

  end(): void {
    this.#run(this.#buffer.subarray(0, this.#kept), true);
    this.#kept = 0;
    const isBetween = this.#mode === 'between' || (this.#mode === 'junk-item' && !this.#inString);
    if (this.#arrays > 0 && isBetween && !this.#mayBeClosed)
      this.#handler.broken('not-json', 'the list of records ends before its last bracket', this.#line);
  }

  #keep(bytes: Uint8Array): void {
    const needed = this.#kept + bytes.byteLength;
    if (needed > this.#buffer.byteLength) {
      const grown = new Uint8Array(Math.max(needed, this.#buffer.byteLength * 2));
      grown.set(this.#buffer.subarray(0, this.#kept));
      this.#buffer = grown;
    }
    this.#buffer.set(bytes, this.#kept);
    this.#kept = needed;
  }

  #drop(used: number): void {
    this.#lineStart -= used;
    this.#buffer.copyWithin(0, used, this.#kept);
    this.#kept -= used;
    // One huge record must not hold its room for the rest of the stream.
    if (this.#kept === 0 && this.#buffer.byteLength > 4 * SHORT_LINE_BYTES) this.#buffer = new Uint8Array(0);
  }

  /** @returns how many bytes are done with; the rest is handed in again with more behind it */
  #run(bytes: Uint8Array, isLast: boolean): number {
    let position = 0;
    this.#lineEnd = 0;
    for (;;) {
      const before = position;
      const mode = this.#mode;
      switch (mode) {
        case 'between':
          position = this.#between(bytes, position, isLast);
          break;
        case 'object':
          position = this.#object(bytes, position, isLast);
          break;
        case 'oversize':
          position = this.#oversize(bytes, position);
          break;
        case 'unbraced':
          position = this.#unbraced(bytes, position);
          break;
        case 'resync':
          position = this.#resync(bytes, position);
          break;
        case 'junk-line':
          position = this.#toLineEnd(bytes, position);
          break;
        case 'junk-item':
          position = this.#junkItem(bytes, position);
      }
      // No step and no change of mode: it waits for more bytes, or all are used.
      if (position === before && mode === this.#mode) return position;
    }
  }

  #between(bytes: Uint8Array, from: number, isLast: boolean): number {
    const length = bytes.byteLength;
    let position = from;
    for (; position < length; position++) {
      const byte = bytes[position] ?? 0;
      if (byte === OPEN_BRACE) return this.#begin(bytes, position, isLast);
      if (byte === LINE_FEED) this.#newLine(position);
      else if (byte === OPEN_BRACKET) {
        if (!this.#openList()) return position;
      } else if (byte === CLOSE_BRACKET) {
        this.#arrays = Math.max(0, this.#arrays - 1);
        if (this.#arrays < (this.#batches.at(-1) ?? 0)) return this.#leaveBatch(position + 1);
      } else if (byte === CLOSE_BRACE && this.#awaitsBrace) this.#awaitsBrace = false;
      else if (!isBetween(byte)) return this.#junk(bytes, position, isLast);
    }
    return position;
  }

  /** @returns false where there are too many */
  #openList(): boolean {
    if (this.#arrays === 0) this.#mayBeClosed = false;
    if (++this.#arrays <= this.#limits.maxDepth) return true;
    this.#handler.broken('too-deep', `lists nested more than ${this.#limits.maxDepth} deep`, this.#line);
    this.#arrays = 0;
    this.#batches.length = 0;
    this.#mode = 'junk-line';
    return false;
  }

  /** Past names that may stand behind its records on the line, to the brace that ends it; pretty-printed, that is on the next. */
  #leaveBatch(position: number): number {
    this.#batches.pop();
    this.#awaitsBrace = true;
    this.#toClosingBrace(1);
    return position;
  }

  #toClosingBrace(braces: number): void {
    this.#mode = 'unbraced';
    this.#braces = braces;
    this.#inString = false;
    this.#escaped = false;
  }

  #newLine(position: number): void {
    this.#line++;
    this.#lineStart = position + 1;
  }

  #lineEndAfter(bytes: Uint8Array, start: number): number {
    if (this.#lineEnd !== -1 && this.#lineEnd <= start) this.#lineEnd = bytes.indexOf(LINE_FEED, start);
    return this.#lineEnd;
  }

  /** Whether what follows on a line is still looked at, after so much on it that could not be read. */
  #isPatient(): boolean {
    if (this.#failedLine !== this.#line) {
      this.#failedLine = this.#line;
      this.#failures = 0;
    }
    return ++this.#failures <= FAILURES_MAX;
  }

  #begin(bytes: Uint8Array, start: number, isLast: boolean): number {
    const records = beginOfRecords(bytes, start);
    if (records !== undefined) {
      if (records > 0) return this.#enterBatch(bytes, start, records);
      if (!isLast) return start;
    }
    const lineEnd = this.#lineEndAfter(bytes, start);
    const available = lineEnd === -1 ? bytes.byteLength - start : lineEnd - start;
    if (available <= SHORT_LINE_BYTES && this.#splitLine !== this.#line) {
      if (lineEnd === -1 && !isLast) return start;
      const end = this.#parseLine(bytes, start, start + available);
      if (end !== undefined) return end;
      this.#splitLine = this.#line;
    }
    this.#recordLine = this.#line;
    this.#recordColumn = start - this.#lineStart;
    this.#scanner.reset();
    this.#scanned = 0;
    this.#mode = 'object';
    return start;
  }

  #enterBatch(bytes: Uint8Array, start: number, records: number): number {
    for (let position = start; position < records; position++)
      if (bytes[position] === LINE_FEED) this.#newLine(position);
    // What follows on the line is no single object.
    this.#splitLine = this.#line;
    if (this.#openList()) this.#batches.push(this.#arrays);
    return records;
  }

  /** Takes a line for one object, which it nearly always is. */
  #parseLine(bytes: Uint8Array, start: number, lineEnd: number): number | undefined {
    let end = lineEnd;
    while (end > start) {
      const byte = bytes[end - 1] ?? 0;
      if (!isBetween(byte) && byte !== CLOSE_BRACKET) break;
      end--;
    }
    if (bytes[end - 1] !== CLOSE_BRACE || end - start > this.#limits.maxRecordBytes) return undefined;
    const record = bytes.subarray(start, end);
    if (this.#handler.divert?.(record, this.#line) === true) return end;
    const text = decodeUtf8(record);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      // Perhaps two objects on one line, or the first line of one that is longer: the scanner will tell.
      return undefined;
    }
    this.#handler.record(value, record, this.#line, cannotExceed(text, this.#limits));
    return end;
  }

  /** `start` is the record's first byte. */
  #object(bytes: Uint8Array, start: number, isLast: boolean): number {
    const result = this.#scanner.scan(bytes, start + this.#scanned);
    const end = this.#scanner.offset;
    if (end - start > this.#limits.maxRecordBytes) {
      this.#report('too-large', `a record is longer than ${this.#limits.maxRecordBytes} bytes`);
      this.#mode = 'oversize';
      return result === 'more' ? end : this.#leaveOversize(result, end);
    }
    switch (result) {
      case 'more':
        this.#scanned = end - start;
        return isLast ? this.#breakOff(bytes, start, 'not-json', 'the record ends before its last bracket') : start;
      case 'end':
        this.#complete(bytes.subarray(start, end), this.#line);
        this.#passLines(bytes, end);
        this.#mode = 'between';
        return end;
      case 'too-deep':
        return this.#breakOff(bytes, start, 'too-deep', `nested more than ${this.#limits.maxDepth} deep`);
      case 'broken': {
        const line = this.#recordLine + this.#scanner.lines;
        return this.#breakOff(
          bytes,
          start,
          'not-json',
          `not JSON from ${placeOf(bytes, end, line, start, this.#recordLine)}`,
        );
      }
    }
  }

  #complete(record: Uint8Array, line: number): void {
    const text = decodeUtf8(record);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      this.#report('not-json', `not JSON: ${error instanceof Error ? reasonOf(error.message) : 'unreadable'}`);
      return;
    }
    this.#handler.record(value, record, line, cannotExceed(text, this.#limits));
  }

  #report(reason: SkipReason, message: string): void {
    this.#handler.broken(reason, message, this.#recordLine);
  }

  /** After a record that held line breaks: counts them, and finds the line it ends on. */
  #passLines(bytes: Uint8Array, end: number): void {
    if (this.#scanner.lines === 0) return;
    this.#line += this.#scanner.lines;
    this.#lineStart = bytes.lastIndexOf(LINE_FEED, end - 1) + 1;
  }

  #breakOff(bytes: Uint8Array, start: number, reason: SkipReason, message: string): number {
    if (this.#scanner.lines > 0) {
      this.#report(reason, message);
      this.#mode = 'resync';
      this.#atLineStart = false;
      return bytes.indexOf(LINE_FEED, start);
    }
    const isPatient = this.#isPatient();
    this.#report(reason, isPatient ? message : `${message}; ${LINE_IS_LEFT}`);
    if (isPatient) this.#toClosingBrace(0);
    else this.#mode = 'junk-line';
    return start;
  }

  #oversize(bytes: Uint8Array, from: number): number {
    if (from >= bytes.byteLength) return from;
    const result = this.#scanner.scan(bytes, from);
    return result === 'more' ? this.#scanner.offset : this.#leaveOversize(result, this.#scanner.offset);
  }

  /** Line breaks are counted by the scanner; where the last one was does not matter for a record that is gone. */
  #leaveOversize(result: 'end' | 'broken' | 'too-deep', end: number): number {
    this.#line = this.#recordLine + this.#scanner.lines;
    if (result === 'end') this.#mode = 'between';
    else if (this.#scanner.lines === 0) this.#mode = 'junk-line';
    else {
      this.#mode = 'resync';
      this.#atLineStart = false;
    }
    return end;
  }

  #unbraced(bytes: Uint8Array, from: number): number {
    for (let position = from; position < bytes.byteLength; position++) {
      const byte = bytes[position] ?? 0;
      if (byte === LINE_FEED) {
        this.#mode = 'between';
        this.#mayBeClosed = true;
        return position;
      }
      if (this.#inString) this.#stringByte(byte);
      else if (byte === QUOTE) this.#inString = true;
      else if (byte === OPEN_BRACE) this.#braces++;
      else if (byte === CLOSE_BRACE && --this.#braces === 0) {
        this.#mode = 'between';
        this.#awaitsBrace = false;
        return position + 1;
      }
    }
    return bytes.byteLength;
  }

  #stringByte(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) this.#inString = false;
  }

  /** To a line that begins a record, or ends the list around it, no further right than the broken record began. */
  #resync(bytes: Uint8Array, from: number): number {
    this.#mayBeClosed = true;
    for (let position = from; position < bytes.byteLength; position++) {
      const byte = bytes[position] ?? 0;
      if (byte === LINE_FEED) {
        this.#newLine(position);
        this.#atLineStart = true;
      } else if (this.#atLineStart && !isBlank(byte)) {
        const begins = byte === OPEN_BRACE || byte === OPEN_BRACKET || byte === CLOSE_BRACKET;
        if (begins && position - this.#lineStart <= this.#recordColumn) {
          this.#mode = 'between';
          return position;
        }
        this.#atLineStart = false;
      }
    }
    return bytes.byteLength;
  }

  #junk(bytes: Uint8Array, start: number, isLast: boolean): number {
    const lineEnd = this.#lineEndAfter(bytes, start);
    const available = (lineEnd === -1 ? bytes.byteLength : lineEnd) - start;
    if (lineEnd === -1 && !isLast && available < EXCERPT_BYTES) return start;
    const text = decodeUtf8(bytes.subarray(start, start + Math.min(available, EXCERPT_BYTES))).trim();
    const isItem = this.#arrays > 0;
    if (!isItem && beginsAsSyslog(text)) {
      if (lineEnd === -1 && !isLast && available < SYSLOG_HEADER_MAX) return start;
      const header = recordBehindHeader(bytes.subarray(start, start + Math.min(available, SYSLOG_HEADER_MAX)));
      if (header !== -1) return start + header;
    }
    // evtx_dump writes the number of each record on a line of its own.
    if (!isItem && available < EXCERPT_BYTES && /^Record \d+$/.test(text)) {
      this.#mode = 'junk-line';
      return start;
    }
    const isValue = isScalarStart(bytes[start] ?? 0) && (isItem || (available < EXCERPT_BYTES && isJson(text)));
    const isPatient = this.#isPatient();
    const message = `${isValue ? 'no record, but a single value' : 'not JSON'}: ${excerpt(text)}`;
    this.#handler.broken(
      isValue ? 'not-an-event' : 'not-json',
      isPatient ? message : `${message}; ${LINE_IS_LEFT}`,
      this.#line,
    );
    this.#mode = isItem && isPatient ? 'junk-item' : 'junk-line';
    this.#inString = false;
    this.#escaped = false;
    return start;
  }

  #junkItem(bytes: Uint8Array, from: number): number {
    for (let position = from; position < bytes.byteLength; position++) {
      const byte = bytes[position] ?? 0;
      if (byte === LINE_FEED || (!this.#inString && (byte === COMMA || byte === CLOSE_BRACKET))) {
        this.#mode = 'between';
        if (this.#inString) this.#mayBeClosed = true;
        return position;
      }
      if (this.#inString) this.#stringByte(byte);
      else if (byte === QUOTE) this.#inString = true;
    }
    return bytes.byteLength;
  }

  #toLineEnd(bytes: Uint8Array, from: number): number {
    this.#mayBeClosed = true;
    const lineEnd = bytes.indexOf(LINE_FEED, from);
    if (lineEnd === -1) return bytes.byteLength;
    this.#mode = 'between';
    return lineEnd;
  }
}

/** What separates records beside line feeds and brackets: GELF's streams have a zero, RFC 7464's a record separator. */
function isBetween(byte: number): boolean {
  return isBlank(byte) || byte === COMMA || byte === ZERO || byte === RECORD_SEPARATOR;
}

/** Offset of the brace that begins a record; -1 where there is none. */
function recordBehindHeader(line: Uint8Array): number {
  // A character for each byte: offsets in the text are offsets in the bytes.
  const text = String.fromCharCode(...line);
  return withoutStructuredData(text).indexOf('{');
}

function isScalarStart(byte: number): boolean {
  return (
    byte === QUOTE || byte === 0x2d || (byte >= 0x30 && byte <= 0x39) || byte === 0x74 || byte === 0x66 || byte === 0x6e
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** V8's message up to where it quotes the record, which is an attacker's text. */
function reasonOf(message: string): string {
  const position = /at position \d+/.exec(message)?.[0] ?? '';
  const what = (message.split(/['",]/, 1)[0] ?? '').replace(position, '').trim();
  return `${what} ${position}`.trim().replace(/^./, (first) => first.toLowerCase());
}

/** Where a record stops being JSON: line and byte, 1-based. */
function placeOf(bytes: Uint8Array, offset: number, line: number, start: number, startLine: number): string {
  const lineStart = line === startLine ? start : bytes.lastIndexOf(LINE_FEED, offset - 1) + 1;
  return `line ${line}, byte ${offset - lineStart + 1} on`;
}
