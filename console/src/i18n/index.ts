/** Both languages, switched without a reload. Each is a file of its own, fetched when first used. */

import { createI18n } from 'vue-i18n';
import type { Language } from '../stores/preferences.js';
import type { en } from './en.js';

export type Messages = typeof en;

export const i18n = createI18n<[Messages], Language, false>({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  missingWarn: false,
  fallbackWarn: false,
});

const loaders: Readonly<Record<Language, () => Promise<Messages>>> = {
  en: async () => (await import('./en.js')).en,
  'zh-CN': async () => (await import('./zh-cn.js')).zhCn,
};
const loaded = new Set<Language>();

export async function setLanguage(language: Language): Promise<void> {
  if (!loaded.has(language)) {
    i18n.global.setLocaleMessage(language, await loaders[language]());
    loaded.add(language);
  }
  i18n.global.locale.value = language;
}
