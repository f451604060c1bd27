/** Both languages say everything, and nothing is said that neither has. */

import { describe, expect, test } from 'vitest';
import { en } from './en.js';
import { zhCn } from './zh-cn.js';

type Tree = { readonly [key: string]: string | Tree };

function flat(tree: Tree, prefix = ''): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') texts.set(prefix + key, value);
    else for (const [below, text] of flat(value, `${prefix}${key}.`)) texts.set(below, text);
  }
  return texts;
}

const english = flat(en);
const chinese = flat(zhCn);
const sources = import.meta.glob<string>(['../**/*.vue', '../**/*.ts', '!../**/*.test.ts', '!../i18n/*.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
});
const held = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''))].sort();

describe('messages', () => {
  test('both languages have the same keys', () => expect([...chinese.keys()]).toEqual([...english.keys()]));

  test('both languages fill in the same values', () => {
    const odd = [...english].filter(([key, text]) => held(text).join() !== held(chinese.get(key) ?? '').join());
    expect(odd.map(([key]) => key)).toEqual([]);
  });

  test('Chinese is written in Chinese', () => {
    // A name, and what has no words of its own.
    const foreign = new Set(['action.of.wmievent', 'error.sentence']);
    expect(
      [...chinese].filter(
        ([key, text]) => !/\p{Script=Han}/u.test(text) && !/^[\s{}\w/]*$/.test(text) && !foreign.has(key),
      ),
    ).toEqual([]);
  });

  test('every key that the sources name exists', () => {
    const missing: string[] = [];
    for (const [path, text] of Object.entries(sources)) {
      const named = [
        ...text.matchAll(/(?:\bte?\(|\bcounted\(\s*|\bdoes: |\btitle: )'([a-zA-Z][\w-]*(?:\.[\w-]+)+)'/g),
        ...text.matchAll(/[?:] '([a-z][a-zA-Z]+\.[\w.]+)'/g),
      ];
      for (const [, key] of named) if (key !== undefined && !english.has(key)) missing.push(`${path}: ${key}`);
      for (const [, prefix] of text.matchAll(/\b(?:t|counted)\(`([\w.]+\.)\$\{/g)) {
        if (prefix !== undefined && ![...english.keys()].some((key) => key.startsWith(prefix)))
          missing.push(`${path}: ${prefix}…`);
      }
    }
    expect(missing).toEqual([]);
  });
});
