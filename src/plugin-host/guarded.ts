/**
 * A plugin in this process: what throws is counted, what takes too long is switched off, and neither disturbs anybody else. Throwing alone switches
 * nothing off, or whoever can send an event that makes a plugin throw could rid himself of it.
 */

import type { EnginePlugin, PluginCall } from '../engine/plugin/plugin.js';
import type { PluginHooks } from '../plugin-sdk/index.js';
import { messageOf } from './thrown.js';

export interface Budget {
  /** One call may take this long before it counts as slow. */
  readonly callMs: number;
  /** So many slow calls within a minute, and it is switched off. */
  readonly slowCallsMax: number;
}

export const PLUGIN_BUDGET: Budget = { callMs: 100, slowCallsMax: 5 };
const SLOW_WINDOW_MS = 60_000;

/** Faults told one by one; later ones are counted. */
const FAULTS_TOLD = 3;

export interface GuardState {
  readonly faults: number;
  /** Why it was switched off; `undefined` while it runs. */
  readonly stopped: string | undefined;
}

export interface Guarded {
  readonly plugin: EnginePlugin;
  readonly state: GuardState;
  /** Runs anything else of the plugin (menu, page, rulesLoaded) under the same rules. @returns `undefined` if it threw or is off */
  run<Result>(what: string, call: () => Result): Result | undefined;
}

export interface GuardOptions {
  /** `undefined` for a judge, which is never switched off: what it says must not depend on how busy the machine is. */
  readonly budget: Budget | undefined;
  /** Milliseconds of a clock that only goes forward. */
  readonly clock: () => number;
  readonly tell: (message: string) => void;
  /** Hooks for events are not called while this is true. */
  readonly isPaused: () => boolean;
}

export function guard(name: string, hooks: PluginHooks, { budget, clock, tell, isPaused }: GuardOptions): Guarded {
  const state: { faults: number; stopped: string | undefined } = { faults: 0, stopped: undefined };
  let slowCalls = 0;
  let windowEndsMs = 0;

  const failed = (what: string, error: unknown): void => {
    state.faults++;
    if (state.faults <= FAULTS_TOLD) tell(`${what} failed: ${messageOf(error)}`);
  };
  const took = (what: string, ms: number, nowMs: number, { callMs, slowCallsMax }: Budget): void => {
    if (ms <= callMs) return;
    if (nowMs >= windowEndsMs) {
      windowEndsMs = nowMs + SLOW_WINDOW_MS;
      slowCalls = 0;
    }
    if (++slowCalls < slowCallsMax || state.stopped !== undefined) return;
    state.stopped = `${what} took ${Math.round(ms)} ms, and ${slowCalls} calls within a minute were over ${callMs} ms`;
    tell(`is switched off: ${state.stopped}`);
  };
  const run = <Result>(what: string, call: () => Result): Result | undefined => {
    if (state.stopped !== undefined) return undefined;
    const startedMs = budget === undefined ? 0 : clock();
    try {
      return call();
    } catch (error) {
      failed(what, error);
      return undefined;
    } finally {
      if (budget !== undefined) {
        const nowMs = clock();
        took(what, nowMs - startedMs, nowMs, budget);
      }
    }
  };
  const { judgeStart } = hooks;
  const hook = (what: 'processCreated' | 'processAction' | 'processEnded') => {
    if (hooks[what] === undefined) return {};
    return { [what]: (call: PluginCall) => void (isPaused() || run(what, () => hooks[what]!(call))) };
  };

  const { actions, seesRepeats, mergeMemory } = hooks;
  return {
    plugin: {
      name,
      ...(actions === undefined ? {} : { actions }),
      ...(seesRepeats === undefined ? {} : { seesRepeats }),
      ...(mergeMemory === undefined
        ? {}
        : { mergeMemory: (into, from) => run('mergeMemory', () => mergeMemory(into, from)) }),
      ...(judgeStart === undefined
        ? {}
        : { judgeStart: (start) => (isPaused() ? undefined : run('judgeStart', () => judgeStart(start))) }),
      ...hook('processCreated'),
      ...hook('processAction'),
      ...hook('processEnded'),
    },
    state,
    run,
  };
}
