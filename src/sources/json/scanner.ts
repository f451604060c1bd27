/**
 * Finds where a JSON object ends, over bytes that arrive in pieces. It checks the structure (which bracket, comma, colon or string may stand
 * where) but not what strings, numbers and words are made of: that is left to `JSON.parse`. Being strict about structure is what stops it at
 * a line that was cut off, where a count of brackets would swallow the records after it.
 *
 *     value ──► after ──► value | key …        key ──► colon ──► value
 */

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
      const byte = bytes[index] ?? 0;
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === 0x5c) this.#escaped = true;
        else if (byte === 0x22) {
          this.#inString = false;
          this.#expect = this.#isKey ? Expect.Colon : Expect.After;
        } else if (byte === 0x0a) {
          // No string may hold a bare line break: here a line was cut off.
          this.offset = index;
          return 'broken';
        }
        index++;
        continue;
      }
      if (this.#inWord) {
        if (isWordByte(byte)) {
          index++;
          continue;
        }
        this.#inWord = false;
        this.#expect = Expect.After;
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
        if ((expect !== Expect.Value && expect !== Expect.ValueOrEnd) || !isWordByte(byte)) return 'broken';
        this.#inWord = true;
        return 'more';
    }
  }
}

/** What numbers, `true`, `false` and `null` are made of; more than JSON allows, since `JSON.parse` will judge. */
function isWordByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e
  );
}

/** JSON's white space but for the line feed, which is counted. */
export function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d;
}
