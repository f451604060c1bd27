/** The bundled plugins that judge by what a process or chain holds: the same in a scan, a replay, a hunt and a live server. */

import type { EnginePlugin } from '../engine/plugin/plugin.js';
import { startJudge } from '../plugin-host/in-process-plugin.js';
import { JUDGES } from '../plugins/index.js';
import type { PluginSettings } from './settings.js';

/**
 * @param settings  `plugins.settings`, where a configuration is at hand; without it, the judges' defaults
 * @returns fresh ones. A judge whose settings are bad is told of on stderr and left out, as the server leaves it out
 */
export function inProcessPlugins(settings: PluginSettings = {}): readonly EnginePlugin[] {
  return JUDGES.flatMap((definition) => {
    const { name } = definition;
    const own = Object.hasOwn(settings, name) ? settings[name]! : {};
    const tell = (message: string): void => void process.stderr.write(`plugin ${name} ${message}\n`);
    return startJudge(definition, own, tell).enginePlugin ?? [];
  });
}
