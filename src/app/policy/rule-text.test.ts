import { describe, expect, test } from 'vitest';
import { documentText } from './rule-text.js';

const TWO = 'title: One\r\ndetection: {}\r\n---\r\ntitle: Two\r\n  # said\r\n---\r\ntitle: Three\r\n\r\n';
const packs = [
  { name: 'old', files: [{ path: 'a/x.yml', text: 'title: Old\n' }] },
  {
    name: 'new',
    files: [
      { path: 'a/x.yml', text: TWO },
      { path: 'b.yml', text: '---\ntitle: B\n...\n' },
    ],
  },
];

describe('documentText', () => {
  test.each([
    { file: 'a/x.yml', line: 1, text: 'title: One\ndetection: {}' },
    { file: 'a/x.yml', line: 4, text: 'title: Two\n  # said' },
    { file: 'a/x.yml', line: 3, text: 'title: Two\n  # said' },
    { file: 'a/x.yml', line: 7, text: 'title: Three' },
    { file: 'b.yml', line: 1, text: 'title: B' },
    { file: 'b.yml', line: 90, text: '' },
    { file: 'a/x.yml', line: 0, text: 'title: One\ndetection: {}' },
    { file: 'x.yml', line: 1, text: undefined },
  ])('$file:$line', ({ file, line, text }) => expect(documentText(packs, { file, line })).toBe(text));

  test('is cut where nobody would read on', () => {
    const long = [{ name: 'p', files: [{ path: 'l.yml', text: `title: ${'a'.repeat(200_000)}` }] }];
    expect(documentText(long, { file: 'l.yml', line: 1 })).toHaveLength(100_000);
  });
});
