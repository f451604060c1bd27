/**
 * Finds where a JSON object ends, over bytes that arrive in pieces. It checks the structure (which bracket, comma, colon or string may stand
 * where) but not what strings, numbers and words are made of: that is left to `JSON.parse`. Being strict about structure is what stops it at
 * a line that was cut off, where a count of brackets would swallow the records after it.
 *
 *     value ──► after ──► value | key …        key ──► colon ──► value
 */

/** What numbers, `true`, `false` and `null` are made of; more than JSON allows, since `JSON.parse` will judge. */
const IS_WORD_BYTE = new Uint8Array(256);
for (const char of '+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz')
  IS_WORD_BYTE[char.charCodeAt(0)] = 1;

const enum Expect {
  Value,
  ValueOrEnd,
  Key,
  KeyOrEnd,
  Colon,
  After,
}

export type ScanResult = 'more' | 'end' | 'broken' | 'too-deep';

export class ObjectScanner {
  /** Offset after the last byte read, in the bytes of the last `scan`. */
  offset = 0;
  /** Line breaks passed since `reset`. */
  lines = 0;
  #expect: Expect = Expect.Value;
  #depth = 0;
  #inString = false;
  #isKey = false;
  #escaped = false;
  #inWord = false;
  readonly #isObject: Uint8Array;
  readonly #maxDepth: number;

  constructor(maxDepth: number) {
    this.#maxDepth = maxDepth;
    this.#isObject = new Uint8Array(maxDepth + 1);
  }

  reset(): void {
    this.#expect = Expect.Value;
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
    this.#inWord = false;
    this.lines = 0;
  }

  /** Goes on from `from`; after `end`, `offset` is just behind the closing bracket, after `broken` at the byte that cannot stand there. */
  scan(bytes: Uint8Array, from: number): ScanResult {
    const length = bytes.byteLength;
    let index = from;
    while (index < length) {
      if (this.#inString) {
        index = this.#string(bytes, index);
        if (index < 0) return 'broken';
        continue;
      }
      const byte = bytes[index] ?? 0;
      if (this.#inWord) {
        while (index < length && IS_WORD_BYTE[bytes[index] ?? 0] === 1) index++;
        if (index === length) break;
        this.#inWord = false;
        this.#expect = Expect.After;
        continue;
      }
      if (isBlank(byte) || byte === 0x0a) {
        if (byte === 0x0a) this.lines++;
        index++;
        continue;
      }
      const result = this.#token(byte);
      if (result !== 'more') {
        this.offset = result === 'end' ? index + 1 : index;
        return result;
      }
      index++;
    }
    this.offset = index;
    return 'more';
  }

  /** To the end of a string, or of the bytes; -1 at a bare line break, which no string may hold: there a line was cut off. */
  #string(bytes: Uint8Array, from: number): number {
    const length = bytes.byteLength;
    let index = from;
    if (this.#escaped) {
      this.#escaped = false;
      // An escaped line break is as impossible as a bare one, and is left for the loop to find.
      if (bytes[index] !== 0x0a) index++;
    }
    // Nearly all bytes of events stand in strings, so this loop touches nothing but them.
    for (; index < length; index++) {
      const byte = bytes[index];
      if (byte === 0x22) {
        this.#inString = false;
        this.#expect = this.#isKey ? Expect.Colon : Expect.After;
        return index + 1;
      }
      if (byte === 0x5c) {
        if (index + 1 === length) this.#escaped = true;
        else if (bytes[index + 1] !== 0x0a) index++;
      } else if (byte === 0x0a) {
        this.offset = index;
        return -1;
      }
    }
    return length;
  }

  #token(byte: number): ScanResult {
    const expect = this.#expect;
    switch (byte) {
      case 0x22: // "
        if (expect === Expect.Colon || expect === Expect.After) return 'broken';
        this.#isKey = expect === Expect.Key || expect === Expect.KeyOrEnd;
        this.#inString = true;
        return 'more';
      case 0x7b: // {
      case 0x5b: // [
        if (expect !== Expect.Value && expect !== Expect.ValueOrEnd) return 'broken';
        if (this.#depth >= this.#maxDepth) return 'too-deep';
        this.#depth++;
        this.#isObject[this.#depth] = byte === 0x7b ? 1 : 0;
        this.#expect = byte === 0x7b ? Expect.KeyOrEnd : Expect.ValueOrEnd;
        return 'more';
      case 0x7d: // }
      case 0x5d: {
        // ]
        const isObject = byte === 0x7d;
        const mayEnd = expect === Expect.After || expect === (isObject ? Expect.KeyOrEnd : Expect.ValueOrEnd);
        if (!mayEnd || (this.#isObject[this.#depth] === 1) !== isObject) return 'broken';
        this.#depth--;
        this.#expect = Expect.After;
        return this.#depth === 0 ? 'end' : 'more';
      }
      case 0x2c: // ,
        if (expect !== Expect.After) return 'broken';
        this.#expect = this.#isObject[this.#depth] === 1 ? Expect.Key : Expect.Value;
        return 'more';
      case 0x3a: // :
        if (expect !== Expect.Colon) return 'broken';
        this.#expect = Expect.Value;
        return 'more';
      default:
        if ((expect !== Expect.Value && expect !== Expect.ValueOrEnd) || IS_WORD_BYTE[byte] !== 1) return 'broken';
        this.#inWord = true;
        return 'more';
    }
  }
}

/** JSON's white space but for the line feed, which is counted. */
export function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d;
}
