/** One way from a record of the log to the engine, for all who read it: live, recovery, replay, hunt. */

import { Engine, type EngineOptions } from '../../engine/engine.js';
import type { Event } from '../../engine/event/event.js';
import type { PluginFinding } from '../../engine/plugin/plugin.js';
import type { PolicySource } from '../policy/logged-policy.js';
import type { PolicyChange } from '../ports.js';

export class LogFold {
  readonly engine: Engine;

  constructor(
    private readonly policy: PolicySource,
    options: EngineOptions,
  ) {
    this.engine = new Engine(policy.current(), options);
  }

  event(event: Event, position: number): void {
    this.#refresh();
    this.engine.apply(event, position);
  }

  finding(finding: PluginFinding): void {
    this.#refresh();
    this.engine.applyFinding(finding);
  }

  change(change: PolicyChange): void {
    this.policy.change(change);
  }

  /** Several changes without an event between them are one change to the engine, live as in a replay: evidence counts policies. */
  #refresh(): void {
    const policy = this.policy.current();
    if (policy !== this.engine.policy) this.engine.setPolicy(policy);
  }
}
