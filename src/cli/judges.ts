/** The bundled plugins that judge by what a process or chain holds: the same in a scan, a replay, a hunt and a live server. */

import { pluginPolicy, type PolicyPlugins } from '../app/policy/plugin-policy.js';
import type { PluginPolicy } from '../app/ports.js';
import type { EnginePlugin } from '../engine/plugin/plugin.js';
import { Judges } from '../plugin-host/judges.js';
import { BUNDLED_PLUGINS, JUDGES } from '../plugins/index.js';
import type { SettingValues } from './settings.js';

/** What a configuration says of plugins, as the log may hold it: without secrets. */
export function configuredPlugins(
  values: Pick<SettingValues, 'plugins.on' | 'plugins.off' | 'plugins.settings'>,
): PluginPolicy {
  return pluginPolicy(
    { on: values['plugins.on'], off: values['plugins.off'], settings: values['plugins.settings'] },
    JUDGES,
    BUNDLED_PLUGINS,
  );
}

const DEFAULTS = configuredPlugins({ 'plugins.on': [], 'plugins.off': [], 'plugins.settings': {} });

/**
 * @param fallback  where the log tells nothing; without it, all judges with their own settings
 * @returns fresh ones. A judge whose settings are bad is told of on stderr and left out, as the server leaves it out
 */
export function judges(fallback: PluginPolicy = DEFAULTS): PolicyPlugins {
  return new Judges(JUDGES, fallback, (name) => (message) => void process.stderr.write(`plugin ${name} ${message}\n`));
}

/** The same where nothing changes on the way. */
export function inProcessPlugins(plugins: PluginPolicy = DEFAULTS): readonly EnginePlugin[] {
  return judges(plugins).enginePlugins;
}
