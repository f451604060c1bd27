/** Escaping and wildcards. Each name says the sentence of the specification in short. */

import { describe, expect, test } from 'vitest';
import { selectionOf, showPattern } from '../../../../../test/support/sigma.js';
import { isPattern, parseText } from './text.js';

describe('a text', () => {
  test.each([
    { name: 'without wildcards is one literal', text: 'whoami.exe', shown: '«whoami.exe»' },
    { name: 'that is empty is the empty pattern', text: '', shown: '«»' },
    { name: '"*" is any number of characters', text: 'antivirus_V*.exe', shown: '«antivirus_V»*«.exe»' },
    { name: '"?" is one character', text: 'prog?.exe', shown: '«prog»?«.exe»' },
    { name: 'begins with a wildcard', text: '*\\cmd.exe', shown: '*«\\cmd.exe»' },
    { name: 'ends with a wildcard', text: 'adm*', shown: '«adm»*' },
    { name: 'is a wildcard alone', text: '*', shown: '*' },
    { name: 'several "*" in a row are one', text: 'a***b', shown: '«a»*«b»' },
    { name: 'several "?" in a row each stand for a character', text: 'a??b', shown: '«a»??«b»' },
    { name: '"*?" and "?*" keep their order', text: '*?a?*', shown: '*?«a»?*' },
    { name: 'a backslash before a letter is plain: single notation', text: 'C:\\Windows', shown: '«C:\\Windows»' },
    { name: 'a double backslash is one: double notation', text: 'C:\\\\Windows', shown: '«C:\\Windows»' },
    { name: 'a backslash before "*" makes it plain', text: 'a\\*b', shown: '«a*b»' },
    { name: 'a backslash before "?" makes it plain', text: 'a\\?b', shown: '«a?b»' },
    { name: 'two backslashes before "*": one, and the wildcard', text: 'a\\\\*', shown: '«a\\»*' },
    { name: 'two backslashes before "?": one, and the wildcard', text: 'a\\\\?', shown: '«a\\»?' },
    { name: 'three backslashes before "*": both plain', text: 'a\\\\\\*', shown: '«a\\*»' },
    { name: 'three backslashes before "?": both plain', text: '\\\\\\?x', shown: '«\\?x»' },
    { name: 'four backslashes before "*": two, and the wildcard', text: '\\\\\\\\*', shown: '«\\\\»*' },
    { name: 'three backslashes are two', text: '\\\\\\', shown: '«\\\\»' },
    { name: 'four backslashes are two', text: '\\\\\\\\', shown: '«\\\\»' },
    { name: 'the start of a network path in four backslashes', text: '\\\\\\\\srv\\share', shown: '«\\\\srv\\share»' },
    { name: 'the start of a network path in two backslashes is one', text: '\\\\srv', shown: '«\\srv»' },
    { name: 'the last backslash is plain', text: 'C:\\Temp\\', shown: '«C:\\Temp\\»' },
    { name: 'two last backslashes are one', text: 'C:\\Temp\\\\', shown: '«C:\\Temp\\»' },
    { name: 'a backslash alone', text: '\\', shown: '«\\»' },
    { name: 'wildcards on both sides of a backslash at the end', text: '*\\Temp\\\\*', shown: '*«\\Temp\\»*' },
    { name: 'a backslash before a percent sign stays', text: '\\%PATH%', shown: '«\\%PATH%»' },
    { name: 'percent signs are plain', text: '%name%', shown: '«%name%»' },
    { name: 'escapes of other languages are plain', text: '\\n\\t\\x41\\u0041', shown: '«\\n\\t\\x41\\u0041»' },
    { name: 'quotes, braces and dollars are plain', text: `"'{[($^|+.`, shown: `«"'{[($^|+.»` },
    { name: 'letters beyond ASCII', text: 'Ärger*日本?😀', shown: '«Ärger»*«日本»?«😀»' },
    { name: 'half of a surrogate pair', text: '\ud800*', shown: '«\ud800»*' },
    { name: 'a line end is a character', text: 'a\nb*', shown: '«a\nb»*' },
    { name: 'a wildcard between escapes', text: '\\**\\*', shown: '«*»*«*»' },
    { name: 'only escaped wildcards', text: '\\*\\?\\*', shown: '«*?*»' },
  ])('$name', ({ text, shown }) => {
    const pattern = parseText(text);
    expect(isPattern(pattern)).toBe(true);
    if (isPattern(pattern)) expect(showPattern(pattern)).toBe(shown);
  });
});

describe('a text under contains, startswith and endswith', () => {
  test.each([
    { name: 'contains puts "*" around', line: `A|contains: 'b'`, shown: 'A = *«b»*' },
    { name: 'startswith puts "*" behind', line: `A|startswith: 'b'`, shown: 'A = «b»*' },
    { name: 'endswith puts "*" before', line: `A|endswith: 'b'`, shown: 'A = *«b»' },
    {
      name: 'a last backslash does not escape the "*" of startswith',
      line: `A|startswith: 'C:\\'`,
      shown: 'A = «C:\\»*',
    },
    {
      name: 'a last backslash does not escape the "*" of contains',
      line: `A|contains: '\\Temp\\'`,
      shown: 'A = *«\\Temp\\»*',
    },
    {
      name: 'a double last backslash under contains is one',
      line: `A|contains: '\\Temp\\\\'`,
      shown: 'A = *«\\Temp\\»*',
    },
    { name: 'wildcards inside stay wildcards', line: `A|contains: 'a*b?c'`, shown: 'A = *«a»*«b»?«c»*' },
    { name: 'escaped wildcards inside stay plain', line: `A|contains: 'a\\*b'`, shown: 'A = *«a*b»*' },
    { name: 'a "*" at the edge is not doubled', line: `A|contains: '*a*'`, shown: 'A = *«a»*' },
    { name: 'the empty text under contains is anything', line: `A|contains: ''`, shown: 'A = *' },
    { name: 'the empty text without modifiers is the empty value', line: `A: ''`, shown: 'A = «»' },
    { name: 'a "?" at the edge stays', line: `A|endswith: '?.exe'`, shown: 'A = *?«.exe»' },
    { name: 'startswith after endswith is both', line: `A|endswith|startswith: 'a'`, shown: 'A = *«a»*' },
    { name: 'double quotes of YAML have escapes of their own', line: `A: "C:\\\\Temp"`, shown: 'A = «C:\\Temp»' },
    { name: 'plain scalars of YAML have none', line: `A: C:\\\\Temp`, shown: 'A = «C:\\Temp»' },
    { name: 'a folded block is one text', line: `A: >-\n  a\n  b`, shown: 'A = «a b»' },
  ])('$name', ({ line, shown }) => {
    expect(selectionOf(line)).toBe(shown);
  });
});
