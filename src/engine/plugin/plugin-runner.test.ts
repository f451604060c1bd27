/** What plugins are shown: memories that belong to processes and chains, and repeated records for those that ask. */

import { describe, expect, test } from 'vitest';
import { act, actor, create, EXPLORER } from '../../../test/support/events.js';
import { policy, ruleSet } from '../../../test/support/rules.js';
import { Engine } from '../engine.js';
import type { EnginePlugin, PluginCall } from './plugin.js';

function engineWith(plugin: Omit<EnginePlugin, 'name'>): Engine {
  return new Engine(policy(ruleSet([])), { recordEvents: false, plugins: [{ ...plugin, name: 'p' }] });
}

const word = actor('word', 1000);
const shell = actor('shell', 2000);

describe('the memory of the parent', () => {
  test.each([
    { name: 'seen before its child', events: [create(word, EXPLORER), create(shell, word)] },
    { name: 'seen after it', events: [create(shell, word), create(word, EXPLORER)] },
  ])('is the one that the parent itself has, $name', ({ events }) => {
    const seen: Record<string, unknown> = {};
    const engine = engineWith({
      processCreated({ process, processMemory, parentMemory }) {
        processMemory.set('own', process.image);
        parentMemory?.set('child', process.image);
      },
      processAction({ processMemory }) {
        Object.assign(seen, Object.fromEntries(processMemory));
      },
    });
    for (const event of [...events, act('filecreate', word, 3000)]) engine.apply(event);
    expect(seen).toEqual({ own: word.image, child: shell.image });
  });

  test('is none of a root process, which ends the chain, nor of an unknown parent', () => {
    const given: (Map<string, unknown> | undefined)[] = [];
    const engine = engineWith({ processCreated: ({ parentMemory }) => void given.push(parentMemory) });
    engine.apply(create(word, EXPLORER));
    engine.apply(create(shell, undefined));
    expect(given).toEqual([undefined, undefined]);
  });
});

test.each([
  { seesRepeats: true, calls: 2 },
  { seesRepeats: false, calls: 1 },
])('a record seen before, of a plugin with seesRepeats $seesRepeats: $calls calls', ({ seesRepeats, calls }) => {
  const seen: PluginCall[] = [];
  const engine = engineWith({ seesRepeats, processCreated: (call) => void seen.push(call) });
  const first = create(word, EXPLORER, {}, { file: 'b.json', line: 2 });
  engine.apply(first);
  engine.apply({ ...first, file: 'a.json', line: 1 }, 0, true);
  expect(seen).toHaveLength(calls);
});
