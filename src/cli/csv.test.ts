import { expect, test } from 'vitest';
import { csvHead, csvRow } from './csv.js';

test.each([
  ['a plain text', 'C:\\a.exe --x -y', '"C:\\a.exe --x -y"'],
  ['quotes and commas', 'say "hi", then', '"say ""hi"", then"'],
  ['lines', 'a\nb', '"a\nb"'],
  ['a formula', '=HYPERLINK("http://evil.example","x")', `"'=HYPERLINK(""http://evil.example"",""x"")"`],
  ['a command', "=cmd|' /C calc'!A0", `"'=cmd|' /C calc'!A0"`],
  ['a sum', '+1+1', `"'+1+1"`],
  ['a switch', '-x', `"'-x"`],
  ['a function of old', '@SUM(1)', `"'@SUM(1)"`],
  ['wide forms', '\uff1d1+1', `"'\uff1d1+1"`],
  ['blanks before it', ' \t=1', `" \t'=1"`],
  ['a quote before it', '"=1', `"""'=1"`],
  ['a new line before it', 'a\n=1', `"a\n'=1"`],
  ['a semicolon before it', 'a;=1;+2;b', `"a;'=1;'+2;b"`],
  ['a tab before it', 'a\t=1', `"a\t'=1"`],
  ['an apostrophe of its own', "'=1", `"''=1"`],
  ['nothing', '', '""'],
])('%s', (_name, text, cell) => {
  expect(csvRow([text, 5, -5])).toBe(`${cell},5,-5\r\n`);
});

test('the head begins with the mark by which spreadsheets know UTF-8', () => {
  expect(Buffer.from(csvHead(['id', '主机'])).toString('hex')).toMatch(/^efbbbf22/);
  expect(csvHead(['id', '主机'])).toBe('\ufeff"id","主机"\r\n');
});

test.each(['\t', ' ', ';', '"', '\t;', ';"'])('a long run of %j takes no longer than its length asks for', (run) => {
  const startMs = performance.now();
  expect(csvRow([`${run.repeat(500_000)}a`])).toContain('a');
  expect(performance.now() - startMs).toBeLessThan(1000);
});
