import { describe, expect, test } from 'vitest';
import { actor, create } from '../../test/support/events.js';
import { policy, ruleSet } from '../../test/support/rules.js';
import { Engine } from '../engine/engine.js';
import type { PluginCall, PluginHooks } from '../plugin-sdk/index.js';
import { guard, PLUGIN_BUDGET, type GuardOptions } from './guarded.js';

let nowMs = 0;
const takes = (ms: number) => () => void (nowMs += ms);

function guarded(hooks: PluginHooks, options: Partial<GuardOptions> = {}) {
  const told: string[] = [];
  nowMs = 0;
  const guarding = guard('p', hooks, {
    budget: PLUGIN_BUDGET,
    clock: () => nowMs,
    tell: (message) => void told.push(message),
    isPaused: () => false,
    ...options,
  });
  return { ...guarding, told };
}

const CALL = {} as PluginCall;

describe('a hook that throws', () => {
  const throws = (error: unknown) => (): never => {
    throw error;
  };

  test('disturbs nobody, is counted, and told three times', () => {
    const { plugin, state, told } = guarded({ processCreated: throws(new Error('no')) });
    for (let call = 0; call < 100; call++) plugin.processCreated!(CALL);
    expect(state).toEqual({ faults: 100, stopped: undefined });
    expect(told).toEqual(Array.from({ length: 3 }, () => 'processCreated failed: no'));
  });

  test.each([
    { name: 'text', error: 'text', message: 'text' },
    { name: 'nothing', error: undefined, message: 'undefined' },
    {
      name: 'an object without text',
      error: Object.create(null) as unknown,
      message: 'something that cannot be shown',
    },
    {
      name: 'an error whose message throws',
      error: Object.defineProperty(new Error('x'), 'message', { get: throws(new Error('y')) }),
      message: 'something that cannot be shown',
    },
  ])('may throw $name', ({ error, message }) => {
    const { plugin, told } = guarded({ processAction: throws(error) });
    plugin.processAction!(CALL);
    expect(told).toEqual([`processAction failed: ${message}`]);
  });

  test('leaves the engine’s work on the event whole', () => {
    const { plugin } = guarded({ processCreated: throws(new Error('no')) });
    const engine = new Engine(policy(ruleSet([{ id: 'r', points: 200, when: () => true }])), {
      recordEvents: true,
      plugins: [plugin],
    });
    engine.apply(create(actor('a', 0), undefined));
    expect(engine.threats()).toMatchObject([{ score: 200 }]);
    expect(engine.drain().events).toHaveLength(1);
  });
});

describe('a hook that is slow', () => {
  test('five times within a minute is switched off, and called no more', () => {
    let calls = 0;
    const { plugin, state, told } = guarded({
      processAction() {
        calls++;
        nowMs += 150;
      },
    });
    for (let call = 0; call < 10; call++) plugin.processAction!(CALL);
    expect(calls).toBe(5);
    expect(state.stopped).toBe('processAction took 150 ms, and 5 calls within a minute were over 100 ms');
    expect(told).toEqual([`is switched off: ${state.stopped}`]);
  });

  test('now and then is not', () => {
    const { plugin, state } = guarded({ processAction: takes(150) });
    for (let call = 0; call < 100; call++) {
      plugin.processAction!(CALL);
      nowMs += 20_000;
    }
    expect(state.stopped).toBeUndefined();
  });

  test('just within its time never is', () => {
    const { plugin, state } = guarded({ processAction: takes(100) });
    for (let call = 0; call < 100; call++) plugin.processAction!(CALL);
    expect(state.stopped).toBeUndefined();
  });

  test('is counted when it throws at the end of it', () => {
    const { plugin, state } = guarded({
      processEnded() {
        nowMs += 500;
        throw new Error('no');
      },
    });
    for (let call = 0; call < 10; call++) plugin.processEnded!(CALL);
    expect(state).toMatchObject({ faults: 5, stopped: expect.stringContaining('processEnded took 500 ms') });
  });

  test('is let be, where it is a judge’s', () => {
    const { plugin, state } = guarded({ processAction: takes(10_000) }, { budget: undefined });
    for (let call = 0; call < 100; call++) plugin.processAction!(CALL);
    expect(state.stopped).toBeUndefined();
  });
});

test('hooks wait while they are paused', () => {
  let calls = 0;
  let isPaused = true;
  const { plugin } = guarded({ processCreated: () => void calls++ }, { isPaused: () => isPaused });
  plugin.processCreated!(CALL);
  isPaused = false;
  plugin.processCreated!(CALL);
  expect(calls).toBe(1);
});

test('what a plugin has not, the engine does not call', () => {
  expect(guarded({}).plugin).toEqual({ name: 'p' });
  const hooks: PluginHooks = {
    actions: new Set(['imageload']),
    seesRepeats: true,
    mergeMemory: () => undefined,
    processEnded: () => undefined,
  };
  expect(Object.keys(guarded(hooks).plugin)).toEqual(['name', 'actions', 'seesRepeats', 'mergeMemory', 'processEnded']);
});
