import { expect, test } from 'vitest';
import { tellingLength } from './telling-length.js';

test.each([
  ['', 0],
  ['.exe', 0],
  ['c:\\windows\\system32\\', 2],
  ['\\lsass.exe', 5],
  ['-encodedcommand', 9],
  ['hklm\\software\\microsoft\\windows\\currentversion\\run', 7],
])('%s says %i', (text, length) => {
  expect(tellingLength(text)).toBe(length);
});
