import { Writable } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { openOutput, visible } from './output.js';

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

test('what is less than a slow reader may leave waiting is written out before the end', async () => {
  let written = '';
  const slow = new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done) {
      setTimeout(() => {
        written += text;
        done();
      }, 5);
    },
  });
  const stdout = vi.spyOn(process, 'stdout', 'get').mockReturnValue(slow as unknown as typeof process.stdout);
  try {
    const output = openOutput(undefined);
    await output.write('one\n');
    await output.write('two\n');
    expect(written).toBe('');
    await output.close();
  } finally {
    stdout.mockRestore();
  }
  expect(written).toBe('one\ntwo\n');
});

test('a file that cannot be written is told in words', async () => {
  const output = openOutput('/nowhere/at/all');
  await expect(output.close()).rejects.toThrow('Cannot write /nowhere/at/all: there is no such file or folder.');
});
