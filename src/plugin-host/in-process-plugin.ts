/** A bundled plugin, which runs in this process. */

import type { PluginStatus } from '../app/live-ports.js';
import type { EnginePlugin } from '../engine/plugin/plugin.js';
import {
  configureSettings,
  type LateEvidence,
  type Outside,
  type PluginDefinition,
  type RuleInfo,
} from '../plugin-sdk/index.js';
import { guard, PLUGIN_BUDGET, type Guarded } from './guarded.js';
import { restingPlugin, type HostedPlugin } from './hosted-plugin.js';
import { messageOf } from './thrown.js';

export interface InProcessOptions {
  /** From the configuration, unchecked. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly outside?: Outside | undefined;
  readonly giveLater: (evidence: LateEvidence) => void;
  readonly tell: (message: string) => void;
  readonly isReplaying: () => boolean;
}

/** @returns the plugin, or one that says why it does not run */
export function startInProcess(definition: PluginDefinition, options: InProcessOptions): HostedPlugin {
  return start(definition, options, false);
}

/**
 * A plugin that judges by what a process or chain holds: on everywhere, and without a budget, so that a scan, a replay and a live server say the same
 * however busy the machine is. What it throws is told and hurts nothing else.
 */
export function startJudge(
  definition: PluginDefinition,
  settings: Readonly<Record<string, unknown>>,
  tell: (message: string) => void,
): HostedPlugin {
  return start(definition, { settings, tell, giveLater: () => undefined, isReplaying: () => false }, true);
}

function start(definition: PluginDefinition, options: InProcessOptions, isJudge: boolean): HostedPlugin {
  const { outside, giveLater, tell, isReplaying } = options;
  const fail = (reason: string): HostedPlugin => {
    tell(`is off: ${reason}`);
    return restingPlugin(definition, reason);
  };
  const configured = configureSettings(definition.settings, options.settings);
  if (!configured.ok) return fail(configured.reason);
  try {
    const hooks = definition.init({ settings: configured.settings, log: tell, giveLater, outside });
    const guarded = guard(definition.name, hooks, {
      budget: isJudge ? undefined : PLUGIN_BUDGET,
      clock: () => performance.now(),
      tell,
      isPaused: definition.asksOthers === true ? isReplaying : () => false,
    });
    return new InProcessPlugin(definition, hooks, guarded);
  } catch (error) {
    return fail(messageOf(error));
  }
}

class InProcessPlugin implements HostedPlugin {
  constructor(
    private readonly definition: PluginDefinition,
    private readonly hooks: ReturnType<PluginDefinition['init']>,
    private readonly guarded: Guarded,
  ) {}

  get name(): string {
    return this.definition.name;
  }

  get enginePlugin(): EnginePlugin {
    return this.guarded.plugin;
  }

  get status(): PluginStatus {
    const { name, version, title } = this.definition;
    const menu = this.guarded.run('menu', () => this.hooks.menu?.());
    // After the menu, which may be what failed.
    const { faults, stopped } = this.guarded.state;
    return {
      name,
      version,
      titles: title,
      state: stopped === undefined ? 'on' : 'failed',
      error: stopped,
      faults,
      menu: menu === undefined ? undefined : { titles: menu.title, icon: menu.icon },
      hasPage: this.hooks.page !== undefined,
    };
  }

  page(): Promise<string | undefined> {
    return Promise.resolve(this.guarded.run('page', () => this.hooks.page?.()));
  }

  rulesLoaded(rules: readonly RuleInfo[]): void {
    this.guarded.run('rulesLoaded', () => this.hooks.rulesLoaded?.(rules));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
