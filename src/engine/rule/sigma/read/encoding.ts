/** Base64 and UTF-16 of texts. Bytes are strings of units 0–255. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** A surrogate without its half becomes U+FFFD, as every encoder does it. */
export function utf8(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text;
  let bytes = '';
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    const code = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
    if (code < 0x80) bytes += String.fromCharCode(code);
    else if (code < 0x800) bytes += String.fromCharCode(0xc0 | (code >> 6), tail(code, 0));
    else if (code < 0x1_0000) bytes += String.fromCharCode(0xe0 | (code >> 12), tail(code, 6), tail(code, 0));
    else bytes += String.fromCharCode(0xf0 | (code >> 18), tail(code, 12), tail(code, 6), tail(code, 0));
  }
  return bytes;
}

function tail(code: number, shift: number): number {
  return 0x80 | ((code >> shift) & 0x3f);
}

export function utf16(text: string, order: 'little' | 'big'): string {
  let bytes = '';
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    const [low, high] = [unit & 0xff, unit >> 8];
    bytes += order === 'little' ? String.fromCharCode(low, high) : String.fromCharCode(high, low);
  }
  return bytes;
}

export function base64(bytes: string): string {
  let text = '';
  for (let index = 0; index < bytes.length; index += 3) {
    const count = Math.min(3, bytes.length - index);
    const group =
      (bytes.charCodeAt(index) << 16) |
      ((count > 1 ? bytes.charCodeAt(index + 1) : 0) << 8) |
      (count > 2 ? bytes.charCodeAt(index + 2) : 0);
    for (let digit = 0; digit < 4; digit++) {
      text += digit <= count ? ALPHABET[(group >> (18 - 6 * digit)) & 63] : '=';
    }
  }
  return text;
}

/** First digit that no byte before has a part in, by the number of bytes before. */
const OFFSET_STARTS = [0, 2, 3] as const;
/** Digits at the end that a byte after would change, by the number of bytes modulo 3. */
const OFFSET_ENDS = [0, 3, 2] as const;

/** What stays the same of the Base64 of a longer text that holds `bytes`, for each of the three places that it may begin at. */
export function base64Offsets(bytes: string): readonly string[] {
  return OFFSET_STARTS.map((start, offset) => {
    const text = base64(' '.repeat(offset) + bytes);
    return text.slice(start, text.length - OFFSET_ENDS[(bytes.length + offset) % 3]!);
  });
}
