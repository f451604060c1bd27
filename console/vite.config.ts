/** Builds the console into `dist/console`, which the server hands out as it is: no inline script, no inline style, no remote address. */

import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));

const EVERYWHERE =
  /console\/src\/(?:text\/(?:escape|look-alike)\.ts|components\/(?:AppIcon|EvidenceText|SkeletonRows|StateNote|TechniqueTags|TimeText)\.vue)/;

export default defineConfig(({ command }) => {
  // What is built is what people get, whoever calls: a test runner's own setting would give Vue's development build, a third larger.
  if (command === 'build') process.env.NODE_ENV = 'production';
  return {
    root,
    base: '/',
    plugins: [vue()],
    define: {
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
      __VUE_I18N_FULL_INSTALL__: 'false',
      __VUE_I18N_LEGACY_API__: 'false',
      __INTLIFY_PROD_DEVTOOLS__: 'false',
      __INTLIFY_DROP_MESSAGE_COMPILER__: 'false',
    },
    build: {
      outDir: fileURLToPath(new URL('../dist/console', import.meta.url)),
      emptyOutDir: true,
      target: 'es2022',
      // A data: address would need a wider policy than `'self'`.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      manifest: true,
      reportCompressedSize: true,
      // Each page that shows anything needs them: one file compresses better than many small ones.
      rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'shown', test: EVERYWHERE }] } } },
    },
    server: { proxy: { '/api': 'http://127.0.0.1:8420' } },
  };
});
