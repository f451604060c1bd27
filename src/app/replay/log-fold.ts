/** One way from a record of the log to the engine, for all who read it: live, recovery, replay, hunt. */

import { Engine } from '../../engine/engine.js';
import type { EngineOptions } from '../../engine/engine-options.js';
import type { Event } from '../../engine/event/event.js';
import type { PluginFinding } from '../../engine/plugin/plugin.js';
import type { PolicySource } from '../policy/logged-policy.js';
import type { PluginPolicy, PolicyChange } from '../ports.js';

export class LogFold {
  #engine: Engine;

  constructor(
    private readonly policy: PolicySource,
    readonly options: EngineOptions,
    /** Switches the plugins of `options` to what the log says. */
    private readonly usePlugins: (plugins: PluginPolicy | undefined) => void = () => undefined,
  ) {
    this.#engine = new Engine(policy.current(), options);
    usePlugins(policy.plugins);
  }

  /** Another one once a snapshot was taken up. */
  get engine(): Engine {
    return this.#engine;
  }

  /** Goes on with an engine that was put back from a snapshot, under the policy that the source tells. */
  resume(engine: Engine): void {
    this.#engine = engine;
    this.usePlugins(this.policy.plugins);
  }

  /** @param isRepeated  the record was seen before */
  event(event: Event, position: number, isRepeated = false): void {
    this.settle();
    this.#engine.apply(event, position, isRepeated);
  }

  finding(finding: PluginFinding): void {
    this.settle();
    this.#engine.applyFinding(finding);
  }

  change(change: PolicyChange): void {
    if (change.kind === 'host-forgotten') this.#engine.forgetHost(change.host);
    this.policy.change(change);
    if (change.kind === 'plugins') this.usePlugins(this.policy.plugins);
  }

  /**
   * Puts the policy in force that holds now. Several changes without an event between them are one change to the engine, live as in a replay: evidence
   * counts policies.
   */
  settle(): void {
    const policy = this.policy.current();
    if (policy !== this.#engine.policy) this.#engine.setPolicy(policy);
  }
}
