/** Which plugins are on and how they are set, as the log holds it: so a replay judges as the live server did at that place. */

import type { EnginePlugin } from '../../engine/plugin/plugin.js';
import type { PluginDefinition } from '../../plugin-sdk/index.js';
import type { PluginPolicy } from '../ports.js';

/** Plugins that follow what the log says. */
export interface PolicyPlugins {
  /** The same objects throughout, switched on or not. */
  readonly enginePlugins: readonly EnginePlugin[];
  /** @param plugins  `undefined` where the log has told none yet */
  use(plugins: PluginPolicy | undefined): void;
}

/** As configured; unchecked. */
export interface ConfiguredPlugins {
  readonly on: readonly string[];
  /** Judges that are not to judge. */
  readonly off: readonly string[];
  readonly settings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * What of a configuration may be told to the log. Judges ask nobody, so nothing of theirs is secret. Of other plugins those settings are told that their
 * definition knows and does not call secret; of plugins whose definition is not at hand none are: what they find is in the log itself.
 *
 * @returns the same for the same configuration, in whatever order it was written
 */
export function pluginPolicy(
  { on, off, settings }: ConfiguredPlugins,
  judges: readonly PluginDefinition[],
  others: readonly PluginDefinition[],
): PluginPolicy {
  const judgeNames = judges.map(({ name }) => name);
  const switchedOn = [
    ...judgeNames.filter((name) => !off.includes(name)),
    ...on.filter((name) => !judgeNames.includes(name)),
  ];
  const told: Record<string, Record<string, unknown>> = {};
  for (const definition of [...judges, ...others].toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    const { name, settings: known, secrets = [] } = definition;
    const isTold = (key: string): boolean =>
      judges.includes(definition) || (Object.hasOwn(known, key) && !secrets.includes(key));
    const own = Object.entries(Object.hasOwn(settings, name) ? settings[name]! : {})
      .filter(([key]) => isTold(key))
      .toSorted(([one], [other]) => (one < other ? -1 : 1));
    if (own.length > 0) told[name] = Object.fromEntries(own);
  }
  return { on: [...new Set(switchedOn)].sort(), settings: told };
}

/** Of two that `pluginPolicy` gave, in the log or not. */
export function samePlugins(one: PluginPolicy, other: PluginPolicy): boolean {
  return JSON.stringify([one.on, one.settings]) === JSON.stringify([other.on, other.settings]);
}
