/** Plugins that want an entry in the menu, fetched once and again when the server says that they changed. */

import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import type { PluginInfo } from '../../../src/contract/index.js';
import { getPlugins } from '../api/calls.js';

export const usePlugins = defineStore('plugins', () => {
  const plugins = ref<PluginInfo[]>([]);
  const load = async (): Promise<void> => {
    // The menu does without them where they cannot be had; their own pages say why.
    const list = await getPlugins().catch(() => undefined);
    if (list) plugins.value = list.items;
  };
  const menu = computed(() =>
    plugins.value.filter((plugin) => plugin.menu !== null && plugin.page !== null && plugin.state !== 'off'),
  );
  return { plugins, menu, load };
});
