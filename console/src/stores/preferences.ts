/** What a person likes: kept in this browser. Read before the first paint by public/first-paint.js under the same key. */

import { defineStore } from 'pinia';
import { reactive, toRefs, watch } from 'vue';

export const LANGUAGES = ['en', 'zh-CN'] as const;
export type Language = (typeof LANGUAGES)[number];
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

interface Preferences {
  language: Language;
  theme: Theme;
  utc: boolean;
  /** Single-key shortcuts may be turned off (WCAG 2.1.4). */
  singleKeys: boolean;
  railOpen: boolean;
}

const KEY = 'chainsight.preferences';

function browserLanguage(): Language {
  const first = navigator.languages.find((language) => /^(zh|en)\b/i.test(language));
  return first?.toLowerCase().startsWith('zh') === true ? 'zh-CN' : 'en';
}

function kept(): Partial<Preferences> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

export const usePreferences = defineStore('preferences', () => {
  const stored = kept();
  const state = reactive<Preferences>({
    language: LANGUAGES.find((language) => language === stored.language) ?? browserLanguage(),
    theme: THEMES.find((theme) => theme === stored.theme) ?? 'system',
    utc: stored.utc === true,
    singleKeys: stored.singleKeys !== false,
    railOpen: stored.railOpen !== false,
  });

  watch(
    state,
    () => {
      const root = document.documentElement;
      root.lang = state.language;
      if (state.theme === 'system') delete root.dataset.theme;
      else root.dataset.theme = state.theme;
      try {
        localStorage.setItem(KEY, JSON.stringify(state));
      } catch {
        // A full or refused storage only means that the choice is not kept.
      }
    },
    { immediate: true },
  );
  return toRefs(state);
});
