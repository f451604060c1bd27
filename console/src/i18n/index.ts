/**
 * Both languages, switched without a reload. Each is two files, fetched when first used: what the shell and the inbox say, without which nothing is
 * drawn, and what the other pages say, which must not delay the inbox.
 */

import { createI18n } from 'vue-i18n';
import type { Language } from '../stores/preferences.js';
import type { en } from './en.js';
import type { enPages } from './en-pages.js';

export type Messages = typeof en;
export type PageMessages = typeof enPages;

export const i18n = createI18n<[Messages & PageMessages], Language, false>({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  missingWarn: false,
  fallbackWarn: false,
});

type Fetch<Part> = Readonly<Record<Language, () => Promise<Part>>>;

const shells: Fetch<Messages> = {
  en: async () => (await import('./en.js')).en,
  'zh-CN': async () => (await import('./zh-cn.js')).zhCn,
};
const pages: Fetch<PageMessages> = {
  en: async () => (await import('./en-pages.js')).enPages,
  'zh-CN': async () => (await import('./zh-cn-pages.js')).zhCnPages,
};
const fetched = new Map<unknown, Promise<void>>();
let wholeAsked = false;

/** Once for each part; one that could not be fetched is asked for again. */
function add(language: Language, fetch: () => Promise<Messages | PageMessages>): Promise<void> {
  const known = fetched.get(fetch);
  if (known !== undefined) return known;
  const adding = fetch().then((messages) => i18n.global.mergeLocaleMessage(language, messages));
  fetched.set(fetch, adding);
  adding.catch(() => fetched.delete(fetch));
  return adding;
}

/** The language that is spoken, with the texts of all pages: for whatever is neither shell nor inbox. */
export async function wholeLanguage(language: Language = i18n.global.locale.value): Promise<void> {
  wholeAsked = true;
  await add(language, pages[language]);
}

export async function setLanguage(language: Language): Promise<void> {
  await add(language, shells[language]);
  if (wholeAsked) await wholeLanguage(language);
  i18n.global.locale.value = language;
}
