/** Changes of policy while the server runs: records in the log, in force for the events behind them. */

import type { RuleErrors, RuleSet } from '../../engine/rule/rule.js';
import type { Exception } from '../../engine/score/exception.js';
import type { LiveNotice, PolicyDesk, RuleCost, RulesInForce } from '../live-ports.js';
import { packsVersion, sameSettings, settingsOf, type LoggedPolicy } from '../policy/logged-policy.js';
import type { CompiledPacks, PackSource } from '../policy/compile-packs.js';
import { documentText } from '../policy/rule-text.js';
import { samePlugins } from '../policy/plugin-policy.js';
import type { Clock, EventLog, PluginPolicy, PolicyChange, PolicySettings } from '../ports.js';
import type { LogFold } from '../replay/log-fold.js';
import type { Pipeline } from './pipeline.js';
import type { RuleCosts } from './rule-costs.js';

export interface PolicyDeskParts {
  readonly log: EventLog;
  readonly pipeline: Pipeline;
  readonly policy: LoggedPolicy;
  readonly fold: LogFold;
  readonly clock: Clock;
  readonly costs: RuleCosts;
  readonly compile: (packs: readonly PackSource[]) => CompiledPacks;
  /** The packs as they lie on disk now. */
  readonly readPacks: () => Promise<readonly PackSource[]>;
  readonly tell: (notice: LiveNotice) => void;
  readonly onConfigured?: (what: 'settings' | 'plugins', before: unknown, after: unknown) => void;
}

export class LivePolicyDesk implements PolicyDesk {
  /** What was wrong with the packs that were read last, be they in force or not. */
  #problems: RulesInForce['problems'] | undefined;
  /** Whether those were not taken over. */
  #isRefused = false;
  /** Changes are made one after another. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: PolicyDeskParts) {}

  exceptions(): readonly Exception[] {
    return this.parts.policy.exceptions;
  }

  async exceptionHits(): Promise<ReadonlyMap<string, number>> {
    const hits = new Map<string, number>();
    const count = (exception: Exception | undefined): void => {
      if (exception !== undefined) hits.set(exception.id, (hits.get(exception.id) ?? 0) + 1);
    };
    for (const chain of this.parts.fold.engine.chains()) {
      for (const item of chain.ledger.values()) count(item.exception);
      for (const item of chain.profiles.values()) count(item.exception);
    }
    return hits;
  }

  addException(exception: Exception): Promise<void> {
    return this.#oneByOne(() => this.#change({ kind: 'exception-added', exception }, 'exceptions'));
  }

  removeException(id: string): Promise<boolean> {
    return this.#oneByOne(async () => {
      if (!this.exceptions().some((exception) => exception.id === id)) return false;
      await this.#change({ kind: 'exception-removed', id }, 'exceptions');
      return true;
    });
  }

  forgetHost(host: string): Promise<void> {
    const { log, pipeline, clock } = this.parts;
    return this.#oneByOne(async () => {
      const change: PolicyChange = { kind: 'host-forgotten', host };
      const position = await log.append([{ kind: 'policy', receivedMs: clock.nowMs(), change }]);
      pipeline.push({ kind: 'change', position, change });
      await pipeline.whenStored();
    });
  }

  rules(): RulesInForce {
    const { rules, packs, diagnostics } = this.parts.policy.compiled();
    const { version, profiles } = rules;
    return { version, rules: rules.rules, profiles, packs, problems: this.#problems ?? diagnostics };
  }

  async ruleErrors(): Promise<readonly RuleErrors[]> {
    return this.parts.policy.compiled().rules.errors();
  }

  async ruleCosts(): Promise<readonly RuleCost[]> {
    return this.parts.costs.of(this.parts.policy.compiled().rules);
  }

  async ruleText(rule: { readonly file: string; readonly line: number }): Promise<string | undefined> {
    return documentText(this.parts.policy.packs, rule);
  }

  reloadRules(): Promise<RulesInForce> {
    return this.#oneByOne(async () => {
      await this.useRules(await this.parts.readPacks());
      return this.rules();
    });
  }

  /** Puts rules in force where they differ from those that are; a set with nothing in it is only reported, and the old one stays. */
  async useRules(packs: readonly PackSource[]): Promise<void> {
    const version = packsVersion(packs);
    const { policy } = this.parts;
    if (version === policy.rulesVersion) {
      this.#problems = undefined;
      // What was refused is mended or gone, and so is what was wrong with it.
      if (this.#isRefused) this.parts.tell({ kind: 'policy', what: 'rules' });
      this.#isRefused = false;
      return;
    }
    const compiled = this.parts.compile(packs);
    this.#problems = compiled.diagnostics;
    this.#isRefused = isEmpty(compiled.rules) && !isEmpty(policy.compiled().rules);
    if (this.#isRefused) {
      this.parts.tell({ kind: 'policy', what: 'rules' });
      return;
    }
    await this.#change({ kind: 'rules', version, packs }, 'rules');
  }

  async useSettings(settings: PolicySettings): Promise<void> {
    const { policy } = this.parts;
    if (policy.hasSettings && sameSettings(settings, policy.settings)) return;
    const after = settingsOf(settings);
    this.parts.onConfigured?.('settings', policy.hasSettings ? settingsOf(policy.settings) : undefined, after);
    await this.#change({ kind: 'settings', settings: after }, 'settings');
  }

  async usePlugins(plugins: PluginPolicy): Promise<void> {
    const before = this.parts.policy.plugins;
    if (before !== undefined && samePlugins(before, plugins)) return;
    this.parts.onConfigured?.('plugins', before, plugins);
    await this.#change({ kind: 'plugins', plugins }, 'plugins');
  }

  async #change(change: PolicyChange, what: (LiveNotice & { kind: 'policy' })['what']): Promise<void> {
    const { log, pipeline, clock, tell } = this.parts;
    const position = await log.append([{ kind: 'policy', receivedMs: clock.nowMs(), change }]);
    pipeline.push({ kind: 'change', position, change });
    await pipeline.whenApplied(position);
    tell({ kind: 'policy', what });
  }

  #oneByOne<Result>(work: () => Promise<Result>): Promise<Result> {
    const next = this.#last.then(work, work);
    this.#last = next.catch(() => undefined);
    return next;
  }
}

function isEmpty(rules: RuleSet): boolean {
  return rules.rules.length === 0 && rules.profiles.length === 0;
}
