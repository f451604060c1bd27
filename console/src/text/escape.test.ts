import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escaped, piecesOf, plainOf, type Piece, wellFormed } from './escape.js';

const drawn = (pieces: Piece[]): string =>
  pieces
    .map((piece) => {
      const text =
        piece.kind === 'text'
          ? piece.text
          : piece.kind === 'chip'
            ? `⟨${piece.label}⟩`
            : piece.kind === 'blanks'
              ? `␣${piece.count}`
              : `…${piece.hidden}…`;
      return 'marked' in piece && piece.marked ? `[${text}]` : text;
    })
    .join('');

describe('piecesOf', () => {
  test.each([
    { name: 'plain', text: 'C:\\Windows\\cmd.exe /c dir', shown: 'C:\\Windows\\cmd.exe /c dir' },
    { name: 'markup stays text', text: '<img src=x onerror=alert(1)>', shown: '<img src=x onerror=alert(1)>' },
    { name: 'right-to-left override', text: 'cod\u202excod.exe', shown: 'cod⟨U+202E⟩xcod.exe' },
    { name: 'isolates and marks', text: '\u2066a\u2069\u200e\u061c', shown: '⟨U+2066⟩a⟨U+2069⟩⟨U+200E⟩⟨U+061C⟩' },
    { name: 'zero width and soft hyphen', text: 'a\u200bb\u00ad\ufeff', shown: 'a⟨U+200B⟩b⟨U+00AD⟩⟨U+FEFF⟩' },
    {
      name: 'controls, NUL and new line',
      text: '\0\n\t\u007f\u0085',
      shown: '⟨U+0000⟩⟨U+000A⟩⟨U+0009⟩⟨U+007F⟩⟨U+0085⟩',
    },
    { name: 'lone surrogates', text: 'a\ud800b\udc00', shown: 'a⟨U+D800⟩b⟨U+DC00⟩' },
    { name: 'tag and variation selector', text: '\u{e0041}x\ufe0f', shown: '⟨U+E0041⟩x⟨U+FE0F⟩' },
    { name: 'no-break and ideographic space', text: 'a\u00a0b\u3000c', shown: 'a⟨U+00A0⟩b⟨U+3000⟩c' },
    { name: 'line separator', text: '\u2028', shown: '⟨U+2028⟩' },
    { name: 'fillers that draw nothing', text: '\u3164\u2800\u115f', shown: '⟨U+3164⟩⟨U+2800⟩⟨U+115F⟩' },
    { name: 'private and unassigned', text: '\ue000\u0378', shown: '⟨U+E000⟩⟨U+0378⟩' },
    {
      name: 'stacked combining marks',
      text: 'e\u0301\u0301\u0301\u0301\u0301',
      shown: 'e\u0301\u0301\u0301⟨U+0301⟩⟨U+0301⟩',
    },
    { name: 'letters of other languages', text: 'документ 文件 é', shown: 'документ 文件 é' },
    { name: 'run of blanks', text: 'a  b     c', shown: 'a  b␣5c' },
  ])('$name', ({ text, shown }) => expect(drawn(piecesOf(text))).toBe(shown));

  test('marks by code units, over chips and surrogate pairs', () => {
    expect(drawn(piecesOf('😀ab\u202ecd', [{ start: 2, end: 5 }]))).toBe('😀[ab][⟨U+202E⟩]cd');
  });

  test.each([
    { name: 'out of range', marks: [{ start: 10, end: 20 }] },
    { name: 'empty', marks: [{ start: 1, end: 1 }] },
    { name: 'reversed', marks: [{ start: 3, end: 1 }] },
  ])('a mark that is $name marks nothing', ({ marks }) => expect(drawn(piecesOf('abcd', marks))).toBe('abcd'));

  test('long values keep head, tail and what is marked', () => {
    const text = `${'a'.repeat(5000)}HIT${'b'.repeat(5000)}`;
    const pieces = piecesOf(text, [{ start: 5000, end: 5003 }], 500);
    expect(drawn(pieces)).toMatch(/^a{300}…\d+…a+\[HIT\]b+…\d+…b{100}$/);
    const hidden = pieces.reduce((sum, piece) => sum + (piece.kind === 'cut' ? piece.hidden : 0), 0);
    const kept = pieces.reduce((sum, piece) => sum + (piece.kind === 'text' ? piece.text.length : 0), 0);
    expect(hidden + kept).toBe(text.length);
  });

  test('nothing invisible is ever left in a text piece, and no text is lost', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.array(fc.nat(80), { maxLength: 6 }),
        (text, offsets) => {
          const marks = offsets.map((start) => ({ start, end: start + 3 }));
          const pieces = piecesOf(text, marks);
          for (const piece of pieces) {
            if (piece.kind === 'text')
              expect(piece.text).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}]/u);
          }
          const length = pieces.reduce((sum, piece) => {
            if (piece.kind === 'text') return sum + piece.text.length;
            if (piece.kind === 'blanks') return sum + piece.count;
            return sum + (piece.kind === 'chip' && Number.parseInt(piece.label.slice(2), 16) > 0xffff ? 2 : 1);
          }, 0);
          expect(length).toBe(text.length);
        },
      ),
    );
  });
});

test('escaped writes what is drawn as a chip as an escape', () => {
  expect(escaped('a\u202e\\\u{e0041}é')).toBe('a\\u202e\\\\\\u{e0041}é');
});

test('wellFormed keeps whole letters and marks half ones', () => {
  expect(wellFormed('a\ud83d\ude00b')).toBe('a\ud83d\ude00b');
  expect(wellFormed('\ud83dx\ude00')).toBe('\ufffdx\ufffd');
  expect(() => encodeURI(wellFormed('\ud83d'))).not.toThrow();
});

test('plainOf gives one short line', () => {
  expect(plainOf('a\u202e\nb     c')).toBe('a⟨U+202E⟩⟨U+000A⟩b c');
  expect(plainOf('x'.repeat(500), 10)).toBe(`${'x'.repeat(10)}…`);
});
