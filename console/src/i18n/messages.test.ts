/** Both languages say everything, and nothing is said that neither has. */

import { describe, expect, test } from 'vitest';
import { en } from './en.js';
import { enPages } from './en-pages.js';
import { zhCn } from './zh-cn.js';
import { RULE_CODES } from '../../../src/engine/rule/diagnostic-codes.js';
import { SIGMA_CODES } from '../../../src/engine/rule/sigma/sigma-codes.js';
import { zhRuleCodes } from './zh-rule-codes.js';
import { zhCnPages } from './zh-cn-pages.js';

type Tree = { readonly [key: string]: string | Tree };

function flat(tree: Tree, prefix = ''): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') texts.set(prefix + key, value);
    else for (const [below, text] of flat(value, `${prefix}${key}.`)) texts.set(below, text);
  }
  return texts;
}

const english = new Map([...flat(en), ...flat(enPages)]);
const chinese = new Map([...flat(zhCn), ...flat(zhCnPages)]);
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

  test('what is wrong with a rule is told in Chinese for every code, and no other', () => {
    const codes = [...Object.keys(RULE_CODES), ...Object.keys(SIGMA_CODES)];
    expect(Object.keys(zhRuleCodes).sort()).toEqual([...new Set(codes)].sort());
    expect(Object.values(zhRuleCodes).filter((text) => !/\p{Script=Han}.*。$/u.test(text))).toEqual([]);
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

  test('what shell, inbox and entrance say comes with the shell', () => {
    const shell = flat(en);
    const waiting = ['../main.ts', '../views/ThreatsView.vue', '../views/SignInView.vue'];
    const seen = new Set<string>();
    const late: string[] = [];
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const text = sources[path];
      if (seen.has(path) || text === undefined) continue;
      seen.add(path);
      for (const [, from = '', lazy = ''] of text.matchAll(
        /^import [^;]*?from '(\.[^']+)'|\bimport\('(\.[^']+)'\)/gm,
      )) {
        // Pages wait for their own texts; dialogs that are fetched when they are opened do not.
        const file = from || (path.includes('router') ? '' : lazy);
        waiting.push(
          new URL(file.replace(/\.js$/, '.ts'), `file:///src/${path.slice(3)}`).pathname.replace('/src/', '../'),
        );
      }
      for (const [, key = ''] of text.matchAll(/['"`]([a-zA-Z][\w-]*(?:\.[\w-]+)+)['"`]/g))
        if (english.has(key) && !shell.has(key)) late.push(`${path}: ${key}`);
      for (const [, prefix = ''] of text.matchAll(/`([\w.]+\.)\$\{/g))
        if ([...english.keys()].some((key) => key.startsWith(prefix) && !shell.has(key)))
          late.push(`${path}: ${prefix}…`);
    }
    expect(seen.size).toBeGreaterThan(30);
    expect(late).toEqual([]);
  });
});
