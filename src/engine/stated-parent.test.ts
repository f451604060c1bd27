/** Two sensors name the parent of one process by its pid: what they say joins, in whatever order it comes. */

import { describe, expect, test } from 'vitest';
import { chainSizes, engineWith, EVIL, run } from '../../test/support/engine-kit.js';
import { actor, create, create4688, EXPLORER } from '../../test/support/events.js';
import type { Event } from './event/event.js';
import type { ProcessRecord } from './effects.js';
import type { Engine } from './engine.js';

const ONE = actor('evil', 10_000);
const OTHER = actor('other', 40_000);
const EXPLORER_PID = { ...EXPLORER, pid: 400 };
const NO_GUID = { ParentProcessGuid: '{00000000-0000-0000-0000-000000000000}' };
/** As Windows before 10 writes it. */
const NO_IMAGE = { ParentImage: '' };

/** All that is stored of the processes, in one order. */
const processesOf = (engine: Engine): ProcessRecord[] =>
  [...engine.drain().processes].sort((a, b) => (a.id < b.id ? -1 : 1));

function orders<Item>(items: readonly Item[]): Item[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, at) => orders(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
}

describe.each<{ name: string; events: Event[]; sizes: number[]; parents: (string | undefined)[] }>([
  {
    name: 'Sysmon without the parent’s GUID, Security without its image',
    events: [ONE, OTHER].flatMap((process) => [
      create(process, EXPLORER_PID, NO_GUID),
      create4688(process, EXPLORER_PID, NO_IMAGE, { atMs: process.startMs + 100 }),
    ]),
    sizes: [1, 1],
    parents: [EXPLORER.image, EXPLORER.image],
  },
  {
    name: 'Sysmon without GUID and image, Security with the image',
    events: [ONE, OTHER].flatMap((process) => [
      create(process, EXPLORER_PID, { ...NO_GUID, ...NO_IMAGE }),
      create4688(process, EXPLORER_PID, {}, { atMs: process.startMs + 100 }),
    ]),
    sizes: [1, 1],
    parents: [EXPLORER.image, EXPLORER.image],
  },
  {
    name: 'Sysmon with the parent’s GUID, Security without its image',
    events: [ONE, OTHER].flatMap((process) => [
      create(process, EXPLORER_PID),
      create4688(process, EXPLORER_PID, NO_IMAGE, { atMs: process.startMs + 100 }),
    ]),
    sizes: [1, 1],
    parents: [EXPLORER.image, EXPLORER.image],
  },
  {
    name: 'Security alone, without its image: a parent that nothing is known of',
    events: [ONE, OTHER].map((process) => create4688(process, EXPLORER_PID, NO_IMAGE)),
    sizes: [3],
    parents: ['', ''],
  },
])('$name', ({ events, sizes, parents }) => {
  test('the same processes and chains in each order', () => {
    const engine = run(engineWith([EVIL]), events);
    expect(chainSizes(engine)).toEqual(sizes);
    const first = processesOf(engine);
    const imageOf = (id: string): string | undefined => first.find((each) => each.id === id)?.image;
    const children = first.filter(({ image }) => image === ONE.image || image === OTHER.image);
    expect(children.map(({ parentId }) => imageOf(parentId))).toEqual(parents);
    for (const order of orders(events)) expect(processesOf(run(engineWith([EVIL]), order))).toEqual(first);
  });
});
