import { expect, test } from 'vitest';
import { tellingLength } from './telling-length.js';

test.each([
  ['', 0],
  ['.exe', 0],
  ['c:\\windows\\system32\\', 0],
  ['\\lsass.exe', 5],
  ['-encodedcommand', 15],
  ['hklm\\software\\microsoft\\windows\\currentversion\\run', 3],
])('%s says %i', (text, length) => {
  expect(tellingLength(text)).toBe(length);
});
