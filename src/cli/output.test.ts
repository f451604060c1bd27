import { expect, test } from 'vitest';
import { visible } from './output.js';

test.each([
  ['a plain name', 'C:\\Users\\李 伟\\файл é.exe 🌍', 'C:\\Users\\李 伟\\файл é.exe 🌍'],
  ['an escape of the terminal', 'a\u001b[31mb\u009bc', 'a⟨U+001B⟩[31mb⟨U+009B⟩c'],
  ['lines', 'a\r\nb\u2028c', 'a⟨U+000D⟩⟨U+000A⟩b⟨U+2028⟩c'],
  ['a right-to-left override', 'invoice\u202efdp.exe', 'invoice⟨U+202E⟩fdp.exe'],
  ['zero width', 'a\u200bb\u2060c\ufeff', 'a⟨U+200B⟩b⟨U+2060⟩c⟨U+FEFF⟩'],
  ['fillers and blanks of Braille', '\u3164\uffa0\u2800\u00ad', '⟨U+3164⟩⟨U+FFA0⟩⟨U+2800⟩⟨U+00AD⟩'],
  ['tags and selectors of variants', 'a\u{e0041}\ufe0f', 'a⟨U+E0041⟩⟨U+FE0F⟩'],
  ['half a letter', 'a\ud83d', 'a⟨U+D83D⟩'],
])('visible: %s', (_name, text, shown) => {
  expect(visible(text)).toBe(shown);
});
