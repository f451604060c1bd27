/** Starts the console: language first, so that no page is ever drawn in keys. */

import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/lists.css';
import { createPinia } from 'pinia';
import { createApp, watch } from 'vue';
import App from './App.vue';
import { i18n, setLanguage } from './i18n/index.js';
import { fetchPagesAhead, router } from './router.js';
import { usePreferences } from './stores/preferences.js';

const FETCH_AHEAD_AFTER_MS = 1500;
const app = createApp(App);
app.use(createPinia());
const preferences = usePreferences();
await setLanguage(preferences.language);
watch(() => preferences.language, setLanguage);
app.use(i18n);
app.use(router);
app.mount('#app');
setTimeout(fetchPagesAhead, FETCH_AHEAD_AFTER_MS);
