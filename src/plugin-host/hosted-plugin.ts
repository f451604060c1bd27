/** A plugin as the host holds it, wherever it runs and whether it runs at all. */

import type { PluginStatus } from '../app/live-ports.js';
import type { EnginePlugin } from '../engine/plugin/plugin.js';
import type { RuleInfo, Title } from '../plugin-sdk/index.js';

export interface HostedPlugin {
  readonly name: string;
  readonly status: PluginStatus;
  /** What the engine calls; `undefined` where it does not run. */
  readonly enginePlugin: EnginePlugin | undefined;
  /** The page's HTML; `undefined` where it has none or does not answer. */
  page(): Promise<string | undefined>;
  rulesLoaded(rules: readonly RuleInfo[]): void;
  close(): Promise<void>;
}

export interface PluginIdentity {
  readonly name: string;
  readonly version: string;
  readonly title: Title;
}

/** Of a plugin whose code was not looked at, the name is all that is known. */
export function identityOf(name: string): PluginIdentity {
  return { name, version: '', title: { en: name, zh: name } };
}

/** One that does not run: switched off, or failed with a reason. */
export function restingPlugin(identity: PluginIdentity, error?: string): HostedPlugin {
  return {
    name: identity.name,
    status: {
      name: identity.name,
      version: identity.version,
      titles: identity.title,
      state: error === undefined ? 'off' : 'failed',
      error,
      faults: 0,
      menu: undefined,
      hasPage: false,
    },
    enginePlugin: undefined,
    page: () => Promise.resolve(undefined),
    rulesLoaded: () => undefined,
    close: () => Promise.resolve(),
  };
}
