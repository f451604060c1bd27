import { expect, test } from 'vitest';
import { lookAlikeOf } from './look-alike.js';

test.each([
  { path: 'C:\\Users\\li\\svch\u043est.exe', program: 'svchost.exe' },
  { path: 'l\u0455ass.exe', program: 'lsass.exe' },
  { path: 'C:\\Windows\\System32\\svchost.exe', program: undefined },
  { path: 'C:\\документ.exe', program: undefined },
  { path: '', program: undefined },
])('$path', ({ path, program }) => expect(lookAlikeOf(path)?.program).toBe(program));
