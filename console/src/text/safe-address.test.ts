import { describe, expect, test } from 'vitest';
import { safeAddress } from './safe-address.js';

describe('safeAddress', () => {
  test.each([
    ['https://attack.mitre.org/techniques/T1003/', 'https://attack.mitre.org/techniques/T1003/'],
    ['HTTPS://Example.org/a?b=c#d', 'https://example.org/a?b=c#d'],
    ['https://xn--pple-43d.com/', 'https://xn--pple-43d.com/'],
  ])('%s', (text, address) => expect(safeAddress(text)).toBe(address));

  test.each([
    'http://example.org/',
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    '//example.org/',
    '/rules',
    'https://',
    'https://[::1]/',
    'https://name@example.org/',
    'https://attack.mitre.org@evil.example/',
    'https://attack.mitre.org:secret@evil.example/',
    'https:\\\\example.org/',
    'https://example.org\\@evil.example/',
    ' https://example.org/',
    'https://example.org/ and more',
    'https://\u0430pple.com/',
    'https://example.org/\u202efdp.exe',
    'https://example.org/\n',
    'java\nscript:alert(1)',
    `https://example.org/${'a'.repeat(500)}`,
    '',
  ])('%j is text only', (text) => expect(safeAddress(text)).toBeUndefined());
});
