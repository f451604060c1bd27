/** The judges of one engine: each in its place throughout, switched and set as the policy says. */

import type { PluginStatus } from '../app/live-ports.js';
import type { PolicyPlugins } from '../app/policy/plugin-policy.js';
import type { PluginPolicy } from '../app/ports.js';
import type { EnginePlugin } from '../engine/plugin/plugin.js';
import type { PluginDefinition, RuleInfo } from '../plugin-sdk/index.js';
import { restingPlugin, type HostedPlugin } from './hosted-plugin.js';
import { startJudge } from './in-process-plugin.js';

export class Judges implements PolicyPlugins {
  readonly hosted: readonly SwitchedJudge[];

  /**
   * @param fallback  holds until the log tells another
   * @param tell      a line about the judge `name`
   */
  constructor(
    definitions: readonly PluginDefinition[],
    private readonly fallback: PluginPolicy,
    tell: (name: string) => (message: string) => void,
  ) {
    this.hosted = definitions.map((definition) => new SwitchedJudge(definition, tell(definition.name)));
    this.use(undefined);
  }

  get enginePlugins(): readonly EnginePlugin[] {
    return this.hosted.map(({ enginePlugin }) => enginePlugin);
  }

  use({ on, settings }: PluginPolicy = this.fallback): void {
    for (const judge of this.hosted) {
      const { name } = judge;
      judge.use(on.includes(name), Object.hasOwn(settings, name) ? settings[name]! : {});
    }
  }
}

/** Every hook there is, absent or not: which of them are there changes while an engine holds the object. */
type Hooks = { -readonly [Hook in keyof EnginePlugin]-?: EnginePlugin[Hook] | undefined };

/** What it was switched to says what it is and does. A judge that is off states nothing, and takes nothing back either. */
class SwitchedJudge implements HostedPlugin {
  readonly enginePlugin: EnginePlugin;
  readonly #hooks: Hooks;
  #inner: HostedPlugin;
  #stand = '';
  #rules: readonly RuleInfo[] | undefined;

  constructor(
    private readonly definition: PluginDefinition,
    private readonly tell: (message: string) => void,
  ) {
    this.#inner = restingPlugin(definition);
    this.#hooks = hooksOf(definition.name, undefined);
    this.enginePlugin = this.#hooks as EnginePlugin;
  }

  get name(): string {
    return this.definition.name;
  }

  get status(): PluginStatus {
    return this.#inner.status;
  }

  use(isOn: boolean, settings: Readonly<Record<string, unknown>>): void {
    const stand = JSON.stringify([isOn, settings]);
    if (stand === this.#stand) return;
    this.#stand = stand;
    this.#inner = isOn ? startJudge(this.definition, settings, this.tell) : restingPlugin(this.definition);
    Object.assign(this.#hooks, hooksOf(this.name, this.#inner.enginePlugin));
    if (this.#rules !== undefined) this.#inner.rulesLoaded(this.#rules);
  }

  page(): Promise<string | undefined> {
    return this.#inner.page();
  }

  rulesLoaded(rules: readonly RuleInfo[]): void {
    this.#rules = rules;
    this.#inner.rulesLoaded(rules);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

function hooksOf(name: string, plugin: EnginePlugin | undefined): Hooks {
  return {
    name,
    actions: plugin?.actions,
    seesRepeats: plugin?.seesRepeats,
    processCreated: plugin?.processCreated,
    processAction: plugin?.processAction,
    processEnded: plugin?.processEnded,
    judgeStart: plugin?.judgeStart,
    mergeMemory: plugin?.mergeMemory,
  };
}
